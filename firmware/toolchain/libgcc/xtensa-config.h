/* SPDX-License-Identifier: Apache-2.0 */
/* What libgcc's Xtensa assembler asks about the core: the LX6. -DNO_MUL32_HIGH leaves out MULUH and MULSH, -DNO_FP the
 * floating-point unit: QEMU's dc233c has neither. */
#define XCHAL_HAVE_BE 0
#define XCHAL_HAVE_WINDOWED 1
#define XCHAL_HAVE_ABS 1
#define XCHAL_HAVE_ADDX 1
#define XCHAL_HAVE_L32R 1
#define XCHAL_HAVE_CONST16 0
#define XCHAL_HAVE_DENSITY 1
#define XCHAL_HAVE_LOOPS 1
#define XCHAL_HAVE_NSA 1
#define XCHAL_HAVE_MINMAX 1
#define XCHAL_HAVE_SEXT 1
#define XCHAL_HAVE_MAC16 0
#define XCHAL_HAVE_MUL16 1
#define XCHAL_HAVE_MUL32 1
#define XCHAL_HAVE_DIV32 1
#define XCHAL_NUM_AREGS 64
#define XCHAL_HAVE_DFP 0
#define XCHAL_HAVE_DFP_DIV 0
#define XCHAL_HAVE_DFP_SQRT 0
#define XCHAL_HAVE_DFP_RECIP 0
#define XCHAL_HAVE_DFP_RSQRT 0
#define XCHAL_DCACHE_SIZE 0
#define XCHAL_ICACHE_SIZE 0
#ifdef NO_MUL32_HIGH
#define XCHAL_HAVE_MUL32_HIGH 0
#else
#define XCHAL_HAVE_MUL32_HIGH 1
#endif
#ifdef NO_FP
#define XCHAL_HAVE_FP 0
#define XCHAL_HAVE_FP_DIV 0
#define XCHAL_HAVE_FP_SQRT 0
#define XCHAL_HAVE_FP_RECIP 0
#define XCHAL_HAVE_FP_RSQRT 0
#else
#define XCHAL_HAVE_FP 1
#define XCHAL_HAVE_FP_DIV 1
#define XCHAL_HAVE_FP_SQRT 1
#define XCHAL_HAVE_FP_RECIP 1
#define XCHAL_HAVE_FP_RSQRT 1
#endif
