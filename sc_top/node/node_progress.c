/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/node_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sc_top/node/node_priv.h"
#include "sc_top/node/poll_test.h"

enum {
    SPOT = 128,      /* bytes of code that count as one place */
    SUSPICIOUS = 50, /* looks in the same places before reads are recorded */
    RECORDED = 10,   /* looks during which they are */
    STRAYS = 20      /* one look of so many may find an interrupt handler */
};

/* --- looking
 * ---------------------------------------------------------------------------------------------------------- */

static void restart(struct core_progress *core, sim_time now)
{
    *core = (struct core_progress){.since = now};
}

static bool is_known_spot(struct core_progress *core, uint32_t pc)
{
    for (unsigned i = 0; i < core->spots; i++)
        if (pc - core->spot[i] + SPOT / 2 < SPOT)
            return true;
    if (core->spots == PROGRESS_SPOTS)
        return false;
    core->spot[core->spots++] = pc;
    return true;
}

static void look_at_core(struct node *node, unsigned n)
{
    struct core_progress *core = &node->progress.core[n];
    const struct node_core *model = &node->core[n];
    bool runs = model->started && !model->dead && !model->held && !xt_is_waiting(model->cpu);
    if (!runs || (!is_known_spot(core, xt_pc(model->cpu)) && ++core->strays > 1 + core->looks / STRAYS)) {
        restart(core, node->now);
        return;
    }
    core->looks++;
}

/* The read that this core repeats most; NULL: none, or it sees changing values and so does not wait in vain. */
static const struct polled *most_polled(const struct core_progress *core)
{
    const struct polled *most = NULL;
    for (unsigned i = 0; i < PROGRESS_POLLED; i++)
        if (core->polled[i].dev && (!most || core->polled[i].count > most->count))
            most = &core->polled[i];
    return most && most->count >= RECORDED ? most : NULL;
}

static void note_read(void *ctx, const struct dev_access_record *record)
{
    struct node *node = ctx;
    if (record->write || !node->running)
        return;
    struct core_progress *core = &node->progress.core[node->running->index];
    struct polled *free_one = NULL;
    for (unsigned i = 0; i < PROGRESS_POLLED; i++) {
        struct polled *p = &core->polled[i];
        if (p->dev == record->dev && p->offset == record->offset) {
            p->is_changing = p->is_changing || p->value != record->value;
            p->value = record->value;
            p->count++;
            return;
        }
        if (!p->dev && !free_one)
            free_one = p;
    }
    uint32_t return_address = 0;
    xt_reg_get(node->running->cpu, (unsigned)xt_reg_number("a0"), &return_address);
    if (free_one)
        *free_one = (struct polled){.return_address = return_address,
                                    .dev = record->dev,
                                    .offset = record->offset,
                                    .value = record->value,
                                    .pc = xt_pc(node->running->cpu),
                                    .count = 1};
}

static void record_reads(struct node *node, bool on)
{
    struct node_progress *progress = &node->progress;
    if (on == progress->is_recording)
        return;
    progress->is_recording = on;
    progress->observer = (struct dev_observer){.ctx = node, .access = note_read};
    struct dev *dev;
    for (unsigned n = 0; (dev = node_device(node, n)) != NULL; n++) {
        if (on && !dev->observer)
            dev->observer = &progress->observer;
        else if (!on && dev->observer == &progress->observer)
            dev->observer = NULL;
    }
}

bool node_progress_look(struct node *node)
{
    bool wants_record = false, is_new = false;
    for (unsigned n = 0; n < NODE_CORES; n++) {
        struct core_progress *core = &node->progress.core[n];
        look_at_core(node, n);
        wants_record = wants_record || (core->looks >= SUSPICIOUS && core->looks < SUSPICIOUS + RECORDED);
        const struct polled *polled = most_polled(core);
        bool is_stuck = polled && !polled->is_changing && node->now - core->since >= NODE_PROGRESS_PATIENCE;
        is_new = is_new || (is_stuck && !core->is_told);
        core->is_told = core->is_told || is_stuck;
    }
    record_reads(node, wants_record);
    return is_new;
}

/* --- saying
 * ----------------------------------------------------------------------------------------------------------- */

struct teller {
    struct node *node;
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

static void name_place(const struct node *node, uint32_t pc, char *text, size_t size)
{
    uint32_t offset = 0;
    const struct image *image = node_symbols(node);
    const struct image_symbol *symbol = image ? image_symbol_at(image, pc, &offset) : NULL;
    const char *name = symbol ? symbol->name : rom_name(node->config.rom, pc, &offset);
    snprintf(text, size, name ? "%s (0x%08" PRIx32 ")" : "%s0x%08" PRIx32, name ? name : "", pc);
}

/* A core without a register that it polls: a lock, a place in memory, or neither. */
static void name_what_it_looks_at(const struct teller *teller, unsigned n, char *text, size_t size)
{
    static const struct {
        uint32_t value;
        const char *text;
    } owners[] = {{0xCDCD, ", FreeRTOS' sign of cpu0"}, {0xABAB, ", FreeRTOS' sign of cpu1"}};
    struct poll_place place;
    const char *owner = "";
    char symbol[160];
    if (!poll_find_place(teller->node->core[n].cpu, &place)) {
        snprintf(text, size, ", and reads no register there");
        return;
    }
    name_place(teller->node, place.address, symbol, sizeof symbol);
    for (size_t i = 0; place.is_lock && i < sizeof owners / sizeof owners[0]; i++)
        owner = owners[i].value == place.value ? owners[i].text : owner;
    snprintf(text, size, ": it %s %s again and again, which holds 0x%08" PRIx32 "%s",
             place.is_lock ? "tries to take the lock" : "reads memory at", symbol, place.value, owner);
}

static void tell_spinning(const struct teller *teller, unsigned n)
{
    struct node *node = teller->node;
    const struct core_progress *core = &node->progress.core[n];
    const struct polled *polled = most_polled(core);
    char text[768], place[160], test[320];
    double seconds = (double)(node->now - core->since) / (double)SIM_PS_PER_S;
    if (core->looks < SUSPICIOUS + RECORDED)
        return;
    name_place(node, polled ? polled->pc : xt_pc(node->core[n].cpu), place, sizeof place);
    if (polled) {
        unsigned index;
        const struct reg_desc *reg = dev_reg_at(polled->dev, polled->offset, &index);
        char path[96], element[16] = "";
        dev_path(polled->dev, path, sizeof path);
        if (reg && reg->count > 1)
            snprintf(element, sizeof element, "[%u]", index);
        poll_find_test(node->core[n].cpu, polled->pc, polled->return_address, reg, test, sizeof test);
        snprintf(text, sizeof text,
                 "%s has been in %s for %.3g s: it reads %s.%s%s (0x%03" PRIx32 ") again and again%s; %s 0x%08" PRIx32,
                 node->core[n].name, place, seconds, path, reg ? reg->name : "?", element, polled->offset, test,
                 polled->is_changing ? "last" : "always", polled->value);
    } else {
        name_what_it_looks_at(teller, n, test, sizeof test);
        snprintf(text, sizeof text, "%s has been in %s for %.3g s%s", node->core[n].name, place, seconds, test);
    }
    teller->line(teller->ctx, text);
}

static uint32_t enabled_inputs(const struct node *node, unsigned n)
{
    uint32_t enabled = 0;
    xt_reg_get(node->core[n].cpu, (unsigned)xt_reg_number("intenable"), &enabled);
    return enabled;
}

/* A source that its device raises, and that no core that could take it will: a driver has enabled it in the device, and
 * nobody in the matrix or in the core. */
static void tell_interrupt(const struct teller *teller, enum intmatrix_source source)
{
    struct node *node = teller->node;
    unsigned number = intmatrix_source_number(source), inputs[NODE_CORES] = {0};
    bool is_routed = false;
    for (unsigned n = 0; n < NODE_CORES; n++) {
        if (!intmatrix_source_reaches(source, n) || !node->core[n].started)
            continue;
        if (!(intmatrix_status(&node->intmatrix, n, number / 32) >> number % 32 & 1))
            return;
        unsigned input = intmatrix_routed(&node->intmatrix, n, number);
        uint32_t enabled = enabled_inputs(node, n);
        if (INTMATRIX_INTERNAL_INPUTS >> input & 1)
            continue;
        if (enabled >> input & 1)
            return;
        is_routed = true;
        inputs[n] = input;
    }
    char text[160];
    if (is_routed)
        snprintf(text, sizeof text,
                 "%s: interrupt %s is raised, but INTENABLE has its input off (cpu0 input %u, cpu1 input %u)",
                 node->name, intmatrix_source_name(source), inputs[0], inputs[1]);
    else
        snprintf(text, sizeof text, "%s: interrupt %s is raised, but the interrupt matrix leads it to no core",
                 node->name, intmatrix_source_name(source));
    teller->line(teller->ctx, text);
}

/* All that run sleep, and let nothing wake them, or nothing is due that could. */
static bool sleeps_for_good(const struct node *node)
{
    bool nothing_is_due = evq_next_time(node->evq) == SIM_TIME_NEVER;
    unsigned asleep = 0;
    for (unsigned n = 0; n < NODE_CORES; n++) {
        const struct node_core *core = &node->core[n];
        if (!core->started || core->dead)
            continue;
        if (!xt_is_waiting(core->cpu) || !(nothing_is_due || enabled_inputs(node, n) == 0))
            return false;
        asleep++;
    }
    return asleep > 0;
}

/* A core that sleeps for good: what could wake it, by name. */
static void tell_sleeping(const struct teller *teller, unsigned n)
{
    struct node *node = teller->node;
    char text[512], place[160];
    uint32_t enabled = enabled_inputs(node, n);
    unsigned named = 0;
    name_place(node, xt_pc(node->core[n].cpu), place, sizeof place);
    int used =
        snprintf(text, sizeof text, "%s sleeps in WAITI before %s, and nothing will wake it: INTENABLE 0x%08" PRIx32,
                 node->core[n].name, place, enabled);
    for (unsigned source = 0; source < INTMATRIX_SOURCE_COUNT; source++) {
        enum intmatrix_source id = (enum intmatrix_source)source;
        unsigned input =
            intmatrix_source_reaches(id, n) ? intmatrix_routed(&node->intmatrix, n, intmatrix_source_number(id)) : 0;
        bool counts = input && !(INTMATRIX_INTERNAL_INPUTS >> input & 1) && enabled >> input & 1;
        if (counts && used > 0 && (size_t)used < sizeof text)
            used += snprintf(text + used, sizeof text - (size_t)used, "%s%s", named++ ? ", " : ", to which lead ",
                             intmatrix_source_name(id));
    }
    teller->line(teller->ctx, text);
}

void node_progress_report(struct node *node, void (*line)(void *ctx, const char *text), void *ctx)
{
    const struct teller teller = {.node = node, .line = line, .ctx = ctx};
    bool is_busy = false, for_good = sleeps_for_good(node);
    for (unsigned n = 0; n < NODE_CORES; n++) {
        const struct core_progress *core = &node->progress.core[n];
        bool runs = node->core[n].started && !node->core[n].dead && !xt_is_waiting(node->core[n].cpu);
        is_busy = is_busy || (runs && core->looks < SUSPICIOUS + RECORDED);
        if (for_good && node->core[n].started && !node->core[n].dead)
            tell_sleeping(&teller, n);
        else
            tell_spinning(&teller, n);
    }
    for (unsigned source = 0; !is_busy && source < INTMATRIX_SOURCE_COUNT; source++)
        if (intmatrix_input(&node->intmatrix, (enum intmatrix_source)source)->level)
            tell_interrupt(&teller, (enum intmatrix_source)source);
}
