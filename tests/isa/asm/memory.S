/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores, aligned, and synchronization of them. ISA RM, 6. Unaligned ones are in unaligned.S. */
#include "tests/isa/asm/kit.h"
SUITE

        .data
        .align  4
bytes:  .byte   0x80, 0x7f, 0xff, 0x01, 0x34, 0x92, 0xcd, 0xab
room:   .space  1024
        .text

TEST(l8ui_zero_extends)
        movi    a2, bytes
        l8ui    a3, a2, 0
        ASSERT_EQ(a3, 0x80)
        l8ui    a3, a2, 2
        ASSERT_EQ(a3, 0xff)
        l8ui    a3, a2, 7
        ASSERT_EQ(a3, 0xab)

TEST(l16ui_zero_extends_and_l16si_sign_extends)
        movi    a2, bytes
        l16ui   a3, a2, 0
        ASSERT_EQ(a3, 0x7f80)
        l16ui   a3, a2, 4
        ASSERT_EQ(a3, 0x9234)
        l16si   a3, a2, 0
        ASSERT_EQ(a3, 0x7f80)
        l16si   a3, a2, 4
        ASSERT_EQ(a3, 0xffff9234)

TEST(l32i_is_little_endian)
        movi    a2, bytes
        _l32i   a3, a2, 0
        ASSERT_EQ(a3, 0x01ff7f80)
        _l32i   a3, a2, 4
        ASSERT_EQ(a3, 0xabcd9234)

TEST(offsets_are_scaled_by_the_size)
        movi    a2, room
        movi    a3, 0x12345678
        s8i     a3, a2, 255
        s16i    a3, a2, 510
        _s32i   a3, a2, 1020
        ASSERT_WORD(room + 252, 0x78000000)
        ASSERT_WORD(room + 508, 0x56780000)
        ASSERT_WORD(room + 1020, 0x12345678)
        l8ui    a4, a2, 255
        ASSERT_EQ(a4, 0x78)
        l16ui   a4, a2, 510
        ASSERT_EQ(a4, 0x5678)
        l16si   a4, a2, 510
        ASSERT_EQ(a4, 0x5678)
        _l32i   a4, a2, 1020
        ASSERT_EQ(a4, 0x12345678)

TEST(narrow_stores_leave_their_neighbours)
        movi    a2, room
        movi    a3, -1
        s32i    a3, a2, 0
        movi    a4, 0
        s8i     a4, a2, 1
        ASSERT_WORD(room, 0xffff00ff)
        s32i    a3, a2, 0
        s16i    a4, a2, 2
        ASSERT_WORD(room, 0x0000ffff)

TEST(a_load_may_overwrite_its_base)
        movi    a2, bytes
        l32i    a2, a2, 4
        ASSERT_EQ(a2, 0xabcd9234)
        movi    a2, bytes
        l8ui    a2, a2, 1
        ASSERT_EQ(a2, 0x7f)

TEST(l32r_reads_a_literal_before_the_code)
        .literal .literal_1, 0x89abcdef
        l32r    a2, .literal_1
        ASSERT_EQ(a2, 0x89abcdef)

TEST(acquire_and_release_are_loads_and_stores)
        movi    a2, room
        movi    a3, 0x13572468
        s32ri   a3, a2, 1020
        l32ai   a4, a2, 1020
        ASSERT_EQ(a4, 0x13572468)
        s32ri   a4, a2, 0
        l32ai   a5, a2, 0
        ASSERT_EQ(a5, 0x13572468)

TEST(ordering_instructions_change_nothing)
        movi    a2, 0x77
        memw
        extw
        excw
        isync
        rsync
        esync
        dsync
        ASSERT_EQ(a2, 0x77)

#ifdef TARGET_LX6
TEST(s32nb_is_a_store)
        movi    a2, room
        movi    a3, 0x0badcafe
        s32nb   a3, a2, 60
        ASSERT_WORD(room + 60, 0x0badcafe)
#endif

/* --- S32C1I: conditional store. ISA RM, 4.3.13 ------------------------------------------------------------------- */
TEST(s32c1i_stores_when_memory_is_as_expected)
        movi    a2, room
        movi    a3, 0x11
        s32i    a3, a2, 0
        wsr     a3, scompare1
        movi    a4, 0x22
        s32c1i  a4, a2, 0
        ASSERT_EQ(a4, 0x11)
        ASSERT_WORD(room, 0x22)

TEST(s32c1i_only_reads_when_memory_differs)
        movi    a2, room
        movi    a3, 0x11
        s32i    a3, a2, 1020
        movi    a3, 0x12
        wsr     a3, scompare1
        movi    a4, 0x22
        s32c1i  a4, a2, 1020
        ASSERT_EQ(a4, 0x11)
        ASSERT_WORD(room + 1020, 0x11)
        ASSERT_SR(scompare1, 0x12)

TEST(a_lock_is_taken_once)
        movi    a2, room
        movi    a3, 0
        s32i    a3, a2, 4
        wsr     a3, scompare1
        movi    a4, 1
        s32c1i  a4, a2, 4
        ASSERT_EQ(a4, 0)
        movi    a4, 1
        s32c1i  a4, a2, 4
        ASSERT_EQ(a4, 1)
SUITE_END
