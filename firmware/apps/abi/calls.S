/* SPDX-License-Identifier: Apache-2.0 */
/* uint32_t sum_by_call<n>(uint32_t n): recursion by the sizes of call that GCC does not use. */
        .macro  sum size, argument
        .align  4
        .global sum_by_call\size
        .type   sum_by_call\size, @function
sum_by_call\size:
        entry   a1, 16 + 4 * \size
        beqz    a2, 1f
        addi    a\argument, a2, -1
        call\size sum_by_call\size
        add     a2, a2, a\argument
1:      retw
        .size   sum_by_call\size, . - sum_by_call\size
        .endm

        .text
        sum     4, 6
        sum     12, 14

/* uint32_t loop_turns(uint32_t n): n, counted by a zero-overhead loop. For n = 1 it goes straight to the body, so that
 * at its end LCOUNT must be 0: that of a loop that an interrupt has cut short would bring it back. */
        .align  4
        .global loop_turns
        .type   loop_turns, @function
loop_turns:
        entry   a1, 16
        movi    a3, 0
        beqi    a2, 1, 2f
        loopnez a2, 3f
2:      addi    a3, a3, 1
        nop
3:      mov     a2, a3
        retw
        .size   loop_turns, . - loop_turns
