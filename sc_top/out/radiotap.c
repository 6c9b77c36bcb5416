/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/radiotap.h"

#include <string.h>

#include "bus/base/status.h"
#include "rf_channel/channels.h"

/* Numbers of the fields, in the order in which they stand in a header. */
enum {
    FIELD_TSFT = 0,
    FIELD_FLAGS = 1,
    FIELD_RATE = 2,
    FIELD_CHANNEL = 3,
    FIELD_SIGNAL = 5,
    FIELD_NOISE = 6,
    FIELD_POWER = 10,
    FIELD_ANTENNA = 11,
    FIELD_TX_FLAGS = 15,
    FIELD_DATA_RETRIES = 17,
    FIELD_MCS = 19
};

enum { FLAG_SHORT_PREAMBLE = 0x02, FLAG_FCS_FOLLOWS = 0x10, FLAG_BAD_FCS = 0x40, FLAG_SHORT_GI = 0x80 };
enum { CHANNEL_CCK = 0x0020, CHANNEL_OFDM = 0x0040, CHANNEL_2_GHZ = 0x0080 };
enum { TX_FLAG_NO_ACK = 0x0008 };
enum { MCS_KNOWS_ALL = 0x7F, MCS_SHORT_GI = 0x04 }; /* the rest: 20 MHz, mixed, BCC, no STBC, no extension streams */

enum { HEADER = 8, PRESENT_AT = 4 };

struct writer {
    uint8_t *out;
    size_t size;
    uint32_t present;
};

/* Every field lies at a multiple of its own size from the header's start. */
static void put(struct writer *w, unsigned field, uint64_t value, size_t size)
{
    while (w->size % size)
        w->out[w->size++] = 0;
    for (size_t i = 0; i < size; i++)
        w->out[w->size++] = (uint8_t)(value >> 8 * i);
    w->present |= UINT32_C(1) << field;
}

static void put_dbm(struct writer *w, unsigned field, double dbm)
{
    double limited = dbm < -128 ? -128 : dbm > 127 ? 127 : dbm;
    put(w, field, (uint8_t)(int8_t)(limited < 0 ? limited - 0.5 : limited + 0.5), 1);
}

static void put_channel(struct writer *w, unsigned channel, bool cck)
{
    uint32_t flags = CHANNEL_2_GHZ | (cck ? CHANNEL_CCK : CHANNEL_OFDM);
    while (w->size % 2)
        w->out[w->size++] = 0;
    put(w, FIELD_CHANNEL, rf_channel_mhz(channel), 2);
    put(w, FIELD_CHANNEL, flags, 2);
}

size_t radiotap_write(const struct radiotap_frame *frame, uint8_t out[RADIOTAP_MAX])
{
    struct writer w = {.out = out, .size = HEADER};
    const struct rf_rate_info *rate = rf_rate_of(frame->mode.rate);
    bool ht = rate->kind == RF_KIND_HT, cck = rate->kind == RF_KIND_DSSS || rate->kind == RF_KIND_CCK;
    bool short_form = frame->mode.short_form && rate->has_short;
    memset(out, 0, RADIOTAP_MAX);
    put(&w, FIELD_TSFT, frame->mpdu / SIM_US(1), 8);
    put(&w, FIELD_FLAGS,
        (uint64_t)FLAG_FCS_FOLLOWS | (short_form && cck ? FLAG_SHORT_PREAMBLE : 0) |
            (short_form && ht ? FLAG_SHORT_GI : 0) | (frame->received && frame->bad_fcs ? FLAG_BAD_FCS : 0),
        1);
    if (!ht)
        put(&w, FIELD_RATE, rate->kbps / 500, 1);
    put_channel(&w, frame->channel, cck);
    if (frame->received) {
        put_dbm(&w, FIELD_SIGNAL, frame->signal_dbm);
        put_dbm(&w, FIELD_NOISE, frame->noise_dbm);
    } else {
        put_dbm(&w, FIELD_POWER, frame->power_dbm);
    }
    put(&w, FIELD_ANTENNA, 0, 1);
    if (!frame->received) {
        put(&w, FIELD_TX_FLAGS, frame->no_answer ? TX_FLAG_NO_ACK : 0, 2);
        put(&w, FIELD_DATA_RETRIES, frame->retries > 255 ? 255 : frame->retries, 1);
    }
    if (ht) {
        put(&w, FIELD_MCS, MCS_KNOWS_ALL, 1);
        put(&w, FIELD_MCS, short_form ? MCS_SHORT_GI : 0, 1);
        put(&w, FIELD_MCS, (uint64_t)(frame->mode.rate - RF_RATE_HT_MCS0), 1);
    }
    sim_assert(w.size <= RADIOTAP_MAX);
    out[2] = (uint8_t)w.size;
    for (unsigned i = 0; i < 4; i++)
        out[PRESENT_AT + i] = (uint8_t)(w.present >> 8 * i);
    return w.size;
}
