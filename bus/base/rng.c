/* SPDX-License-Identifier: Apache-2.0 */
/* Philox4x32-10: a counter is put through ten rounds of two 32 x 32 -> 64 bit products under a key that steps by the
 * Weyl constants. Constants: Salmon et al., SC11, table 2 and section 4.2. */
#include "bus/base/rng.h"

#include "bus/base/status.h"

enum { PHILOX_ROUNDS = 10 };
#define PHILOX_M0 UINT32_C(0xD2511F53)
#define PHILOX_M1 UINT32_C(0xCD9E8D57)
#define PHILOX_W0 UINT32_C(0x9E3779B9) /* golden ratio */
#define PHILOX_W1 UINT32_C(0xBB67AE85) /* sqrt(3) - 1 */

void rng_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t p0 = (uint64_t)PHILOX_M0 * c0;
        uint64_t p1 = (uint64_t)PHILOX_M1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* FNV-1a, 64 bits: any hash with few collisions among a few hundred short names would do. */
static uint64_t rng_hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001B3);
    return hash;
}

/* A bijection on 64 bits that leaves no structure behind (the finaliser of SplitMix64). */
static uint64_t rng_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* The seed is the key, so that runs with different seeds share nothing; node and purpose choose the upper half of the
 * counter, so that streams of one run are disjoint parts of one sequence. */
void rng_init(struct rng *rng, uint64_t seed, uint32_t node, const char *purpose)
{
    rng->key[0] = (uint32_t)seed;
    rng->key[1] = (uint32_t)(seed >> 32);
    rng->stream = rng_mix(rng_hash_name(purpose) + rng_mix((uint64_t)node + 1));
    rng->block = 0;
    rng->used = 4;
}

uint32_t rng_u32(struct rng *rng)
{
    if (rng->used == 4) {
        const uint32_t counter[4] = {(uint32_t)rng->block, (uint32_t)(rng->block >> 32), (uint32_t)rng->stream,
                                     (uint32_t)(rng->stream >> 32)};
        rng_philox4x32(counter, rng->key, rng->word);
        rng->block++;
        rng->used = 0;
    }
    return rng->word[rng->used++];
}

uint64_t rng_u64(struct rng *rng)
{
    uint64_t low = rng_u32(rng);
    return low | (uint64_t)rng_u32(rng) << 32;
}

/* Lemire's method: the high half of a 32 x 32 bit product, drawing again where the low half shows that a value would
 * come up once too often. */
uint32_t rng_below(struct rng *rng, uint32_t bound)
{
    sim_assert(bound > 0);
    uint64_t product = (uint64_t)rng_u32(rng) * bound;
    uint32_t surplus = (0u - bound) % bound; /* 2^32 mod bound */
    while ((uint32_t)product < surplus)
        product = (uint64_t)rng_u32(rng) * bound;
    return (uint32_t)(product >> 32);
}
