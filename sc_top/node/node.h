/* SPDX-License-Identifier: Apache-2.0 */
/* One ESP32: memories, address map, devices, interrupt matrix, clocks and two cores, put together from the rows of
 * esp32_node.def, with the firmware of one image. Plain C: a loop in a test drives it as well as SystemC does.
 *
 * With a mask ROM (node_config.rom) and boot_rom, both cores start at their reset vectors as on the chip, and
 * everything else is up to the ROM and to what stands in flash. Without boot_rom, what the ROM and a second-stage
 * bootloader do is done by the node itself when the PRO CPU leaves reset: segments are copied to RAM, flash segments
 * are mapped, and the core starts at the image's entry point with the registers that the ROM's call leaves
 * (node_boot.c); the APP CPU starts at the address in DPORT_APPCPU_CTRL_D. */
#ifndef VESPER_SC_TOP_NODE_NODE_H
#define VESPER_SC_TOP_NODE_NODE_H

#include "bus/dev.h"
#include "bus/map.h"
#include "cpu_iss/xt.h"
#include "sc_top/load/image.h"
#include "sc_top/load/rom.h"
#include "sc_top/node/flash_content.h"
#include "sc_top/node/memory_regions.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NODE_CORES = 2, NODE_UARTS = 3, NODE_PADS = 40 };

/* Where the bytes that a UART sends go. end: when the stop bit is over. */
struct node_console {
    void *ctx;
    void (*byte)(void *ctx, uint8_t byte, sim_time end);
    /* The UART can take more input (node_uart_input) after having refused some. May be NULL. */
    void (*room)(void *ctx, sim_time now);
};

/* What happened to a core that its owner may want to tell the user. */
enum node_incident {
    NODE_CORE_DEAD,      /* unrecoverable exception loop: halted until a reset */
    NODE_WATCHDOG_RESET, /* about to be reset by a watchdog; the cores are as it found them */
    NODE_ROM_CALL        /* called a function of the mask ROM, and there is none: halted until a reset */
};

struct node_observer {
    void *ctx;
    void (*incident)(void *ctx, enum node_incident incident, unsigned core, const char *text, sim_time time);
    /* What a test program wrote by SIMCALL. */
    void (*text)(void *ctx, const uint8_t *bytes, size_t size, sim_time time);
    /* From outside node_run something was scheduled before all else: whoever sleeps for the node must look again. */
    void (*scheduled)(void *ctx, sim_time at);
};

/* Everything borrowed for the node's life, except where copied is said. */
struct node_config {
    uint32_t number;
    const char *name; /* copied */
    uint64_t seed;
    const struct image *image;   /* NULL: nothing to run, the node is only to be looked at */
    const struct image *symbols; /* for names of functions; NULL: those of image */
    struct rom *rom;             /* shared with other nodes; not written. NULL: zeroed memory in its place */
    bool boot_rom; /* the cores start in the ROM, and image, of kind IMAGE_CHIP, is what they find in flash */
    uint8_t mac[6];
    unsigned chip_revision; /* 0..3 */
    uint32_t strap;
    unsigned cores;                    /* 1: APP CPU disabled in eFuse */
    uint32_t fuses[4][8];              /* further eFuses, by block and word */
    uint64_t cpu_hz;                   /* 40, 80, 160 or 240 MHz at the firmware's start */
    int32_t crystal_ppb;               /* error of the crystal, parts per 10^9 */
    uint32_t flash_size;               /* of the chip that is made when flash is NULL */
    const char *flash_part;            /* NULL: the usual one of its size; else one of that size */
    uint32_t psram_size;               /* 0: none */
    const struct flash_content *flash; /* made from `image`; shared with other nodes */
    sim_time quantum;
    struct xt_pool *pool; /* NULL: a pool of its own */
    struct log *log;
    const struct trace_sink *trace;
    struct node_console console[NODE_UARTS];
    bool uarts_untimed; /* see uart_set_untimed */
    struct node_observer observer;
};

struct node;

/* Builds the node, in reset. An image that does not fit into flash has been reported. */
enum sim_status node_create(const struct node_config *config, struct node **node);
void node_destroy(struct node *node);

/* Between node_create and node_power_on a shell may replace what a core sees, e.g. by a TLM initiator. */
void node_set_core_bus(struct node *node, unsigned core, struct bus_port *port);

/* Power-on reset at time 0. SIM_NO_MEMORY. */
enum sim_status node_power_on(struct node *node);

/* Runs until simulated time `until`, or less far when the node has ended. Results depend on nothing but the model,
 * also not on how a run is cut into calls, as long as `until` is a multiple of the quantum. */
void node_run(struct node *node, sim_time until);

/* Up to which time the node has run. */
sim_time node_now(const struct node *node);

/* From within node_run (a console, an observer): come back soon. */
void node_stop(struct node *node);

/* From within node_run, by whoever makes something happen outside the node at `time`, more than a quantum from the time
 * of the core: goes no further than the last multiple of the quantum before it, so that an answer finds the node where
 * it is due. */
void node_limit(struct node *node, sim_time time);

enum node_state {
    NODE_ACTIVE, /* a core runs, or will when something that is scheduled has happened */
    NODE_IDLE,   /* all cores or the chip sleep, and nothing will wake them but input from outside */
    NODE_DEAD,   /* all cores that were started are dead, and nothing will reset them */
    NODE_EXITED  /* the firmware called exit by SIMCALL: node_exit_code */
};
enum node_state node_get_state(const struct node *node);
uint32_t node_exit_code(const struct node *node);

/* Earliest time at which anything can happen by itself: now while a core runs, SIM_TIME_NEVER when nothing ever will.
 */
sim_time node_next_activity(const struct node *node);

/* Whether input on a UART could wake a sleeping core: the firmware listens. */
bool node_listens(const struct node *node);

/* Bytes for a UART's receiver, from time `at` on at the line's rate. Returns how many were taken. */
size_t node_uart_input(struct node *node, unsigned uart, const uint8_t *bytes, size_t size, sim_time at);

/* The supply, in millivolts, from now on; 3300 at first. Below NODE_OFF_MILLIVOLTS the node is off: flash and external
 * RAM lose their power in the middle of what they do, internal memory forgets, and the cores stand still until the
 * supply is back, which is a power-on. Above, the brown-out detector sees it. The threshold is a choice: flash chips of
 * this kind stop writing between 1 and 2 V (W25Q32JV, "Power-up Timing and Write Inhibit Threshold"). */
enum { NODE_OFF_MILLIVOLTS = 2000 };
void node_set_supply(struct node *node, unsigned millivolts, sim_time at);

/* Something outside drives a pad: 0, 1, or -1 for nothing. */
void node_drive_pad(struct node *node, unsigned pad, int level, sim_time at);

/* The Wi-Fi MAC, to connect a radio with before node_power_on: see wifi_port.h. */
struct wifi_mac;
struct wifi_mac *node_wifi(struct node *node);

/* What the flash chip holds; NULL: there is none. Loss of power, to it and the external RAM: see flash_chip.h. */
const uint8_t *node_flash_bytes(const struct node *node, uint32_t *size);
void node_chips_power_cut(struct node *node, sim_time now);

/* The Ethernet MAC, to plug a cable in: see peripherals/open_eth/open_eth.h and net_bridge/README.md. */
struct open_eth;
struct open_eth *node_open_eth(struct node *node);

/* --- Looking inside ---------------------------------------------------------------------------------------------- */

struct xt_cpu *node_core(struct node *node, unsigned core);
struct bus_map *node_map(struct node *node);
struct evq *node_evq(struct node *node);
const char *node_name(const struct node *node);
const struct clock_tree *node_clocks(const struct node *node);
const struct image *node_symbols(const struct node *node);

/* Local time of a core, in its cycles and in simulated time. */
sim_time node_core_time(const struct node *node, unsigned core);

struct node_counts {
    uint64_t resets; /* beyond power-on */
    uint64_t uart_bytes[NODE_UARTS];
    bool core_started[NODE_CORES];
    uint64_t sleeps[2]; /* light, deep; those that are over */
    sim_time slept[2];  /* up to now */
};
void node_get_counts(const struct node *node, struct node_counts *counts);

/* Devices in the order of esp32_node.def; NULL past the end. */
struct dev *node_device(const struct node *node, unsigned n);

/* Registers and call stack of a core as lines of text, through `line`. */
void node_report_core(struct node *node, unsigned core, void (*line)(void *ctx, const char *text), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
