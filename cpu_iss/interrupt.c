/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts and the core's timers. ISA RM, sections 4.4.4 to 4.4.6 (interrupts, high-priority, timers); levels and
 * types of the 32 inputs: facts 1.4. */
#include "cpu_iss/engine.h"

#define MASK_LEVEL1 UINT32_C(0x000637ff)
#define MASK_LEVEL2 UINT32_C(0x00380000)
#define MASK_LEVEL3 UINT32_C(0x28c08800)
#define MASK_LEVEL4 UINT32_C(0x53000000)
#define MASK_LEVEL5 UINT32_C(0x84010000)
#define MASK_NMI UINT32_C(0x00004000)
#define MASK_EDGE UINT32_C(0x50400400)
#define MASK_TIMERS UINT32_C(0x00018040)
#define MASK_SOFTWARE UINT32_C(0x20000080)
#define MASK_PROFILING UINT32_C(0x00000800)
#define MASK_LEVEL_TYPE (~(MASK_EDGE | MASK_TIMERS | MASK_SOFTWARE | MASK_NMI | MASK_PROFILING))

static const uint32_t level_mask[8] = {0, MASK_LEVEL1, MASK_LEVEL2, MASK_LEVEL3, MASK_LEVEL4, MASK_LEVEL5, 0, MASK_NMI};
static const uint32_t timer_mask[XT_TIMERS] = {UINT32_C(1) << 6, UINT32_C(1) << 15, UINT32_C(1) << 16};

/* The highest level with a pending and enabled interrupt that the core would take at its present level; 0: none. The
 * NMI knows neither INTENABLE nor level. */
static unsigned deliverable_level(const struct xt_cpu *cpu)
{
    uint32_t pending = cpu->sr[XT_SR_interrupt];
    if (XT_LIKELY((pending & (cpu->sr[XT_SR_intenable] | MASK_NMI)) == 0))
        return 0;
    if (pending & MASK_NMI)
        return XT_NMI_LEVEL;
    pending &= cpu->sr[XT_SR_intenable];
    for (unsigned level = XT_NMI_LEVEL - 1; level > xt_current_level(cpu); level--)
        if (pending & level_mask[level])
            return level;
    return 0;
}

void xt_interrupts_changed(struct xt_cpu *cpu)
{
    if (deliverable_level(cpu))
        xt_attend(cpu, XT_ATTENTION_INTERRUPT);
    else if (cpu->attention & XT_ATTENTION_INTERRUPT)
        xt_unattend(cpu, XT_ATTENTION_INTERRUPT);
}

void xt_set_interrupts(struct xt_cpu *cpu, uint32_t levels)
{
    uint32_t rising = levels & ~cpu->lines & (MASK_EDGE | MASK_NMI);
    cpu->lines = levels;
    cpu->sr[XT_SR_interrupt] = (cpu->sr[XT_SR_interrupt] & ~MASK_LEVEL_TYPE) | (levels & MASK_LEVEL_TYPE) | rising;
    xt_interrupts_changed(cpu);
}

bool xt_take_interrupt(struct xt_cpu *cpu)
{
    unsigned level = deliverable_level(cpu);
    if (level == 0)
        return false;
    xt_leave_block(cpu);
    cpu->stats.interrupts++;
    if (level == XT_NMI_LEVEL)
        cpu->sr[XT_SR_interrupt] &= ~MASK_NMI;
    xt_raise_interrupt(cpu, level);
    return true;
}

/* --- Timers ----------------------------------------------------------------------------------------------------- */

static void find_next_match(struct xt_cpu *cpu)
{
    cpu->next_match = UINT64_MAX;
    for (unsigned n = 0; n < XT_TIMERS; n++)
        if (cpu->timer_match[n] < cpu->next_match)
            cpu->next_match = cpu->timer_match[n];
    xt_update_limit(cpu);
}

/* CCOUNT passes CCOMPARE once in 2^32 cycles; a match is an event of the moment when it gets there. */
void xt_timers_changed(struct xt_cpu *cpu, unsigned timer, uint64_t now)
{
    uint32_t ccount = (uint32_t)now + cpu->ccount_offset;
    uint32_t distance = cpu->sr[XT_SR_ccompare0 + timer] - ccount;
    cpu->timer_match[timer] = now + (distance ? distance : UINT64_C(1) << 32);
    find_next_match(cpu);
}

void xt_timers_due(struct xt_cpu *cpu, uint64_t now)
{
    if (XT_LIKELY(now < cpu->next_match))
        return;
    for (unsigned n = 0; n < XT_TIMERS; n++) {
        if (cpu->timer_match[n] > now)
            continue;
        cpu->sr[XT_SR_interrupt] |= timer_mask[n];
        uint64_t rounds = ((now - cpu->timer_match[n]) >> 32) + 1;
        cpu->timer_match[n] += rounds << 32;
    }
    find_next_match(cpu);
    xt_interrupts_changed(cpu);
}

/* When a timer that is enabled and not masked will interrupt. A pending one that is masked now stays so in WAITI. */
uint64_t xt_wake_cycle(const struct xt_cpu *cpu)
{
    uint64_t wake = UINT64_MAX;
    if (cpu->attention & XT_ATTENTION_INTERRUPT)
        return xt_now(cpu);
    for (unsigned n = 0; n < XT_TIMERS; n++) {
        bool counts = cpu->sr[XT_SR_intenable] & timer_mask[n];
        unsigned level = timer_mask[n] & MASK_LEVEL1 ? 1 : timer_mask[n] & MASK_LEVEL3 ? 3 : 5;
        if (counts && level > xt_current_level(cpu) && cpu->timer_match[n] < wake)
            wake = cpu->timer_match[n];
    }
    return wake;
}
