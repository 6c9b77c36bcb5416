/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/crypto/software.h"

#include <string.h>

/* ---- SHA-256 ---- */

/* The first bits of the roots of primes: FIPS 180-4, 4.2.2 and 5.3.3. */
const uint32_t software_sha256_initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t value, unsigned right)
{
    return value >> right | value << (32 - right);
}

void software_sha256_block(uint32_t hash[8], const uint32_t block[16])
{
    uint32_t w[64], s[8];
    memcpy(w, block, 16 * sizeof w[0]);
    for (unsigned t = 16; t < 64; t++) {
        uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    memcpy(s, hash, sizeof s);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t s1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        uint32_t t1 = s[7] + s1 + choice + constants[t] + w[t];
        uint32_t s0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        uint32_t t2 = s0 + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof s[0]);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++)
        hash[i] += s[i];
}

/* ---- AES-128 ---- */

static uint8_t times_x(uint8_t a)
{
    return (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1B : 0));
}

static uint8_t times(uint8_t a, uint8_t b)
{
    uint8_t product = 0;
    for (; b; b >>= 1, a = times_x(a))
        if (b & 1)
            product ^= a;
    return product;
}

/* The inverse in GF(2^8), then the affine map: FIPS 197, 5.1.1. */
static void make_box(uint8_t box[256])
{
    uint8_t p = 1, q = 1;
    do {
        p ^= times_x(p);    /* times 3, which generates all of the field but 0 */
        q = times(q, 0xF6); /* its inverse */
        uint8_t value = 0x63;
        for (unsigned turn = 0; turn < 5; turn++)
            value ^= (uint8_t)(q << turn | q >> ((8 - turn) & 7));
        box[p] = value;
    } while (p != 1);
    box[0] = 0x63;
}

static void mix(uint8_t column[4])
{
    uint8_t all = column[0] ^ column[1] ^ column[2] ^ column[3], first = column[0];
    for (unsigned i = 0; i < 4; i++)
        column[i] ^= all ^ times_x(column[i] ^ (i < 3 ? column[i + 1] : first));
}

void software_aes128(const uint8_t key[16], const uint8_t block[16], uint8_t out[16])
{
    uint8_t box[256], round_key[16], state[16], moved[16], round_constant = 1;
    make_box(box);
    memcpy(round_key, key, 16);
    for (unsigned i = 0; i < 16; i++)
        state[i] = block[i] ^ key[i];
    for (unsigned round = 1; round <= 10; round++) {
        for (unsigned i = 0; i < 16; i++)
            moved[i] = box[state[(i + 4 * (i % 4)) % 16]];
        for (unsigned column = 0; column < 4 && round < 10; column++)
            mix(moved + 4 * column);
        for (unsigned i = 0; i < 4; i++)
            round_key[i] ^= box[round_key[12 + (i + 1) % 4]] ^ (i ? 0 : round_constant);
        for (unsigned i = 4; i < 16; i++)
            round_key[i] ^= round_key[i - 4];
        round_constant = times_x(round_constant);
        for (unsigned i = 0; i < 16; i++)
            state[i] = moved[i] ^ round_key[i];
    }
    memcpy(out, state, 16);
}

/* ---- Products ---- */

void software_multiply(uint32_t *product, const uint32_t *a, const uint32_t *b, size_t words)
{
    memset(product, 0, 2 * words * sizeof product[0]);
    for (size_t i = 0; i < words; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < words; j++) {
            carry += (uint64_t)a[j] * b[i] + product[i + j];
            product[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + words] = (uint32_t)carry;
    }
}
