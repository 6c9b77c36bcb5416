/* SPDX-License-Identifier: Apache-2.0 */
/* DPORT: routes interrupts, starts the APP CPU, selects the CPU's frequency, gates and resets peripherals, and controls
 * the caches. Source: ESP32 TRM, chapters "Interrupt Matrix", "System and Memory", "Reset and Clock"; ESP-IDF,
 * dport_reg.h; facts 2.2, 3.5, 4.2, 4.3.
 *
 * Modelled: the interrupt matrix' map and status registers (they drive bus/intmatrix.h), four cross-core interrupts,
 * APPCPU_CTRL_A to D, CPUPERIOD_SEL, clocks and resets of peripherals, power of the RSA accelerator's memory, ROM
 * remap, cache enable, closed buses, page sizes and flush (done at once), the report of illegal cache accesses and its
 * interrupt, the switches of flash encryption.
 * Not modelled (kept and reported): MPUs and MMUs of internal memory, cache lock windows and pools, power of memories,
 * trace memory, recording of the cores. */
#ifndef VESPER_PERIPHERALS_DPORT_DPORT_H
#define VESPER_PERIPHERALS_DPORT_DPORT_H

#include "bus/dev.h"
#include "bus/intmatrix.h"

#ifdef __cplusplus
extern "C" {
#endif

enum dport_block {
#define DPORT_BLOCK(name, clock_register, clock_mask, reset_register, reset_mask) DPORT_BLOCK_##name,
#include "peripherals/dport/dport_blocks.def"
#undef DPORT_BLOCK
    DPORT_BLOCK_COUNT
};

enum { DPORT_CORES = 2 }; /* 0 PRO, 1 APP */

/* APPCPU_CTRL_A to D. The core executes while it is clocked and neither in reset nor stalled; its ROM code then waits
 * for a boot address other than 0 and jumps there, with bit 31 as a sign to do so before anything else. */
struct dport_app_cpu {
    bool in_reset;
    bool clocked;
    bool stalled;
    uint32_t boot_address;
};

static inline bool dport_app_cpu_executes(const struct dport_app_cpu *app)
{
    return app->clocked && !app->in_reset && !app->stalled;
}

struct dport_cache {
    bool enabled;
    uint32_t closed;              /* buses: bit 0 IRAM0, 1 IRAM1, 2 IROM0, 3 DRAM1, 4 DROM0, 5 opposite PSRAM */
    bool ram_low_high;            /* external RAM: its lower half goes through PRO's cache, the upper through APP's */
    uint8_t flash_mode, ram_mode; /* pages of 64 KB and 32 KB, halved so many times; 0 to 3 and 0 to 4 */
};

/* The node's side. Functions may be NULL; they are called from within a hook or a reset of DPORT, on changes only, and
 * must not access DPORT. */
struct dport_port {
    void *ctx;
    void (*app_cpu)(void *ctx, const struct dport_app_cpu *app, sim_time now);
    void (*block)(void *ctx, enum dport_block block, bool clocked, bool in_reset, sim_time now);
    void (*remap)(void *ctx, unsigned core, bool remapped, sim_time now);
    void (*cache)(void *ctx, unsigned core, const struct dport_cache *cache, sim_time now);
    void (*cache_flush)(void *ctx, unsigned core, sim_time now);
    void (*flash_crypt)(void *ctx, bool encrypts, bool decrypts, sim_time now); /* SLAVE_SPI_CONFIG */
    void (*rsa_power)(void *ctx, bool on, sim_time now); /* of the RSA accelerator's memory; a reset switches it on */

    /* Whether this core has accessed a closed or unmapped window since the last clear, and where. */
    bool (*illegal_access)(void *ctx, unsigned core, uint32_t *address);
    void (*clear_illegal_access)(void *ctx, unsigned core, sim_time now);
};

struct dport {
    struct dev dev;
    struct intmatrix *matrix;
    struct dport_port port;
    struct line illegal_access; /* input: some core has made an illegal access; becomes source CACHE_IA */
    uint64_t clocked, in_reset; /* bit n: enum dport_block n, as announced */
    struct dport_app_cpu app;   /* as announced */
    struct dport_cache cache[DPORT_CORES];
    bool remapped[DPORT_CORES];
    bool rsa_is_down;
    bool encrypts_flash, decrypts_flash;
    trace_id app_signal;
};

/* In its power-on state, about which the port has not been told. matrix, name and env are borrowed; port is copied.
 * SIM_NO_MEMORY. */
enum sim_status dport_init(struct dport *dport, struct intmatrix *matrix, const struct dport_port *port,
                           const char *name, struct dev_env *env);
void dport_fini(struct dport *dport);

bool dport_block_is_clocked(const struct dport *dport, enum dport_block block);
bool dport_block_is_in_reset(const struct dport *dport, enum dport_block block);

/* As a boot loader leaves them: the registers show that both caches are on and these buses open, about which the port
 * is not told. */
void dport_boot_caches(struct dport *dport, uint32_t open);

/* "UART0", ... */
const char *dport_block_name(enum dport_block block);

#ifdef __cplusplus
}
#endif
#endif
