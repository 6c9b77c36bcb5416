/* SPDX-License-Identifier: Apache-2.0 */
/* Special registers that are more than a stored word. ISA RM, chapter 5. */
#include "cpu_iss/engine.h"

uint32_t xt_sr_get(struct xt_cpu *cpu, unsigned number, uint64_t now)
{
    switch (number) {
    case XT_SR_ccount:
        return (uint32_t)now + cpu->ccount_offset;
    case XT_SR_interrupt:
        xt_timers_due(cpu, now);
        return cpu->sr[XT_SR_interrupt];
    default:
        return cpu->sr[number];
    }
}

static void set_ccount(struct xt_cpu *cpu, uint32_t value, uint64_t now)
{
    cpu->ccount_offset = value - (uint32_t)now;
    for (unsigned n = 0; n < XT_TIMERS; n++)
        xt_timers_changed(cpu, n, now);
}

void xt_sr_set(struct xt_cpu *cpu, unsigned number, uint32_t value, uint64_t now)
{
    static const uint32_t mask[256] = {
#define SR_RWX(n, id, option, mask, ...) [n] = mask,
#define SR_RW(n, id, option, mask, ...) [n] = mask,
#define SR_R(n, id, option, mask, ...)
#define SR_W(n, id, option, mask, ...) [n] = mask,
#include "cpu_iss/isa/lx6_sr.def"
    };
    static const uint32_t timer[XT_TIMERS] = {1u << 6, 1u << 15, 1u << 16};
    uint32_t old = cpu->sr[number], merged = (old & ~mask[number]) | (value & mask[number]);
    switch (number) {
    case XT_SR_lend:
        xt_loop_end_is(cpu, value);
        break;
    case XT_SR_acchi:
        cpu->sr[number] = (uint32_t)bits_sext(value, 8);
        break;
    case XT_SR_windowbase:
        xt_rotate(cpu, merged);
        xt_windows_changed(cpu);
        break;
    case XT_SR_windowstart:
        cpu->sr[number] = merged;
        xt_windows_changed(cpu);
        break;
    case XT_SR_ps:
    case XT_SR_cpenable:
    case XT_SR_icountlevel:
    case XT_SR_ibreakenable:
        cpu->sr[number] = merged;
        xt_ps_changed(cpu);
        break;
    case XT_SR_dbreaka0:
    case XT_SR_dbreaka1:
    case XT_SR_dbreakc0:
    case XT_SR_dbreakc1:
        cpu->sr[number] = merged;
        xt_drop_pages(cpu);
        break;
    case XT_SR_intset:
        xt_timers_due(cpu, now);
        cpu->sr[XT_SR_interrupt] |= value & mask[XT_SR_intset];
        xt_interrupts_changed(cpu);
        break;
    case XT_SR_intclear:
        xt_timers_due(cpu, now);
        cpu->sr[XT_SR_interrupt] &= ~(value & mask[XT_SR_intclear]);
        xt_interrupts_changed(cpu);
        break;
    case XT_SR_intenable:
        cpu->sr[number] = merged;
        xt_interrupts_changed(cpu);
        break;
    case XT_SR_ccount:
        set_ccount(cpu, value, now);
        break;
    case XT_SR_ccompare0:
    case XT_SR_ccompare1:
    case XT_SR_ccompare2:
        xt_timers_due(cpu, now);
        cpu->sr[number] = value;
        cpu->sr[XT_SR_interrupt] &= ~timer[number - XT_SR_ccompare0];
        xt_timers_changed(cpu, number - XT_SR_ccompare0, now);
        xt_interrupts_changed(cpu);
        break;
    default:
        cpu->sr[number] = merged;
        break;
    }
}
