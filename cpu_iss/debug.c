/* SPDX-License-Identifier: Apache-2.0 */
/* The debugger's view of a core: registers, break- and watchpoints, call stack. */
#include "cpu_iss/engine.h"

/* --- Registers -------------------------------------------------------------------------------------------------- */

enum reg_kind { KIND_PC, KIND_AR, KIND_SR, KIND_UR, KIND_FR, KIND_FCR, KIND_FSR, KIND_A, KIND_B };

static const struct {
    const char *name;
    enum reg_kind kind;
    unsigned index;
} regs[] = {
#define DEBUG_REG(name, kind, index) {#name, KIND_##kind, index},
#include "cpu_iss/isa/lx6_debug_regs.def"
};

enum { REGS = sizeof regs / sizeof regs[0] };

int xt_reg_number(const char *name)
{
    for (int n = 0; n < REGS; n++)
        if (strcmp(regs[n].name, name) == 0)
            return n;
    return -1;
}

const char *xt_reg_name(unsigned number)
{
    return number < REGS ? regs[number].name : NULL;
}

bool xt_reg_get(struct xt_cpu *cpu, unsigned number, uint32_t *value)
{
    if (number >= REGS)
        return false;
    unsigned index = regs[number].index;
    switch (regs[number].kind) {
    case KIND_PC:
        *value = xt_pc(cpu);
        break;
    case KIND_AR:
        *value = *xt_ar(cpu, index);
        break;
    case KIND_SR:
        *value = xt_sr_get(cpu, index == XT_SR_intclear ? XT_SR_interrupt : index, xt_now(cpu));
        break;
    case KIND_UR:
        *value = cpu->ur[index];
        break;
    case KIND_FR:
        *value = cpu->fpu.f[index];
        break;
    case KIND_FCR:
        *value = cpu->fpu.fcr;
        break;
    case KIND_FSR:
        *value = xt_fp_fsr(&cpu->fpu);
        break;
    case KIND_A:
        *value = cpu->w[index];
        break;
    case KIND_B:
        *value = cpu->sr[XT_SR_br] >> index & 1;
        break;
    }
    return true;
}

/* As WSR would, except that what only reset sets stays as it is. */
static bool set_special(struct xt_cpu *cpu, unsigned index, uint32_t value)
{
    if (index == XT_SR_configid0 || index == XT_SR_configid1 || index == XT_SR_prid)
        return false;
    xt_leave_block(cpu);
    xt_sr_set(cpu, index, value, xt_now(cpu));
    return true;
}

bool xt_reg_set(struct xt_cpu *cpu, unsigned number, uint32_t value)
{
    if (number >= REGS)
        return false;
    unsigned index = regs[number].index;
    switch (regs[number].kind) {
    case KIND_PC:
        xt_set_pc(cpu, value);
        break;
    case KIND_AR:
        *xt_ar(cpu, index) = value;
        break;
    case KIND_SR:
        return set_special(cpu, index, value);
    case KIND_UR:
        cpu->ur[index] = value;
        break;
    case KIND_FR:
        cpu->fpu.f[index] = value;
        break;
    case KIND_FCR:
        xt_fp_set_fcr(&cpu->fpu, value);
        break;
    case KIND_FSR:
        xt_fp_set_fsr(&cpu->fpu, value);
        break;
    case KIND_A:
        cpu->w[index] = value;
        break;
    case KIND_B:
        cpu->sr[XT_SR_br] = bits_set(cpu->sr[XT_SR_br], index, 1, value);
        break;
    }
    return true;
}

/* --- Break- and watchpoints ------------------------------------------------------------------------------------- */

enum sim_status xt_break_add(struct xt_cpu *cpu, uint32_t pc)
{
    for (unsigned n = 0; n < cpu->breakpoints; n++)
        if (cpu->breakpoint[n] == pc)
            return SIM_OK;
    if (cpu->breakpoints == XT_BREAKS)
        return SIM_BUSY;
    cpu->breakpoint[cpu->breakpoints++] = pc;
    xt_stepping_changed(cpu);
    return SIM_OK;
}

enum sim_status xt_break_remove(struct xt_cpu *cpu, uint32_t pc)
{
    for (unsigned n = 0; n < cpu->breakpoints; n++) {
        if (cpu->breakpoint[n] != pc)
            continue;
        cpu->breakpoint[n] = cpu->breakpoint[--cpu->breakpoints];
        xt_stepping_changed(cpu);
        return SIM_OK;
    }
    return SIM_NOT_FOUND;
}

enum sim_status xt_watch_add(struct xt_cpu *cpu, uint32_t address, uint32_t length, enum xt_watch kind)
{
    if (length == 0 || address + (length - 1) < address)
        return SIM_BAD_VALUE;
    if (cpu->watches == XT_WATCHES)
        return SIM_BUSY;
    cpu->watch[cpu->watches++] = (struct xt_watchpoint){address, address + (length - 1), kind};
    xt_drop_pages(cpu);
    return SIM_OK;
}

enum sim_status xt_watch_remove(struct xt_cpu *cpu, uint32_t address, uint32_t length, enum xt_watch kind)
{
    for (unsigned n = 0; n < cpu->watches; n++) {
        const struct xt_watchpoint *watch = &cpu->watch[n];
        if (watch->first != address || watch->last != address + (length - 1) || watch->kind != kind)
            continue;
        cpu->watch[n] = cpu->watch[--cpu->watches];
        xt_drop_pages(cpu);
        return SIM_OK;
    }
    return SIM_NOT_FOUND;
}

/* --- Call stack ------------------------------------------------------------------------------------------------- */

/* Walks up the callers. Those whose windows are still in the register file are read there; the first caller that has
 * been spilled is found in its callee's base save area below the stack pointer, a0 at sp - 16 and a1 at sp - 12: ISA
 * RM, section 8.1.3 (stack frame layout). */
struct walk {
    struct xt_cpu *cpu;
    uint32_t base;    /* window of the frame, while `is_live` */
    uint32_t windows; /* WINDOWSTART of the frames above */
    bool is_live;
    uint32_t a0, sp;
};

static uint32_t call_address(uint32_t return_address, uint32_t region)
{
    enum { CALL_LENGTH = 3 };
    return (((return_address & UINT32_C(0x3fffffff)) | (region & UINT32_C(0xc0000000))) - CALL_LENGTH);
}

static bool step_up(struct walk *walk)
{
    uint32_t quads = walk->a0 >> 30, callee_sp = walk->sp;
    uint32_t caller = (walk->base - quads) & 15;
    if (quads == 0)
        return false;
    if (walk->is_live && walk->windows >> caller & 1) {
        walk->windows &= ~(UINT32_C(1) << caller);
        walk->base = caller;
        walk->a0 = *xt_ar(walk->cpu, 4 * caller);
        walk->sp = *xt_ar(walk->cpu, 4 * caller + 1);
        return true;
    }
    uint32_t saved[2];
    walk->is_live = false;
    if (!xt_mem_read(walk->cpu, callee_sp - 16, saved, sizeof saved))
        return false;
    walk->a0 = saved[0];
    walk->sp = saved[1];
    return true;
}

size_t xt_backtrace(struct xt_cpu *cpu, struct xt_frame *frames, size_t max)
{
    uint32_t pc = xt_pc(cpu), base = cpu->sr[XT_SR_windowbase];
    if (cpu->sr[XT_SR_ps] & XT_PS_EXCM) /* in a handler that has not yet turned the window: it runs in the old one */
        base = cpu->sr[XT_SR_windowbase];
    struct walk walk = {.cpu = cpu, .base = base, .is_live = true};
    walk.windows = cpu->sr[XT_SR_windowstart] & ~(UINT32_C(1) << base);
    walk.a0 = cpu->w[0];
    walk.sp = cpu->w[1];
    size_t count = 0;
    while (count < max) {
        frames[count++] = (struct xt_frame){pc, walk.sp};
        uint32_t return_address = walk.a0, callee_sp = walk.sp;
        if (!step_up(&walk) || walk.sp < callee_sp || walk.sp & 3)
            break;
        pc = call_address(return_address, pc);
    }
    return count;
}
