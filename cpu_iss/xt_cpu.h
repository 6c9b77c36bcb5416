/* SPDX-License-Identifier: Apache-2.0 */
/* State of a core and what the files of cpu_iss share. Private to cpu_iss; the public interface is xt.h. */
#ifndef VESPER_CPU_ISS_XT_CPU_H
#define VESPER_CPU_ISS_XT_CPU_H

#include <string.h>

#include "bus/base/bits.h"
#include "bus/cache.h"
#include "bus/mem.h"
#include "cpu_iss/block.h"
#include "cpu_iss/fp.h"
#include "cpu_iss/isa.h"
#include "cpu_iss/xt.h"

#define XT_LIKELY(x) __builtin_expect(!!(x), 1)
#define XT_UNLIKELY(x) __builtin_expect(!!(x), 0)

enum {
    XT_AR = 64,
    XT_AR_MIRROR = 12, /* see xt_rotate */
    XT_PAGE_BITS = 12,
    XT_TLB_SIZE = 128,
    XT_CACHED_PAGES = 64,
    XT_CACHE_SIZE = 2048,
    XT_GRANTS = 16,
    XT_MEMS = 16,
    XT_LOOP_ENDS = 256,
    XT_BREAKS = 64,
    XT_WATCHES = 16,
    XT_WRITE_BUFFER = 4, /* facts 1.1 */
    XT_TIMERS = 3,
    XT_REGIONS = 8,
    XT_NESTED_EXCEPTIONS = 16 /* this many without an instruction between them: the core is dead */
};

/* Special and user registers by name, for cpu->sr[] and cpu->ur[]. interrupt, intset are 226: INTERRUPT itself. */
enum {
#define SR_RWX(n, id, ...) XT_SR_##id = n,
#define SR_RW(n, id, ...) XT_SR_##id = n,
#define SR_R(n, id, ...) XT_SR_##id = n,
#define SR_W(n, id, ...) XT_SR_##id = n,
#include "cpu_iss/isa/lx6_sr.def"
};
enum {
    XT_UR_FIRST = 230,
#define UR(n, id, ...) XT_UR_##id = n - XT_UR_FIRST,
#include "cpu_iss/isa/lx6_ur.def"
    XT_URS = 7
};

/* PS: ISA RM, table of PS fields. */
#define XT_PS_INTLEVEL UINT32_C(0xf)
#define XT_PS_EXCM UINT32_C(0x10)
#define XT_PS_UM UINT32_C(0x20)
#define XT_PS_RING UINT32_C(0xc0)
#define XT_PS_OWB_LSB 8
#define XT_PS_OWB UINT32_C(0xf00)
#define XT_PS_CALLINC_LSB 16
#define XT_PS_CALLINC UINT32_C(0x30000)
#define XT_PS_WOE UINT32_C(0x40000)
#define XT_PS_MASK UINT32_C(0x70fff)
#define XT_PS_RESET UINT32_C(0x1f)

enum { XT_EXCM_LEVEL = 3, XT_DEBUG_LEVEL = 6, XT_NMI_LEVEL = 7 };

enum xt_cause { /* EXCCAUSE: facts 1.4 */
                XT_CAUSE_ILLEGAL = 0,
                XT_CAUSE_SYSCALL = 1,
                XT_CAUSE_FETCH_ERROR = 2,
                XT_CAUSE_LOAD_STORE_ERROR = 3,
                XT_CAUSE_LEVEL1_INTERRUPT = 4,
                XT_CAUSE_ALLOCA = 5,
                XT_CAUSE_DIVIDE_BY_ZERO = 6,
                XT_CAUSE_PRIVILEGED = 8,
                XT_CAUSE_UNALIGNED = 9,
                XT_CAUSE_FETCH_PIF_ADDRESS = 14,
                XT_CAUSE_LOAD_STORE_PIF_ADDRESS = 15,
                XT_CAUSE_FETCH_PROHIBITED = 20,
                XT_CAUSE_LOAD_PROHIBITED = 28,
                XT_CAUSE_STORE_PROHIBITED = 29,
                XT_CAUSE_COPROCESSOR0 = 32
};

enum xt_debug_cause { /* DEBUGCAUSE */
                      XT_DEBUG_ICOUNT = 0x01,
                      XT_DEBUG_IBREAK = 0x02,
                      XT_DEBUG_DBREAK = 0x04,
                      XT_DEBUG_BREAK = 0x08,
                      XT_DEBUG_BREAK_N = 0x10,
                      XT_DEBUG_DBREAK_NUMBER_LSB = 8
};

/* Offsets from VECBASE: facts 1.4. */
enum xt_vector {
    XT_VECTOR_OVERFLOW4 = 0x000,
    XT_VECTOR_UNDERFLOW4 = 0x040,
    XT_VECTOR_OVERFLOW8 = 0x080,
    XT_VECTOR_UNDERFLOW8 = 0x0c0,
    XT_VECTOR_OVERFLOW12 = 0x100,
    XT_VECTOR_UNDERFLOW12 = 0x140,
    XT_VECTOR_LEVEL2 = 0x180, /* further levels each 0x40 behind */
    XT_VECTOR_KERNEL = 0x300,
    XT_VECTOR_USER = 0x340,
    XT_VECTOR_DOUBLE = 0x3c0
};

enum xt_event_cost {
#define EVENT_COST(id, cycles, source) XT_COST_##id = cycles,
#include "cpu_iss/isa/lx6_events.def"
};

/* Direct access to a page of plain memory: an address is good when, with the page's offset bits that may vary masked
 * out, it equals the tag. What is not allowed has XT_NO_TAG, a bit that is always masked out: it equals nothing. */
#define XT_NO_TAG UINT32_C(0x800)
struct xt_tlb {
    uint32_t load32, store32; /* aligned words */
    uint32_t load, store;     /* bytes and aligned half-words */
    uintptr_t bias;           /* host address minus guest address */
};

/* The same for a page behind a cache: each access asks for its line first. */
struct xt_cached_page {
    struct xt_tlb page;
    struct bus_cache *cache;
};

/* A block that this core may run at pc without looking further. */
struct xt_cached {
    uint32_t pc;
    const struct xt_block *block;
};

/* Why blocks cannot just follow each other; any bit makes cpu->limit 0. */
enum xt_attention {
    XT_ATTENTION_INTERRUPT = 0x01, /* one is pending, enabled and above the current level */
    XT_ATTENTION_STEP = 0x02,      /* look at each instruction: IBREAK, ICOUNT, breakpoints, tracing, coverage */
    XT_ATTENTION_TRACE = 0x04,     /* look at each block */
    XT_ATTENTION_STALLED = 0x08,
    XT_ATTENTION_WAITING = 0x10,
    XT_ATTENTION_DEAD = 0x20,
    XT_ATTENTION_EXIT = 0x40,
    XT_ATTENTION_WATCH = 0x80
};

struct xt_watchpoint {
    uint32_t first, last;
    unsigned kind; /* enum xt_watch */
};

struct xt_perfmon {
    uint32_t global;     /* PGM */
    uint32_t control[2]; /* PMCTRL */
    uint32_t status[2];  /* PMSTAT */
    uint32_t count[2];   /* PM at `base` */
    uint64_t base[2];    /* what the selected source had counted then */
    uint32_t interrupt_pc;
};

/* Between two instructions a core is at ops[resume] of `block`, or, if that is NULL, at pc and no block has been looked
 * up yet. Its time is cycle + offset: cycle is when the block's first instruction would have issued had all waits so
 * far come before it, and ops hold cycles from there. */
struct xt_cpu {
    /* What blocks touch all the time. */
    uint32_t *w;    /* the visible window: w[n] is register an */
    uint64_t cycle; /* see above */
    uint64_t limit; /* a block that might reach beyond is not started; 0: attention is needed */
    uint64_t instructions, stall_cycles;
    const struct xt_block *block;
    uint32_t pc;
    uint8_t deny;  /* XT_NEEDS_...: what must not be used now */
    uint8_t carry; /* results are pending from the block before: carry_in */
    uint8_t attention;
    uint16_t resume;
    uint32_t offset;
    uint32_t ar[XT_AR + XT_AR_MIRROR];
    uint32_t sr[256];
    uint32_t ur[XT_URS];
    struct xt_fpu fpu;
    struct xt_tlb tlb[XT_TLB_SIZE];
    struct xt_cached cache[XT_CACHE_SIZE];
    struct bus_cache *code_cache; /* of cached blocks */
    struct xt_cached_page cached_page[XT_CACHED_PAGES];

    /* Horizons of the present run, and its outcome. */
    uint64_t soft, hard;
    bool is_executing; /* an engine is at work */
    bool falls;        /* between blocks: pc was reached from below, not by a jump */
    bool is_restored;  /* a snapshot was taken within the block at pc: `restored` says where */
    struct {
        uint32_t pc;
        uint16_t resume;
        uint16_t stall;
    } restored;
    bool is_stale; /* what `block` was made from has changed: leave it behind the present instruction */

    /* Time of the core's own making. */
    uint32_t ccount_offset; /* CCOUNT = cycles + this */
    uint64_t timer_match[XT_TIMERS];
    uint64_t next_match;
    uint64_t write_done[XT_WRITE_BUFFER]; /* when each entry of the write buffer is free, oldest first */
    uint64_t carry_in[XT_CARRY_DEPTH];    /* registers that are ready 1, 2, ... cycles from now */

    /* Interrupt inputs. */
    uint32_t lines;

    /* Memory. */
    uint8_t fetch_attribute[XT_REGIONS], data_attribute[XT_REGIONS];
    struct bus_dmi grant[XT_GRANTS];
    unsigned grants, next_grant;
    uint32_t no_memory_page; /* page number + 1 of the last page without direct pointer, 0: none */
    struct bus_mem *mems[XT_MEMS];
    unsigned mem_count;
    uint32_t loop_end[XT_LOOP_ENDS]; /* addresses at which blocks must end, hashed; 0: free */
    unsigned loop_ends;

    /* Debugger. */
    uint32_t breakpoint[XT_BREAKS];
    unsigned breakpoints;
    bool is_break_told; /* the breakpoint at pc has been reported: run on */
    bool traced_running;
    unsigned traced_level;
    struct xt_watchpoint watch[XT_WATCHES];
    unsigned watches;
    const struct xt_trace *trace;
    uint64_t *coverage;
    struct xt_perfmon perfmon;

    uint32_t exit_code;
    unsigned nested_exceptions;
    uint64_t nested_at;
    struct xt_stats stats; /* those that blocks do not count */

    struct xt_config config;
    struct xt_host host;
    struct xt_pool *pool;
    bool owns_pool;
    struct xt_cpu *next_in_pool;
    struct xt_block *scratch; /* for what cannot be watched for changes */
};

#endif
