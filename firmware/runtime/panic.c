/* SPDX-License-Identifier: Apache-2.0 */
/* Says what has ended the program. Two ways in: from C, on the stack of what failed, by an exception that nobody
 * handles or by panic(); and from panic.S, on a stack of its own, when that was not to be relied on. */
#include "firmware/runtime/panic.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "firmware/runtime/core_local.h"
#include "firmware/runtime/platform.h"

enum { BACKTRACE_FRAMES = 32, QUADS = CORE_AR_COUNT / 4, REASON_DOUBLE = 0, REASON_DEBUG = 6, REASON_NMI = 7 };
enum { DEBUGCAUSE_DBREAK = 4 };

extern const uint32_t _vectors[];
extern const char interrupt_entries_begin[], interrupt_entries_end[]; /* exception.S */
extern uint32_t _ram_start[], _ram_end[];                             /* where a stack can be: linker script */

void panic_report(struct core_local *local, uint32_t reason) __attribute__((noreturn)); /* called by panic.S */
void spill_windows(void);

const char *exception_name(uint32_t cause)
{
    static const char *const name[EXCCAUSE_COUNT] = {
        [EXCCAUSE_ILLEGAL] = "IllegalInstruction",
        [EXCCAUSE_SYSCALL] = "Syscall",
        [EXCCAUSE_FETCH_ERROR] = "InstructionFetchError",
        [EXCCAUSE_LOAD_STORE_ERROR] = "LoadStoreError",
        [EXCCAUSE_INTERRUPT] = "Level1Interrupt",
        [EXCCAUSE_ALLOCA] = "Alloca",
        [EXCCAUSE_DIVIDE] = "IntegerDivideByZero",
        [8] = "Privileged",
        [9] = "LoadStoreAlignment",
        [12] = "InstrPIFDataError",
        [13] = "LoadStorePIFDataError",
        [14] = "InstrPIFAddrError",
        [15] = "LoadStorePIFAddrError",
        [16] = "InstTLBMiss",
        [EXCCAUSE_FETCH_PROHIBITED] = "InstFetchProhibited",
        [24] = "LoadStoreTLBMiss",
        [EXCCAUSE_LOAD_PROHIBITED] = "LoadProhibited",
        [EXCCAUSE_STORE_PROHIBITED] = "StoreProhibited",
        [EXCCAUSE_COPROCESSOR_0] = "Coprocessor0Disabled",
    };
    const char *text = cause < EXCCAUSE_COUNT ? name[cause] : NULL;
    return text ? text : "unknown";
}

/* ---- Call stack ------------------------------------------------------------------------------------------------- */

static bool can_be_stack(uint32_t sp)
{
    return sp % 16 == 0 && sp > (uint32_t)_ram_start + 16 && sp <= (uint32_t)_ram_end;
}

/* The CALL before a return address, whose two top bits are the call's size. */
static uint32_t call_before(uint32_t return_address)
{
    return (return_address & 0x3FFFFFFF) - 3 + ((uint32_t)_vectors & 0xC0000000);
}

/* The code of exception.S between these labels calls C with a1 at a struct interrupt_frame. */
static bool is_interrupt_entry(uint32_t pc)
{
    return pc - (uint32_t)interrupt_entries_begin < (uint32_t)(interrupt_entries_end - interrupt_entries_begin);
}

/* Frames from the one with this return address and save area on; all of them are in memory. */
static void say_frames(uint32_t return_address, const uint32_t *save_area)
{
    for (unsigned i = 0; i < BACKTRACE_FRAMES && return_address != 0; i++) {
        uint32_t sp = save_area[1];
        uint32_t pc = call_before(return_address);
        printf(" 0x%08" PRIx32 ":0x%08" PRIx32, pc, sp);
        return_address = save_area[0];
        if (!can_be_stack(sp))
            break;
        if (is_interrupt_entry(pc)) {
            const struct interrupt_frame *frame = (const struct interrupt_frame *)sp;
            printf(" [interrupt] 0x%08" PRIx32 ":0x%08" PRIx32, frame->pc, frame->a[1]);
        }
        save_area = (const uint32_t *)(sp - 16);
    }
    printf("\n");
}

/* ---- From C ----------------------------------------------------------------------------------------------------- */

/* True once for each core; what fails while a panic is being reported is not reported at length. */
static bool begin(void)
{
    (void)mask_interrupts();
    WSR(intenable, 0);
    if (core_local[core_id()].panic_depth++)
        return false;
    platform_panic_begin();
    return true;
}

static void say_registers(uint32_t pc, uint32_t ps, const uint32_t a[16])
{
    printf("pc  %08" PRIx32 "  ps  %08" PRIx32 "\n", pc, ps);
    for (unsigned i = 0; i < 16; i++)
        printf("a%-2u %08" PRIx32 "%s", i, a[i], i % 4 == 3 ? "\n" : "  ");
}

void panic_from(struct interrupt_frame *frame)
{
    if (begin()) {
        printf("\n*** PANIC on core %u: %s (EXCCAUSE %" PRIu32 ") at 0x%08" PRIx32 ", EXCVADDR 0x%08" PRIx32 "\n",
               core_id(), exception_name(frame->cause), frame->cause, frame->pc, frame->vaddr);
        say_registers(frame->pc, frame->ps, frame->a);
        printf("sar %08" PRIx32 "  lbeg %08" PRIx32 "  lend %08" PRIx32 "  lcount %08" PRIx32 "\n", frame->sar,
               frame->lbeg, frame->lend, frame->lcount);
        spill_windows();
        printf("backtrace: 0x%08" PRIx32 ":0x%08" PRIx32, frame->pc, frame->a[1]);
        say_frames(frame->a[0], (const uint32_t *)frame - 4); /* the save area moved along: exception.S, point 1 */
    }
    platform_panic_end();
}

void panic(const char *format, ...)
{
    if (begin()) {
        va_list args;
        va_start(args, format);
        printf("\n*** PANIC on core %u: ", core_id());
        vprintf(format, args);
        va_end(args);
        uint32_t sp, return_address;
        __asm__ volatile("mov %0, a1\n\tmov %1, a0" : "=a"(sp), "=a"(return_address));
        spill_windows();
        printf("\nbacktrace:");
        say_frames(return_address, (const uint32_t *)(sp - 16));
    }
    platform_panic_end();
}

/* ---- From panic.S ----------------------------------------------------------------------------------------------- */

struct raw {
    const uint32_t *ar;
    unsigned first;       /* quad of a0..a3 of what failed, counted from ar[0] */
    uint32_t windowstart; /* bit n: a frame begins in quad n, counted likewise */
};

static uint32_t raw_ar(const struct raw *raw, unsigned quad, unsigned n)
{
    return raw->ar[((quad % QUADS) * 4 + n) % CORE_AR_COUNT];
}

static void say_raw_frames(const struct raw *raw)
{
    unsigned quad = raw->first;
    uint32_t return_address = raw_ar(raw, quad, 0), sp = raw_ar(raw, quad, 1);
    for (unsigned i = 0; i < BACKTRACE_FRAMES && return_address != 0; i++) {
        quad = (quad + QUADS - (return_address >> 30)) % QUADS;
        if (!(raw->windowstart >> quad & 1) || quad == raw->first) {
            if (can_be_stack(sp))
                say_frames(return_address, (const uint32_t *)(sp - 16));
            else
                printf(" (a1 0x%08" PRIx32 " is no stack)\n", sp);
            return;
        }
        sp = raw_ar(raw, quad, 1);
        printf(" 0x%08" PRIx32 ":0x%08" PRIx32, call_before(return_address), sp);
        return_address = raw_ar(raw, quad, 0);
    }
    printf("\n");
}

/* panic.S went once round, so WINDOWBASE is one short of what it was. */
static struct raw raw_view(const struct core_local *local, uint32_t pc)
{
    unsigned base = (local->panic_sr[PANIC_windowbase] + 1) % QUADS;
    uint32_t start = local->panic_sr[PANIC_windowstart];
    struct raw raw = {.ar = local->panic_ar};
    raw.windowstart = (start >> base | start << (QUADS - base)) & ((1u << QUADS) - 1);
    if (pc - (uint32_t)_vectors < 0x180) /* in a window exception, which has turned the registers */
        raw.first = (local->panic_sr[PANIC_ps] >> PS_OWB_SHIFT & 15) + QUADS - base;
    raw.first %= QUADS;
    return raw;
}

void panic_report(struct core_local *local, uint32_t reason)
{
    const uint32_t *sr = local->panic_sr;
    uint32_t pc = reason == REASON_DOUBLE ? sr[PANIC_depc] : sr[PANIC_epc1 + reason - 1];
    if (!begin())
        platform_panic_end();
    printf("\n*** PANIC on core %u: ", core_id());
    if (reason == REASON_DOUBLE)
        printf("double exception: %s (EXCCAUSE %" PRIu32 ") at 0x%08" PRIx32 ", EXCVADDR 0x%08" PRIx32
               ", after one at 0x%08" PRIx32 "\n",
               exception_name(sr[PANIC_exccause]), sr[PANIC_exccause], pc, sr[PANIC_excvaddr], sr[PANIC_epc1]);
    else if (reason == REASON_DEBUG && (sr[PANIC_debugcause] & DEBUGCAUSE_DBREAK))
        printf("stack overflow at 0x%08" PRIx32 "\n", pc); /* start.S: guard_stack */
    else if (reason == REASON_DEBUG)
        printf("debug exception (DEBUGCAUSE 0x%" PRIx32 ") at 0x%08" PRIx32 "\n", sr[PANIC_debugcause], pc);
    else
        printf("%s interrupt without a handler (INTERRUPT 0x%08" PRIx32 ") at 0x%08" PRIx32 "\n",
               reason == REASON_NMI ? "non-maskable"
               : reason == 4        ? "level-4"
                                    : "level-5",
               sr[PANIC_interrupt], pc);
    struct raw raw = raw_view(local, pc);
    uint32_t a[16];
    for (unsigned i = 0; i < 16; i++)
        a[i] = raw_ar(&raw, raw.first + i / 4, i % 4);
    say_registers(pc, reason == REASON_DOUBLE ? sr[PANIC_ps] : sr[PANIC_eps2 + reason - 2], a);
    printf("backtrace: 0x%08" PRIx32 ":0x%08" PRIx32, pc, a[1]);
    say_raw_frames(&raw);
    platform_panic_end();
}
