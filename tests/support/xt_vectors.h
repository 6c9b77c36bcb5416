// SPDX-License-Identifier: Apache-2.0
// Window overflow and underflow handlers as every run-time has them, for programs in an xt_bench: load them at
// xt_bench::CODE. Source: Xtensa ISA Reference Manual, section 4.7.1.5.
#ifndef VESPER_TESTS_SUPPORT_XT_VECTORS_H
#define VESPER_TESTS_SUPPORT_XT_VECTORS_H

static const char *const window_vectors =
    ".org 0x40080000\n"
    "s32e a0, a5, -16; s32e a1, a5, -12; s32e a2, a5, -8; s32e a3, a5, -4; rfwo\n"
    ".org 0x40080040\n"
    "l32e a0, a5, -16; l32e a1, a5, -12; l32e a2, a5, -8; l32e a3, a5, -4; rfwu\n"
    ".org 0x40080080\n"
    "s32e a0, a9, -16; l32e a0, a1, -12; s32e a1, a9, -12; s32e a2, a9, -8; s32e a3, a9, -4\n"
    "s32e a4, a0, -32; s32e a5, a0, -28; s32e a6, a0, -24; s32e a7, a0, -20; rfwo\n"
    ".org 0x400800c0\n"
    "l32e a0, a9, -16; l32e a1, a9, -12; l32e a2, a9, -8; l32e a7, a1, -12; l32e a3, a9, -4\n"
    "l32e a4, a7, -32; l32e a5, a7, -28; l32e a6, a7, -24; l32e a7, a7, -20; rfwu\n"
    ".org 0x40080100\n"
    "s32e a0, a13, -16; l32e a0, a1, -12; s32e a1, a13, -12; s32e a2, a13, -8; s32e a3, a13, -4\n"
    "s32e a4, a0, -48; s32e a5, a0, -44; s32e a6, a0, -40; s32e a7, a0, -36; s32e a8, a0, -32; s32e a9, a0, -28\n"
    "s32e a10, a0, -24; s32e a11, a0, -20; rfwo\n"
    ".org 0x40080140\n"
    "l32e a0, a13, -16; l32e a1, a13, -12; l32e a2, a13, -8; l32e a11, a1, -12; l32e a3, a13, -4\n"
    "l32e a4, a11, -48; l32e a5, a11, -44; l32e a6, a11, -40; l32e a7, a11, -36; l32e a8, a11, -32\n"
    "l32e a9, a11, -28; l32e a10, a11, -24; l32e a11, a11, -20; rfwu\n";

#endif
