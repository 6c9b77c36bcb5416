/* SPDX-License-Identifier: Apache-2.0 */
/* The whole state of a core as bytes. What can be found again (direct pointers, translations) is left out; what the
 * host sets (traces, break- and watchpoints) is not state of the core. A restored core goes on cycle for cycle as the
 * saved one would, if memory is the same. */
#include "cpu_iss/engine.h"

enum { MAGIC = 0x31535458 /* XTS1 */ };

struct image {
    uint32_t magic, size;
    uint64_t cycle, instructions, stall_cycles;
    uint64_t timer_match[XT_TIMERS], write_done[XT_WRITE_BUFFER], carry_in[XT_CARRY_DEPTH];
    uint64_t nested_at, perfmon_base[2];
    struct xt_stats stats;
    uint32_t pc, is_in_block, here, offset, resume, stall, falls, carry, attention;
    uint32_t ar[XT_AR], sr[256], ur[XT_URS], f[16], fcr, fsr;
    uint32_t ccount_offset, lines, exit_code, nested_exceptions;
    uint32_t perfmon[8];
    uint32_t loop_ends, loop_end[XT_LOOP_ENDS];
    uint8_t fetch_attribute[XT_REGIONS], data_attribute[XT_REGIONS];
};

/* Reasons for attention that are the core's own and do not follow from other state. */
#define SAVED_ATTENTION (XT_ATTENTION_STALLED | XT_ATTENTION_WAITING | XT_ATTENTION_DEAD | XT_ATTENTION_EXIT)

/* Copies in the one or the other direction, so that no field can be forgotten in one of them. */
static void copy(bool saves, void *cpu_side, void *image_side, size_t size)
{
    memcpy(saves ? image_side : cpu_side, saves ? cpu_side : image_side, size);
}

static void exchange(bool saves, struct xt_cpu *cpu, struct image *image)
{
#define COPY(field) copy(saves, &cpu->field, &image->field, sizeof image->field)
    COPY(cycle);
    COPY(instructions);
    COPY(stall_cycles);
    COPY(timer_match);
    COPY(write_done);
    COPY(carry_in);
    COPY(nested_at);
    COPY(stats);
    COPY(sr);
    COPY(ur);
    COPY(ccount_offset);
    COPY(lines);
    COPY(exit_code);
    COPY(nested_exceptions);
    COPY(loop_ends);
    COPY(loop_end);
    COPY(fetch_attribute);
    COPY(data_attribute);
#undef COPY
    copy(saves, cpu->fpu.f, image->f, sizeof image->f);
    copy(saves, &cpu->fpu.fcr, &image->fcr, sizeof image->fcr);
    copy(saves, &cpu->fpu.fsr, &image->fsr, sizeof image->fsr);
    copy(saves, cpu->perfmon.base, image->perfmon_base, sizeof image->perfmon_base);
    uint32_t *perfmon[8] = {&cpu->perfmon.global,    &cpu->perfmon.control[0],  &cpu->perfmon.control[1],
                            &cpu->perfmon.status[0], &cpu->perfmon.status[1],   &cpu->perfmon.count[0],
                            &cpu->perfmon.count[1],  &cpu->perfmon.interrupt_pc};
    for (unsigned n = 0; n < 8; n++)
        copy(saves, perfmon[n], &image->perfmon[n], sizeof image->perfmon[n]);
}

size_t xt_save(const struct xt_cpu *cpu, void *bytes, size_t size)
{
    struct image image;
    struct xt_cpu *source = (struct xt_cpu *)(uintptr_t)cpu; /* only read */
    if (!bytes || size < sizeof image)
        return sizeof image;
    memset(&image, 0, sizeof image);
    image.magic = MAGIC;
    image.size = sizeof image;
    exchange(true, source, &image);
    for (unsigned n = 0; n < XT_AR; n++)
        image.ar[n] = *xt_ar(source, n);
    image.is_in_block = cpu->block || cpu->is_restored;
    image.pc = cpu->block ? cpu->block->pc : cpu->pc;
    image.here = xt_pc(cpu);
    image.offset = cpu->offset;
    image.resume = cpu->is_restored ? cpu->restored.resume : cpu->resume;
    image.stall = cpu->is_restored ? cpu->restored.stall : cpu->block ? cpu->block->ops[cpu->resume].stall : 0;
    image.falls = cpu->falls;
    image.carry = cpu->carry;
    image.attention = cpu->attention & SAVED_ATTENTION;
    memcpy(bytes, &image, sizeof image);
    return sizeof image;
}

enum sim_status xt_restore(struct xt_cpu *cpu, const void *bytes, size_t size)
{
    struct image image;
    if (size != sizeof image)
        return SIM_BAD_FORMAT;
    memcpy(&image, bytes, sizeof image);
    bool fits = image.magic == MAGIC && image.size == sizeof image && image.resume < XT_BLOCK_OPS &&
                image.sr[XT_SR_windowbase] < 16 && image.loop_ends < XT_LOOP_ENDS && image.fcr <= XT_FCR_MASK;
    if (!fits)
        return SIM_BAD_FORMAT;
    xt_memory_changed(cpu, 0, UINT32_MAX);
    xt_arrive(cpu, image.pc);
    cpu->sr[XT_SR_windowbase] = 0;
    memcpy(cpu->ar, image.ar, sizeof image.ar);
    uint32_t base = image.sr[XT_SR_windowbase];
    image.sr[XT_SR_windowbase] = 0;
    exchange(false, cpu, &image);
    xt_rotate(cpu, base);
    xt_fp_set_fcr(&cpu->fpu, image.fcr);
    cpu->falls = image.falls;
    cpu->carry = image.carry != 0;
    cpu->is_restored = image.is_in_block != 0;
    cpu->restored.pc = image.here;
    cpu->restored.resume = (uint16_t)image.resume;
    cpu->restored.stall = (uint16_t)image.stall;
    cpu->offset = image.offset;
    cpu->attention = (uint8_t)(image.attention & SAVED_ATTENTION);
    cpu->next_match = UINT64_MAX;
    for (unsigned n = 0; n < XT_TIMERS; n++)
        if (cpu->timer_match[n] < cpu->next_match)
            cpu->next_match = cpu->timer_match[n];
    xt_ps_changed(cpu);
    xt_update_limit(cpu);
    return SIM_OK;
}
