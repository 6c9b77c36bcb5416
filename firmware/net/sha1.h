/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1, HMAC-SHA-1 and PBKDF2 as far as WPA2 needs them. Plain C; the host's tests use it too.
 * Sources: FIPS 180-4, RFC 2104, RFC 8018 (PBKDF2), IEEE 802.11-2020 annex J.4 (passphrase to key). */
#ifndef VESPER_FIRMWARE_NET_SHA1_H
#define VESPER_FIRMWARE_NET_SHA1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA1_BYTES = 20, SHA1_WORDS = 5, SHA1_BLOCK = 64 };

struct sha1 {
    uint32_t state[SHA1_WORDS];
    uint32_t length; /* bytes so far; up to 512 MB */
    uint8_t block[SHA1_BLOCK];
};

void sha1_init(struct sha1 *sha1);
void sha1_add(struct sha1 *sha1, const void *bytes, size_t count);
void sha1_end(struct sha1 *sha1, uint8_t digest[SHA1_BYTES]);

/* A key, ready for many messages: the states behind the inner and the outer pad. */
struct hmac_key {
    uint32_t inner[SHA1_WORDS], outer[SHA1_WORDS];
};

/* At most SHA1_BLOCK bytes of key. */
void hmac_set_key(struct hmac_key *hmac, const uint8_t *key, size_t count);
void hmac_begin(const struct hmac_key *hmac, struct sha1 *sha1); /* then sha1_add */
void hmac_end(const struct hmac_key *hmac, struct sha1 *sha1, uint8_t digest[SHA1_BYTES]);

/* The pairwise master key of a passphrase, in portions: 8192 HMACs in all, a tenth of a second at 240 MHz. */
enum { PBKDF2_ROUNDS = 4096, PBKDF2_KEY = 32 };

struct pbkdf2 {
    struct hmac_key hmac;
    uint8_t salt[36]; /* the SSID and a block number */
    uint8_t salt_bytes;
    uint8_t done; /* bytes of the key */
    uint16_t round;
    uint32_t last[SHA1_WORDS], sum[SHA1_WORDS];
    uint8_t key[PBKDF2_KEY];
};

void pbkdf2_begin(struct pbkdf2 *pbkdf2, const char *passphrase, const uint8_t *ssid, size_t ssid_bytes);
/* True: the key is ready. */
bool pbkdf2_continue(struct pbkdf2 *pbkdf2, unsigned rounds);

#endif
