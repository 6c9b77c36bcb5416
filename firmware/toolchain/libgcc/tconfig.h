/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for a header that GCC's configure would generate. */
#define BITS_PER_UNIT 8
