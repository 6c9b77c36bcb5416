/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/rate.h"

#include "bus/base/bits.h"
#include "bus/base/status.h"

static const struct rf_rate_info rates[RF_RATE_COUNT] = {
#define RATE(id, name, kind, kbps, coded, data, modulation, has_short)                                                 \
    [RF_RATE_##id] = {name, RF_KIND_##kind, kbps, coded, data, RF_MODULATION_##modulation, has_short},
#include "rf_channel/rate.def"
#undef RATE
};

/* Mandatory rates of clause 15, 16 and 17 PHYs, which answer frames when the basic set holds nothing that fits. */
static const uint32_t mandatory = UINT32_C(1) << RF_RATE_DSSS_1 | UINT32_C(1) << RF_RATE_DSSS_2 |
                                  UINT32_C(1) << RF_RATE_CCK_5_5 | UINT32_C(1) << RF_RATE_CCK_11 |
                                  UINT32_C(1) << RF_RATE_OFDM_6 | UINT32_C(1) << RF_RATE_OFDM_12 |
                                  UINT32_C(1) << RF_RATE_OFDM_24;

const struct rf_rate_info *rf_rate_of(enum rf_rate rate)
{
    sim_assert((unsigned)rate < RF_RATE_COUNT);
    return &rates[rate];
}

static const struct rf_rate_info *mode_info(struct rf_mode mode)
{
    const struct rf_rate_info *info = rf_rate_of(mode.rate);
    sim_assert(info->has_short || !mode.short_form);
    return info;
}

uint64_t rf_mode_bps(struct rf_mode mode)
{
    const struct rf_rate_info *info = mode_info(mode);
    uint64_t bps = (uint64_t)info->kbps * 1000;
    return info->kind == RF_KIND_HT && mode.short_form ? bps * 10 / 9 : bps;
}

static struct rf_airtime dsss_airtime(const struct rf_rate_info *info, bool short_form, uint32_t psdu)
{
    /* The header is 48 bits at 1 Mbit/s after the long, at 2 Mbit/s after the short preamble; LENGTH counts whole us.
     */
    struct rf_airtime t = {.preamble = short_form ? SIM_US(72) : SIM_US(144),
                           .header = short_form ? SIM_US(24) : SIM_US(48)};
    t.data = SIM_US(bits_muldiv_up((uint64_t)psdu * 8, 1000, info->kbps));
    return t;
}

/* Symbols for SERVICE (16), PSDU and tail (6), rounded up to whole ones. */
static uint64_t ofdm_symbols(const struct rf_rate_info *info, uint32_t psdu)
{
    return (16 + (uint64_t)psdu * 8 + 6 + info->data_bits - 1) / info->data_bits;
}

static struct rf_airtime ofdm_airtime(const struct rf_rate_info *info, uint32_t psdu)
{
    struct rf_airtime t = {.preamble = SIM_US(16), .header = SIM_US(4), .extension = SIM_US(6)};
    t.data = SIM_US(4) * ofdm_symbols(info, psdu);
    return t;
}

static struct rf_airtime ht_airtime(const struct rf_rate_info *info, bool short_form, uint32_t psdu)
{
    /* L-STF and L-LTF 16; L-SIG 4, HT-SIG 8, HT-STF 4, one HT-LTF 4. */
    struct rf_airtime t = {.preamble = SIM_US(16), .header = SIM_US(20), .extension = SIM_US(6)};
    uint64_t symbols = ofdm_symbols(info, psdu);
    /* Symbols of 3.6 us with the short guard interval, and the field then rounded up to 4 us. */
    t.data = short_form ? SIM_US(4) * ((symbols * 36 + 39) / 40) : SIM_US(4) * symbols;
    return t;
}

struct rf_airtime rf_ppdu_airtime(struct rf_mode mode, uint32_t psdu)
{
    const struct rf_rate_info *info = mode_info(mode);
    switch (info->kind) {
    case RF_KIND_DSSS:
    case RF_KIND_CCK:
        return dsss_airtime(info, mode.short_form, psdu);
    case RF_KIND_OFDM:
        return ofdm_airtime(info, psdu);
    default:
        return ht_airtime(info, mode.short_form, psdu);
    }
}

sim_time rf_txtime(struct rf_mode mode, uint32_t psdu)
{
    struct rf_airtime t = rf_ppdu_airtime(mode, psdu);
    return t.preamble + t.header + t.data + t.extension;
}

/* What "not above" means for an HT frame: the OFDM rate with its modulation and coding (802.11-2020, table 10-10). */
static enum rf_rate non_ht_reference(enum rf_rate rate)
{
    static const enum rf_rate reference[] = {RF_RATE_OFDM_6,  RF_RATE_OFDM_12, RF_RATE_OFDM_18, RF_RATE_OFDM_24,
                                             RF_RATE_OFDM_36, RF_RATE_OFDM_48, RF_RATE_OFDM_54, RF_RATE_OFDM_54};
    return rate >= RF_RATE_HT_MCS0 ? reference[rate - RF_RATE_HT_MCS0] : rate;
}

static bool is_ofdm(enum rf_rate rate)
{
    return rates[rate].kind == RF_KIND_OFDM;
}

/* Highest rate of `set`, of the class of `limit` and not above it; RF_RATE_COUNT: none. */
static enum rf_rate highest(uint32_t set, enum rf_rate limit)
{
    enum rf_rate best = RF_RATE_COUNT;
    for (unsigned rate = 0; rate < RF_RATE_HT_MCS0; rate++) {
        if (bits_test(set, rate) && is_ofdm((enum rf_rate)rate) == is_ofdm(limit) &&
            rates[rate].kbps <= rates[limit].kbps)
            best = (enum rf_rate)rate;
    }
    return best;
}

enum rf_rate rf_response_rate(struct rf_mode mode, uint32_t basic)
{
    enum rf_rate limit = non_ht_reference(mode.rate);
    enum rf_rate rate = highest(basic, limit);
    return rate < RF_RATE_COUNT ? rate : highest(mandatory, limit);
}
