/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers by name. A stream is keyed by (seed, node, purpose) and counts its own draws, so that creating a
 * stream, or adding a node, changes nobody else's numbers, and the n-th draw of a stream can be had without the others.
 *
 * Generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC11). */
#ifndef VESPER_BUS_BASE_RNG_H
#define VESPER_BUS_BASE_RNG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rng {
    uint32_t key[2];
    uint64_t stream; /* high half of the counter */
    uint64_t block;  /* next block to make */
    uint32_t word[4];
    unsigned used; /* words of `word` already handed out */
};

/* The node number for streams that belong to no node (the medium, a scenario's placement). */
#define RNG_NO_NODE UINT32_MAX

/* purpose: a dotted name such as "mac.backoff"; only its bytes count. */
void rng_init(struct rng *rng, uint64_t seed, uint32_t node, const char *purpose);

uint32_t rng_u32(struct rng *rng);
uint64_t rng_u64(struct rng *rng);

/* Uniform on 0..bound-1 without bias; bound > 0. */
uint32_t rng_below(struct rng *rng, uint32_t bound);

/* Philox itself: 10 rounds on `counter` under `key`. Public for its known-answer test. */
void rng_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#ifdef __cplusplus
}
#endif
#endif
