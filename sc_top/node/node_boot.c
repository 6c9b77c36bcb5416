/* SPDX-License-Identifier: Apache-2.0 */
/* What ROM and bootloader do on the chip, done by the node: program into RAM and flash, flash mapped, cores at their
 * entry points. Memory that the program does not claim keeps its content over a reset, as on the chip. */
#include <inttypes.h>
#include <string.h>

#include "sc_top/node/node_priv.h"

/* Stacks that the ROM uses and leaves to whom it calls: shared facts, 2.1. */
enum { ROM_STACK_PRO = 0x3FFE3F20, ROM_STACK_APP = 0x3FFE7E30 };

/* PS as after the ROM's call8 of the program: windows on, user mode, no exception, all interrupts enabled, CALLINC 2.
 * Xtensa ISA RM, "Processor Status". a0 of the new window is 0, so that a backtrace ends there. */
enum { PS_UM = 1 << 5, PS_CALLINC_2 = 2 << 16, PS_WOE = 1 << 18 };

static bool region_takes_program(const struct bus_region *region)
{
    if (region->kind == BUS_KIND_WINDOW)
        return region->bank == BUS_BANK_FLASH;
    return region->kind == BUS_KIND_MEMORY && (region->rights & BUS_RIGHT_WRITE);
}

static const struct bus_region *region_at(uint32_t address)
{
    for (unsigned i = 0; i < bus_map_region_count(); i++) {
        const struct bus_region *region = bus_map_region(i);
        if (address >= region->first && address <= region->last && region->kind != BUS_KIND_REMAP)
            return region;
    }
    return NULL;
}

static bool memory_holds(void *ctx, uint32_t address, uint32_t size)
{
    (void)ctx;
    for (uint32_t left = size; left > 0;) {
        const struct bus_region *region = region_at(address);
        if (!region || !region_takes_program(region))
            return false;
        uint32_t here = region->last - address + 1;
        uint32_t step = here < left ? here : left;
        address += step;
        left -= step;
    }
    return true;
}

const struct image_memory node_image_memory = {.ctx = NULL, .holds = memory_holds};

static bool in_flash(const struct image_segment *segment)
{
    const struct bus_region *region = region_at(segment->address);
    return region && region->kind == BUS_KIND_WINDOW;
}

/* --- flash
 * ------------------------------------------------------------------------------------------------------------ */

static enum sim_status no_room(const struct node *node, uint64_t needed)
{
    log_at(node->config.log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, node->config.image->path,
           "%s: needs %" PRIu64 " bytes of flash; node.flash_size is %" PRIu32, node->name, needed,
           node->config.flash_size);
    return SIM_BAD_VALUE;
}

/* The flash page behind the virtual page of `address`, a new one if there is none yet; 0 when flash is full. */
static struct node_flash_page *flash_page(struct node *node, uint32_t address)
{
    uint32_t virtual_page = address & ~(uint32_t)(BUS_FLASH_PAGE - 1);
    for (unsigned i = 0; i < node->flash_pages; i++)
        if (node->flash_page[i].address == virtual_page)
            return &node->flash_page[i];
    uint32_t offset = IMAGE_APP_FLASH_OFFSET + node->flash_pages * (uint32_t)BUS_FLASH_PAGE;
    if (node->flash_pages == NODE_FLASH_PAGES || offset + BUS_FLASH_PAGE > node->config.flash_size)
        return NULL;
    struct node_flash_page *page = &node->flash_page[node->flash_pages++];
    *page = (struct node_flash_page){.address = virtual_page, .offset = offset};
    return page;
}

/* An ELF file says which addresses flash text has, but not where it lies in flash: page by page, as it comes. */
static enum sim_status place_in_flash(struct node *node, const struct image_segment *segment)
{
    struct bus_mem *flash = bus_map_bank(node->map, BUS_BANK_FLASH);
    for (uint32_t done = 0; done < segment->size;) {
        uint32_t address = segment->address + done;
        uint32_t here = BUS_FLASH_PAGE - address % BUS_FLASH_PAGE;
        uint32_t step = here < segment->size - done ? here : segment->size - done;
        uint32_t from_file = segment->file_size > done ? segment->file_size - done : 0;
        struct node_flash_page *page = flash_page(node, address);
        if (!page)
            return no_room(node, (uint64_t)(node->flash_pages + 2) * BUS_FLASH_PAGE);
        uint8_t *target = flash->bytes + page->offset + address % BUS_FLASH_PAGE;
        memset(target, 0, step);
        if (from_file)
            memcpy(target, segment->bytes + done, from_file < step ? from_file : step);
        done += step;
    }
    return SIM_OK;
}

/* Content of the flash chip, once. */
enum sim_status node_fill_flash(struct node *node)
{
    const struct image *image = node->config.image;
    struct bus_mem *flash = bus_map_bank(node->map, BUS_BANK_FLASH);
    memset(flash->bytes, 0xFF, flash->size);
    if (image->kind != IMAGE_ELF) {
        if (image->file_size > flash->size || image->flash_offset > flash->size - image->file_size)
            return no_room(node, (uint64_t)image->flash_offset + image->file_size);
        memcpy(flash->bytes + image->flash_offset, image->file, image->file_size);
        return SIM_OK;
    }
    for (size_t i = 0; i < image->segment_count; i++)
        if (in_flash(&image->segments[i]))
            SIM_TRY(place_in_flash(node, &image->segments[i]));
    return SIM_OK;
}

static void map_flash(struct node *node)
{
    const struct image *image = node->config.image;
    for (unsigned i = 0; i < node->flash_pages; i++)
        sim_assert(bus_map_show_flash(node->map, node->flash_page[i].address, node->flash_page[i].offset,
                                      BUS_FLASH_PAGE) == SIM_OK);
    for (size_t i = 0; i < image->segment_count && image->kind != IMAGE_ELF; i++) {
        const struct image_segment *segment = &image->segments[i];
        if (in_flash(segment))
            sim_assert(bus_map_show_flash(node->map, segment->address,
                                          image->flash_offset + (uint32_t)segment->file_offset,
                                          segment->size) == SIM_OK);
    }
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

static void load_ram(struct node *node)
{
    const struct image *image = node->config.image;
    struct bus_port *port = bus_map_port(node->map, BUS_PRO_CPU);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        if (in_flash(segment))
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

void node_boot_pro(struct node *node)
{
    load_ram(node);
    map_flash(node);
    start_core(&node->core[0], node->config.image->entry, ROM_STACK_PRO);
    esp32_devices_boot_clock(node);
}

static void node_boot_app(struct node *node, uint32_t entry)
{
    start_core(&node->core[1], entry, ROM_STACK_APP);
}

/* The APP CPU leaves reset: its ROM code takes the boot address, or waits for one. Bit 31 only asks for haste. */
void node_start_app(struct node *node, sim_time now)
{
    uint32_t entry = node->devices.dport.app.boot_address & INT32_MAX;
    if (node->devices.dport.app.in_reset)
        return;
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
