/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/open_eth.h"

#include <stdlib.h>

#include "firmware/drivers/dport.h"
#include "firmware/drivers/regs/open_eth.h"

enum { MODER_AFTER_RESET = 0xA000, DESCRIPTORS = 0x400, FCS = 4, MDC_DIVIDER = 32 /* 2.5 MHz of 80 */ };
enum { FULL_DUPLEX_GAP = 0x15 }; /* 96 bit times: specification, IPGT */

/* A descriptor's first word; its upper half is the length. */
enum { TX_READY = 1 << 15, TX_IRQ = 1 << 14, TX_WRAP = 1 << 13, TX_PAD = 1 << 12, TX_CRC = 1 << 11 };
enum {
    RX_EMPTY = 1 << 15,
    RX_IRQ = 1 << 14,
    RX_WRAP = 1 << 13,
    RX_ERRORS = 1 << 6 | 1 << 5 | 1 << 4 | 1 << 3 | 1 << 2 | 1 << 1 /* overrun, symbol, dribble, long, short, CRC */
};

/* Interrupts, as in INT_SOURCE and INT_MASK. */
enum { TXB = 1 << 0, TXE = 1 << 1, RXB = 1 << 2, RXE = 1 << 3, BUSY = 1 << 4 };
enum { SENDING = TXB | TXE, RECEIVING = RXB | RXE | BUSY };

enum { PHY_CONTROL = 0, PHY_STATUS = 1, PHY_ID1 = 2, PHY_OURS = 4, PHY_PARTNER = 5, PHY_COUNT = 32 };
enum { CONTROL_AUTO = 1 << 12, CONTROL_RESTART = 1 << 9, STATUS_LINK = 1 << 2 };
enum { HALF_10 = 1 << 5, FULL_10 = 1 << 6, HALF_100 = 1 << 7, FULL_100 = 1 << 8 };

enum { BUFFERS = OPEN_ETH_RX_RING + OPEN_ETH_RX_SPARE + OPEN_ETH_TX_RING, TX_SHIFT = 2 };

static struct {
    uint8_t *memory;
    uint8_t *rx[OPEN_ETH_RX_RING], *spare[OPEN_ETH_RX_SPARE], *tx[OPEN_ETH_TX_RING];
    unsigned spares, rx_next, tx_next, phy;
    volatile uint32_t mask;
    struct open_eth_counts counts;
} eth;

static uint32_t descriptor(unsigned number)
{
    return BASE_open_eth + DESCRIPTORS + 8 * number;
}

static uint32_t rx_descriptor(void)
{
    return descriptor(OPEN_ETH_TX_RING + eth.rx_next);
}

/* ---- PHY -------------------------------------------------------------------------------------------------------- */

static void mii_start(unsigned phy, unsigned reg, uint32_t command)
{
    hw_write(BASE_open_eth + OPEN_ETH_MIIADDRESS,
             hw_field(OPEN_ETH_MIIADDRESS_FIAD, phy) | hw_field(OPEN_ETH_MIIADDRESS_RGAD, reg));
    hw_write(BASE_open_eth + OPEN_ETH_MIICOMMAND, command);
    while (hw_get(BASE_open_eth, OPEN_ETH_MIISTATUS_BUSY))
        ;
}

static uint32_t phy_read(unsigned phy, unsigned reg)
{
    mii_start(phy, reg, hw_field(OPEN_ETH_MIICOMMAND_RSTAT, 1));
    return hw_get(BASE_open_eth, OPEN_ETH_MIIRX_DATA_PRSD);
}

static void phy_write(unsigned phy, unsigned reg, uint32_t value)
{
    hw_write(BASE_open_eth + OPEN_ETH_MIITX_DATA, value);
    mii_start(phy, reg, hw_field(OPEN_ETH_MIICOMMAND_WCTRLDATA, 1));
}

/* An address where nobody drives the bus reads as ones. */
static bool find_phy(void)
{
    for (eth.phy = 0; eth.phy < PHY_COUNT; eth.phy++) {
        uint32_t id = phy_read(eth.phy, PHY_ID1);
        if (id != 0xFFFF && id != 0)
            return true;
    }
    return false;
}

struct open_eth_link open_eth_link(void)
{
    struct open_eth_link link = {.is_up = phy_read(eth.phy, PHY_STATUS) & STATUS_LINK};
    if (!link.is_up) /* it latches a loss: once more for how it is now */
        link.is_up = phy_read(eth.phy, PHY_STATUS) & STATUS_LINK;
    if (link.is_up) {
        uint32_t common = phy_read(eth.phy, PHY_OURS) & phy_read(eth.phy, PHY_PARTNER);
        link.is_100mbit = common & (FULL_100 | HALF_100);
        link.is_full_duplex = common & FULL_100 || (common & FULL_10 && !(common & HALF_100));
        hw_set(BASE_open_eth, OPEN_ETH_MODER_FULLD, link.is_full_duplex);
    }
    return link;
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------- */

static void set_mask(uint32_t mask)
{
    eth.mask = mask;
    hw_write(BASE_open_eth + OPEN_ETH_INT_MASK, mask);
}

/* The core is awake, and will look for all there is: what fired is off until somebody waits for it again. */
static void on_interrupt(void *ctx)
{
    (void)ctx;
    uint32_t fired = hw_read(BASE_open_eth + OPEN_ETH_INT_SOURCE) & eth.mask;
    eth.counts.interrupts++;
    eth.counts.overruns += (fired & BUSY) != 0;
    set_mask(eth.mask & ~(fired & SENDING ? SENDING : 0u) & ~(fired & RECEIVING ? RECEIVING : 0u));
}

/* Who calls this looks once more afterwards: something may have come before the old requests were cleared. */
static void wait_for(uint32_t interrupts)
{
    uint32_t ps = mask_interrupts();
    hw_write(BASE_open_eth + OPEN_ETH_INT_SOURCE, interrupts);
    set_mask(eth.mask | interrupts);
    restore_interrupts(ps);
}

/* ---- Frames ----------------------------------------------------------------------------------------------------- */

bool open_eth_has_received(void)
{
    return !(hw_read(rx_descriptor()) & RX_EMPTY);
}

bool open_eth_can_send(void)
{
    return !(hw_read(descriptor(eth.tx_next)) & TX_READY);
}

uint8_t *open_eth_tx_buffer(void)
{
    if (!open_eth_can_send()) {
        wait_for(SENDING);
        if (!open_eth_can_send())
            return NULL;
    }
    return eth.tx[eth.tx_next] + TX_SHIFT;
}

void open_eth_tx_send(unsigned length)
{
    uint32_t flags = TX_READY | TX_IRQ | TX_PAD | TX_CRC | (eth.tx_next == OPEN_ETH_TX_RING - 1 ? TX_WRAP : 0);
    memw(); /* the frame is in memory */
    hw_write(descriptor(eth.tx_next) + 4, (uint32_t)eth.tx[eth.tx_next] + TX_SHIFT);
    hw_write(descriptor(eth.tx_next), length << 16 | flags);
    eth.tx_next = (eth.tx_next + 1) % OPEN_ETH_TX_RING;
    eth.counts.sent++;
}

/* Hands the descriptor with this buffer to the MAC. */
static void give_to_mac(unsigned number, uint8_t *buffer)
{
    uint32_t at = descriptor(OPEN_ETH_TX_RING + number);
    eth.rx[number] = buffer;
    hw_write(at + 4, (uint32_t)buffer);
    hw_write(at, RX_EMPTY | RX_IRQ | (number == OPEN_ETH_RX_RING - 1 ? RX_WRAP : 0));
}

bool open_eth_receive(struct open_eth_received *received)
{
    for (;;) {
        if (!open_eth_has_received()) {
            wait_for(RECEIVING);
            if (!open_eth_has_received())
                return false;
        }
        uint32_t status = hw_read(rx_descriptor());
        uint8_t *buffer = eth.rx[eth.rx_next];
        bool is_good = !(status & RX_ERRORS) && status >> 16 > FCS;
        bool is_taken = is_good && eth.spares > 0;
        give_to_mac(eth.rx_next, is_taken ? eth.spare[--eth.spares] : buffer);
        eth.rx_next = (eth.rx_next + 1) % OPEN_ETH_RX_RING;
        eth.counts.errors += !is_good;
        eth.counts.no_spare += is_good && !is_taken;
        if (is_taken) {
            eth.counts.received++;
            *received = (struct open_eth_received){buffer, (status >> 16) - FCS, buffer};
            return true;
        }
    }
}

void open_eth_release(void *buffer)
{
    eth.spare[eth.spares++] = buffer;
}

struct open_eth_counts open_eth_get_counts(void)
{
    return eth.counts;
}

/* ---- Set-up ----------------------------------------------------------------------------------------------------- */

/* By the upper 6 bits of the address's CRC, most significant bit first. */
void open_eth_join(const uint8_t address[6])
{
    uint32_t crc = UINT32_MAX;
    for (unsigned i = 0; i < 48; i++) {
        uint32_t bit = (address[i / 8] >> i % 8 & 1) ^ crc >> 31;
        crc = crc << 1 ^ (bit ? 0x04C11DB7 : 0);
    }
    uint32_t at = BASE_open_eth + (crc >> 31 ? OPEN_ETH_HASH1 : OPEN_ETH_HASH0);
    hw_write(at, hw_read(at) | 1u << (crc >> 26 & 31));
}

static void set_address(const uint8_t address[6])
{
    uint32_t low = 0;
    for (unsigned i = 2; i < 6; i++)
        low = low << 8 | address[i];
    hw_write(BASE_open_eth + OPEN_ETH_MAC_ADDR0, low);
    hw_write(BASE_open_eth + OPEN_ETH_MAC_ADDR1, (uint32_t)address[0] << 8 | address[1]);
}

static bool share_memory_out(void)
{
    uint8_t *buffer = eth.memory ? eth.memory : malloc(BUFFERS * OPEN_ETH_BUFFER);
    if (!buffer)
        return false;
    eth.memory = buffer;
    for (unsigned i = 0; i < OPEN_ETH_TX_RING; i++, buffer += OPEN_ETH_BUFFER) {
        eth.tx[i] = buffer;
        hw_write(descriptor(i), 0);
    }
    for (unsigned i = 0; i < OPEN_ETH_RX_RING; i++, buffer += OPEN_ETH_BUFFER)
        give_to_mac(i, buffer);
    for (eth.spares = 0; eth.spares < OPEN_ETH_RX_SPARE; buffer += OPEN_ETH_BUFFER)
        eth.spare[eth.spares++] = buffer;
    eth.tx_next = eth.rx_next = 0;
    return true;
}

bool open_eth_init(const uint8_t address[6])
{
    hw_write(BASE_open_eth + OPEN_ETH_MODER, hw_field(OPEN_ETH_MODER_RST, 1));
    hw_write(BASE_open_eth + OPEN_ETH_MODER, 0);
    hw_write(BASE_open_eth + OPEN_ETH_MODER, MODER_AFTER_RESET);
    if (hw_read(BASE_open_eth + OPEN_ETH_MODER) != MODER_AFTER_RESET)
        return false;
    hw_set(BASE_open_eth, OPEN_ETH_MIIMODER_CLKDIV, MDC_DIVIDER);
    if (!find_phy() || !share_memory_out())
        return false;
    phy_write(eth.phy, PHY_CONTROL, CONTROL_AUTO | CONTROL_RESTART);
    set_address(address);
    hw_write(BASE_open_eth + OPEN_ETH_TX_BD_NUM, OPEN_ETH_TX_RING);
    hw_write(BASE_open_eth + OPEN_ETH_IPGT, FULL_DUPLEX_GAP);
    hw_write(BASE_open_eth + OPEN_ETH_INT_SOURCE, UINT32_MAX);
    if (interrupt_connect(SOURCE_ETH_MAC, 1, on_interrupt, NULL) == INTERRUPT_NONE)
        return false;
    set_mask(RECEIVING);
    hw_write(BASE_open_eth + OPEN_ETH_MODER, MODER_AFTER_RESET | hw_field(OPEN_ETH_MODER_FULLD, 1) |
                                                 hw_field(OPEN_ETH_MODER_TXEN, 1) | hw_field(OPEN_ETH_MODER_RXEN, 1));
    return true;
}
