/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/aes.h"

#include <string.h>

enum { ROUNDS = 10 };

/* Times x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. */
static uint8_t twice(uint8_t a)
{
    return (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1B : 0));
}

/* FIPS 197, 5.1.1, by walking all powers of the generator 3 and of its inverse at once. */
static void make_sbox(uint8_t sbox[256])
{
    uint8_t p = 1, q = 1;
    do {
        p = (uint8_t)(p ^ twice(p)); /* times 3 */
        q = (uint8_t)(q ^ q << 1);   /* divided by 3 */
        q = (uint8_t)(q ^ q << 2);
        q = (uint8_t)(q ^ q << 4);
        if (q & 0x80)
            q ^= 0x09;
        uint8_t x = q;
        for (unsigned i = 1; i <= 4; i++)
            x ^= (uint8_t)(q << i | q >> (8 - i));
        sbox[p] = x ^ 0x63;
    } while (p != 1);
    sbox[0] = 0x63;
}

void aes_set_key(struct aes *aes, const uint8_t key[AES_KEY])
{
    uint8_t sbox[256], constant = 1;
    make_sbox(sbox);
    for (unsigned i = 0; i < 256; i++)
        aes->inverse[sbox[i]] = (uint8_t)i;
    uint8_t *w = aes->keys[0];
    memcpy(w, key, AES_KEY);
    for (unsigned at = AES_KEY; at < (ROUNDS + 1) * AES_BLOCK; at += 4) {
        uint8_t t[4];
        memcpy(t, w + at - 4, 4);
        if (at % AES_KEY == 0) {
            uint8_t first = t[0];
            t[0] = sbox[t[1]] ^ constant;
            t[1] = sbox[t[2]];
            t[2] = sbox[t[3]];
            t[3] = sbox[first];
            constant = twice(constant);
        }
        for (unsigned i = 0; i < 4; i++)
            w[at + i] = w[at + i - AES_KEY] ^ t[i];
    }
}

static void add_key(uint8_t *block, const uint8_t *key)
{
    for (unsigned i = 0; i < AES_BLOCK; i++)
        block[i] ^= key[i];
}

/* Rows back, then every byte through the inverse S-box. */
static void shift_and_substitute(const struct aes *aes, uint8_t *block)
{
    uint8_t old[AES_BLOCK];
    memcpy(old, block, AES_BLOCK);
    for (unsigned column = 0; column < 4; column++)
        for (unsigned row = 0; row < 4; row++)
            block[4 * ((column + row) % 4) + row] = aes->inverse[old[4 * column + row]];
}

/* 5.3.3: times {0b}x^3 + {0d}x^2 + {09}x + {0e}. */
static void unmix(uint8_t *column)
{
    uint8_t a1[4], a2[4], a4[4], a8[4];
    for (unsigned i = 0; i < 4; i++) {
        a1[i] = column[i];
        a2[i] = twice(a1[i]);
        a4[i] = twice(a2[i]);
        a8[i] = twice(a4[i]);
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned j = (i + 1) % 4, k = (i + 2) % 4, l = (i + 3) % 4;
        column[i] = (uint8_t)(a8[i] ^ a4[i] ^ a2[i] ^ a8[j] ^ a2[j] ^ a1[j] ^ a8[k] ^ a4[k] ^ a1[k] ^ a8[l] ^ a1[l]);
    }
}

void aes_decrypt(const struct aes *aes, uint8_t block[AES_BLOCK])
{
    add_key(block, aes->keys[ROUNDS]);
    for (unsigned round = ROUNDS; round-- > 0;) {
        shift_and_substitute(aes, block);
        add_key(block, aes->keys[round]);
        for (unsigned column = 0; round > 0 && column < 4; column++)
            unmix(block + 4 * column);
    }
}

bool aes_unwrap(const uint8_t key[AES_KEY], const uint8_t *wrapped, size_t count, uint8_t *plain)
{
    enum { HALF = 8, TURNS = 6 };
    struct aes aes;
    uint8_t block[AES_BLOCK];
    size_t n = count / HALF - 1;
    if (count % HALF != 0 || count < 3 * HALF)
        return false;
    aes_set_key(&aes, key);
    memcpy(block, wrapped, HALF);
    memcpy(plain, wrapped + HALF, n * HALF);
    for (size_t t = TURNS * n; t > 0; t--) {
        uint8_t *at = plain + (t - 1) % n * HALF;
        for (unsigned i = 0; i < 4; i++)
            block[HALF - 1 - i] ^= (uint8_t)((uint32_t)t >> (8 * i));
        memcpy(block + HALF, at, HALF);
        aes_decrypt(&aes, block);
        memcpy(at, block + HALF, HALF);
    }
    for (unsigned i = 0; i < HALF; i++)
        if (block[i] != 0xA6)
            return false;
    return true;
}
