/* SPDX-License-Identifier: Apache-2.0 */
/* Special and user registers: what is written is read back, in the bits that exist, and XSR exchanges. ISA RM,
 * chapter 5. What the registers do is in the other files. */
#include "tests/isa/asm/kit.h"

/* Both patterns, written by WSR and by XSR; other bits keep `rest`. */
        .macro  holds   sr, mask, rest=0, line=0
        .irp    pattern, 0x5a5a5a5a, 0xa5a5a5a5
        movi    a2, (\pattern & \mask) | \rest
        wsr     a2, \sr
        rsync
        rsr     a3, \sr
        kit_assert_eq_reg a3, a2, __LINE__
        movi    a4, (~\pattern & \mask) | \rest
        mov     a5, a4
        xsr     a4, \sr
        rsync
        kit_assert_eq_reg a4, a2, __LINE__
        rsr     a3, \sr
        kit_assert_eq_reg a3, a5, __LINE__
        .endr
        .endm

/* As `holds`, and writes all ones, of which only the mask's stay. */
        .macro  masks   sr, mask
        holds   \sr, \mask
        movi    a2, -1
        wsr     a2, \sr
        rsync
        rsr     a3, \sr
        kit_assert_eq a3, \mask, __LINE__
        .endm

        .macro  user_holds ur
        .irp    pattern, 0x5a5a5a5a, 0xa5a5a5a5
        movi    a2, \pattern
        wur.\ur a2
        rur.\ur a3
        kit_assert_eq_reg a3, a2, __LINE__
        .endr
        .endm

SUITE

TEST(loop_registers)
        holds   lbeg, 0xffffffff
        holds   lend, 0xffffffff
        movi    a2, 0
        wsr     a2, lend
        isync
        holds   lcount, 0xffffffff
        movi    a2, 0
        wsr     a2, lcount
        isync

TEST(sar_has_six_bits)
        holds   sar, 0x3f

TEST(exception_registers)
        holds   epc1, 0xffffffff
        holds   depc, 0xffffffff
        holds   excvaddr, 0xffffffff
        holds   exccause, 0x3f
        holds   excsave1, 0xffffffff

TEST(registers_of_the_interrupt_levels)
        .irp    n, 2, 3, 4, 5, 6, 7
        holds   epc\n, 0xffffffff
        holds   eps\n, 0x70f3f
        holds   excsave\n, 0xffffffff
        .endr

TEST(intenable_holds_what_is_written)
        rsil    a6, 15
        holds   intenable, 0x3fffff
        movi    a2, 0
        wsr     a2, intenable
        rsync

TEST(vecbase_keeps_the_high_bits)
        rsr     a6, vecbase
        holds   vecbase, 0xfffffc00
        wsr     a6, vecbase
        rsync

TEST(ps_is_read_as_written)
        movi    a2, PS_TEST | 15
        wsr     a2, ps
        rsync
        rsr     a3, ps
        ASSERT_EQ_REG(a3, a2)
        movi    a4, PS_TEST
        xsr     a4, ps
        rsync
        ASSERT_EQ_REG(a4, a2)
        ASSERT_SR(ps, PS_TEST)

TEST(windows_are_read_as_written)
        movi    a2, 0
        xsr     a2, windowbase
        rsync
        ASSERT_EQ(a2, 0)
        movi    a2, 1
        xsr     a2, windowstart
        rsync
        ASSERT_EQ(a2, 1)

TEST(timer_registers)
        rsil    a6, 15
        holds   ccompare0, 0xffffffff
        holds   ccompare1, 0xffffffff
        holds   ccompare2, 0xffffffff

TEST(ccount_goes_on_from_what_is_written)
        movi    a2, 0x10000000
        wsr     a2, ccount
        esync
        rsr     a3, ccount
        sub     a3, a3, a2
        movi    a4, 10000
        bltu    a3, a4, 1f
        UNREACHABLE
1:      movi    a4, 0x20000000
        xsr     a4, ccount
        sub     a4, a4, a2
        srli    a4, a4, 16
        ASSERT_EQ(a4, 0)

TEST(debug_registers)
        rsil    a6, 15
        holds   ibreaka0, 0xffffffff
        holds   ibreaka1, 0xffffffff
        holds   dbreaka0, 0xffffffff
        holds   dbreaka1, 0xffffffff
        movi    a2, 0
        wsr     a2, ibreakenable
        isync
        movi    a2, 3
        xsr     a2, ibreakenable
        ASSERT_EQ(a2, 0)
        ASSERT_SR(ibreakenable, 3)
        movi    a2, 0
        wsr     a2, ibreakenable
        movi    a2, 0x3f
        xsr     a2, dbreakc0
        ASSERT_SR(dbreakc0, 0x3f)
        movi    a2, 0x38
        xsr     a2, dbreakc1
        ASSERT_SR(dbreakc1, 0x38)
        movi    a2, 0
        wsr     a2, dbreakc0
        wsr     a2, dbreakc1
        holds   icount, 0xffffffff      /* ICOUNTLEVEL is 0: it does not count */
        movi    a2, 5
        xsr     a2, icountlevel
        rsr     a3, icountlevel
        movi    a4, 0
        wsr     a4, icountlevel
        isync
        ASSERT_EQ(a3, 5)

TEST(cpenable_has_a_bit_for_each_coprocessor)
        movi    a2, 0
        xsr     a2, cpenable
        rsync
        ASSERT_EQ(a2, 0xff)
        ASSERT_SR(cpenable, 0)

TEST(threadptr)
        user_holds threadptr

TEST(misc_registers)
        holds   misc0, 0xffffffff
        holds   misc1, 0xffffffff
#ifdef TARGET_LX6
        holds   misc2, 0xffffffff
        holds   misc3, 0xffffffff
#endif

TEST(scompare1_and_atomctl)
        holds   scompare1, 0xffffffff
        holds   atomctl, 0x3f

#ifdef TARGET_LX6

TEST(registers_of_other_options)
        holds   br, 0xffff
        holds   litbase, 0xfffff001
        movi    a2, 0
        wsr     a2, litbase
        isync
        holds   acclo, 0xffffffff
        holds   m0, 0xffffffff
        holds   m1, 0xffffffff
        holds   m2, 0xffffffff
        holds   m3, 0xffffffff
        holds   ddr, 0xffffffff
        holds   debugcause, 0xf3f
        holds   memctl, 0xffffffff

TEST(acchi_is_sign_extended)
        movi    a2, 0x7f
        wsr     a2, acchi
        ASSERT_SR(acchi, 0x7f)
        movi    a2, 0x80
        xsr     a2, acchi
        ASSERT_EQ(a2, 0x7f)
        ASSERT_SR(acchi, 0xffffff80)

TEST(bits_that_do_not_exist)
        masks   br, 0xffff
        masks   exccause, 0x3f
        masks   eps2, 0x70fff
        masks   atomctl, 0x3f
        movi    a2, -1
        wsr     a2, vecbase
        rsync
        rsr     a3, vecbase
        ASSERT_EQ(a3, 0xfffffc00)

/* facts 1.1: the two cores of the ESP32. */
TEST(read_only_registers)
        rsr     a2, configid0
        wsr     a2, configid0
        rsr     a3, configid0
        ASSERT_EQ_REG(a3, a2)
        rsr     a3, configid1
        beq     a2, a3, 1f              /* both exist and differ */
        j       2f
1:      UNREACHABLE
2:      ASSERT_SR(prid, 0xcdcd)
        movi    a2, 0
        wsr     a2, mmid

TEST(user_registers_of_the_coprocessors)
        user_holds f64r_lo
        user_holds f64r_hi
        movi    a2, 0x7f
        wur.fcr a2
        ASSERT_UR(fcr, 0x7f)
        movi    a2, 0xf80
        wur.fsr a2
        ASSERT_UR(fsr, 0xf80)
        movi    a2, 0
        wur.fcr a2
        wur.fsr a2
        wur.f64s a2
        ASSERT_UR(f64s, 0)

/* ESP32: no wires are connected to the outputs, and the inputs read as 0. */
TEST(expstate_bits)
        movi    a2, 0xf0
        wur.expstate a2
        ASSERT_UR(expstate, 0xf0)
        setb_expstate 1
        ASSERT_UR(expstate, 0xf2)
        clrb_expstate 7
        ASSERT_UR(expstate, 0x72)
        movi    a2, 0x0f
        movi    a3, 0x05
        wrmsk_expstate a2, a3
        ASSERT_UR(expstate, 0x77)
        read_impwire a4
        ASSERT_EQ(a4, 0)
#endif

SUITE_END
