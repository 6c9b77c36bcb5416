/* SPDX-License-Identifier: Apache-2.0 */
/* firmware/runtime/setjmp.S */
#ifndef VESPER_GUEST_SETJMP_H
#define VESPER_GUEST_SETJMP_H

typedef unsigned jmp_buf[18];

int setjmp(jmp_buf state) __attribute__((returns_twice));
void longjmp(jmp_buf state, int value) __attribute__((noreturn));

#endif
