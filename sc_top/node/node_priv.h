/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of sc_top/node share. */
#ifndef VESPER_SC_TOP_NODE_NODE_PRIV_H
#define VESPER_SC_TOP_NODE_NODE_PRIV_H

#include "bus/intmatrix.h"
#include "bus/reset.h"
#include "peripherals/flash_chip/flash_chip.h"
#include "peripherals/psram_chip/psram_chip.h"
#include "sc_top/node/board.h"
#include "sc_top/node/esp32_devices.h"
#include "sc_top/node/node.h"
#include "sc_top/node/node_block.h"

/* Why a core does not run; any bit holds it. */
enum {
    NODE_HOLD_RESET = 1,     /* a reset by RTC_CNTL, a watchdog or power-on is in force */
    NODE_HOLD_APP_RESET = 2, /* DPORT_APPCPU_CTRL_A */
    NODE_HOLD_APP_CLOCK = 4, /* DPORT_APPCPU_CTRL_B */
    NODE_HOLD_APP_STALL = 8, /* DPORT_APPCPU_CTRL_C */
    NODE_HOLD_SW_STALL = 16, /* RTC_CNTL's stall code */
    NODE_HOLD_NO_ENTRY = 32, /* no boot address yet: on the chip, the ROM spins */
    NODE_HOLD_FUSED = 64,    /* disabled in eFuse */
    NODE_HOLD_SLEEP = 128    /* the chip is in light or deep sleep */
};

struct node_core_trace {
    struct xt_trace hooks;
    trace_id state, level, function;
    uint32_t first, last; /* range of the function shown; first > last: none */
};

struct node_core {
    struct node *node;
    unsigned index;
    char name[64];
    struct xt_cpu *cpu;
    struct xt_host host;
    struct bus_port *bus;
    bool started; /* has left reset at least once */
    bool dead;    /* halted after an unrecoverable exception loop */
    bool poked;   /* its inputs changed since it last ran: may have been woken */

    /* What its inputs are to be, and the event that makes them so when another core changed them in its future. */
    uint32_t levels;
    unsigned hold;
    bool held; /* hold as it is in force */
    struct evq_event inputs;

    struct node_core_trace trace;
};

struct node_uart {
    struct node *node;
    unsigned index;
    uint64_t bytes;
    unsigned edges; /* that it has seen while the chip sleeps */
};

/* What node_progress.c has seen. */
enum { PROGRESS_SPOTS = 4, PROGRESS_POLLED = 8 };

struct polled { /* a register that a core reads */
    const struct dev *dev;
    uint32_t offset, value, pc, return_address; /* of the load that was seen first */
    uint64_t count;
    bool is_changing;
};

struct core_progress {
    sim_time since;                /* it is found in the same places */
    uint32_t spot[PROGRESS_SPOTS]; /* addresses near which it is found */
    unsigned spots, looks, strays;
    struct polled polled[PROGRESS_POLLED];
    bool is_told;
};

struct node_progress {
    struct core_progress core[NODE_CORES];
    struct dev_observer observer;
    bool is_recording;
};

struct node {
    char name[48];
    struct node_config config;
    struct dev_env env;
    struct clock_tree clocks;
    struct evq *evq;
    struct bus_map *map;
    struct intmatrix intmatrix;
    struct xt_pool *own_pool;
    struct node_core core[NODE_CORES];
    struct esp32_devices devices;
    struct node_board board;
    struct node_uart uart[NODE_UARTS];
    struct node_block block[NODE_BLOCKS];
    unsigned block_count;
    const char *interrupt_taken[INTMATRIX_SOURCE_COUNT]; /* by blocks */

    const struct flash_content *flash;
    struct flash_content *own_flash; /* when node_config.flash is NULL */
    uint8_t *flash_view;
    struct flash_chip flash_chip; /* config.part NULL: none */
    struct psram_chip psram_chip; /* config.bytes NULL: none */

    sim_time now;
    sim_time until;            /* of the present node_run */
    sim_time horizon;          /* up to which the cores run at present */
    struct node_core *running; /* within xt_run; NULL: events or nobody */
    bool stop;
    bool exited;
    uint32_t exit_code;

    /* Resets: what was asked for, and when the reset line is released. */
    struct reset_port reset_port;
    struct reset_request reset;
    struct evq_event reset_start, reset_end, power;
    bool is_off;          /* the supply is gone */
    unsigned reset_cores; /* bits: cores that start again at reset_end */
    uint64_t resets;
    enum reset_cause cause; /* of the last reset of the PRO CPU */
    bool radio_slept;       /* the MAC's clock stands still for the sake of sleep */

    struct node_progress progress;
};

/* node_run.c */
void node_run_init(struct node *node);
uint64_t node_cycle_at(const struct node *node, sim_time time);
void node_core_set_levels(struct node_core *core, uint32_t levels, sim_time time);
void node_core_set_hold(struct node_core *core, unsigned reason, bool hold, sim_time time);

/* node_boot.c */
void node_boot_pro(struct node *node);
void node_app_control(void *ctx, const struct dport_app_cpu *app, sim_time now);
void node_start_app(struct node *node, sim_time now);

/* node_chips.c: memories on the board, and how the caches reach them. */
struct bus_line_port node_chip_lines(struct node *node);
struct bus_flash_filter node_flash_filter(struct node *node);
void node_chips_boot(struct node *node); /* SPI0 and SPI1 as a boot loader leaves them */
enum sim_status node_chips_init(struct node *node);
void node_chips_fini(struct node *node);

/* node_sleep.c */
void node_sleep_connect(struct node *node, struct rtc_cntl_port *port);
bool node_wakes_by_uart(const struct node *node, unsigned uart);
void node_sleeping_uart_input(struct node *node, unsigned uart, uint8_t byte, sim_time at);
bool node_wake_stub(struct node *node, uint32_t *entry);

/* node_reset.c */
void node_reset_init(struct node *node);

/* node_rom.c */
bool node_lacks_rom_at(const struct node *node, uint32_t pc);
void node_rom_called(struct node_core *core);
void node_init_rom_variables(struct node *node, unsigned core);

/* node_block.c */
void node_blocks_reset(struct node *node, sim_time now);

/* node_simcall.c */
bool node_simcall(void *ctx, const uint32_t argument[4], uint32_t *result, uint32_t *error);

/* node_trace.c */
void node_trace_init(struct node_core *core);

/* esp32_devices.c */
enum sim_status esp32_devices_init(struct node *node);
void esp32_devices_fini(struct node *node);
void esp32_devices_reset(struct node *node, enum dev_reset kind, sim_time now);
void esp32_devices_boot_clock(struct node *node); /* as node_config.cpu_hz says a bootloader left it */
void esp32_devices_set_cause(struct node *node, unsigned core, enum reset_cause cause);
uint32_t esp32_devices_reset_vector(const struct node *node, unsigned core);

#endif
