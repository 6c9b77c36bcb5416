/* SPDX-License-Identifier: Apache-2.0 */
/* A core's registers and call stack in words, for the user who wants to know why a program died. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sc_top/node/node_priv.h"

enum { REPORT_LINE = 256, REPORT_FRAMES = 32, REPORT_REGISTERS_A_LINE = 4 };

struct report {
    struct node *node;
    struct xt_cpu *cpu;
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

static void say(const struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(const struct report *report, const char *format, ...)
{
    char text[REPORT_LINE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    report->line(report->ctx, text);
}

/* "main + 0x12", or "" without a name. */
static void name_place(const struct node *node, uint32_t pc, char *text, size_t size)
{
    uint32_t offset;
    const struct image_symbol *symbol = image_symbol_at(node_symbols(node), pc, &offset);
    text[0] = '\0';
    const char *name = symbol ? symbol->name : rom_name(node->config.rom, pc, &offset);
    if (name)
        snprintf(text, size, offset ? " %s + 0x%" PRIx32 : " %s", name, offset);
}

static void say_registers(const struct report *report)
{
    static const char *const name[] = {
        "a0",         "a1",          "a2",   "a3",   "a4",      "a5",        "a6",        "a7",
        "a8",         "a9",          "a10",  "a11",  "a12",     "a13",       "a14",       "a15",
        "epc1",       "epc2",        "epc3", "depc", "lbeg",    "lend",      "lcount",    "sar",
        "windowbase", "windowstart", "eps2", "eps3", "vecbase", "intenable", "interrupt", "ccount",
    };
    char text[REPORT_LINE];
    size_t used = 0;
    unsigned shown = 0;
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        int number = xt_reg_number(name[i]);
        uint32_t value;
        if (number < 0 || !xt_reg_get(report->cpu, (unsigned)number, &value))
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "  %-11s %08" PRIx32, name[i], value);
        if (++shown % REPORT_REGISTERS_A_LINE == 0) {
            report->line(report->ctx, text);
            used = 0;
        }
    }
    if (used)
        report->line(report->ctx, text);
}

/* A return address holds 30 bits; the core takes the others from its pc, which may lie astray. Code lies at 0x40000000.
 */
static uint32_t likely_place(const struct node *node, uint32_t pc)
{
    uint32_t other = (pc & UINT32_C(0x3FFFFFFF)) | UINT32_C(0x40000000);
    const struct image *symbols = node_symbols(node);
    return !image_symbol_at(symbols, pc, NULL) && image_symbol_at(symbols, other, NULL) ? other : pc;
}

static void say_backtrace(const struct report *report)
{
    struct xt_frame frame[REPORT_FRAMES];
    char place[128];
    size_t count = xt_backtrace(report->cpu, frame, REPORT_FRAMES);
    for (size_t i = 0; i < count; i++) {
        uint32_t pc = i == 0 ? frame[i].pc : likely_place(report->node, frame[i].pc);
        name_place(report->node, pc, place, sizeof place);
        say(report, "  #%-2zu 0x%08" PRIx32 "%s", i, pc, place);
    }
}

/* Where exceptions and interrupts came from, when it can be named. */
static void say_origins(const struct report *report)
{
    static const char *const name[] = {"epc1", "depc", "epc2", "epc3", "epc4", "epc5", "epc6", "epc7"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        int number = xt_reg_number(name[i]);
        uint32_t pc;
        char place[128];
        if (number < 0 || !xt_reg_get(report->cpu, (unsigned)number, &pc))
            continue;
        name_place(report->node, pc, place, sizeof place);
        if (place[0])
            say(report, "  %-4s 0x%08" PRIx32 "%s", name[i], pc, place);
    }
}

static uint32_t register_value(struct xt_cpu *cpu, const char *name)
{
    uint32_t value = 0;
    int number = xt_reg_number(name);
    return number >= 0 && xt_reg_get(cpu, (unsigned)number, &value) ? value : 0;
}

void node_report_core(struct node *node, unsigned core, void (*line)(void *ctx, const char *text), void *ctx)
{
    struct report report = {.node = node, .cpu = node->core[core].cpu, .line = line, .ctx = ctx};
    char place[128];
    uint32_t pc = xt_pc(report.cpu);
    name_place(node, pc, place, sizeof place);
    say(&report, "%s: pc 0x%08" PRIx32 "%s  ps 0x%08" PRIx32 "  exccause %" PRIu32 "  excvaddr 0x%08" PRIx32,
        node->core[core].name, pc, place, xt_ps(report.cpu), register_value(report.cpu, "exccause"),
        register_value(report.cpu, "excvaddr"));
    say_registers(&report);
    say_origins(&report);
    say_backtrace(&report);
}
