/* SPDX-License-Identifier: Apache-2.0 */
/* Unwrapping keys: AES-128 backwards, and the key wrap of RFC 3394. Small rather than fast: it is for one handshake an
 * hour; data frames are the MAC's. Sources: FIPS 197, RFC 3394. */
#ifndef VESPER_FIRMWARE_NET_AES_H
#define VESPER_FIRMWARE_NET_AES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AES_KEY = 16, AES_BLOCK = 16, AES_WRAP = 8 /* bytes that wrapping adds */ };

struct aes {
    uint8_t inverse[256]; /* of the S-box */
    uint8_t keys[11][AES_BLOCK];
};

void aes_set_key(struct aes *aes, const uint8_t key[AES_KEY]);
void aes_decrypt(const struct aes *aes, uint8_t block[AES_BLOCK]);

/* `count` bytes, a multiple of 8 from 24; plain: count - 8. False: not wrapped with this key. */
bool aes_unwrap(const uint8_t key[AES_KEY], const uint8_t *wrapped, size_t count, uint8_t *plain);

#endif
