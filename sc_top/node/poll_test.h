/* SPDX-License-Identifier: Apache-2.0 */
/* What code waits for, read from its instructions: the test of a register that it polls, the lock or the place in
 * memory that it looks at. Looks only; changes nothing. */
#ifndef VESPER_SC_TOP_NODE_POLL_TEST_H
#define VESPER_SC_TOP_NODE_POLL_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "bus/reg.h"
#include "cpu_iss/xt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The test that follows the load at `load`: ", until bits 8 to 10 (STATE) are 0x5". Follows the value through shifts,
 * masks and one return to `return_address` (A0 as it was at the load). reg: names its fields; NULL: unknown. Empty when
 * no test is seen. */
void poll_find_test(struct xt_cpu *cpu, uint32_t load, uint32_t return_address, const struct reg_desc *reg, char *text,
                    size_t size);

/* The loop around the pc, when it makes no calls: the word that it tries to take by S32C1I, or the first one that it
 * loads. False: neither is seen. */
struct poll_place {
    bool is_lock;
    uint32_t address, value;
};
bool poll_find_place(struct xt_cpu *cpu, struct poll_place *place);

#ifdef __cplusplus
}
#endif
#endif
