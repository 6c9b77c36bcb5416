/* SPDX-License-Identifier: Apache-2.0 */
/* The transmitter: from descriptors into a queue of frames, and from there onto the line. */
#include <string.h>

#include "bus/base/crc32.h"
#include "peripherals/open_eth/open_eth_priv.h"

static unsigned descriptors(const struct open_eth *eth)
{
    return reg_word(&eth->dev, OPEN_ETH_TX_BD_NUM);
}

static struct open_eth_tx_frame *new_frame(struct open_eth *eth, unsigned descriptor)
{
    struct open_eth_tx *tx = &eth->tx;
    struct open_eth_tx_frame *frame = &tx->queue[(tx->read + tx->count++) % OPEN_ETH_TX_FRAMES];
    frame->descriptor = descriptor;
    frame->irq = frame->pause = frame->bad_fcs = frame->unreadable = false;
    frame->length = 0;
    return frame;
}

static void pad_to(struct open_eth_tx_frame *frame, unsigned length)
{
    if (frame->length < length) {
        memset(frame->bytes + frame->length, 0, length - frame->length);
        frame->length = length;
    }
}

/* Software has put the FCS at the end. Whether it is right matters to the first switch on the way. */
static void strip_fcs(struct open_eth_tx_frame *frame)
{
    uint32_t fcs = 0;
    if (frame->length <= FCS_BYTES) {
        frame->bad_fcs = true;
        return;
    }
    frame->length -= FCS_BYTES;
    for (unsigned i = 0; i < FCS_BYTES; i++)
        fcs |= (uint32_t)frame->bytes[frame->length + i] << 8 * i;
    frame->bad_fcs = fcs != crc32_extend(0, frame->bytes, frame->length);
}

static void complete(struct open_eth *eth, struct open_eth_tx_frame *frame, uint32_t flags)
{
    const struct dev *dev = &eth->dev;
    unsigned limit = reg_get(dev, OPEN_ETH_MODER_HUGEN) ? OPEN_ETH_FRAME_MAX : reg_get(dev, OPEN_ETH_PACKETLEN_MAXFL);
    bool crc = reg_get(dev, OPEN_ETH_MODER_CRCEN) || (flags & OPEN_ETH_TX_CRC);
    bool pad = reg_get(dev, OPEN_ETH_MODER_PAD) || (flags & OPEN_ETH_TX_PAD);
    unsigned least = reg_get(dev, OPEN_ETH_PACKETLEN_MINFL), fcs = crc ? FCS_BYTES : 0;
    limit = limit < OPEN_ETH_FRAME_MAX ? limit : OPEN_ETH_FRAME_MAX;
    least = least < limit ? least : limit;
    if (pad && least > fcs)
        pad_to(frame, least - fcs);
    if (frame->length + fcs > limit)
        frame->length = limit > fcs ? limit - fcs : 0;
    frame->on_line = frame->length + fcs;
    if (!crc)
        strip_fcs(frame);
}

/* Takes the frame of a descriptor into the queue. */
static void take(struct open_eth *eth, unsigned number)
{
    const uint32_t *descriptor = open_eth_descriptor(eth, number);
    struct open_eth_tx_frame *frame = new_frame(eth, number);
    unsigned length = descriptor[0] >> 16;
    frame->irq = descriptor[0] & OPEN_ETH_TX_IRQ;
    frame->length = length < OPEN_ETH_FRAME_MAX ? length : OPEN_ETH_FRAME_MAX;
    frame->unreadable = !open_eth_dma(eth, descriptor[1], frame->bytes, frame->length, false);
    complete(eth, frame, descriptor[0]);
}

static void take_ready(struct open_eth *eth)
{
    struct open_eth_tx *tx = &eth->tx;
    while (reg_get(&eth->dev, OPEN_ETH_MODER_TXEN) && tx->count < OPEN_ETH_TX_FRAMES &&
           tx->descriptor < descriptors(eth) && tx->armed[tx->descriptor]) {
        unsigned number = tx->descriptor;
        bool is_last = open_eth_descriptor(eth, number)[0] & OPEN_ETH_TX_WRAP || number + 1 >= descriptors(eth);
        tx->armed[number] = false;
        tx->descriptor = is_last ? 0 : number + 1;
        take(eth, number);
    }
}

/* --- the line ---------------------------------------------------------------------------------------------------- */

static void put_on_line(struct open_eth *eth, const struct open_eth_tx_frame *frame, sim_time end)
{
    if (frame->bad_fcs) {
        eth->counts.tx_bad_fcs++;
    } else if (open_eth_loops_back(eth)) {
        open_eth_rx_arrives(eth, frame->bytes, frame->length, end);
    } else if (!eth_phy_has_link(&eth->phy, eth->dev.now)) {
        eth->counts.tx_no_link++;
    } else {
        eth->counts.tx_frames++;
        eth->counts.tx_bytes += frame->length;
        if (eth->port.send)
            eth->port.send(eth->port.ctx, frame->bytes, frame->length, eth->dev.now, end);
    }
}

/* The gap between two frames: 96 bit times for the recommended values (specification, IPGT). */
static uint64_t gap_bits(const struct open_eth *eth)
{
    unsigned extra = reg_get(&eth->dev, OPEN_ETH_MODER_FULLD) ? 3 : 6;
    return 4 * (reg_get(&eth->dev, OPEN_ETH_IPGT_IPGT) + extra);
}

static void start_next(struct open_eth *eth)
{
    struct open_eth_tx *tx = &eth->tx;
    struct evq *q = eth->dev.env->evq;
    take_ready(eth);
    if (tx->sending || !tx->count)
        return;
    const struct open_eth_tx_frame *frame = &tx->queue[tx->read];
    sim_time start = tx->free_from;
    if (!frame->pause && start < tx->paused_until)
        start = tx->paused_until;
    if (start > eth->dev.now) {
        evq_schedule(q, &tx->event, start);
        return;
    }
    unsigned preamble = reg_get(&eth->dev, OPEN_ETH_MODER_NOPRE) ? 1 : 8; /* with start frame delimiter */
    unsigned bytes = frame->unreadable ? 0 : frame->on_line;
    sim_time end = eth->dev.now + open_eth_bit_times(eth, 8 * (uint64_t)(preamble + bytes));
    tx->sending = true;
    tx->free_from = end + open_eth_bit_times(eth, gap_bits(eth));
    trace_change(eth->dev.env->trace, tx->signal, eth->dev.now, 1);
    evq_schedule(q, &tx->event, end);
    if (!frame->unreadable)
        put_on_line(eth, frame, end);
}

static bool is_queued(const struct open_eth_tx *tx, unsigned descriptor)
{
    for (unsigned i = 0; i < tx->count; i++) {
        const struct open_eth_tx_frame *frame = &tx->queue[(tx->read + i) % OPEN_ETH_TX_FRAMES];
        if (!frame->pause && frame->descriptor == descriptor)
            return true;
    }
    return false;
}

/* Gives the descriptor back, unless software has handed it over again meanwhile. */
static void report(struct open_eth *eth, const struct open_eth_tx_frame *frame)
{
    uint32_t *word = open_eth_descriptor(eth, frame->descriptor);
    bool half_duplex = !reg_get(&eth->dev, OPEN_ETH_MODER_FULLD);
    uint32_t status = frame->unreadable ? OPEN_ETH_TX_UNDERRUN : 0;
    if (half_duplex && !open_eth_loops_back(eth) && !eth_phy_has_link(&eth->phy, eth->dev.now))
        status |= OPEN_ETH_TX_CARRIER_LOST;
    if (!eth->tx.armed[frame->descriptor] && !is_queued(&eth->tx, frame->descriptor))
        *word = (*word & ~(uint32_t)(OPEN_ETH_TX_READY | OPEN_ETH_TX_STATUS)) | status;
    if (frame->irq)
        open_eth_raise(eth, frame->unreadable ? OPEN_ETH_INT_TXE : OPEN_ETH_INT_TXB);
}

void open_eth_tx_due(void *ctx, sim_time now)
{
    struct open_eth *eth = ctx;
    struct open_eth_tx *tx = &eth->tx;
    eth->dev.now = now;
    if (tx->sending) {
        const struct open_eth_tx_frame *frame = &tx->queue[tx->read];
        tx->sending = false;
        tx->read = (tx->read + 1) % OPEN_ETH_TX_FRAMES;
        tx->count--;
        trace_change(eth->dev.env->trace, tx->signal, now, 0);
        if (frame->pause)
            open_eth_raise(eth, OPEN_ETH_INT_TXC);
        else
            report(eth, frame);
    }
    start_next(eth);
}

void open_eth_tx_handed_over(struct open_eth *eth, unsigned descriptor)
{
    if (descriptor >= descriptors(eth))
        return; /* a receive descriptor, which is looked at when a frame has come */
    eth->tx.armed[descriptor] = open_eth_descriptor(eth, descriptor)[0] & OPEN_ETH_TX_READY;
    start_next(eth);
}

void open_eth_tx_enabled(struct open_eth *eth)
{
    eth->tx.descriptor = 0;
    for (unsigned i = 0; i < OPEN_ETH_DESCRIPTORS; i++)
        eth->tx.armed[i] = i < descriptors(eth) && (open_eth_descriptor(eth, i)[0] & OPEN_ETH_TX_READY);
    start_next(eth);
}

/* IEEE 802.3, annex 31B: to the reserved address, type 8808, opcode 1, time. */
void open_eth_tx_pause(struct open_eth *eth, uint16_t time)
{
    static const uint8_t head[] = {0x01, 0x80, 0xC2, 0, 0, 1};
    static const uint8_t kind[] = {CONTROL_TYPE >> 8, CONTROL_TYPE & 0xFF, 0, PAUSE_OPCODE};
    const struct dev *dev = &eth->dev;
    if (!reg_get(dev, OPEN_ETH_MODER_TXEN) || eth->tx.count == OPEN_ETH_TX_FRAMES)
        return;
    struct open_eth_tx_frame *frame = new_frame(eth, 0);
    uint32_t low = reg_word(dev, OPEN_ETH_MAC_ADDR0), high = reg_word(dev, OPEN_ETH_MAC_ADDR1);
    const uint8_t tail[] = {(uint8_t)(high >> 8), (uint8_t)high,       (uint8_t)(low >> 24),
                            (uint8_t)(low >> 16), (uint8_t)(low >> 8), (uint8_t)low};
    memcpy(frame->bytes, head, 6);
    memcpy(frame->bytes + 6, tail, 6);
    memcpy(frame->bytes + 12, kind, 4);
    frame->bytes[16] = (uint8_t)(time >> 8);
    frame->bytes[17] = (uint8_t)time;
    frame->length = 18;
    pad_to(frame, LINE_MIN);
    frame->on_line = frame->length + FCS_BYTES;
    frame->pause = true;
    eth->counts.tx_pause++;
    start_next(eth);
}

void open_eth_tx_hold(struct open_eth *eth, sim_time until)
{
    eth->tx.paused_until = until;
    start_next(eth);
}

void open_eth_tx_reset(struct open_eth *eth)
{
    struct open_eth_tx *tx = &eth->tx;
    if (tx->sending)
        trace_change(eth->dev.env->trace, tx->signal, eth->dev.now, 0);
    evq_cancel(eth->dev.env->evq, &tx->event);
    memset(tx->armed, 0, sizeof tx->armed);
    tx->descriptor = tx->read = tx->count = 0;
    tx->sending = false;
    tx->free_from = tx->paused_until = 0;
}
