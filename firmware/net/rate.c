/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/rate.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/net/dot11.h"

enum family { NONE, DSSS, OFDM, HT };

enum {
    LONG_PREAMBLE_US = 192, /* with the PLCP header */
    SHORT_PREAMBLE_US = 96,
    OFDM_PREAMBLE_US = 20,
    HT_PREAMBLE_US = 36, /* legacy part 20, HT-SIG 8, HT-STF and HT-LTF 4 each */
    SIGNAL_EXTENSION_US = 6,
    SERVICE_AND_TAIL_BITS = 16 + 6
};

struct row {
    const char *name;
    uint8_t family;
    uint8_t preamble_us;
    uint16_t speed;        /* 100 kbit/s */
    uint16_t symbol_bits;  /* OFDM: data bits in a symbol of 4 us, or of 3.6 us */
    uint8_t below, answer; /* codes */
};

static const struct row rows[RATE_COUNT] = {
    [RATE_1M] = {"1M", DSSS, LONG_PREAMBLE_US, 10, 0, RATE_1M, RATE_1M},
    [RATE_2M] = {"2M", DSSS, LONG_PREAMBLE_US, 20, 0, RATE_1M, RATE_2M},
    [RATE_5M5] = {"5.5M", DSSS, LONG_PREAMBLE_US, 55, 0, RATE_2M, RATE_5M5},
    [RATE_11M] = {"11M", DSSS, LONG_PREAMBLE_US, 110, 0, RATE_5M5, RATE_11M},
    [RATE_2M_SHORT] = {"2M short", DSSS, SHORT_PREAMBLE_US, 20, 0, RATE_1M, RATE_2M_SHORT},
    [RATE_5M5_SHORT] = {"5.5M short", DSSS, SHORT_PREAMBLE_US, 55, 0, RATE_2M_SHORT, RATE_5M5_SHORT},
    [RATE_11M_SHORT] = {"11M short", DSSS, SHORT_PREAMBLE_US, 110, 0, RATE_5M5_SHORT, RATE_11M_SHORT},
    [RATE_6M] = {"6M", OFDM, OFDM_PREAMBLE_US, 60, 24, RATE_6M, RATE_6M},
    [RATE_9M] = {"9M", OFDM, OFDM_PREAMBLE_US, 90, 36, RATE_6M, RATE_6M},
    [RATE_12M] = {"12M", OFDM, OFDM_PREAMBLE_US, 120, 48, RATE_9M, RATE_12M},
    [RATE_18M] = {"18M", OFDM, OFDM_PREAMBLE_US, 180, 72, RATE_12M, RATE_12M},
    [RATE_24M] = {"24M", OFDM, OFDM_PREAMBLE_US, 240, 96, RATE_18M, RATE_24M},
    [RATE_36M] = {"36M", OFDM, OFDM_PREAMBLE_US, 360, 144, RATE_24M, RATE_24M},
    [RATE_48M] = {"48M", OFDM, OFDM_PREAMBLE_US, 480, 192, RATE_36M, RATE_24M},
    [RATE_54M] = {"54M", OFDM, OFDM_PREAMBLE_US, 540, 216, RATE_48M, RATE_24M},
#define MCS(n, speed, short_speed, bits, answer)                                                                       \
    [RATE_MCS0 + n] = {"MCS" #n, HT, HT_PREAMBLE_US, speed, bits, RATE_MCS0 + (n ? n - 1 : 0), answer},                \
                 [RATE_MCS0_SHORT + n] = {"MCS" #n " SGI", HT,   HT_PREAMBLE_US,                                       \
                                          short_speed,     bits, RATE_MCS0_SHORT + (n ? n - 1 : 0),                    \
                                          answer}
    MCS(0, 65, 72, 26, RATE_6M),
    MCS(1, 130, 144, 52, RATE_12M),
    MCS(2, 195, 217, 78, RATE_12M),
    MCS(3, 260, 289, 104, RATE_24M),
    MCS(4, 390, 433, 156, RATE_24M),
    MCS(5, 520, 578, 208, RATE_24M),
    MCS(6, 585, 650, 234, RATE_24M),
    MCS(7, 650, 722, 260, RATE_24M),
#undef MCS
};

static const struct row *row_of(unsigned rate)
{
    static const struct row none = {"?", NONE, 0, 0, 0, 0, 0};
    return rate < RATE_COUNT && rows[rate].family != NONE ? &rows[rate] : &none;
}

bool rate_is_known(unsigned rate)
{
    return row_of(rate)->family != NONE;
}

bool rate_is_ht(unsigned rate)
{
    return row_of(rate)->family == HT;
}

bool rate_is_ofdm(unsigned rate)
{
    return row_of(rate)->family == OFDM;
}

unsigned rate_100k(unsigned rate)
{
    return row_of(rate)->speed;
}

const char *rate_name(unsigned rate)
{
    return row_of(rate)->name;
}

unsigned rate_by_name(const char *name)
{
    for (unsigned rate = 0; rate < RATE_COUNT; rate++)
        if (rate_is_known(rate) && strcmp(name, rows[rate].name) == 0)
            return rate;
    if (name[0] == '0' && name[1] == 'x') {
        unsigned rate = (unsigned)strtoul(name + 2, NULL, 16);
        if (rate_is_known(rate))
            return rate;
    }
    return RATE_COUNT;
}

unsigned rate_below(unsigned rate)
{
    return row_of(rate)->below;
}

unsigned rate_of_answer(unsigned rate)
{
    return row_of(rate)->answer;
}

static unsigned divided_up(unsigned value, unsigned by)
{
    return (value + by - 1) / by;
}

unsigned rate_airtime_us(unsigned rate, unsigned psdu)
{
    const struct row *row = row_of(rate);
    switch (row->family) {
    case DSSS:
        return row->preamble_us + divided_up(psdu * 8 * 10, row->speed);
    case OFDM:
    case HT: {
        unsigned symbols = divided_up(SERVICE_AND_TAIL_BITS + 8 * psdu, row->symbol_bits);
        bool short_guard = row->family == HT && rate >= RATE_MCS0_SHORT;
        /* Symbols of 3.6 us; their sum is rounded up to whole ones of 4 us (19.4.3). */
        unsigned data_us = short_guard ? 4 * divided_up(symbols * 36, 40) : 4 * symbols;
        return row->preamble_us + data_us + SIGNAL_EXTENSION_US;
    }
    default:
        return 0;
    }
}

unsigned rate_ack_duration_us(unsigned rate)
{
    return RATE_SIFS_US + rate_airtime_us(rate_of_answer(rate), DOT11_ACK + DOT11_FCS);
}
