/* SPDX-License-Identifier: Apache-2.0 */
/* Building a node and taking it apart. */
#include "sc_top/node/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sc_top/node/node_priv.h"

/* Program identification registers: shared facts, 1.1. */
enum { PRID_PRO = 0xCDCD, PRID_APP = 0xABAB, RESET_PC = 0x40000400 };

static void matrix_levels(void *ctx, unsigned core, uint32_t levels, sim_time time)
{
    struct node *node = ctx;
    node_core_set_levels(&node->core[core], levels, time);
}

static void map_changed(void *ctx, enum bus_initiator who, uint32_t first, uint32_t last)
{
    struct node *node = ctx;
    unsigned core = who == BUS_PRO_CPU ? 0 : 1;
    if ((who == BUS_PRO_CPU || who == BUS_APP_CPU) && node->core[core].cpu)
        xt_memory_changed(node->core[core].cpu, first, last);
}

/* An inaccurate crystal makes everything inaccurate that is derived from it; the RC oscillators stay as they are. */
static void init_clocks(struct node *node)
{
    clock_tree_init(&node->clocks);
    int64_t error_hz = (int64_t)node->clocks.clock[CLOCK_XTAL].hz * node->config.crystal_ppb / 1000000000;
    uint64_t hz = (uint64_t)((int64_t)node->clocks.clock[CLOCK_XTAL].hz + error_hz);
    clock_tree_set(&node->clocks, CLOCK_XTAL, 0, hz);
    clock_tree_set(&node->clocks, CLOCK_REF_TICK, 0, hz / 40);
    clock_tree_set(&node->clocks, CLOCK_RTC_FAST, 0, hz / 4);
    clock_tree_select(&node->clocks, 0);
}

static void init_core_names(struct node *node)
{
    for (unsigned i = 0; i < NODE_CORES; i++) {
        struct node_core *core = &node->core[i];
        core->node = node;
        core->index = i;
        snprintf(core->name, sizeof core->name, "%s.cpu%u", node->name, i);
    }
}

static enum sim_status build_flash(struct node *node)
{
    const struct node_config *config = &node->config;
    if (!config->image)
        return SIM_OK;
    if (!config->flash)
        SIM_TRY(flash_content_create(config->image, config->flash_size, config->log, &node->own_flash));
    node->flash = config->flash ? config->flash : node->own_flash;
    node->flash_view = flash_content_map(node->flash);
    return node->flash_view ? SIM_OK : SIM_NO_MEMORY;
}

static enum sim_status build(struct node *node)
{
    SIM_TRY(build_flash(node));
    const struct bus_map_config map_config = {
        .flash_size = node->flash ? flash_content_size(node->flash) : 0,
        .flash_bytes = node->flash_view,
        .psram_size = node->config.psram_size,
        .rom_bytes = node->config.rom ? node->config.rom->bytes : NULL,
        .rom_app = node->config.rom ? node->config.rom->app : NULL,
        .cache_illegal = &node->devices.dport.illegal_access,
        .lines = node_chip_lines(node),
        .flash_filter = node_flash_filter(node),
    };
    const struct intmatrix_out out = {.ctx = node, .levels = matrix_levels};
    intmatrix_init(&node->intmatrix, &out, node->config.trace, node->name);
    node->map = bus_map_create(&map_config, &node->env);
    if (!node->map)
        return SIM_NO_MEMORY;
    node->env.dma = bus_map_port(node->map, BUS_DMA);
    bus_map_listen(node->map, map_changed, node);
    for (unsigned i = 0; i < NODE_CORES; i++)
        node->core[i].bus = bus_map_port(node->map, i == 0 ? BUS_PRO_CPU : BUS_APP_CPU);
    if (node->config.cores < NODE_CORES)
        node->core[1].hold |= NODE_HOLD_FUSED;
    node_run_init(node);
    node_reset_init(node);
    return esp32_devices_init(node);
}

enum sim_status node_create(const struct node_config *config, struct node **result)
{
    struct node *node = calloc(1, sizeof *node);
    *result = NULL;
    if (!node)
        return SIM_NO_MEMORY;
    node->config = *config;
    snprintf(node->name, sizeof node->name, "%s", config->name);
    node->config.name = node->name;
    init_clocks(node);
    init_core_names(node);
    node->evq = evq_create();
    node->env = (struct dev_env){.evq = node->evq,
                                 .clocks = &node->clocks,
                                 .log = config->log,
                                 .trace = config->trace,
                                 .seed = config->seed,
                                 .node = config->number,
                                 .scope = node->name};
    enum sim_status status = node->evq ? build(node) : SIM_NO_MEMORY;
    if (status != SIM_OK) {
        node_destroy(node);
        return status;
    }
    *result = node;
    return SIM_OK;
}

void node_destroy(struct node *node)
{
    if (!node)
        return;
    for (unsigned i = 0; i < NODE_CORES; i++)
        if (node->core[i].cpu)
            xt_destroy(node->core[i].cpu);
    node_board_fini(node);
    esp32_devices_fini(node);
    if (node->map)
        bus_map_destroy(node->map);
    if (node->flash)
        flash_content_unmap(node->flash, node->flash_view);
    flash_content_destroy(node->own_flash);
    evq_destroy(node->evq);
    if (node->own_pool)
        xt_pool_destroy(node->own_pool);
    free(node);
}

void node_set_core_bus(struct node *node, unsigned core, struct bus_port *port)
{
    node->core[core].bus = port;
}

static enum sim_status create_core(struct node_core *core)
{
    struct node *node = core->node;
    const struct xt_config config = {
        .prid = core->index == 0 ? PRID_PRO : PRID_APP,
        .initiator = core->index == 0 ? BUS_PRO_CPU : BUS_APP_CPU,
        .reset_pc = RESET_PC,
        .pool = node->config.pool ? node->config.pool : node->own_pool,
    };
    core->host = (struct xt_host){.bus = core->bus,
                                  .clock = &node->clocks.clock[CLOCK_CPU],
                                  .log = node->config.log,
                                  .name = core->name,
                                  .ctx = core,
                                  .simcall = node_simcall};
    core->cpu = xt_create(&config, &core->host);
    if (!core->cpu)
        return SIM_NO_MEMORY;
    xt_set_stalled(core->cpu, core->held);
    node_trace_init(core);
    return SIM_OK;
}

enum sim_status node_power_on(struct node *node)
{
    if (!node->config.pool)
        node->own_pool = xt_pool_create();
    for (unsigned i = 0; i < NODE_CORES; i++)
        SIM_TRY(create_core(&node->core[i]));
    node_boot_pro(node);
    node_core_set_hold(&node->core[0], NODE_HOLD_RESET, false, 0);
    return SIM_OK;
}

/* --- looking inside
 * --------------------------------------------------------------------------------------------------- */

struct xt_cpu *node_core(struct node *node, unsigned core)
{
    return node->core[core].cpu;
}

struct bus_map *node_map(struct node *node)
{
    return node->map;
}

struct evq *node_evq(struct node *node)
{
    return node->evq;
}

const char *node_name(const struct node *node)
{
    return node->name;
}

const struct clock_tree *node_clocks(const struct node *node)
{
    return &node->clocks;
}

const struct image *node_symbols(const struct node *node)
{
    return node->config.symbols ? node->config.symbols : node->config.image;
}

struct dev *node_device(const struct node *node, unsigned n)
{
    for (unsigned i = 0; i < bus_map_target_count(node->map); i++) {
        const struct bus_target *target = bus_map_target(node->map, i);
        if (target->dev && n-- == 0)
            return target->dev;
    }
    return NULL;
}

void node_get_counts(const struct node *node, struct node_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    counts->resets = node->resets;
    for (unsigned i = 0; i < NODE_UARTS; i++)
        counts->uart_bytes[i] = node->uart[i].bytes;
    for (unsigned i = 0; i < NODE_CORES; i++)
        counts->core_started[i] = node->core[i].started;
    for (unsigned deep = 0; deep < 2; deep++) {
        counts->sleeps[deep] = node->devices.rtc_cntl.sleep.times[deep];
        counts->slept[deep] = node->devices.rtc_cntl.sleep.spent[deep];
    }
    const struct rtc_sleep *sleep = &node->devices.rtc_cntl.sleep;
    if (sleep->phase >= RTC_ASLEEP && node->now > sleep->since)
        counts->slept[sleep->power.deep] += node->now - sleep->since;
}
