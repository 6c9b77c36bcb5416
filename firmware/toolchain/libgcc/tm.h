/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for a header that GCC's configure would generate: what libgcc2.c asks about the target. */
#define MIN_UNITS_PER_WORD 4
#define UNITS_PER_WORD 4
#define BYTES_BIG_ENDIAN 0
#define WORDS_BIG_ENDIAN 0
#define LIBGCC2_UNITS_PER_WORD 4
