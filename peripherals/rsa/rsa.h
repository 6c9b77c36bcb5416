/* SPDX-License-Identifier: Apache-2.0 */
/* RSA accelerator: numbers of up to 4096 bits multiplied and raised to powers, modulo M or not.
 * Source: ESP32 TRM, chapter "RSA Accelerator"; facts 3.2a, 4.10; ESP-IDF, mpi_ll.h.
 *
 * Memory: four numbers of 512 bytes, least significant word first: M at 0x000, Z at 0x200, Y at 0x400, X at 0x600. With
 * N bits (a multiple of 512) and r = 2^N:
 *
 *   MODEXP_START             Z = X^Y mod M; before it, Z holds r^2 mod M and M_PRIME -1/M mod 2^32
 *   MULT_START, modes 0-7    Z = X Z / r mod M, one Montgomery multiplication; software takes two for X Y mod M
 *   MULT_START, modes 8-15   Z, N bits, = X (its lower N/2 bits) times the upper half of Z
 *
 * All of them are carried out as Montgomery's algorithm would with the operands that software gave, also with wrong
 * ones; where those fit together an exponentiation is OpenSSL's, which is the same number sooner.
 *
 * Time [inferred]: a multiplication of w words takes 3/4 w^2 APB cycles, an exponentiation one multiplication for each
 * bit of N and one more for each 1 in Y, and 3. From this follow 79 ms for 2048 bits and the exponent 65537; ESP-IDF's
 * own figures were 93 ms with this operation and 16 ms without it (facts, real-hardware-numbers.csv). The memory is set
 * to 0 after a reset and after power-up, one word a cycle. A START while an operation runs is ignored. */
#ifndef VESPER_PERIPHERALS_RSA_RSA_H
#define VESPER_PERIPHERALS_RSA_RSA_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RSA_WORDS = 128 }; /* of the longest number */

struct rsa {
    struct dev dev;
    struct line *irq;           /* RSA; set by the node, NULL: not connected */
    bool down;                  /* memory without power */
    uint32_t result[RSA_WORDS]; /* of the operation that runs */
    unsigned words;
    struct evq_event done, clean;
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. name and env are borrowed.
 * SIM_NO_MEMORY. */
enum sim_status rsa_init(struct rsa *rsa, const char *name, struct dev_env *env);
void rsa_fini(struct rsa *rsa);

/* DPORT's RSA_PD_CTRL. Without power the memory forgets. */
void rsa_power(struct rsa *rsa, bool on, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
