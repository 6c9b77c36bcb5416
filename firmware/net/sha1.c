/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/sha1.h"

#include <string.h>

static uint32_t rotate(uint32_t value, unsigned by)
{
    return value << by | value >> (32 - by);
}

static uint32_t get_be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_be32(uint8_t *bytes, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* FIPS 180-4, 6.1.3 (the method with 16 words of schedule). The registers rotate by name in five rounds, so that none
 * of them has to be moved. */
#define ROUND(a, b, c, d, e, f, k, t)                                                                                  \
    do {                                                                                                               \
        e += rotate(a, 5) + (f) + (k) + w[(t)&15];                                                                     \
        b = rotate(b, 30);                                                                                             \
    } while (0)
#define EXTEND(t) (w[(t)&15] = rotate(w[((t) + 13) & 15] ^ w[((t) + 8) & 15] ^ w[((t) + 2) & 15] ^ w[(t)&15], 1))
#define CHOOSE(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define PARITY(b, c, d) ((b) ^ (c) ^ (d))
#define MAJORITY(b, c, d) (((b) & (c)) | ((d) & ((b) | (c))))
#define FIVE(F, k, t, X)                                                                                               \
    do {                                                                                                               \
        X(t);                                                                                                          \
        ROUND(a, b, c, d, e, F(b, c, d), k, t);                                                                        \
        X((t) + 1);                                                                                                    \
        ROUND(e, a, b, c, d, F(a, b, c), k, (t) + 1);                                                                  \
        X((t) + 2);                                                                                                    \
        ROUND(d, e, a, b, c, F(e, a, b), k, (t) + 2);                                                                  \
        X((t) + 3);                                                                                                    \
        ROUND(c, d, e, a, b, F(d, e, a), k, (t) + 3);                                                                  \
        X((t) + 4);                                                                                                    \
        ROUND(b, c, d, e, a, F(c, d, e), k, (t) + 4);                                                                  \
    } while (0)
#define AS_IT_IS(t) (void)0

/* `w` is the block, and used up. */
static void compress(uint32_t state[SHA1_WORDS], uint32_t w[16])
{
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
#pragma GCC unroll 4
    for (unsigned t = 0; t < 15; t += 5)
        FIVE(CHOOSE, 0x5A827999u, t, AS_IT_IS);
    ROUND(a, b, c, d, e, CHOOSE(b, c, d), 0x5A827999u, 15);
    EXTEND(16);
    ROUND(e, a, b, c, d, CHOOSE(a, b, c), 0x5A827999u, 16);
    EXTEND(17);
    ROUND(d, e, a, b, c, CHOOSE(e, a, b), 0x5A827999u, 17);
    EXTEND(18);
    ROUND(c, d, e, a, b, CHOOSE(d, e, a), 0x5A827999u, 18);
    EXTEND(19);
    ROUND(b, c, d, e, a, CHOOSE(c, d, e), 0x5A827999u, 19);
#pragma GCC unroll 4
    for (unsigned t = 20; t < 40; t += 5)
        FIVE(PARITY, 0x6ED9EBA1u, t, EXTEND);
#pragma GCC unroll 4
    for (unsigned t = 40; t < 60; t += 5)
        FIVE(MAJORITY, 0x8F1BBCDCu, t, EXTEND);
#pragma GCC unroll 4
    for (unsigned t = 60; t < 80; t += 5)
        FIVE(PARITY, 0xCA62C1D6u, t, EXTEND);
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

static void compress_bytes(uint32_t state[SHA1_WORDS], const uint8_t *block)
{
    uint32_t w[16];
    for (unsigned i = 0; i < 16; i++)
        w[i] = get_be32(block + 4 * i);
    compress(state, w);
}

static void start(uint32_t state[SHA1_WORDS])
{
    static const uint32_t first[SHA1_WORDS] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    memcpy(state, first, sizeof first);
}

void sha1_init(struct sha1 *sha1)
{
    start(sha1->state);
    sha1->length = 0;
}

void sha1_add(struct sha1 *sha1, const void *bytes, size_t count)
{
    const uint8_t *from = bytes;
    while (count > 0) {
        size_t at = sha1->length % SHA1_BLOCK, room = SHA1_BLOCK - at, part = count < room ? count : room;
        memcpy(sha1->block + at, from, part);
        sha1->length += (uint32_t)part;
        from += part;
        count -= part;
        if (sha1->length % SHA1_BLOCK == 0)
            compress_bytes(sha1->state, sha1->block);
    }
}

void sha1_end(struct sha1 *sha1, uint8_t digest[SHA1_BYTES])
{
    static const uint8_t padding[SHA1_BLOCK] = {0x80};
    enum { LENGTH = 8 };
    uint32_t bytes = sha1->length, used = bytes % SHA1_BLOCK;
    uint8_t length[LENGTH] = {0};
    put_be32(length, bytes >> 29);
    put_be32(length + 4, bytes << 3);
    sha1_add(sha1, padding, (used < SHA1_BLOCK - LENGTH ? SHA1_BLOCK - LENGTH : 2u * SHA1_BLOCK - LENGTH) - used);
    sha1_add(sha1, length, LENGTH);
    for (unsigned i = 0; i < SHA1_WORDS; i++)
        put_be32(digest + 4 * i, sha1->state[i]);
}

/* ---- HMAC -------------------------------------------------------------------------------------------------------- */

static void pad(uint32_t state[SHA1_WORDS], const uint8_t *key, size_t count, uint8_t with)
{
    uint8_t block[SHA1_BLOCK];
    for (size_t i = 0; i < SHA1_BLOCK; i++)
        block[i] = (uint8_t)((i < count ? key[i] : 0) ^ with);
    start(state);
    compress_bytes(state, block);
}

void hmac_set_key(struct hmac_key *hmac, const uint8_t *key, size_t count)
{
    pad(hmac->inner, key, count, 0x36);
    pad(hmac->outer, key, count, 0x5C);
}

void hmac_begin(const struct hmac_key *hmac, struct sha1 *sha1)
{
    memcpy(sha1->state, hmac->inner, sizeof sha1->state);
    sha1->length = SHA1_BLOCK;
}

void hmac_end(const struct hmac_key *hmac, struct sha1 *sha1, uint8_t digest[SHA1_BYTES])
{
    sha1_end(sha1, digest);
    memcpy(sha1->state, hmac->outer, sizeof sha1->state);
    sha1->length = SHA1_BLOCK;
    sha1_add(sha1, digest, SHA1_BYTES);
    sha1_end(sha1, digest);
}

/* ---- PBKDF2 ------------------------------------------------------------------------------------------------------ */

/* The hash of a block and a digest; to a state, without detours over bytes. */
static void again(const uint32_t pad_state[SHA1_WORDS], const uint32_t digest[SHA1_WORDS], uint32_t out[SHA1_WORDS])
{
    uint32_t state[SHA1_WORDS], w[16] = {0};
    memcpy(state, pad_state, sizeof state);
    for (unsigned i = 0; i < SHA1_WORDS; i++)
        w[i] = digest[i];
    w[SHA1_WORDS] = 0x80000000u;
    w[15] = (SHA1_BLOCK + SHA1_BYTES) * 8;
    compress(state, w);
    memcpy(out, state, sizeof state);
}

static void begin_block(struct pbkdf2 *p)
{
    struct sha1 sha1;
    uint8_t digest[SHA1_BYTES];
    put_be32(p->salt + p->salt_bytes, 1u + p->done / SHA1_BYTES);
    hmac_begin(&p->hmac, &sha1);
    sha1_add(&sha1, p->salt, p->salt_bytes + 4u);
    hmac_end(&p->hmac, &sha1, digest);
    for (unsigned i = 0; i < SHA1_WORDS; i++)
        p->last[i] = p->sum[i] = get_be32(digest + 4 * i);
    p->round = 1;
}

void pbkdf2_begin(struct pbkdf2 *p, const char *passphrase, const uint8_t *ssid, size_t ssid_bytes)
{
    memset(p, 0, sizeof *p);
    hmac_set_key(&p->hmac, (const uint8_t *)passphrase, strlen(passphrase));
    p->salt_bytes = (uint8_t)(ssid_bytes < 32 ? ssid_bytes : 32);
    memcpy(p->salt, ssid, p->salt_bytes);
}

static void end_block(struct pbkdf2 *p)
{
    uint8_t digest[SHA1_BYTES];
    unsigned room = PBKDF2_KEY - p->done, part = room < SHA1_BYTES ? room : SHA1_BYTES;
    for (unsigned i = 0; i < SHA1_WORDS; i++)
        put_be32(digest + 4 * i, p->sum[i]);
    memcpy(p->key + p->done, digest, part);
    p->done = (uint8_t)(p->done + part);
    p->round = 0;
}

bool pbkdf2_continue(struct pbkdf2 *p, unsigned rounds)
{
    for (; rounds > 0 && p->done < PBKDF2_KEY; rounds--) {
        if (p->round == 0) {
            begin_block(p);
            continue;
        }
        again(p->hmac.inner, p->last, p->last);
        again(p->hmac.outer, p->last, p->last);
        for (unsigned i = 0; i < SHA1_WORDS; i++)
            p->sum[i] ^= p->last[i];
        if (++p->round == PBKDF2_ROUNDS)
            end_block(p);
    }
    return p->done == PBKDF2_KEY;
}
