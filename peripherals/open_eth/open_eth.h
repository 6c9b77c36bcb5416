/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenCores 10/100 Mbit/s Ethernet MAC with a DP83848C PHY, at the place of the ESP32's own EMAC: what ESP-IDF's
 * driver "openeth" (CONFIG_ETH_USE_OPENETH) and Linux's "ethoc" drive. The chip has no such MAC; emulators do.
 * Source: OpenCores "Ethernet IP Core Specification" rev. 1.19 and its Verilog's behaviour; ESP-IDF,
 * esp_eth_mac_openeth.c (what its driver relies on); facts 4.11.
 *
 * Modelled: 128 descriptors, both rings; sending at the line's rate with gaps; padding and CRC, by frame or for all;
 * address filter with hash table, broadcast, promiscuous; limits of length; PAUSE both ways; loopback; management of
 * the PHY; all interrupts.
 *
 * Chosen: a frame is read from memory when its descriptor is handed over, up to OPEN_ETH_TX_FRAMES of them, and its
 * descriptor is given back when it has left. ESP-IDF's driver never looks whether a descriptor is free and writes the
 * next frame into the same one: that is a further frame. A management transfer takes effect at once, and BUSY lasts as
 * long as MDC needs: ESP-IDF does not wait for BUSY. A frame is in memory the moment its last bit has arrived.
 *
 * Not modelled: collisions and deference (the line goes to a switch), DLYCRCEN, frames above OPEN_ETH_FRAME_MAX. */
#ifndef VESPER_PERIPHERALS_OPEN_ETH_OPEN_ETH_H
#define VESPER_PERIPHERALS_OPEN_ETH_OPEN_ETH_H

#include "bus/dev.h"
#include "peripherals/open_eth/eth_phy.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    OPEN_ETH_FRAME_MAX = 2048, /* with FCS */
    OPEN_ETH_TX_FRAMES = 8,
    OPEN_ETH_RX_FRAMES = 8,
    OPEN_ETH_DESCRIPTORS = 128,
    OPEN_ETH_DESCRIPTOR_BASE = 0x400
};

/* Flags of a descriptor's first word, whose upper half is the frame's length; the second word is its address. */
enum open_eth_tx_flag {
    OPEN_ETH_TX_READY = 1 << 15,
    OPEN_ETH_TX_IRQ = 1 << 14,
    OPEN_ETH_TX_WRAP = 1 << 13,
    OPEN_ETH_TX_PAD = 1 << 12,
    OPEN_ETH_TX_CRC = 1 << 11,
    OPEN_ETH_TX_UNDERRUN = 1 << 8,
    OPEN_ETH_TX_CARRIER_LOST = 1 << 0,
    OPEN_ETH_TX_STATUS = 0x1FF
};
enum open_eth_rx_flag {
    OPEN_ETH_RX_EMPTY = 1 << 15,
    OPEN_ETH_RX_IRQ = 1 << 14,
    OPEN_ETH_RX_WRAP = 1 << 13,
    OPEN_ETH_RX_CONTROL = 1 << 8,
    OPEN_ETH_RX_MISS = 1 << 7, /* only because of PRO */
    OPEN_ETH_RX_OVERRUN = 1 << 6,
    OPEN_ETH_RX_TOO_LONG = 1 << 3,
    OPEN_ETH_RX_SHORT = 1 << 2,
    OPEN_ETH_RX_STATUS = 0x1FF
};
enum open_eth_interrupt {
    OPEN_ETH_INT_TXB = 1 << 0,
    OPEN_ETH_INT_TXE = 1 << 1,
    OPEN_ETH_INT_RXB = 1 << 2,
    OPEN_ETH_INT_RXE = 1 << 3,
    OPEN_ETH_INT_BUSY = 1 << 4,
    OPEN_ETH_INT_TXC = 1 << 5,
    OPEN_ETH_INT_RXC = 1 << 6
};

/* The other end of the cable. */
struct open_eth_port {
    void *ctx;
    /* Called when a frame starts to be sent: `frame`, borrowed for the call, is without FCS, which is a correct one.
     * Its last bit arrives at `end`, at least 5.7 us after `start`: so there is time to tell others before it is there.
     */
    void (*send)(void *ctx, const uint8_t *frame, unsigned length, sim_time start, sim_time end);
    /* The line has another rate from now on: the PHY's settings have changed. May be NULL. */
    void (*rate)(void *ctx, uint64_t bits_per_second, sim_time now);
};

struct open_eth_config {
    uint8_t mac[6]; /* preset of MAC_ADDR; all 0, as on the real core: the driver sets one */
    struct eth_phy_config phy;
};

/* PHY at address 1, as in ESP-IDF's examples; the partner can do everything; link at once. */
struct open_eth_config open_eth_typical(void);

struct open_eth_counts {
    uint64_t tx_frames, tx_bytes; /* on the line, without FCS */
    uint64_t rx_frames, rx_bytes; /* stored, without FCS */
    uint64_t tx_bad_fcs;          /* FCS by software, wrong: the switch would throw it away */
    uint64_t tx_no_link;          /* went nowhere */
    uint64_t rx_filtered;         /* not for this address */
    uint64_t rx_off;              /* receiver off or no link */
    uint64_t rx_no_descriptor;    /* BUSY */
    uint64_t rx_length;           /* shorter than MINFL, or not a frame */
    uint64_t rx_overflow;         /* more than OPEN_ETH_RX_FRAMES under way */
    uint64_t tx_pause, rx_pause;  /* control frames */
    uint64_t dma_errors;          /* a buffer's address where there is no memory */
};

struct open_eth_tx_frame {
    unsigned descriptor;
    bool irq;   /* at its end */
    bool pause; /* a control frame, without descriptor */
    bool bad_fcs;
    bool unreadable;  /* the buffer was not in memory */
    unsigned length;  /* without FCS */
    unsigned on_line; /* bytes on the line without preamble */
    uint8_t bytes[OPEN_ETH_FRAME_MAX];
};

struct open_eth_tx {
    unsigned descriptor;              /* to be taken next */
    bool armed[OPEN_ETH_DESCRIPTORS]; /* handed over since it was last taken */
    struct open_eth_tx_frame queue[OPEN_ETH_TX_FRAMES];
    unsigned read, count;
    bool sending;       /* queue[read] is on the line */
    sim_time free_from; /* the line, after the gap */
    sim_time paused_until;
    struct evq_event event; /* end of the frame, or when the next one may start */
    trace_id signal;
};

struct open_eth_rx_frame {
    sim_time end;
    bool own; /* looped back */
    unsigned length;
    uint8_t bytes[OPEN_ETH_FRAME_MAX];
};

struct open_eth_rx {
    unsigned descriptor; /* to be filled next */
    struct open_eth_rx_frame queue[OPEN_ETH_RX_FRAMES];
    unsigned read, count;
    struct evq_event event;
};

struct open_eth {
    struct dev dev;
    struct line *irq; /* set by the node, NULL: not connected */
    struct open_eth_config config;
    struct open_eth_port port;
    struct eth_phy phy;
    sim_time mii_busy_until;
    struct open_eth_tx tx;
    struct open_eth_rx rx;
    struct open_eth_counts counts;
};

/* In its power-on state. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status open_eth_init(struct open_eth *eth, const struct open_eth_config *config, const char *name,
                              struct dev_env *env);
void open_eth_fini(struct open_eth *eth);

/* Connects the cable's other end; port is copied. Without it frames are sent to nobody. */
void open_eth_connect(struct open_eth *eth, const struct open_eth_port *port);

/* A frame without FCS comes in; its last bit arrives at `end`, in the node's queue. Frames arrive in order. Shorter
 * ones than 60 bytes are padded, since no line carries them. */
void open_eth_receive(struct open_eth *eth, const uint8_t *frame, unsigned length, sim_time end);

/* Plugs the cable in or out. */
void open_eth_plug(struct open_eth *eth, bool plugged, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
