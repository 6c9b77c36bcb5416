/* SPDX-License-Identifier: Apache-2.0 */
/* Boolean registers. ISA RM, 4.3.9. */
#include "tests/isa/asm/kit.h"
SUITE

#if HAS_BOOLEAN
/* QEMU 7.2 keeps BR and b0..b15 apart until a translated block ends; so jump between uses of the one and the other. */
        .macro  settle
        j       94f
94:
        .endm

        .macro  set_br value
        movi    a2, \value
        wsr     a2, br
        rsync
        settle
        .endm

/* b0, b1: all four pairs; the result goes to b15. */
        .macro  check op, want00, want01, want10, want11
        .irp    s, 0, 1
        .irp    t, 0, 1
        set_br  (0x7ff0 | \s | \t << 1)
        \op     b15, b0, b1
        .if     \s
        .if     \t
        settle
        ASSERT_SR(br, 0x7ff3 | \want11 << 15)
        .else
        settle
        ASSERT_SR(br, 0x7ff1 | \want10 << 15)
        .endif
        .else
        .if     \t
        settle
        ASSERT_SR(br, 0x7ff2 | \want01 << 15)
        .else
        settle
        ASSERT_SR(br, 0x7ff0 | \want00 << 15)
        .endif
        .endif
        set_br  (0xfff0 | \s | \t << 1)
        \op     b15, b0, b1
        settle
        rsr     a3, br
        extui   a3, a3, 15, 1
        .if     \s + \t == 0
        ASSERT_EQ(a3, \want00)
        .endif
        .if     \s + \t == 2
        ASSERT_EQ(a3, \want11)
        .endif
        .endr
        .endr
        .endm

TEST(operations_on_two)
        check   andb, 0, 0, 0, 1
        check   andbc, 0, 0, 1, 0
        check   orb, 0, 1, 1, 1
        check   orbc, 1, 0, 1, 1
        check   xorb, 0, 1, 1, 0

TEST(any_and_all_of_a_group)
        .irp    group, 0, 4, 8, 12
        .irp    four, 0, 1, 8, 0xe, 0xf
        set_br  (\four << \group)
        any4    b1, b\group
        settle
        rsr     a3, br
        extui   a3, a3, 1, 1
        ASSERT_EQ(a3, (\four != 0) & 1)
        set_br  (\four << \group)
        all4    b2, b\group
        settle
        rsr     a3, br
        extui   a3, a3, 2, 1
        ASSERT_EQ(a3, (\four == 15) & 1)
        .endr
        .endr
        .irp    group, 0, 8
        .irp    eight, 0, 1, 0x80, 0xfe, 0xff
        set_br  (\eight << \group)
        any8    b3, b\group
        settle
        rsr     a3, br
        extui   a3, a3, 3, 1
        ASSERT_EQ(a3, (\eight != 0) & 1)
        set_br  (\eight << \group)
        all8    b4, b\group
        settle
        rsr     a3, br
        extui   a3, a3, 4, 1
        ASSERT_EQ(a3, (\eight == 255) & 1)
        .endr
        .endr

TEST(a_result_changes_one_bit)
        set_br  0x5555
        orb     b1, b0, b0
        settle
        ASSERT_SR(br, 0x5557)
        xorb    b0, b0, b0
        settle
        ASSERT_SR(br, 0x5556)

TEST(branches_on_booleans)
        set_br  0x8001
        bt      b0, 1f
        UNREACHABLE
1:      bt      b1, 2f
        bf      b1, 3f
2:      UNREACHABLE
3:      bf      b15, 2b
        bt      b15, 4f
        UNREACHABLE
4:
TEST(moves_on_booleans)
        set_br  0x0004
        movi    a3, 0x11
        movi    a4, 0x22
        movt    a4, a3, b2
        ASSERT_EQ(a4, 0x11)
        movi    a4, 0x22
        movt    a4, a3, b3
        ASSERT_EQ(a4, 0x22)
        movf    a4, a3, b2
        ASSERT_EQ(a4, 0x22)
        movf    a4, a3, b3
        ASSERT_EQ(a4, 0x11)
#endif
SUITE_END
