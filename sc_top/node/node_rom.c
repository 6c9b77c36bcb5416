/* SPDX-License-Identifier: Apache-2.0 */
/* The mask ROM for programs that the node itself has loaded: its variables in RAM when there is one, and a word to the
 * user when there is none and it is called all the same. Source: shared facts, 3.2a. */
#include <inttypes.h>
#include <stdio.h>

#include "sc_top/node/node_priv.h"

/* --- a ROM that is there
 * ---------------------------------------------------------------------------------------------- */

/* The tables that reset code goes by: what is copied, {first, end, source, for each CPU}, and what is cleared, {first,
 * end, for each CPU}; then the PRO CPU's variables and the APP CPU's after them. The same in all revisions. */
enum {
    COPY_TABLE = 0xD4F8,
    COPY_TABLE_END = 0xD5C8,
    CLEAR_TABLE = 0xD5D0,
    CLEAR_TABLE_END = 0xD66C,
    APP_DISTANCE = 0x3F10, /* from the PRO CPU's variables to the APP CPU's */
    DATA_RAM = 0x3FFAE000,
    TICKS_PER_US = 0x3FFE01E0
};

static uint32_t rom_word(const struct rom *rom, uint32_t place)
{
    const uint8_t *b = rom->bytes + place;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* A raw file may be any ROM, with anything where the tables are. */
static bool is_variables(uint32_t first, uint32_t end)
{
    return first >= DATA_RAM && first <= end && end - first <= 0x10000;
}

static void put_word(struct node *node, uint32_t address, uint32_t value)
{
    struct bus_port *port = bus_map_port(node->map, BUS_PRO_CPU);
    struct bus_access access = {.address = address, .size = 4, .write = true, .value = value};
    (void)port->debug(port->ctx, &access); /* a table of another ROM may name anything */
}

/* What a core's ROM variables hold once the ROM has started a program: as its file says, and the clock as it is now. */
void node_init_rom_variables(struct node *node, unsigned core)
{
    const struct rom *rom = node->config.rom;
    uint32_t distance = core == 0 ? 0 : APP_DISTANCE;
    if (!rom || !rom->file)
        return;
    for (uint32_t row = CLEAR_TABLE; row + 12 <= CLEAR_TABLE_END; row += 12) {
        uint32_t first = rom_word(rom, row), end = rom_word(rom, row + 4);
        bool is_own = rom_word(rom, row + 8) != 0;
        if (!is_variables(first, end) || (!is_own && core != 0))
            continue;
        for (uint32_t at = first; at < end; at += 4)
            put_word(node, at + (is_own ? distance : 0), 0);
    }
    for (uint32_t row = COPY_TABLE; row < COPY_TABLE_END; row += 16) {
        uint32_t first = rom_word(rom, row), end = rom_word(rom, row + 4), source = rom_word(rom, row + 8);
        bool is_own = rom_word(rom, row + 12) != 0;
        uint32_t place = source - ROM_0_ADDRESS;
        if (!is_variables(first, end) || place > ROM_0_SIZE - (end - first) || (!is_own && core != 0))
            continue;
        for (uint32_t at = first; at < end; at += 4)
            put_word(node, at + (is_own ? distance : 0), rom_word(rom, place + (at - first)));
    }
    put_word(node, TICKS_PER_US + distance, (uint32_t)(node->config.cpu_hz / 1000000));
}

/* --- a ROM that is not there
 * ------------------------------------------------------------------------------------------ */

bool node_lacks_rom_at(const struct node *node, uint32_t pc)
{
    return node->config.rom && !node->config.rom->file && pc - ROM_0_ADDRESS < ROM_0_SIZE + ROM_1_SIZE;
}

static uint32_t read_register(struct xt_cpu *cpu, unsigned n)
{
    char name[8];
    uint32_t value = 0;
    snprintf(name, sizeof name, "a%u", n);
    int number = xt_reg_number(name);
    return number >= 0 && xt_reg_get(cpu, (unsigned)number, &value) ? value : 0;
}

/* The callee's ENTRY has not run: its return address is in the register that the call left it in, by PS.CALLINC, with
 * the call's size in the top bits in place of the region. Xtensa ISA RM, "Windowed Procedure-Call Protocol". */
static uint32_t caller_of(struct xt_cpu *cpu, uint32_t pc)
{
    unsigned increment = xt_ps(cpu) >> 16 & 3;
    uint32_t address = read_register(cpu, 4 * increment);
    return increment ? (address & 0x3FFFFFFF) | (pc & 0xC0000000) : address;
}

/* The function that ran into the missing ROM's instruction stops here: there is nothing to go on with. */
void node_rom_called(struct node_core *core)
{
    struct node *node = core->node;
    const struct node_observer *observer = &node->config.observer;
    uint32_t pc = xt_pc(core->cpu), caller = caller_of(core->cpu, pc), offset = 0, from = 0;
    const char *name = rom_name(NULL, pc, &offset);
    const struct image_symbol *symbol = image_symbol_at(node_symbols(node), caller, &from);
    char text[256];
    int used = snprintf(text, sizeof text, "called %s at 0x%08" PRIx32 " of the mask ROM from 0x%08" PRIx32,
                        name && offset == 0 ? name : "a place", pc, caller);
    if (symbol && used > 0 && (size_t)used < sizeof text)
        snprintf(text + used, sizeof text - (size_t)used, " (%s + 0x%" PRIx32 ")", symbol->name, from);
    core->dead = true;
    xt_limit(core->cpu, xt_cycles(core->cpu));
    if (observer->incident)
        observer->incident(observer->ctx, NODE_ROM_CALL, core->index, text, node_core_time(node, core->index));
}
