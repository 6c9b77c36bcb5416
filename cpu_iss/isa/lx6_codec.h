/* SPDX-License-Identifier: Apache-2.0 */
/* What the expressions in lx6_operands.def use. Plain C without other headers of the project, since the assembler's
 * description (firmware/toolchain) includes it too. */
#ifndef VESPER_CPU_ISS_ISA_LX6_CODEC_H
#define VESPER_CPU_ISS_ISA_LX6_CODEC_H

#include <stdint.h>

/* The low n bits of v as two's complement, in 32 bits. */
#define LX6_SEXT(v, n) ((((v) & ((1u << (n)) - 1)) ^ 1u << ((n)-1)) - (1u << ((n)-1)))

/* Constants of the branches with an immediate: ISA Reference Manual, tables of B4CONST and B4CONSTU. */
static const uint32_t lx6_b4const[16] = {UINT32_MAX, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256};
static const uint32_t lx6_b4constu[16] = {32768, 65536, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256};

/* Index of v; 0 when it is not in the table, which then does not decode back to v. */
static inline uint32_t lx6_b4_find(const uint32_t table[16], uint32_t v)
{
    for (uint32_t i = 0; i < 16; i++)
        if (table[i] == v)
            return i;
    return 0;
}

#endif
