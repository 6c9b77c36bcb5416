/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/dport/dport.h"

#include <string.h>

static void remap_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void gate_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void app_cpu_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void cpu_period_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void cache_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void cache1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void cache_ia_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void flash_crypt_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void rsa_power_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t dbug_read(struct dev *dev, unsigned index, uint32_t stored);
static void from_cpu_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t status_read(struct dev *dev, unsigned index, uint32_t stored);
static void map_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/dport/dport_regs.def"
#define REG_PREFIX DPORT
#define REG_TABLE dport_regs
#define REG_BLOCK "DPORT"
#define REG_SOURCE "ESP32 TRM, chapters Interrupt Matrix, System and Memory, Reset and Clock"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

/* The registers of the APP CPU lie so far behind those of the PRO CPU. */
enum {
    MAP_STRIDE = DPORT_APP_MAC_INTR_MAP - DPORT_PRO_MAC_INTR_MAP,
    STATUS_STRIDE = DPORT_APP_INTR_STATUS_0 - DPORT_PRO_INTR_STATUS_0,
    CACHE_STRIDE = DPORT_APP_CACHE_CTRL - DPORT_PRO_CACHE_CTRL,
    DBUG_STRIDE = DPORT_APP_DCACHE_DBUG0 - DPORT_PRO_DCACHE_DBUG0,
    REMAP_STRIDE = DPORT_APP_BOOT_REMAP_CTRL - DPORT_PRO_BOOT_REMAP_CTRL
};

static struct dport *dport_of(struct dev *dev)
{
    return (struct dport *)dev; /* first member */
}

/* Which core's register is being accessed. */
static unsigned core_of(const struct dev *dev, uint32_t pro_register, uint32_t stride)
{
    return (dev->offset - pro_register) / stride;
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------ */

static void map_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    unsigned core = core_of(dev, DPORT_PRO_MAC_INTR_MAP, MAP_STRIDE);
    unsigned number = (dev->offset - DPORT_PRO_MAC_INTR_MAP - core * MAP_STRIDE) / 4;
    (void)index, (void)old, (void)written;
    intmatrix_route(dport_of(dev)->matrix, core, number, reg_word(dev, dev->offset), dev->now);
}

static uint32_t status_read(struct dev *dev, unsigned index, uint32_t stored)
{
    unsigned core = core_of(dev, DPORT_PRO_INTR_STATUS_0, STATUS_STRIDE);
    unsigned word = (dev->offset - DPORT_PRO_INTR_STATUS_0 - core * STATUS_STRIDE) / 4;
    (void)index, (void)stored;
    return intmatrix_status(dport_of(dev)->matrix, core, word);
}

static void update_from_cpu(struct dport *dport)
{
    for (unsigned i = 0; i < 4; i++) {
        bool level = reg_word(&dport->dev, DPORT_CPU_INTR_FROM_CPU_0 + 4 * i) & 1;
        enum intmatrix_source source = (enum intmatrix_source)(INTMATRIX_FROM_CPU_0 + i);
        line_set(intmatrix_input(dport->matrix, source), level, dport->dev.now);
    }
}

static void from_cpu_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_from_cpu(dport_of(dev));
}

/* ---- Cores ----------------------------------------------------------------------------------------------------- */

static void update_app_cpu(struct dport *dport)
{
    const struct dev *dev = &dport->dev;
    const struct dport_app_cpu app = {
        .in_reset = reg_get(dev, DPORT_APPCPU_CTRL_A_APPCPU_RESETTING),
        .clocked = reg_get(dev, DPORT_APPCPU_CTRL_B_APPCPU_CLKGATE_EN),
        .stalled = reg_get(dev, DPORT_APPCPU_CTRL_C_APPCPU_RUNSTALL),
        .boot_address = reg_word(dev, DPORT_APPCPU_CTRL_D),
    };
    const struct dport_app_cpu was = dport->app;
    if (app.in_reset == was.in_reset && app.clocked == was.clocked && app.stalled == was.stalled &&
        app.boot_address == was.boot_address)
        return;
    dport->app = app;
    trace_change(dev->env->trace, dport->app_signal, dev->now, dport_app_cpu_executes(&app));
    if (dport->port.app_cpu)
        dport->port.app_cpu(dport->port.ctx, &app, dev->now);
}

static void app_cpu_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_app_cpu(dport_of(dev));
}

static void update_cpu_period(struct dport *dport)
{
    struct clock_tree *clocks = dport->dev.env->clocks;
    clocks->select.cpu_period = (uint8_t)reg_get(&dport->dev, DPORT_CPU_PER_CONF_CPUPERIOD_SEL);
    clock_tree_select(clocks, dport->dev.now);
}

static void cpu_period_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_cpu_period(dport_of(dev));
}

/* ---- Clocks and resets of peripherals -------------------------------------------------------------------------- */

struct block_row {
    const char *name;
    uint32_t clock_register, clock_mask, reset_register, reset_mask;
};

static const struct block_row blocks[DPORT_BLOCK_COUNT] = {
#define DPORT_BLOCK(name, clock_register, clock_mask, reset_register, reset_mask)                                      \
    {#name, DPORT_##clock_register, clock_mask, DPORT_##reset_register, reset_mask},
#include "peripherals/dport/dport_blocks.def"
#undef DPORT_BLOCK
};

static bool is_clocked(const struct dev *dev, unsigned block)
{
    uint32_t mask = blocks[block].clock_mask;
    return (reg_word(dev, blocks[block].clock_register) & mask) == mask;
}

static bool is_in_reset(const struct dev *dev, unsigned block)
{
    return reg_word(dev, blocks[block].reset_register) & blocks[block].reset_mask;
}

static void update_blocks(struct dport *dport)
{
    const struct dev *dev = &dport->dev;
    for (unsigned block = 0; block < DPORT_BLOCK_COUNT; block++) {
        uint64_t bit = UINT64_C(1) << block;
        bool clocked = is_clocked(dev, block), in_reset = is_in_reset(dev, block);
        if (clocked == ((dport->clocked & bit) != 0) && in_reset == ((dport->in_reset & bit) != 0))
            continue;
        dport->clocked = clocked ? dport->clocked | bit : dport->clocked & ~bit;
        dport->in_reset = in_reset ? dport->in_reset | bit : dport->in_reset & ~bit;
        if (dport->port.block)
            dport->port.block(dport->port.ctx, (enum dport_block)block, clocked, in_reset, dev->now);
    }
}

static void gate_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_blocks(dport_of(dev));
}

bool dport_block_is_clocked(const struct dport *dport, enum dport_block block)
{
    return is_clocked(&dport->dev, block);
}

bool dport_block_is_in_reset(const struct dport *dport, enum dport_block block)
{
    return is_in_reset(&dport->dev, block);
}

const char *dport_block_name(enum dport_block block)
{
    return (unsigned)block < DPORT_BLOCK_COUNT ? blocks[block].name : "?";
}

static void update_rsa_power(struct dport *dport)
{
    bool down = reg_get(&dport->dev, DPORT_RSA_PD_CTRL_RSA_PD);
    if (down == dport->rsa_is_down)
        return;
    dport->rsa_is_down = down;
    if (dport->port.rsa_power)
        dport->port.rsa_power(dport->port.ctx, !down, dport->dev.now);
}

static void rsa_power_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_rsa_power(dport_of(dev));
}

static void update_flash_crypt(struct dport *dport)
{
    bool encrypts = reg_get(&dport->dev, DPORT_SLAVE_SPI_CONFIG_SPI_ENCRYPT_ENABLE);
    bool decrypts = reg_get(&dport->dev, DPORT_SLAVE_SPI_CONFIG_SPI_DECRYPT_ENABLE);
    if (encrypts == dport->encrypts_flash && decrypts == dport->decrypts_flash)
        return;
    dport->encrypts_flash = encrypts;
    dport->decrypts_flash = decrypts;
    if (dport->port.flash_crypt)
        dport->port.flash_crypt(dport->port.ctx, encrypts, decrypts, dport->dev.now);
}

static void flash_crypt_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_flash_crypt(dport_of(dev));
}

/* ---- Memory and caches ----------------------------------------------------------------------------------------- */

static void update_remap(struct dport *dport)
{
    for (unsigned core = 0; core < DPORT_CORES; core++) {
        bool remapped = reg_word(&dport->dev, DPORT_PRO_BOOT_REMAP_CTRL + core * REMAP_STRIDE) & 1;
        if (remapped == dport->remapped[core])
            continue;
        dport->remapped[core] = remapped;
        if (dport->port.remap)
            dport->port.remap(dport->port.ctx, core, remapped, dport->dev.now);
    }
}

static void remap_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_remap(dport_of(dev));
}

/* The ROM's cache_sram_mmu_set knows modes 0 to 4 (32 to 2 KB), cache_flash_mmu_set 0 to 2 (64 to 16 KB). Beyond them
 * the smallest size is a choice. */
static uint8_t ram_page_mode(uint32_t field)
{
    return (uint8_t)(field > 4 ? 4 : field);
}

static bool is_same(const struct dport_cache *a, const struct dport_cache *b)
{
    return a->enabled == b->enabled && a->closed == b->closed && a->ram_low_high == b->ram_low_high &&
           a->flash_mode == b->flash_mode && a->ram_mode == b->ram_mode;
}

static void update_caches(struct dport *dport)
{
    const struct dev *dev = &dport->dev;
    for (unsigned core = 0; core < DPORT_CORES; core++) {
        const struct dport_cache cache = {
            .enabled = reg_get_at(dev, DPORT_PRO_CACHE_CTRL_PRO_CACHE_ENABLE, core, CACHE_STRIDE),
            .closed = reg_word(dev, DPORT_PRO_CACHE_CTRL1 + core * CACHE_STRIDE) & 0x3F,
            .ram_low_high = core == 0 ? reg_get(dev, DPORT_PRO_CACHE_CTRL_PRO_DRAM_HL)
                                      : reg_get(dev, DPORT_APP_CACHE_CTRL_APP_DRAM_HL),
            .flash_mode = (uint8_t)reg_get_at(dev, DPORT_PRO_CACHE_CTRL1_PRO_CMMU_FLASH_PAGE_MODE, core, CACHE_STRIDE),
            .ram_mode =
                ram_page_mode(reg_get_at(dev, DPORT_PRO_CACHE_CTRL1_PRO_CMMU_SRAM_PAGE_MODE, core, CACHE_STRIDE)),
        };
        if (is_same(&cache, &dport->cache[core]))
            continue;
        dport->cache[core] = cache;
        if (dport->port.cache)
            dport->port.cache(dport->port.ctx, core, &cache, dev->now);
    }
}

void dport_boot_caches(struct dport *dport, uint32_t open)
{
    struct dev *dev = &dport->dev;
    for (unsigned core = 0; core < DPORT_CORES; core++) {
        uint32_t control = DPORT_PRO_CACHE_CTRL1 + core * CACHE_STRIDE;
        reg_put_at(dev, DPORT_PRO_CACHE_CTRL_PRO_CACHE_ENABLE, core, CACHE_STRIDE, 1);
        reg_put_word(dev, control, reg_word(dev, control) & ~(open & 0x3F));
        reg_put_at(dev, DPORT_PRO_CACHE_CTRL1_PRO_CMMU_SRAM_PAGE_MODE, core, CACHE_STRIDE, 0);
        dport->cache[core].enabled = true;
        dport->cache[core].closed = reg_word(dev, control) & 0x3F;
        dport->cache[core].ram_mode = 0;
    }
}

/* Software sets FLUSH_ENA and waits for FLUSH_DONE. The cache needs no time to forget its lines here. */
static void cache_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct dport *dport = dport_of(dev);
    unsigned core = core_of(dev, DPORT_PRO_CACHE_CTRL, CACHE_STRIDE);
    bool flush = reg_field_of(written, DPORT_PRO_CACHE_CTRL_PRO_CACHE_FLUSH_ENA);
    (void)index, (void)old;
    reg_put_at(dev, DPORT_PRO_CACHE_CTRL_PRO_CACHE_FLUSH_DONE, core, CACHE_STRIDE, flush);
    if (flush && dport->port.cache_flush)
        dport->port.cache_flush(dport->port.ctx, core, dev->now);
    update_caches(dport);
}

static bool illegal_access(const struct dport *dport, unsigned core, uint32_t *address)
{
    return dport->port.illegal_access && dport->port.illegal_access(dport->port.ctx, core, address);
}

/* Bits of DBUG3's CPU_DISABLED_CACHE_IA for the window at an address (facts 2.1). */
static uint32_t illegal_bus(uint32_t address)
{
    enum { DRAM1 = 1 << 1, IROM0 = 1 << 2, IRAM1 = 1 << 3, IRAM0 = 1 << 4, DROM0 = 1 << 5 };
    switch (address >> 22) {
    case 0x3F400000 >> 22:
        return DROM0;
    case 0x3F800000 >> 22:
        return DRAM1;
    case 0x40000000 >> 22:
        return IRAM0;
    case 0x40400000 >> 22:
        return IRAM1;
    case 0x40800000 >> 22:
        return IROM0;
    default:
        return 0;
    }
}

/* CACHE_IA_INT_EN has the same buses as DBUG3 in the opposite order, APP from bit 0, PRO from bit 14. */
static bool illegal_access_interrupts(const struct dport *dport)
{
    uint32_t enabled = reg_word(&dport->dev, DPORT_CACHE_IA_INT_EN), address;
    for (unsigned core = 0; core < DPORT_CORES; core++) {
        if (!illegal_access(dport, core, &address))
            continue;
        uint32_t bus = illegal_bus(address), buses = enabled >> (core ? 0 : 14);
        for (unsigned i = 0; i < 6; i++)
            if (bus >> i & buses >> (5 - i) & 1)
                return true;
    }
    return false;
}

static void update_cache_ia(struct dport *dport)
{
    bool level = dport->illegal_access.level && illegal_access_interrupts(dport);
    line_set(intmatrix_input(dport->matrix, INTMATRIX_CACHE_IA), level, dport->dev.now);
}

static void illegal_access_changed(void *ctx, bool level, sim_time time)
{
    struct dport *dport = ctx;
    (void)level;
    dport->dev.now = time;
    update_cache_ia(dport);
}

static void cache_ia_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_cache_ia(dport_of(dev));
}

static void cache1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct dport *dport = dport_of(dev);
    unsigned core = core_of(dev, DPORT_PRO_CACHE_CTRL1, CACHE_STRIDE);
    (void)index, (void)old;
    if (reg_field_of(written, DPORT_PRO_CACHE_CTRL1_PRO_CACHE_MMU_IA_CLR) && dport->port.clear_illegal_access)
        dport->port.clear_illegal_access(dport->port.ctx, core, dev->now);
    update_caches(dport);
    update_cache_ia(dport);
}

/* DBUG0: idle, and whether there was an illegal access; DBUG2: where; DBUG3: on which bus. */
static uint32_t dbug_read(struct dev *dev, unsigned index, uint32_t stored)
{
    unsigned core = core_of(dev, DPORT_PRO_DCACHE_DBUG0, DBUG_STRIDE);
    uint32_t address;
    (void)index;
    if (!illegal_access(dport_of(dev), core, &address))
        return stored;
    switch (dev->offset - core * DBUG_STRIDE) {
    case DPORT_PRO_DCACHE_DBUG0:
        return stored | REG_PLACE_MASK(DPORT_PRO_DCACHE_DBUG0_PRO_CACHE_MMU_IA);
    case DPORT_PRO_DCACHE_DBUG2:
        return address & REG_PLACE_MASK(DPORT_PRO_DCACHE_DBUG2_PRO_CACHE_VADDR);
    default:
        return stored | illegal_bus(address) << REG_PLACE_LSB(DPORT_PRO_DCACHE_DBUG3_PRO_CPU_DISABLED_CACHE_IA);
    }
}

/* ---- Device ---------------------------------------------------------------------------------------------------- */

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct dport *dport = dport_of(dev);
    (void)kind;
    intmatrix_reset(dport->matrix, dev->now);
    update_from_cpu(dport);
    update_cpu_period(dport);
    update_blocks(dport);
    update_rsa_power(dport);
    update_flash_crypt(dport);
    update_remap(dport);
    update_caches(dport);
    update_cache_ia(dport);
    update_app_cpu(dport);
}

static const struct dev_ops ops = {.regs = &dport_regs, .reset = reset};

enum sim_status dport_init(struct dport *dport, struct intmatrix *matrix, const struct dport_port *port,
                           const char *name, struct dev_env *env)
{
    char scope[96];
    memset(dport, 0, sizeof *dport);
    dport->matrix = matrix;
    SIM_TRY(dev_init(&dport->dev, &ops, name, env));
    line_listen(&dport->illegal_access, illegal_access_changed, dport);
    dev_path(&dport->dev, scope, sizeof scope);
    dport->app_signal = trace_declare(env->trace, scope, "app_cpu_executes", TRACE_WIRE, 1);
    trace_change(env->trace, dport->app_signal, 0, false);
    dev_reset(&dport->dev, DEV_RESET_POWER_ON, 0);
    if (port)
        dport->port = *port;
    return SIM_OK;
}

void dport_fini(struct dport *dport)
{
    dev_fini(&dport->dev);
}
