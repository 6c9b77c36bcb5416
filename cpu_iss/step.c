/* SPDX-License-Identifier: Apache-2.0 */
/* The careful engine: one instruction at a time, with everything that can happen before it. Runs the same ops with the
 * same cycles as the fast one. */
#include "cpu_iss/exec_all.h"

/* Exec functions as values; those that cannot fail return true. */
#define WRAP_ALU(id)                                                                                                   \
    exec_##id(cpu, w, op);                                                                                             \
    return true;
#define WRAP_PLAIN(id) WRAP_ALU(id)
#define WRAP_TRAP(id) return exec_##id(cpu, w, op);
#define WRAP_TIMED(id) WRAP_TRAP(id)
#define WRAP_LOAD(id) WRAP_TRAP(id)
#define WRAP_STORE(id) WRAP_TRAP(id)
#define WRAP_ATOMIC(id) WRAP_TRAP(id)
#define WRAP_SYSTEM(id) WRAP_TRAP(id)
#define WRAP_BRANCH(id) WRAP_TRAP(id)
#define WRAP_LOOP(id) WRAP_TRAP(id)
#define WRAP_JUMP(id) WRAP_TRAP(id)
#define WRAP_CALL(id) WRAP_TRAP(id)
#define WRAP_RETURN(id) WRAP_TRAP(id)
#define WRAP_ENTRY(id) WRAP_TRAP(id)

#define OP(id, name, slot, bits, flags, option, kind, ...)                                                             \
    static bool call_##id(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op)                                     \
    {                                                                                                                  \
        WRAP_##kind(id)                                                                                                \
    }
#include "cpu_iss/isa/lx6.def"

static bool call_illegal(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op)
{
    (void)w;
    xt_raise(cpu, op, XT_CAUSE_ILLEGAL);
    return false;
}

static const xt_exec_fn functions[ISA_ROWS + XT_PSEUDO_ROWS] = {
#define OP(id, ...) [ISA_##id] = call_##id,
#include "cpu_iss/isa/lx6.def"
    [ISA_ROWS + XT_ROW_ILLEGAL] = call_illegal,
};

xt_exec_fn xt_exec(unsigned row)
{
    return functions[row];
}

/* IBREAK and ICOUNT come before the instruction does anything. ISA RM, section 4.7.6. */
static bool raises_debug(struct xt_cpu *cpu, const struct xt_op *op)
{
    uint32_t pc = xt_op_pc(cpu, op);
    if (xt_debug_is_open(cpu))
        for (unsigned n = 0; n < 2; n++)
            if (cpu->sr[XT_SR_ibreakenable] >> n & 1 && cpu->sr[XT_SR_ibreaka0 + n] == pc) {
                xt_raise_debug(cpu, op, XT_DEBUG_IBREAK);
                return true;
            }
    if (xt_current_level(cpu) >= cpu->sr[XT_SR_icountlevel])
        return false;
    if (++cpu->sr[XT_SR_icount] != 0)
        return false;
    cpu->sr[XT_SR_icount] = UINT32_MAX;
    if (!xt_debug_is_open(cpu))
        return false;
    xt_raise_debug(cpu, op, XT_DEBUG_ICOUNT);
    return true;
}

static void look_at(struct xt_cpu *cpu, const struct xt_op *op)
{
    if (cpu->trace && cpu->trace->instruction) {
        xt_fp_leave(&cpu->fpu);
        cpu->trace->instruction(cpu->trace->ctx, xt_op_pc(cpu, op), xt_op_now(cpu, op));
    }
    if (cpu->coverage && op->row < ISA_ROWS)
        cpu->coverage[op->row]++;
}

void xt_step_op(struct xt_cpu *cpu)
{
    const struct xt_op *op = &cpu->block->ops[cpu->resume];
    if (cpu->attention & XT_ATTENTION_STEP) {
        if (raises_debug(cpu, op))
            return;
        look_at(cpu, op);
    }
    if (XT_UNLIKELY(op->needs & cpu->deny)) {
        xt_raise_denied(cpu, op);
        return;
    }
    bool result = functions[op->row](cpu, cpu->w, op);
    switch (op->kind) {
    case ISA_KIND_BRANCH:
    case ISA_KIND_LOOP:
        if (!result) {
            xt_leave_after(cpu, op);
        } else {
            xt_retire(cpu, op, op->cost);
            xt_arrive(cpu, op->imm);
        }
        break;
    case ISA_KIND_JUMP:
    case ISA_KIND_CALL:
    case ISA_KIND_RETURN:
        if (result) {
            xt_retire(cpu, op, op->cost);
            xt_arrive(cpu, cpu->pc);
        }
        break;
    default:
        if (result)
            xt_leave_after(cpu, op);
        break;
    }
}
