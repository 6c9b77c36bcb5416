/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/node_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu_iss/isa.h"
#include "sc_top/node/node_priv.h"

enum {
    SPOT = 128,            /* bytes of code that count as one place */
    SUSPICIOUS = 50,       /* looks in the same places before reads are recorded */
    RECORDED = 10,         /* looks during which they are */
    STRAYS = 20,           /* one look of so many may find an interrupt handler */
    INSTRUCTIONS_AFTER = 8 /* a load is tested soon after it */
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
    if (free_one)
        *free_one = (struct polled){.dev = record->dev,
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

static const char *field_of_bit(const struct reg_desc *reg, unsigned bit)
{
    for (unsigned i = 0; reg && i < reg->field_count; i++)
        if (bit - reg->fields[i].lsb < reg->fields[i].width)
            return reg->fields[i].name;
    return NULL;
}

/* The test that follows the load: "until bit 15 (RTC_CALI_RDY) is 1". Empty: not seen. */
static void find_test(struct xt_cpu *cpu, const struct polled *polled, const struct reg_desc *reg, char *text,
                      size_t size)
{
    struct isa_decoder *decoder = isa_decoder_create();
    uint32_t pc = polled->pc;
    text[0] = '\0';
    for (unsigned i = 0; decoder && i < INSTRUCTIONS_AFTER; i++) {
        uint32_t word = 0;
        if (!xt_mem_read(cpu, pc, &word, 3))
            break;
        enum isa_row_id id = isa_decode(decoder, word);
        if (id == ISA_NONE)
            break;
        const struct isa_row *row = isa_row_at(id);
        bool on_bit_set = strncmp(row->name, "bbsi", 4) == 0, on_bit_clear = strncmp(row->name, "bbci", 4) == 0;
        bool on_set = on_bit_set || strcmp(row->name, "bltz") == 0;
        bool on_clear = on_bit_clear || strcmp(row->name, "bgez") == 0;
        if (on_set || on_clear) {
            bool names_bit = on_bit_set || on_bit_clear;
            unsigned bit = names_bit ? isa_operand_value(row, 1, word, pc) : 31;
            const char *name = field_of_bit(reg, bit);
            bool back = isa_operand_value(row, names_bit ? 2 : 1, word, pc) <=
                        polled->pc; /* the loop goes on when the branch is taken */
            snprintf(text, size, ", until bit %u%s%s%s is %d", bit, name ? " (" : "", name ? name : "", name ? ")" : "",
                     on_set != back);
            break;
        }
        pc += row->length;
    }
    isa_decoder_destroy(decoder);
}

static void tell_spinning(const struct teller *teller, unsigned n)
{
    struct node *node = teller->node;
    const struct core_progress *core = &node->progress.core[n];
    const struct polled *polled = most_polled(core);
    char text[768], place[160], test[128];
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
        find_test(node->core[n].cpu, polled, reg, test, sizeof test);
        snprintf(text, sizeof text,
                 "%s has been in %s for %.3g s: it reads %s.%s%s (0x%03" PRIx32 ") again and again%s; %s 0x%08" PRIx32,
                 node->core[n].name, place, seconds, path, reg ? reg->name : "?", element, polled->offset, test,
                 polled->is_changing ? "last" : "always", polled->value);
    } else {
        snprintf(text, sizeof text, "%s has been in %s for %.3g s, and reads no register there", node->core[n].name,
                 place, seconds);
    }
    teller->line(teller->ctx, text);
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
        uint32_t enabled = 0;
        xt_reg_get(node->core[n].cpu, (unsigned)xt_reg_number("intenable"), &enabled);
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

void node_progress_report(struct node *node, void (*line)(void *ctx, const char *text), void *ctx)
{
    const struct teller teller = {.node = node, .line = line, .ctx = ctx};
    bool is_busy = false;
    for (unsigned n = 0; n < NODE_CORES; n++) {
        const struct core_progress *core = &node->progress.core[n];
        bool runs = node->core[n].started && !node->core[n].dead && !xt_is_waiting(node->core[n].cpu);
        is_busy = is_busy || (runs && core->looks < SUSPICIOUS + RECORDED);
        tell_spinning(&teller, n);
    }
    for (unsigned source = 0; !is_busy && source < INTMATRIX_SOURCE_COUNT; source++)
        if (intmatrix_input(&node->intmatrix, (enum intmatrix_source)source)->level)
            tell_interrupt(&teller, (enum intmatrix_source)source);
}
