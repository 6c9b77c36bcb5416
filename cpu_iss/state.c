/* SPDX-License-Identifier: Apache-2.0 */
/* State that follows from other state, and leaving blocks. */
#include "cpu_iss/engine.h"

void xt_update_limit(struct xt_cpu *cpu)
{
    uint64_t limit = cpu->soft < cpu->hard ? cpu->soft : cpu->hard;
    limit = cpu->next_match < limit ? cpu->next_match : limit;
    cpu->limit = cpu->attention ? 0 : limit;
}

void xt_attend(struct xt_cpu *cpu, unsigned reasons)
{
    cpu->attention |= (uint8_t)reasons;
    cpu->limit = 0;
}

void xt_unattend(struct xt_cpu *cpu, unsigned reasons)
{
    cpu->attention &= (uint8_t)~reasons;
    xt_update_limit(cpu);
}

void xt_ps_changed(struct xt_cpu *cpu)
{
    uint32_t ps = cpu->sr[XT_SR_ps];
    unsigned deny = 0;
    if (!(cpu->sr[XT_SR_cpenable] & 1))
        deny |= XT_NEEDS_CP0;
    if (!(ps & XT_PS_EXCM) && ps & XT_PS_RING)
        deny |= XT_NEEDS_RING0;
    cpu->deny = (uint8_t)deny;
    xt_windows_changed(cpu);
    xt_interrupts_changed(cpu);
    xt_stepping_changed(cpu);
}

void xt_stepping_changed(struct xt_cpu *cpu)
{
    bool counts = xt_current_level(cpu) < cpu->sr[XT_SR_icountlevel];
    bool steps = cpu->sr[XT_SR_ibreakenable] || counts || cpu->breakpoints || cpu->coverage ||
                 (cpu->trace && cpu->trace->instruction);
    bool traces = cpu->trace && (cpu->trace->control || cpu->trace->state);
    unsigned reasons = (steps ? XT_ATTENTION_STEP : 0) | (traces ? XT_ATTENTION_TRACE : 0);
    unsigned mask = XT_ATTENTION_STEP | XT_ATTENTION_TRACE;
    if ((cpu->attention & mask) == reasons)
        return;
    cpu->attention = (uint8_t)((cpu->attention & ~mask) | reasons);
    xt_update_limit(cpu);
}

void xt_leave_after(struct xt_cpu *cpu, const struct xt_op *op)
{
    const struct xt_op *next = op + 1;
    if (cpu->is_stale) {
        uint32_t pc = xt_op_next_pc(cpu, op);
        xt_abandon(cpu, next);
        xt_arrive(cpu, xt_fall(cpu, pc));
        cpu->falls = true;
    } else if (next->row == ISA_ROWS + XT_ROW_END) {
        const struct xt_block *block = cpu->block;
        uint8_t carry = cpu->carry;
        xt_abandon(cpu, next);
        xt_arrive(cpu, xt_fall(cpu, block->pc + block->length));
        cpu->falls = true;
        cpu->carry = carry;
        xt_carry_out(cpu, block);
    } else {
        cpu->resume = next->index;
        cpu->offset = next->cycle;
    }
}

void xt_leave_block(struct xt_cpu *cpu)
{
    if (cpu->is_restored) {
        cpu->cycle += cpu->offset;
        cpu->instructions += cpu->restored.resume;
        cpu->stall_cycles += cpu->restored.stall;
        xt_arrive(cpu, cpu->restored.pc);
        cpu->falls = true;
        return;
    }
    if (!cpu->block)
        return;
    const struct xt_op *op = &cpu->block->ops[cpu->resume];
    uint32_t pc = xt_op_pc(cpu, op);
    xt_abandon(cpu, op);
    xt_arrive(cpu, pc);
    cpu->falls = true;
}
