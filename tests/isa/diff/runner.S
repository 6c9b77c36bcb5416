/* SPDX-License-Identifier: Apache-2.0 */
/* Runs generated blocks of instructions and writes the state after each to standard output, as words: a2..a15, SAR, PS,
 * LCOUNT, ACCLO, ACCHI, M0..M3, BR, f0..f15 (0 where the core has none), and a checksum of memory. differential_test.cpp puts
 * blocks, their addresses, registers and numbers into the places below, and compares two cores' output.
 *
 * A block may use a2..a15, memory from a1 to a1 + 256, which it may not change, nor a0; and ends with J collect. */
#include "tests/isa/asm/kit.h"

#define RECORD_WORDS 40

SUITE

TEST(differential)
        movi    a2, 0
        movi    a3, pass
        s32i    a2, a3, 0
        movi    a2, PS_WOE              /* kernel mode: nothing else than the kit's vectors */
        wsr     a2, ps
        movi    a2, 0
        wsr     a2, sar
        wsr     a2, acclo
        wsr     a2, acchi
        wsr     a2, m0
        wsr     a2, m1
        wsr     a2, m2
        wsr     a2, m3
        rsync
#if HAS_FP
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movi    a3, registers
        l32i    a3, a3, 4 * \n
        wfr     f\n, a3
        .endr
        wur.fcr a2
        wur.fsr a2
#endif

next_pass:
        movi    a2, 0
        movi    a3, block
        s32i    a2, a3, 0
        movi    a2, results
        movi    a3, place
        s32i    a2, a3, 0

next_block:
        movi    a2, block
        l32i    a2, a2, 0
        movi    a3, block_table
        addx4   a3, a2, a3
        l32i    a0, a3, 0
        movi    a1, registers
        .irp    n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        l32i    a\n, a1, 4 * \n
        .endr
        movi    a1, scratch
        jx      a0

        .global collect
collect:
        movi    a0, registers
        .irp    n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        s32i    a\n, a0, 4 * \n
        .endr
        movi    a1, place
        l32i    a1, a1, 0
        .irp    n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        s32i    a\n, a1, 4 * (\n - 2)
        .endr
        rsr     a2, sar
        s32i    a2, a1, 4 * 14
        rsr     a2, ps
        s32i    a2, a1, 4 * 15
        rsr     a2, lcount
        s32i    a2, a1, 4 * 16
        rsr     a2, acclo
        s32i    a2, a1, 4 * 17
        rsr     a2, acchi
        s32i    a2, a1, 4 * 18
        rsr     a2, m0
        s32i    a2, a1, 4 * 19
        rsr     a2, m1
        s32i    a2, a1, 4 * 20
        rsr     a2, m2
        s32i    a2, a1, 4 * 21
        rsr     a2, m3
        s32i    a2, a1, 4 * 22
#if HAS_BOOLEAN
        rsr     a2, br
        s32i    a2, a1, 4 * 23
#endif
#if HAS_FP
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        rfr     a2, f\n
        s32i    a2, a1, 4 * (24 + \n)
        .endr
#endif
        movi    a2, scratch
        movi    a3, 64
        movi    a4, 0
1:      l32i    a5, a2, 0
        slli    a6, a4, 5
        srli    a4, a4, 27
        or      a4, a4, a6
        xor     a4, a4, a5
        addi    a2, a2, 4
        addi    a3, a3, -1
        bnez    a3, 1b
        movi    a2, 4 * RECORD_WORDS
        add     a2, a1, a2
        s32i    a4, a2, 0
        addi    a2, a2, 4
        movi    a3, place
        s32i    a2, a3, 0

        movi    a2, block
        l32i    a3, a2, 0
        addi    a3, a3, 1
        s32i    a3, a2, 0
        movi    a4, blocks_used
        l32i    a4, a4, 0
        bne     a3, a4, next_block_far

        movi    a4, results             /* write(1, results, place - results) */
        movi    a5, place
        l32i    a5, a5, 0
        sub     a5, a5, a4
        movi    a3, 1
        movi    a2, 4
        simcall
        movi    a2, pass
        l32i    a3, a2, 0
        addi    a3, a3, 1
        s32i    a3, a2, 0
        movi    a4, passes
        l32i    a4, a4, 0
        beq     a3, a4, ended
        j       next_pass
next_block_far:
        j       next_block
ended:

SUITE_END

/* Leaves for windowed calls. */
        .align  4
        .global leaf
leaf:   entry   a1, 32
        xor     a4, a2, a3
        sub     a2, a2, a3
        movnez  a2, a4, a4
        retw.n

        .align  4
        .global blocks
blocks: .space  0x18000
        .global block_table
block_table:
        .space  4 * 1024
        .global registers
registers:
        .space  64
        .global blocks_used
blocks_used:
        .word   0
        .global passes
passes: .word   0
        .global scratch
scratch:
        .space  256
        .global text_end
text_end:

        .data
        .align  4
block:  .word   0
pass:   .word   0
place:  .word   0
results: .space 4 * (RECORD_WORDS + 1) * 1024
