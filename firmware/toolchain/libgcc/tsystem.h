/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for a header of GCC's that asks for a hosted C library. */
#include <float.h>
#include <limits.h>
#include <stddef.h>
#define NULL_PTR ((void *)0)
void abort(void) __attribute__((noreturn));
#define gcc_assert(x) ((void)0)
