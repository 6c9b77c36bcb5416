/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver: frames under way on the line, address filter, descriptors. */
#include <string.h>

#include "bus/base/crc32.h"
#include "peripherals/open_eth/open_eth_priv.h"

static bool in_hash_table(const struct open_eth *eth, const uint8_t *address)
{
    /* The upper 6 bits of the CRC register, most significant bit first; ours keeps it the other way round. */
    uint32_t crc = ~crc32_extend(0, address, ADDRESS_BYTES);
    unsigned entry = 0;
    for (unsigned i = 0; i < 6; i++)
        entry = entry << 1 | (crc >> i & 1);
    return bits_test(reg_word(&eth->dev, entry < 32 ? OPEN_ETH_HASH0 : OPEN_ETH_HASH1), entry % 32);
}

static bool is_own(const struct open_eth *eth, const uint8_t *address)
{
    uint32_t low = reg_word(&eth->dev, OPEN_ETH_MAC_ADDR0), high = reg_word(&eth->dev, OPEN_ETH_MAC_ADDR1);
    uint32_t tail = (uint32_t)address[2] << 24 | (uint32_t)address[3] << 16 | (uint32_t)address[4] << 8 | address[5];
    return tail == low && ((uint32_t)address[0] << 8 | address[1]) == high;
}

static bool is_wanted(const struct open_eth *eth, const uint8_t *address)
{
    static const uint8_t broadcast[ADDRESS_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    if (memcmp(address, broadcast, ADDRESS_BYTES) == 0)
        return !reg_get(&eth->dev, OPEN_ETH_MODER_BRO);
    if (address[0] & 1)
        return in_hash_table(eth, address);
    return is_own(eth, address) || (reg_get(&eth->dev, OPEN_ETH_MODER_IAM) && in_hash_table(eth, address));
}

/* A PAUSE frame for us. With RXFLOW it stops the transmitter. */
static bool is_pause(const struct open_eth *eth, const uint8_t *frame)
{
    static const uint8_t reserved[ADDRESS_BYTES] = {0x01, 0x80, 0xC2, 0, 0, 1};
    bool to_us = memcmp(frame, reserved, ADDRESS_BYTES) == 0 || is_own(eth, frame);
    return to_us && (frame[12] << 8 | frame[13]) == CONTROL_TYPE && (frame[14] << 8 | frame[15]) == PAUSE_OPCODE;
}

/* Stores a frame with its FCS as far as MAXFL allows; false when the buffer is not in memory. */
static bool store(struct open_eth *eth, uint32_t address, const uint8_t *frame, unsigned length, unsigned limit)
{
    uint8_t bytes[OPEN_ETH_FRAME_MAX + FCS_BYTES];
    uint32_t fcs = crc32_extend(0, frame, length);
    memcpy(bytes, frame, length);
    for (unsigned i = 0; i < FCS_BYTES; i++)
        bytes[length + i] = (uint8_t)(fcs >> 8 * i);
    return open_eth_dma(eth, address, bytes, limit, true);
}

static void advance(struct open_eth *eth, uint32_t flags)
{
    bool is_last = flags & OPEN_ETH_RX_WRAP || eth->rx.descriptor + 1 >= OPEN_ETH_DESCRIPTORS;
    eth->rx.descriptor = is_last ? reg_word(&eth->dev, OPEN_ETH_TX_BD_NUM) : eth->rx.descriptor + 1;
}

static void deliver(struct open_eth *eth, const uint8_t *frame, unsigned length, uint32_t status)
{
    unsigned number = eth->rx.descriptor;
    uint32_t *descriptor = number < OPEN_ETH_DESCRIPTORS ? open_eth_descriptor(eth, number) : NULL;
    if (!descriptor || !(descriptor[0] & OPEN_ETH_RX_EMPTY)) {
        eth->counts.rx_no_descriptor++;
        open_eth_raise(eth, OPEN_ETH_INT_BUSY);
        return;
    }
    unsigned on_line = length + FCS_BYTES, limit = reg_get(&eth->dev, OPEN_ETH_PACKETLEN_MAXFL);
    if (on_line > limit && !reg_get(&eth->dev, OPEN_ETH_MODER_HUGEN)) {
        status |= OPEN_ETH_RX_TOO_LONG;
        on_line = limit;
    }
    if (!store(eth, descriptor[1], frame, length, on_line))
        status |= OPEN_ETH_RX_OVERRUN;
    const uint32_t flags = descriptor[0];
    const uint32_t errors = OPEN_ETH_RX_TOO_LONG | OPEN_ETH_RX_OVERRUN | OPEN_ETH_RX_SHORT;
    descriptor[0] = on_line << 16 | (flags & 0xFFFF & ~(uint32_t)(OPEN_ETH_RX_EMPTY | OPEN_ETH_RX_STATUS)) | status;
    eth->counts.rx_frames++;
    eth->counts.rx_bytes += length;
    advance(eth, flags);
    if (flags & OPEN_ETH_RX_IRQ)
        open_eth_raise(eth, status & errors ? OPEN_ETH_INT_RXE : OPEN_ETH_INT_RXB);
}

static void take_frame(struct open_eth *eth, const uint8_t *frame, unsigned length)
{
    const struct dev *dev = &eth->dev;
    uint32_t status = 0;
    if (!reg_get(dev, OPEN_ETH_MODER_RXEN)) {
        eth->counts.rx_off++;
        return;
    }
    if (length + FCS_BYTES < reg_get(dev, OPEN_ETH_PACKETLEN_MINFL)) {
        if (!reg_get(dev, OPEN_ETH_MODER_RECSMALL)) {
            eth->counts.rx_length++;
            return;
        }
        status |= OPEN_ETH_RX_SHORT;
    }
    bool wanted = is_wanted(eth, frame);
    if (is_pause(eth, frame)) {
        eth->counts.rx_pause++;
        if (reg_get(dev, OPEN_ETH_CTRLMODER_RXFLOW)) {
            open_eth_tx_hold(eth, dev->now + open_eth_bit_times(eth, 512 * (uint64_t)(frame[16] << 8 | frame[17])));
            open_eth_raise(eth, OPEN_ETH_INT_RXC);
        }
        if (!reg_get(dev, OPEN_ETH_CTRLMODER_PASSALL))
            return;
        status |= OPEN_ETH_RX_CONTROL;
    } else if (!wanted && !reg_get(dev, OPEN_ETH_MODER_PRO)) {
        eth->counts.rx_filtered++;
        return;
    } else if (!wanted) {
        status |= OPEN_ETH_RX_MISS;
    }
    deliver(eth, frame, length, status);
}

static void take_from_line(struct open_eth *eth, const uint8_t *frame, unsigned length, sim_time end, bool own)
{
    struct open_eth_rx *rx = &eth->rx;
    if (length <= 2 * ADDRESS_BYTES || length > OPEN_ETH_FRAME_MAX - FCS_BYTES) {
        eth->counts.rx_length++;
        return;
    }
    if (rx->count == OPEN_ETH_RX_FRAMES) {
        eth->counts.rx_overflow++;
        return;
    }
    struct open_eth_rx_frame *slot = &rx->queue[(rx->read + rx->count++) % OPEN_ETH_RX_FRAMES];
    slot->end = end;
    slot->own = own;
    slot->length = length < LINE_MIN ? LINE_MIN : length;
    memcpy(slot->bytes, frame, length);
    memset(slot->bytes + length, 0, slot->length - length);
    if (rx->count == 1)
        evq_schedule(eth->dev.env->evq, &rx->event, end);
}

void open_eth_rx_arrives(struct open_eth *eth, const uint8_t *frame, unsigned length, sim_time end)
{
    take_from_line(eth, frame, length, end, true);
}

void open_eth_receive(struct open_eth *eth, const uint8_t *frame, unsigned length, sim_time end)
{
    take_from_line(eth, frame, length, end, false);
}

void open_eth_rx_due(void *ctx, sim_time now)
{
    struct open_eth *eth = ctx;
    struct open_eth_rx *rx = &eth->rx;
    const struct open_eth_rx_frame *frame = &rx->queue[rx->read];
    eth->dev.now = now;
    rx->read = (rx->read + 1) % OPEN_ETH_RX_FRAMES;
    rx->count--;
    if (rx->count)
        evq_schedule(eth->dev.env->evq, &rx->event, rx->queue[rx->read].end);
    /* What the PHY does with the other end's frames is asked now, in this node's own time. */
    if (frame->own || (eth_phy_has_link(&eth->phy, now) && !open_eth_loops_back(eth)))
        take_frame(eth, frame->bytes, frame->length);
    else
        eth->counts.rx_off++;
}

void open_eth_rx_enabled(struct open_eth *eth)
{
    eth->rx.descriptor = reg_word(&eth->dev, OPEN_ETH_TX_BD_NUM);
}

/* What is under way on the line stays there: a reset does not reach the other end. */
void open_eth_rx_reset(struct open_eth *eth)
{
    eth->rx.descriptor = reg_word(&eth->dev, OPEN_ETH_TX_BD_NUM);
}
