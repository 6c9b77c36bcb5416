/* SPDX-License-Identifier: Apache-2.0 */
/* One Xtensa LX6 core as in the ESP32: create, run, look inside. Knows nothing of SystemC, nodes or other cores.
 *
 * A core counts cycles of its own clock; cycle n is at clock_time(host.clock, n). It runs until a horizon that its host
 * gives, may overrun a soft horizon by one block of instructions and never overruns a hard one by more than the
 * instruction that crosses it. All state hangs off struct xt_cpu.
 *
 * Sources: Xtensa Instruction Set Architecture Reference Manual; core configuration in shared facts, section 1. */
#ifndef VESPER_CPU_ISS_XT_H
#define VESPER_CPU_ISS_XT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/base/clock.h"
#include "bus/base/log.h"
#include "bus/base/status.h"
#include "bus/bus_port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct xt_cpu;

/* Translated blocks, shared by all cores (of all nodes) that are given the same pool; keyed by content. */
struct xt_pool;
struct xt_pool *xt_pool_create(void);
void xt_pool_destroy(struct xt_pool *pool);

/* Why xt_run came back. */
enum xt_stop {
    XT_STOP_HORIZON,    /* the horizon was reached */
    XT_STOP_WAITING,    /* WAITI, and no interrupt is pending: idle until an interrupt or xt_wake_cycle() */
    XT_STOP_HALTED,     /* held by xt_set_stalled, or dead after an unrecoverable exception loop */
    XT_STOP_BREAKPOINT, /* a debugger's breakpoint is at pc; the instruction has not run */
    XT_STOP_WATCHPOINT, /* a debugger's watchpoint was touched; the instruction has run */
    XT_STOP_STEPPED,    /* xt_step ran its instruction */
    XT_STOP_EXIT        /* the guest called exit by SIMCALL: xt_exit_code() */
};

/* What the core needs of the world around it. Borrowed until xt_destroy. */
struct xt_host {
    struct bus_port *bus;
    const struct clock_domain *clock; /* of this core; may change frequency between accesses */
    struct log *log;                  /* may be NULL */
    const char *name;                 /* "node0.cpu0", for messages */
    void *ctx;

    /* SIMCALL with the arguments in a2..a5 (a2: call number); returns true when it was served and result/errno are
     * filled (go to a2 and a3); false: the core ignores it. NULL: SIMCALL is a no-operation. */
    bool (*simcall)(void *ctx, const uint32_t argument[4], uint32_t *result, uint32_t *error);

    /* External registers (RER, WER). NULL: the core's own debug and performance block only. */
    bool (*external_register)(void *ctx, uint32_t number, bool write, uint32_t *value);
};

struct xt_config {
    uint32_t prid;        /* 0xCDCD PRO, 0xABAB APP */
    uint8_t initiator;    /* enum bus_initiator */
    uint32_t reset_pc;    /* 0x40000400 */
    struct xt_pool *pool; /* shared translations; NULL: a private pool */
};

/* NULL without memory. The core is reset and stalled is off. */
struct xt_cpu *xt_create(const struct xt_config *config, const struct xt_host *host);
void xt_destroy(struct xt_cpu *cpu);

/* Architectural reset; cycles go on counting. */
void xt_reset(struct xt_cpu *cpu);

/* Runs until cycle `soft` is reached at a block boundary, and never starts an instruction at or after `hard`
 * (soft <= hard). The hard horizon is the next event that concerns this core; see xt_limit. */
enum xt_stop xt_run(struct xt_cpu *cpu, uint64_t soft, uint64_t hard);

/* Executes one instruction (or takes one interrupt). */
enum xt_stop xt_step(struct xt_cpu *cpu);

/* From within a bus access of this core's run: lower both horizons to at most `cycle`. */
void xt_limit(struct xt_cpu *cpu, uint64_t cycle);

/* The core's local time in cycles; within a bus access, that of the accessing instruction. */
uint64_t xt_cycles(const struct xt_cpu *cpu);

/* Idle time passed: moves the local time forward without running. Never backward. CCOMPARE matches on the way become
 * pending. */
void xt_skip_to(struct xt_cpu *cpu, uint64_t cycle);

/* When the core's own timers next raise an enabled interrupt; UINT64_MAX if never. */
uint64_t xt_wake_cycle(const struct xt_cpu *cpu);

/* Levels of the 32 interrupt inputs (bits of internal interrupts are ignored). Edge inputs latch on the way up. */
void xt_set_interrupts(struct xt_cpu *cpu, uint32_t levels);

/* Non-maskable input that stops at the debugger's interrupt vector is not modelled; a stalled core does nothing. */
void xt_set_stalled(struct xt_cpu *cpu, bool stalled);
bool xt_is_stalled(const struct xt_cpu *cpu);
bool xt_is_waiting(const struct xt_cpu *cpu);
uint32_t xt_exit_code(const struct xt_cpu *cpu);

/* The memory map changed in [first, last]: direct pointers and translations there are dropped. */
void xt_memory_changed(struct xt_cpu *cpu, uint32_t first, uint32_t last);

/* Registers by the numbers of Espressif's gdb (0 pc, 1-64 ar0-63, ... 157-172 a0-a15); false: no such register. */
bool xt_reg_get(struct xt_cpu *cpu, unsigned number, uint32_t *value);
bool xt_reg_set(struct xt_cpu *cpu, unsigned number, uint32_t value);
int xt_reg_number(const char *name);      /* "pc", "a2", "ps", "epc1", "f3"; -1 unknown */
const char *xt_reg_name(unsigned number); /* NULL past the end */

uint32_t xt_pc(const struct xt_cpu *cpu);
void xt_set_pc(struct xt_cpu *cpu, uint32_t pc);
uint32_t xt_ps(const struct xt_cpu *cpu);
/* Current interrupt level as the core sees it: max(PS.INTLEVEL, 3 if PS.EXCM). */
unsigned xt_interrupt_level(const struct xt_cpu *cpu);

/* Debugger's memory access, through this core's map, without side effects. */
bool xt_mem_read(struct xt_cpu *cpu, uint32_t address, void *bytes, size_t length);
bool xt_mem_write(struct xt_cpu *cpu, uint32_t address, const void *bytes, size_t length);

/* Debugger's break- and watchpoints; independent of the guest's IBREAK and DBREAK. */
enum xt_watch { XT_WATCH_WRITE = 1, XT_WATCH_READ = 2, XT_WATCH_ACCESS = 3 };
enum sim_status xt_break_add(struct xt_cpu *cpu, uint32_t pc);
enum sim_status xt_break_remove(struct xt_cpu *cpu, uint32_t pc);
enum sim_status xt_watch_add(struct xt_cpu *cpu, uint32_t address, uint32_t length, enum xt_watch kind);
enum sim_status xt_watch_remove(struct xt_cpu *cpu, uint32_t address, uint32_t length, enum xt_watch kind);

/* Call stack from the windowed registers and the frames spilled to memory: pc (return addresses already turned into
 * addresses of the calls) and stack pointer of up to `max` frames, innermost first; returns how many. Stops at the
 * first frame that makes no sense. */
struct xt_frame {
    uint32_t pc, sp;
};
size_t xt_backtrace(struct xt_cpu *cpu, struct xt_frame *frames, size_t max);

/* What happened, counted since creation. */
struct xt_stats {
    uint64_t instructions;
    uint64_t blocks_translated;
    uint64_t window_overflows, window_underflows;
    uint64_t exceptions;   /* general, without window exceptions and interrupts */
    uint64_t interrupts;   /* taken, all levels */
    uint64_t stall_cycles; /* interlocks */
    uint64_t wait_cycles;  /* memory and buses */
    uint64_t idle_cycles;  /* in WAITI or stalled */
};
void xt_get_stats(const struct xt_cpu *cpu, struct xt_stats *stats);

/* Hooks for tracers. While any is set the core looks at them at each block; unset they cost nothing. */
struct xt_trace {
    void *ctx;
    /* Control enters a block at pc by a jump, call, return, exception or interrupt (not by falling through). */
    void (*control)(void *ctx, uint32_t pc, uint64_t cycle);
    /* An exception or interrupt vector is entered; cause: EXCCAUSE, or 64 + level for interrupts of level 2..7. */
    void (*exception)(void *ctx, unsigned cause, uint32_t pc, uint32_t vaddr, uint64_t cycle);
    /* Run state: running, waiting, stalled; and interrupt level. */
    void (*state)(void *ctx, bool running, unsigned level, uint64_t cycle);
    /* Every instruction, before it runs; makes the core step. */
    void (*instruction)(void *ctx, uint32_t pc, uint64_t cycle);
};
void xt_set_trace(struct xt_cpu *cpu, const struct xt_trace *trace); /* NULL: none; borrowed */

/* Times each row of the instruction table was executed, in table order; starts counting at the first call (the core
 * then steps, as tracing does). Row count and names: cpu_iss/isa.h. */
const uint64_t *xt_coverage(struct xt_cpu *cpu);

/* Whole state of the core as bytes, for snapshots: the size with bytes == NULL. */
size_t xt_save(const struct xt_cpu *cpu, void *bytes, size_t size);
enum sim_status xt_restore(struct xt_cpu *cpu, const void *bytes, size_t size);

#ifdef __cplusplus
}
#endif
#endif
