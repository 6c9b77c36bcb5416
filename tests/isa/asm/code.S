/* SPDX-License-Identifier: Apache-2.0 */
/* Code that changes: by stores of all sizes, in the block or loop that is running, through another address of the same
 * memory, and by another master. After ISYNC the new instructions run. ISA RM, ISYNC; 5.3.7. */
#include "tests/isa/asm/kit.h"

/* Copies `words` words from a2 to a3; a4 is used. */
        .macro  copy words
        .irp    n, 0, 1, 2, 3
        .if     \n < \words
        l32i    a4, a2, 4 * \n
        s32i    a4, a3, 4 * \n
        .endif
        .endr
        memw
        isync
        .endm

/* The code at \address returns \want in a2. */
        .macro  returns address, want
        movi    a5, \address
        callx0  a5
        ASSERT_EQ(a2, \want)
        .endm

SUITE

TEST(a_function_is_replaced)
        movi    a2, returns_1
        movi    a3, slot
        copy    2
        returns slot, 1
        movi    a2, returns_2
        movi    a3, slot
        copy    2
        returns slot, 2
        returns slot, 2

TEST(a_byte_of_an_instruction)
        movi    a2, returns_1
        movi    a3, slot
        copy    2
        returns slot, 1
        movi    a2, 77
        movi    a3, slot
        s8i     a2, a3, 2               /* the immediate of MOVI */
        isync
        returns slot, 77

TEST(a_half_of_an_instruction)
        movi    a2, returns_1
        movi    a3, slot
        copy    2
        returns slot, 1
        movi    a4, returns_2
        l16ui   a2, a4, 2
        s16i    a2, a3, 2
        isync
        returns slot, 2

/* MOVI lies over a word's end: only the second word is changed. */
TEST(an_instruction_across_two_words)
        movi    a2, across_1
        movi    a3, slot
        copy    3
        returns slot, 1
        movi    a4, across_1 + 4
        l32i    a4, a4, 0
        addmi   a4, a4, 0x800           /* the immediate is the second byte there */
        s32i    a4, a3, 4
        isync
        returns slot, 9

/* The changed instruction is in the same straight run. QEMU goes on with the block that it has begun, even behind ISYNC:
 * there, a jump ends it. */
TEST(the_block_that_is_running)
        movi    a5, 3
        movi    a6, 0
1:      movi    a3, 2f
        addi    a4, a5, 10
        s8i     a4, a3, 2
        isync
#ifndef TARGET_LX6
        j       2f
#endif
2:      _movi   a2, 0
        add     a6, a6, a2
        addi    a5, a5, -1
        bnez    a5, 1b
        ASSERT_EQ(a6, 13 + 12 + 11)

TEST(the_body_of_a_zero_overhead_loop)
        movi    a5, 10
        movi    a6, 0
        movi    a3, 1f
        movi    a4, 1
        loop    a5, 2f
1:      _movi   a2, 0
        add     a6, a6, a2
        s8i     a4, a3, 2
        addi    a4, a4, 1
        isync
        nop
2:      ASSERT_EQ(a6, 45)               /* 0 + 1 + ... + 9 */

/* Data beside code, as literals are. */
TEST(data_in_the_same_line_as_code)
        movi    a5, 100
        movi    a3, beside
1:      l32i    a4, a3, 0
        addi    a4, a4, 1
        s32i    a4, a3, 0
        movi    a2, counts
        callx0  a2
        addi    a5, a5, -1
        bnez    a5, 1b
        ASSERT_EQ(a4, 100)
        ASSERT_WORD(beside, 100)

#ifdef TARGET_LX6
/* The flat machine's other addresses of its RAM: tests/flat/flat_machine.h. */
#define ALIAS 0x20000000
#define WORDS 0x40000000
#define REVERSED 0x48000000
#define REVERSED_END 0xbfffc            /* the RAM that the first word there is */
#define DMA 0x60000010

        .macro  through written, executed
        movi    a2, returns_1
        movi    a3, \written
        copy    2
        returns \executed, 1
        movi    a2, returns_2
        movi    a3, \written
        copy    2
        returns \executed, 2
        .endm

TEST(through_another_address)
        through (ALIAS + slot), slot
        through slot, (ALIAS + slot)
        through slot, (WORDS + slot)
        through (WORDS + slot), slot
        through (WORDS + slot), (ALIAS + slot)

/* Both addresses have been run, then a store through either changes both. */
TEST(at_two_addresses_at_once)
        through slot, slot
        returns (ALIAS + slot), 2
        returns (WORDS + slot), 2
        movi    a2, returns_1
        movi    a3, WORDS + slot
        copy    2
        returns slot, 1
        returns (ALIAS + slot), 1
        returns (WORDS + slot), 1

/* The words of a function lie the other way round there, as in the ESP32's SRAM 1. */
TEST(where_words_count_downwards)
        through REVERSED + 0x100, REVERSED + 0x100
        movi    a3, REVERSED_END - 0x100
        movi    a2, 55
        s8i     a2, a3, 2
        isync
        returns (REVERSED + 0x100), 55

TEST(by_another_master)
        movi    a2, returns_1
        movi    a3, slot
        copy    2
        returns slot, 1
        returns (WORDS + slot), 1
        movi    a3, DMA
        movi    a4, slot
        s32i    a4, a3, 0
        movi    a4, returns_2
        l32i    a4, a4, 0
        s32i    a4, a3, 4
        memw
        isync
        returns slot, 2
        returns (WORDS + slot), 2
#endif

SUITE_END

        .align  4
returns_1:
        _movi   a2, 1
        ret
        .align  4
returns_2:
        _movi   a2, 2
        ret
        .align  4
across_1:
        _nop
        _movi   a2, 1                   /* bytes 3 to 5: the immediate is byte 5 */
        ret
        .align  4
counts: _nop
        ret
        .align  4
beside: .word   0
        .align  4
slot:   .space  32
