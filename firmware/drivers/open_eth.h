/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenCores 10/100 Mbit/s Ethernet MAC at the place of the chip's own, with its PHY: what ESP-IDF calls "openeth".
 * Frames are without FCS, which the hardware makes and checks. Interrupts only end the core's sleep; frames are moved
 * by the functions below, all of them for the core that has called open_eth_init.
 *
 * Receiving copies nothing: a frame's buffer is the caller's until he gives it back, in any order, and a spare one
 * takes its place in the ring. Sending copies once, into the ring's own buffer: open_eth_tx_buffer, then
 * open_eth_tx_send.
 *
 * Sources: OpenCores "Ethernet IP Core Specification" rev. 1.19; IEEE 802.3-2022, 22.2.4 (PHY). */
#ifndef VESPER_FIRMWARE_DRIVERS_OPEN_ETH_H
#define VESPER_FIRMWARE_DRIVERS_OPEN_ETH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    OPEN_ETH_BUFFER = 1536,
    OPEN_ETH_MAX = 1514,
    OPEN_ETH_RX_RING = 16,
    OPEN_ETH_RX_SPARE = 8,
    OPEN_ETH_TX_RING = 8
};

/* False: no such MAC, no PHY that answers, or no memory. */
bool open_eth_init(const uint8_t address[6]);

struct open_eth_link {
    bool is_up, is_full_duplex, is_100mbit;
};
/* Asks the PHY, which takes 60 us, and sets the MAC accordingly. */
struct open_eth_link open_eth_link(void);

/* Where the next frame is to be written, at an even address that is no multiple of 4 (an IP header is then at one);
 * NULL: all are under way, and the end of one will end the core's sleep. */
uint8_t *open_eth_tx_buffer(void);
void open_eth_tx_send(unsigned length);

struct open_eth_received {
    uint8_t *frame;
    unsigned length;
    void *buffer;
};
/* The next frame; false: none now, and the next one will end the core's sleep. */
bool open_eth_receive(struct open_eth_received *received);
void open_eth_release(void *buffer);

/* Whether open_eth_receive, or open_eth_tx_buffer after it has failed, is worth a call; with interrupts masked too. */
bool open_eth_has_received(void);
bool open_eth_can_send(void);

/* Multicast frames for this address come in from now on, and those of the same hash. */
void open_eth_join(const uint8_t address[6]);

struct open_eth_counts {
    uint32_t sent, received, errors, no_spare; /* no_spare: dropped, as the caller has all buffers */
    uint32_t overruns;                         /* times at which the MAC found its ring full */
    uint32_t interrupts;
};
struct open_eth_counts open_eth_get_counts(void);

#endif
