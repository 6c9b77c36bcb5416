/* SPDX-License-Identifier: Apache-2.0 */
/* SHA accelerator: SHA-1, SHA-256, SHA-384 and SHA-512, block by block.
 * Source: ESP32 TRM, chapter "SHA Accelerator"; facts 4.10; ESP-IDF, sha_ll.h (order of words in TEXT).
 *
 * Software writes a padded block into TEXT, the most significant byte of each word first, gives START for a message's
 * first block or CONTINUE for another, waits until BUSY is 0, and after the last block gives LOAD and reads the hash
 * from TEXT. There are three engines, which share TEXT and work side by side: SHA-1; SHA-256; SHA-384 and SHA-512
 * (ESP-IDF lets the last two exclude each other).
 *
 * Time: the manual says 60 to 100 clock cycles for a block and 8 to 20 for the hash. Taken here, of APB: one cycle a
 * round and 4 more, that is 68 for SHA-256 and 84 for the others; 8, 12 and 20 for the hash [inferred]. A block is
 * taken over when its command is given, so that the next one may be written meanwhile; a command for an engine that is
 * busy is ignored [chosen]. */
#ifndef VESPER_PERIPHERALS_SHA_SHA_H
#define VESPER_PERIPHERALS_SHA_SHA_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SHA_ENGINES = 3 }; /* SHA-1; SHA-256; SHA-384 and SHA-512 */

struct sha_engine {
    struct sha *sha;
    uint64_t hash[8]; /* words of SHA-1 and SHA-256 in the low halves */
    bool loads;       /* the command that is carried out is LOAD */
    unsigned words;   /* of the hash that it loads */
    uint32_t busy;    /* offset of the BUSY register of the command that is carried out */
    struct evq_event done;
};

struct sha {
    struct dev dev;
    struct sha_engine engine[SHA_ENGINES];
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. name and env are borrowed.
 * SIM_NO_MEMORY. */
enum sim_status sha_init(struct sha *sha, const char *name, struct dev_env *env);
void sha_fini(struct sha *sha);

#ifdef __cplusplus
}
#endif
#endif
