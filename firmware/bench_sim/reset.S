/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's machine `sim` starts at the core's reset vector. */
        .section .reset, "ax"
        j       1f
        .align  4
0:      .word   _start
1:      l32r    a0, 0b
        jx      a0

/* int sim_call(int number, int a, int b, int c): semihosting, arguments in a2..a5, result in a2. */
        .text
        .align  4
        .global sim_call
        .type   sim_call, @function
sim_call:
        entry   a1, 16
        simcall
        retw
        .size   sim_call, . - sim_call
