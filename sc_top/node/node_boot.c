/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the cores: in the ROM, or as if ROM and bootloader had run: program in RAM and flash, flash mapped, cores at
 * its entry points. Memory that the program does not claim keeps its content over a reset, as on the chip. */
#include "sc_top/node/node_priv.h"

/* Stacks that the ROM uses and leaves to whom it calls: shared facts, 2.1. */
enum { ROM_STACK_PRO = 0x3FFE3F20, ROM_STACK_APP = 0x3FFE7E30 };

/* PS as after the ROM's call8 of the program: windows on, user mode, no exception, all interrupts enabled, CALLINC 2.
 * Xtensa ISA RM, "Processor Status". a0 of the new window is 0, so that a backtrace ends there. */
enum { PS_UM = 1 << 5, PS_CALLINC_2 = 2 << 16, PS_WOE = 1 << 18 };

static void map_flash(struct node *node)
{
    struct flash_window window;
    uint32_t open = 0;
    for (unsigned i = 0; flash_content_window(node->flash, i, &window); i++) {
        sim_assert(bus_map_show_flash(node->map, window.address, window.offset, window.length) == SIM_OK);
        open |= 1u << memory_region_at(window.address)->mask_bit;
    }
    if (open)
        dport_boot_caches(&node->devices.dport, open);
    for (unsigned core = 0; open && core < NODE_CORES; core++)
        bus_map_set_page_modes(node->map, core, 0, 0);
    node_chips_boot(node);
}

/* --- RAM
 * -------------------------------------------------------------------------------------------------------------- */

/* Word by word, since the instruction bus carries nothing else. */
static void write_bytes(struct bus_port *port, uint32_t address, const uint8_t *bytes, uint32_t size)
{
    for (uint32_t done = 0; done < size;) {
        uint32_t shift = (address + done) % 4, count = 4 - shift < size - done ? 4 - shift : size - done;
        struct bus_access access = {.address = address + done - shift, .size = 4};
        sim_assert(port->debug(port->ctx, &access) == BUS_OK);
        for (uint32_t i = 0; i < count; i++)
            access.value = bits_set(access.value, 8 * (shift + i), 8, bytes ? bytes[done + i] : 0);
        access.write = true;
        sim_assert(port->debug(port->ctx, &access) == BUS_OK);
        done += count;
    }
}

/* ESP-IDF's bootloader leaves RTC memory alone after deep sleep. */
static bool is_kept_in_sleep(uint32_t address)
{
    const struct bus_region *region = memory_region_at(address);
    return region && (region->bank == BUS_BANK_RTC_FAST || region->bank == BUS_BANK_RTC_SLOW);
}

static void load_ram(struct node *node)
{
    bool woken = node->cause == RESET_CAUSE_DEEP_SLEEP;
    const struct image *image = node->config.image;
    struct bus_port *port = bus_map_port(node->map, BUS_PRO_CPU);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        if (flash_content_holds(segment) || (woken && is_kept_in_sleep(segment->address)))
            continue;
        write_bytes(port, segment->address, segment->bytes, segment->file_size);
        write_bytes(port, segment->address + segment->file_size, NULL, segment->size - segment->file_size);
    }
}

/* --- cores
 * ------------------------------------------------------------------------------------------------------------ */

static void set_register(struct xt_cpu *cpu, const char *name, uint32_t value)
{
    int number = xt_reg_number(name);
    sim_assert(number >= 0 && xt_reg_set(cpu, (unsigned)number, value));
}

static void start_core(struct node_core *core, uint32_t entry, uint32_t stack)
{
    xt_reset(core->cpu);
    set_register(core->cpu, "ps", PS_UM | PS_CALLINC_2 | PS_WOE);
    set_register(core->cpu, "a1", stack);
    xt_set_pc(core->cpu, entry);
    core->dead = false;
    core->started = true;
}

/* As hardware does it: whatever the registers were, at one of the two reset vectors. */
static void start_at_vector(struct node_core *core)
{
    xt_reset(core->cpu);
    xt_set_pc(core->cpu, esp32_devices_reset_vector(core->node, core->index));
    core->dead = false;
    core->started = true;
}

/* After deep sleep first a wake stub, if there is one: the ROM calls it before it loads anything. What it returns to is
 * the program, in the state in which the ROM calls that: the return address has the call's size in place of the region
 * (Xtensa ISA RM, "Windowed Procedure-Call Protocol"). */
static void start_program(struct node *node)
{
    uint32_t entry = node->config.image->entry, stub;
    if (!node_wake_stub(node, &stub)) {
        start_core(&node->core[0], entry, ROM_STACK_PRO);
        return;
    }
    start_core(&node->core[0], stub, ROM_STACK_PRO);
    set_register(node->core[0].cpu, "a8", UINT32_C(2) << 30 | (entry & 0x3FFFFFFF));
}

void node_boot_pro(struct node *node)
{
    if (node->config.boot_rom) {
        start_at_vector(&node->core[0]);
        return;
    }
    node_init_rom_variables(node, 0);
    load_ram(node);
    map_flash(node);
    start_program(node);
    esp32_devices_boot_clock(node);
}

static void node_boot_app(struct node *node, uint32_t entry)
{
    node_init_rom_variables(node, 1);
    start_core(&node->core[1], entry, ROM_STACK_APP);
}

/* The APP CPU leaves reset: its ROM code takes the boot address, or waits for one. Bit 31 only asks for haste. */
void node_start_app(struct node *node, sim_time now)
{
    uint32_t entry = node->devices.dport.app.boot_address & INT32_MAX;
    if (node->devices.dport.app.in_reset)
        return;
    if (node->config.boot_rom) {
        start_at_vector(&node->core[1]);
        return;
    }
    if (entry)
        node_boot_app(node, entry);
    node_core_set_hold(&node->core[1], NODE_HOLD_NO_ENTRY, entry == 0, now);
}

/* DPORT_APPCPU_CTRL_A to D as they are now. */
void node_app_control(void *ctx, const struct dport_app_cpu *app, sim_time now)
{
    struct node *node = ctx;
    struct node_core *core = &node->core[1];
    bool leaves_reset = (core->hold & NODE_HOLD_APP_RESET) && !app->in_reset;
    bool gets_entry = (core->hold & NODE_HOLD_NO_ENTRY) && app->boot_address != 0;
    if (leaves_reset || gets_entry)
        node_start_app(node, now);
    node_core_set_hold(core, NODE_HOLD_APP_RESET, app->in_reset, now);
    node_core_set_hold(core, NODE_HOLD_APP_CLOCK, !app->clocked, now);
    node_core_set_hold(core, NODE_HOLD_APP_STALL, app->stalled, now);
}
