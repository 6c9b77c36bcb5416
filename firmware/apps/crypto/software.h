/* SPDX-License-Identifier: Apache-2.0 */
/* In software, what the accelerators do: SHA-256 (FIPS 180-4), AES-128 encryption of a block (FIPS 197), products. */
#ifndef VESPER_FIRMWARE_APPS_CRYPTO_SOFTWARE_H
#define VESPER_FIRMWARE_APPS_CRYPTO_SOFTWARE_H

#include <stddef.h>
#include <stdint.h>

/* One block of 16 words, the most significant byte of each first. */
void software_sha256_block(uint32_t hash[8], const uint32_t block[16]);
extern const uint32_t software_sha256_initial[8];

void software_aes128(const uint8_t key[16], const uint8_t block[16], uint8_t out[16]);

/* product: 2 * words long; least significant word first. */
void software_multiply(uint32_t *product, const uint32_t *a, const uint32_t *b, size_t words);

#endif
