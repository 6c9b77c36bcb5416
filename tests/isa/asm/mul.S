/* SPDX-License-Identifier: Apache-2.0 */
/* Multiplication. ISA RM, 4.3.3, 4.3.4: MUL16U, MUL16S, MULL, MULUH, MULSH. The assembler computes with 64 bits. */
#include "tests/isa/asm/kit.h"
SUITE

#define S16(x) ((((x) & 0xffff) ^ 0x8000) - 0x8000)
#define S32(x) (((x) ^ 0x80000000) - 0x80000000)

        .macro  all_pairs what
        .irp    x, 0, 1, 2, 0x7fff, 0x8000, 0xffff, 0x12345678, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff
        .irp    y, 0, 1, 3, 0x8000, 0xfffe, 0x9abcdef0, 0x7fffffff, 0x80000000, 0xffffffff
        \what   \x, \y
        .endr
        .endr
        .endm

        .macro  check_mul16 x, y
        OP3(mul16u, \x, \y, (\x & 0xffff) * (\y & 0xffff))
        OP3(mul16s, \x, \y, U32(S16(\x) * S16(\y)))
        .endm
TEST(mul16_takes_the_low_halves)
        all_pairs check_mul16

        .macro  check_mull x, y
        OP3(mull, \x, \y, U32(\x * \y))
        .endm
TEST(mull_gives_the_low_word)
        all_pairs check_mull

#ifdef TARGET_LX6
        .macro  check_high x, y
        OP3(muluh, \x, \y, U32((\x * \y) >> 32))
        OP3(mulsh, \x, \y, U32((S32(\x) * S32(\y)) >> 32))
        .endm
TEST(muluh_and_mulsh_give_the_high_word)
        all_pairs check_high

TEST(high_words_by_hand)
        OP3(muluh, 0xffffffff, 0xffffffff, 0xfffffffe)
        OP3(mulsh, 0xffffffff, 0xffffffff, 0)
        OP3(mulsh, 0x80000000, 0x80000000, 0x40000000)
        OP3(mulsh, 0x80000000, 2, 0xffffffff)
        OP3(muluh, 0x80000000, 2, 1)
        OP3(mulsh, 0x7fffffff, 0x7fffffff, 0x3fffffff)
#endif
SUITE_END
