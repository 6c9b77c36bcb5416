/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Ethernet MAC share. */
#ifndef VESPER_PERIPHERALS_OPEN_ETH_OPEN_ETH_PRIV_H
#define VESPER_PERIPHERALS_OPEN_ETH_OPEN_ETH_PRIV_H

#include "peripherals/open_eth/open_eth.h"

#define REG_FILE "peripherals/open_eth/open_eth_regs.def"
#define REG_PREFIX OPEN_ETH
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

enum { ADDRESS_BYTES = 6, FCS_BYTES = 4, LINE_MIN = 60 /* without FCS */, CONTROL_TYPE = 0x8808, PAUSE_OPCODE = 1 };

/* Sets bits of INT_SOURCE and brings the interrupt line up to date. */
void open_eth_raise(struct open_eth *eth, unsigned interrupts);

/* A descriptor's words. */
static inline uint32_t *open_eth_descriptor(struct open_eth *eth, unsigned number)
{
    return &eth->dev.value[(OPEN_ETH_DESCRIPTOR_BASE + 8 * number) / 4];
}

/* Copies to or from the guest's memory, at any alignment; false when there is none, with nothing promised about the
 * bytes so far. */
bool open_eth_dma(struct open_eth *eth, uint32_t address, uint8_t *bytes, unsigned count, bool write);

/* A time of this many bits on the line. */
sim_time open_eth_bit_times(const struct open_eth *eth, uint64_t bits);

/* The transmitter leads to the receiver, and the cable to neither. */
bool open_eth_loops_back(const struct open_eth *eth);

/* Transmitter. */
void open_eth_tx_reset(struct open_eth *eth);
void open_eth_tx_enabled(struct open_eth *eth);
void open_eth_tx_handed_over(struct open_eth *eth, unsigned descriptor);
void open_eth_tx_pause(struct open_eth *eth, uint16_t time);
void open_eth_tx_hold(struct open_eth *eth, sim_time until);
void open_eth_tx_due(void *ctx, sim_time now);

/* Receiver. */
void open_eth_rx_reset(struct open_eth *eth);
void open_eth_rx_enabled(struct open_eth *eth);
void open_eth_rx_due(void *ctx, sim_time now);
/* As open_eth_receive, whatever the cable does. */
void open_eth_rx_arrives(struct open_eth *eth, const uint8_t *frame, unsigned length, sim_time end);

#endif
