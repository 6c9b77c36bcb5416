/* SPDX-License-Identifier: Apache-2.0 */
/* Empty on purpose: libgcc includes a header of this name that GCC's configure would generate. */
