/* SPDX-License-Identifier: Apache-2.0 */
/* Reception: a frame told by the air is judged, stored in the next buffer of the chain with the header that ESP-IDF
 * calls wifi_pkt_rx_ctrl_t, reported, and acknowledged if it is for us (facts 5.2). */
#include <string.h>

#include "peripherals/wifi_mac/wifi_mac_priv.h"

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WMAC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { RX_HEADER = 28, RSSI_OFFSET = 96 };
enum { RTS = 0xB4, CTS = 0xC4 }; /* first byte of Frame Control */

/* --- The chain --------------------------------------------------------------------------------------------------- */

static void show_next(struct wifi_mac *mac)
{
    reg_put_word(&mac->dev, WMAC_RX_NEXT, mac->rx_next ? mac->rx_next : WIFI_MAC_NO_DESCRIPTOR);
}

/* Starts over at the first descriptor from `address` on that has no data: esp-wifi-hal makes each frame's successor the
 * base when it takes the frame, also while the MAC has filled more. */
void wifi_mac_rx_set_base(struct wifi_mac *mac, uint32_t address)
{
    enum { LONGEST_CHAIN = 256 };
    struct wifi_mac_descriptor descriptor;
    mac->rx_next = address == WIFI_MAC_NO_DESCRIPTOR ? 0 : address;
    mac->rx_previous = 0;
    for (unsigned i = 0; i < LONGEST_CHAIN && mac->rx_next; i++) {
        enum wifi_mac_fault wrong = wifi_mac_read_descriptor(mac, mac->rx_next, &descriptor);
        if (wrong || !(descriptor.control & WIFI_MAC_HAS_DATA))
            break;
        mac->rx_previous = mac->rx_next;
        mac->rx_next = descriptor.next;
    }
    show_next(mac);
}

/* At the end of the chain: the descriptor filled last may have got a successor. */
void wifi_mac_rx_reload(struct wifi_mac *mac)
{
    struct wifi_mac_descriptor last;
    if (mac->rx_next)
        return;
    if (!mac->rx_previous)
        mac->rx_next = reg_word(&mac->dev, WMAC_RX_BASE);
    else if (wifi_mac_read_descriptor(mac, mac->rx_previous, &last) == WIFI_MAC_FINE)
        mac->rx_next = last.next;
    show_next(mac);
}

/* The descriptor for the next frame: the MAC's, and empty. False: there is none. */
static bool next_descriptor(struct wifi_mac *mac, struct wifi_mac_descriptor *descriptor)
{
    wifi_mac_rx_reload(mac);
    if (!mac->rx_next)
        return false;
    enum wifi_mac_fault wrong = wifi_mac_read_descriptor(mac, mac->rx_next, descriptor);
    if (wrong)
        wifi_mac_say(mac, WMAC_RX_BASE, "receive chain", wrong);
    return !wrong && descriptor->control & WIFI_MAC_OWNER && !(descriptor->control & WIFI_MAC_HAS_DATA);
}

static void use_up(struct wifi_mac *mac, const struct wifi_mac_descriptor *descriptor)
{
    reg_put_word(&mac->dev, WMAC_RX_LAST, descriptor->address);
    mac->rx_previous = descriptor->address;
    mac->rx_next = descriptor->next;
    show_next(mac);
}

/* --- The header --------------------------------------------------------------------------------------------------- */

static uint8_t signed_byte(double value, int offset)
{
    double sum = value + offset;
    if (!(sum > -128.0))
        return 0x80;
    return sum < 127.0 ? (uint8_t)(int8_t)((int)(sum + 128.5) - 128) : 0x7F;
}

static uint32_t time_at_end(const struct wifi_mac *mac, const struct wifi_mac_frame *frame)
{
    return (uint32_t)tick_counter_value(&mac->time, frame->end);
}

static void put32(uint8_t *bytes, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static void make_header(const struct wifi_mac *mac, const struct wifi_mac_frame *frame, unsigned accepted,
                        uint8_t header[RX_HEADER])
{
    bool is_ht = frame->rate.phy == WIFI_MAC_HT;
    uint32_t code = wifi_mac_code_of_rate(&frame->rate);
    memset(header, 0, RX_HEADER);
    put32(header, (uint32_t)signed_byte(frame->rssi_dbm, RSSI_OFFSET) | code << 8 | (uint32_t)is_ht << 14 |
                      (uint32_t)accepted << 28);
    if (is_ht) /* smoothing recommended, not sounding */
        put32(header + 4, frame->rate.index | UINT32_C(3) << 24 | (uint32_t)frame->rate.short_form << 31);
    put32(header + 8, (uint32_t)signed_byte(frame->noise_dbm, 0) | (uint32_t)(frame->channel & 0xF) << 16);
    put32(header + 12, time_at_end(mac, frame));
    put32(header + 24, frame->bytes + WIFI_MAC_FCS);
}

/* --- Storing ------------------------------------------------------------------------------------------------------ */

/* `bytes` of the frame; its header tells the length that it had on the air. */
static enum wifi_mac_fault fill(struct wifi_mac *mac, const struct wifi_mac_descriptor *descriptor,
                                const struct wifi_mac_frame *frame, unsigned accepted, unsigned bytes)
{
    uint8_t header[RX_HEADER];
    unsigned total = (RX_HEADER + bytes + 3) & ~3u;
    if (total > bits_get(descriptor->control, 0, 12))
        return WIFI_MAC_FAULT_NO_DATA_ROOM;
    make_header(mac, frame, accepted, header);
    enum wifi_mac_fault wrong = wifi_mac_write_bytes(mac, descriptor->buffer, header, RX_HEADER);
    if (!wrong)
        wrong = wifi_mac_write_bytes(mac, descriptor->buffer + RX_HEADER, frame->mpdu, bytes);
    if (!wrong)
        wrong = wifi_mac_write_word(mac, descriptor->address,
                                    bits_set(descriptor->control, 12, 12, total) | WIFI_MAC_HAS_DATA);
    return wrong;
}

/* What does not fit, or cannot be written, is lost, and its descriptor stays. */
static bool store(struct wifi_mac *mac, const struct wifi_mac_frame *frame, unsigned accepted, unsigned bytes)
{
    struct wifi_mac_descriptor descriptor;
    enum wifi_mac_fault wrong = WIFI_MAC_FINE;
    bool stored = next_descriptor(mac, &descriptor);
    if (stored) {
        wrong = fill(mac, &descriptor, frame, accepted, bytes);
        stored = !wrong;
    }
    if (wrong)
        wifi_mac_say(mac, WMAC_RX_BASE, "a received frame is lost", wrong);
    if (!stored) {
        wifi_mac_count(mac, WMAC_STAT_FULL);
        return false;
    }
    use_up(mac, &descriptor);
    wifi_mac_count(mac, WMAC_STAT_RX_SUCCESS);
    return true;
}

static void take_in(struct wifi_mac *mac, struct wifi_mac_arrival *arrival)
{
    const struct wifi_mac_frame *frame = &arrival->frame;
    struct wifi_mac_verdict verdict = wifi_mac_judge(mac, frame->mpdu, frame->bytes);
    if (frame->mpdu[0] == RTS)
        wifi_mac_count(mac, WMAC_STAT_RTS);
    if (frame->mpdu[0] == CTS)
        wifi_mac_count(mac, WMAC_STAT_CTS);
    if (!reg_get(&mac->dev, WMAC_RX_CTRL_ENABLE) || !(verdict.accepted || verdict.promiscuous))
        return;
    unsigned bytes = wifi_mac_open(mac, verdict.accepted, arrival->mpdu, frame->bytes);
    if (!store(mac, frame, verdict.accepted, bytes))
        return;
    if (verdict.may_acknowledge && mac->air.acknowledge) {
        mac->air.acknowledge(mac->air.ctx, frame->number, wifi_mac_effect_time(mac));
        wifi_mac_count(mac, WMAC_STAT_TX_ACK);
    }
    if (!verdict.accepted) {
        wifi_mac_raise(mac, WMAC_INT_STATUS_RX_PROMISCUOUS);
        return;
    }
    wifi_mac_raise(mac, WMAC_INT_STATUS_RX);
    wifi_mac_raise(mac, WMAC_INT_STATUS_RX_DATA);
}

static void frame_is_visible(void *ctx, sim_time now)
{
    struct wifi_mac_arrival *arrival = ctx;
    struct wifi_mac *mac = arrival->mac;
    mac->dev.now = now;
    if (!mac->running)
        return;
    wifi_mac_count(mac, WMAC_STAT_RX_END);
    if (arrival->frame.good && arrival->frame.bytes >= WIFI_MAC_SHORTEST)
        take_in(mac, arrival);
}

static struct wifi_mac_arrival *free_arrival(struct wifi_mac *mac)
{
    for (unsigned i = 0; i < WIFI_MAC_ARRIVALS; i++)
        if (!evq_is_scheduled(&mac->arrival[i].visible))
            return &mac->arrival[i];
    return NULL;
}

void wifi_mac_received(struct wifi_mac *mac, const struct wifi_mac_frame *frame, sim_time now)
{
    struct wifi_mac_arrival *arrival = free_arrival(mac);
    sim_assert(frame->bytes <= WIFI_MAC_LONGEST);
    if (!arrival) /* a third end of a frame in a microsecond: wreckage of collisions, if anything */
        return;
    arrival->frame = *frame;
    arrival->frame.good = frame->good && frame->mpdu;
    if (arrival->frame.good)
        memcpy(arrival->mpdu, frame->mpdu, frame->bytes);
    arrival->frame.mpdu = arrival->mpdu;
    evq_schedule(mac->dev.env->evq, &arrival->visible, now + WIFI_MAC_LATENCY);
}

void wifi_mac_rx_init(struct wifi_mac *mac)
{
    for (unsigned i = 0; i < WIFI_MAC_ARRIVALS; i++) {
        mac->arrival[i].mac = mac;
        evq_event_init(&mac->arrival[i].visible, frame_is_visible, &mac->arrival[i], EVQ_PHASE_RADIO_END);
    }
}

void wifi_mac_rx_reset(struct wifi_mac *mac)
{
    mac->rx_next = mac->rx_previous = 0;
    for (unsigned i = 0; i < WIFI_MAC_ARRIVALS; i++)
        evq_cancel(mac->dev.env->evq, &mac->arrival[i].visible);
}
