/* SPDX-License-Identifier: Apache-2.0 */
/* Loops whose time on silicon is published. Each: uint32_t NAME(uint32_t rounds, uint32_t argument), the cycles of all
 * rounds, in interrupt-free code. */
        .text

        .macro  LOOP name, prologue, times, body:vararg
        .align  4
        .global \name
        .type   \name, @function
\name:
        entry   a1, 16
        \prologue
        rsr     a8, ccount
        loopnez a2, .Lend_\name
        .rept   \times
        \body
        .endr
.Lend_\name:
        rsr     a9, ccount
        sub     a2, a9, a8
        retw
        .size   \name, . - \name
        .endm

        .macro  OPERANDS
        movi    a4, 1000
        movi    a5, 7
        float.s f1, a4, 0
        float.s f2, a5, 0
        .endm

        .macro  MULTIPLY_ADD
        mull    a6, a4, a5
        add     a7, a7, a6
        .endm

        .macro  FLOAT_MULTIPLY_ADD
        madd.s  f4, f1, f2
        madd.s  f5, f1, f2
        madd.s  f6, f1, f2
        madd.s  f7, f1, f2
        .endm

        .macro  SET_AND_CLEAR
        memw
        s32i    a5, a3, 0               /* W1TS */
        memw
        s32i    a5, a3, 4               /* W1TC */
        .endm

        .macro  READ
        memw
        l32i    a4, a3, 0
        .endm

        LOOP    loop_add, OPERANDS, 64, add a6, a4, a5
        LOOP    loop_multiply, OPERANDS, 64, mull a6, a4, a5
        LOOP    loop_divide, OPERANDS, 64, quos a6, a5, a4
        LOOP    loop_multiply_add, OPERANDS, 32, MULTIPLY_ADD
        LOOP    loop_float_add, OPERANDS, 64, add.s f0, f1, f2
        LOOP    loop_float_multiply, OPERANDS, 64, mul.s f0, f1, f2
        LOOP    loop_float_multiply_add, OPERANDS, 16, FLOAT_MULTIPLY_ADD
        LOOP    loop_set_and_clear, OPERANDS, 1, SET_AND_CLEAR
        LOOP    loop_read, OPERANDS, 1, READ
