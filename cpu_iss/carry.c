/* SPDX-License-Identifier: Apache-2.0 */
/* Inside a block interlocks are known beforehand. Between blocks that follow each other without a jump (whose bubbles
 * cover all latencies) a result may still be on its way: cpu->carry_in[n] is the set of registers that are ready n + 1
 * cycles after the start of the block that runs or comes next. */
#include "cpu_iss/engine.h"

void xt_carry_out(struct xt_cpu *cpu, const struct xt_block *from)
{
    unsigned cycles = from->ops[from->count].cycle;
    bool any = false;
    for (unsigned n = 0; n < XT_CARRY_DEPTH; n++) {
        uint64_t inherited = cpu->carry && n + cycles < XT_CARRY_DEPTH ? cpu->carry_in[n + cycles] : 0;
        cpu->carry_in[n] = from->carry_out[n] | inherited;
        any |= cpu->carry_in[n] != 0;
    }
    cpu->carry = any;
}

void xt_carry_in(struct xt_cpu *cpu, const struct xt_block *to)
{
    unsigned stall = 0;
    for (unsigned ready = 1; ready <= XT_CARRY_DEPTH; ready++)
        for (unsigned used = 0; used < ready; used++)
            if (cpu->carry_in[ready - 1] & to->use[used] && ready - used > stall)
                stall = ready - used;
    if (stall == 0)
        return;
    cpu->cycle += stall;
    cpu->stall_cycles += stall;
    for (unsigned n = 0; n < XT_CARRY_DEPTH; n++)
        cpu->carry_in[n] = n + stall < XT_CARRY_DEPTH ? cpu->carry_in[n + stall] : 0;
}
