/* SPDX-License-Identifier: Apache-2.0 */
/* Inside a block interlocks are known beforehand. Between blocks that follow each other without a jump (whose bubbles
 * cover all latencies) a result may still be on its way: cpu->carry_in[n] is the set of registers that are ready n + 1
 * cycles after the start of the block that runs or comes next. */
#include "cpu_iss/engine.h"

_Static_assert(XT_CARRY_DEPTH == 3, "the cases below are written out: tight loops come here in every round");

void xt_carry_out(struct xt_cpu *cpu, const struct xt_block *from)
{
    uint64_t *late = cpu->carry_in;
    const uint64_t *out = from->carry_out;
    unsigned cycles = cpu->carry ? from->ops[from->count].cycle : XT_CARRY_DEPTH;
    late[0] = out[0] | (cycles < 3 ? late[cycles] : 0);
    late[1] = out[1] | (cycles < 2 ? late[1 + cycles] : 0);
    late[2] = out[2] | (cycles < 1 ? late[2] : 0);
    cpu->carry = (late[0] | late[1] | late[2]) != 0;
}

/* How long the first of the registers that `to` uses in cycles 0, 1, 2 keeps it waiting. */
static unsigned stall_before(const uint64_t *late, const uint64_t *use)
{
    if (late[2] & use[0])
        return 3;
    if ((late[1] & use[0]) | (late[2] & use[1]))
        return 2;
    return ((late[0] & use[0]) | (late[1] & use[1]) | (late[2] & use[2])) != 0;
}

void xt_carry_in(struct xt_cpu *cpu, const struct xt_block *to)
{
    uint64_t *late = cpu->carry_in;
    unsigned stall = stall_before(late, to->use);
    if (stall == 0)
        return;
    cpu->cycle += stall;
    cpu->stall_cycles += stall;
    late[0] = stall < 3 ? late[stall] : 0;
    late[1] = stall < 2 ? late[2] : 0;
    late[2] = 0;
}
