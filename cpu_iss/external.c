/* SPDX-License-Identifier: Apache-2.0 */
/* External registers: the core's own debug block, of which the performance counters are modelled. Facts 1.6. All other
 * registers of the block read as zero, so that bit 0 of OCD's 0x10200C says that no debugger is attached. */
#include <inttypes.h>

#include "cpu_iss/engine.h"

enum {
    BLOCK_FIRST = 0x100000,
    BLOCK_LAST = 0x103fff,
    OCD = 0x2000,
    PERFMON = 0x101000,
    PGM = PERFMON,
    INTPC = PERFMON + 0x10,
    PM0 = PERFMON + 0x80,
    PMCTRL0 = PERFMON + 0x100,
    PMSTAT0 = PERFMON + 0x180,
    PGM_ENABLE = 1,
    CONTROL_SELECT_LSB = 8,
    CONTROL_INTERRUPT = 1,
    STATUS_OVERFLOW = 1,
    STATUS_INTERRUPT = 1 << 4,
    PROFILING_INTERRUPT = 1 << 11
};

enum source { /* PMCTRL.SELECT */
              SOURCE_CYCLES = 0,
              SOURCE_OVERFLOW = 1,
              SOURCE_INSTRUCTIONS = 2,
              SOURCE_DATA_STALL = 3,
              SOURCE_EXCEPTIONS = 5,
              SOURCE_BUBBLES = 6
};

/* What a source has counted since creation. Bubbles are the cycles in which nothing issues for want of a target:
 * all that is neither an instruction nor a wait. */
static uint64_t counted(const struct xt_cpu *cpu, unsigned n)
{
    struct xt_stats stats;
    uint64_t busy = xt_now(cpu) - cpu->stats.idle_cycles;
    xt_get_stats(cpu, &stats);
    switch (bits_get(cpu->perfmon.control[n], CONTROL_SELECT_LSB, 5)) {
    case SOURCE_CYCLES:
        return busy;
    case SOURCE_INSTRUCTIONS:
        return stats.instructions;
    case SOURCE_DATA_STALL:
        return stats.wait_cycles + stats.stall_cycles;
    case SOURCE_EXCEPTIONS:
        return stats.exceptions + stats.window_overflows + stats.window_underflows + stats.interrupts;
    case SOURCE_BUBBLES:
        return busy - stats.instructions - stats.wait_cycles - stats.stall_cycles;
    default:
        return 0;
    }
}

/* Brings both counters up to date. An overflow is noticed here, not when it happens: its interrupt comes late, at the
 * next access to the block. */
static void update(struct xt_cpu *cpu)
{
    struct xt_perfmon *perfmon = &cpu->perfmon;
    for (unsigned n = 0; n < 2; n++) {
        uint64_t now = counted(cpu, n);
        uint64_t count =
            perfmon->global & PGM_ENABLE ? perfmon->count[n] + (now - perfmon->base[n]) : perfmon->count[n];
        perfmon->base[n] = now;
        perfmon->count[n] = (uint32_t)count;
        if (count >> 32 == 0)
            continue;
        perfmon->status[n] |= STATUS_OVERFLOW;
        bool counts_overflows = bits_get(perfmon->control[1], CONTROL_SELECT_LSB, 5) == SOURCE_OVERFLOW;
        if (n == 0 && counts_overflows)
            perfmon->count[1]++;
        if (perfmon->control[n] & CONTROL_INTERRUPT) {
            perfmon->status[n] |= STATUS_INTERRUPT;
            perfmon->interrupt_pc = xt_pc(cpu);
        }
    }
    bool is_raised = (perfmon->status[0] | perfmon->status[1]) & STATUS_INTERRUPT;
    uint32_t interrupt = cpu->sr[XT_SR_interrupt] & ~(uint32_t)PROFILING_INTERRUPT;
    cpu->sr[XT_SR_interrupt] = is_raised ? interrupt | PROFILING_INTERRUPT : interrupt;
    xt_interrupts_changed(cpu);
}

void xt_perfmon_reset(struct xt_cpu *cpu)
{
    memset(&cpu->perfmon, 0, sizeof cpu->perfmon);
}

/* The register of a counter, or NULL. */
static uint32_t *counter_register(struct xt_perfmon *perfmon, uint32_t number)
{
    unsigned n = number >> 2 & 1;
    switch (number & ~UINT32_C(4)) {
    case PM0:
        return &perfmon->count[n];
    case PMCTRL0:
        return &perfmon->control[n];
    case PMSTAT0:
        return &perfmon->status[n];
    default:
        return NULL;
    }
}

static bool is_elsewhere(struct xt_cpu *cpu, uint32_t number, bool is_write, uint32_t *value)
{
    /* The analyzer takes the address of a member of *cpu, counter_register()'s result, for a possible NULL. */
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
    return cpu->host.external_register && cpu->host.external_register(cpu->host.ctx, number, is_write, value);
}

/* Those of the trace port and of on-chip debugging, by Xtensa's names. */
static const char *name_of(uint32_t number)
{
    static const char *const trace[] = {"TRAXID",    "TRAXCTRL",    "TRAXSTAT", "TRAXDATA",     "TRAXADDR",
                                        "TRIGGERPC", "PCMATCHCTRL", "DELAYCNT", "MEMADDRSTART", "MEMADDREND"};
    static const char *const ocd[] = {"OCDID", "", "DCRCLR", "DCRSET", "DSR", "DDR", "DDREXEC", "DIR0EXEC"};
    uint32_t offset = number - BLOCK_FIRST;
    if (number % 4 != 0 || number < BLOCK_FIRST)
        return "";
    if (offset / 4 < sizeof trace / sizeof *trace)
        return trace[offset / 4];
    offset -= OCD;
    return offset / 4 < sizeof ocd / sizeof *ocd ? ocd[offset / 4] : "";
}

static void report(struct xt_cpu *cpu, uint32_t number)
{
    bool is_ours = number >= BLOCK_FIRST && number <= BLOCK_LAST;
    log_once(cpu->host.log, is_ours ? LOG_UNIMPL : LOG_GUEST, clock_time(cpu->host.clock, xt_now(cpu)), cpu->host.name,
             number, "external register 0x%06" PRIx32 " (%s) is not modelled", number,
             is_ours && *name_of(number) ? name_of(number) : "no name");
}

uint32_t xt_external_read(struct xt_cpu *cpu, uint32_t number)
{
    enum { OCD_STATUS = 0x10200c };
    uint32_t value = 0;
    update(cpu);
    const uint32_t *own = counter_register(&cpu->perfmon, number);
    if (own)
        return *own;
    if (number == PGM)
        return cpu->perfmon.global;
    if (number == INTPC)
        return cpu->perfmon.interrupt_pc;
    if (!is_elsewhere(cpu, number, false, &value) && number != OCD_STATUS)
        report(cpu, number);
    return value;
}

void xt_external_write(struct xt_cpu *cpu, uint32_t number, uint32_t value)
{
    struct xt_perfmon *perfmon = &cpu->perfmon;
    update(cpu);
    uint32_t *own = counter_register(perfmon, number);
    if ((number & ~UINT32_C(4)) == PMSTAT0)
        *own &= ~value; /* written ones clear */
    else if (own)
        *own = value;
    else if (number == PGM)
        perfmon->global = value & PGM_ENABLE;
    else if (!is_elsewhere(cpu, number, true, &value))
        report(cpu, number);
    for (unsigned n = 0; n < 2; n++)
        perfmon->base[n] = counted(cpu, n);
    update(cpu);
}
