/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/elements.h"

#include "bus/base/status.h"

enum { BASIC = 0x80, RATES_IN_FIRST = 8, TIM_FIXED = 3, LEGACY_RATES = RF_RATE_OFDM_54 + 1 };

/* ---- Writing ---- */

void body_put(struct body *body, const void *bytes, size_t size)
{
    sim_assert(body->size + size <= sizeof body->bytes);
    memcpy(body->bytes + body->size, bytes, size);
    body->size += size;
}

void body_put_le16(struct body *body, unsigned value)
{
    uint8_t bytes[2];
    mpdu_put_le16(bytes, (uint16_t)value);
    body_put(body, bytes, sizeof bytes);
}

void body_put_element(struct body *body, unsigned id, const void *bytes, size_t size)
{
    uint8_t head[2] = {(uint8_t)id, (uint8_t)size};
    sim_assert(size < 256);
    body_put(body, head, sizeof head);
    if (size > 0)
        body_put(body, bytes, size);
}

/* In the order of enum rf_rate, which ends the legacy rates with OFDM 54. */
static uint8_t rate_octet(unsigned rate)
{
    unsigned half_mbit = rf_rate_of((enum rf_rate)rate)->kbps / 500;
    return (uint8_t)(half_mbit | (rate <= RF_RATE_CCK_11 ? BASIC : 0));
}

static size_t rate_octets(bool ofdm, uint8_t octets[LEGACY_RATES])
{
    size_t count = ofdm ? LEGACY_RATES : RF_RATE_CCK_11 + 1;
    for (unsigned rate = 0; rate < count; rate++)
        octets[rate] = rate_octet(rate);
    return count;
}

void body_put_rates(struct body *body, bool ofdm)
{
    uint8_t octets[LEGACY_RATES];
    size_t count = rate_octets(ofdm, octets);
    body_put_element(body, ELEMENT_RATES, octets, count < RATES_IN_FIRST ? count : RATES_IN_FIRST);
}

void body_put_extended_rates(struct body *body, bool ofdm)
{
    uint8_t octets[LEGACY_RATES];
    size_t count = rate_octets(ofdm, octets);
    if (count > RATES_IN_FIRST)
        body_put_element(body, ELEMENT_EXTENDED_RATES, octets + RATES_IN_FIRST, count - RATES_IN_FIRST);
}

void body_put_rsn(struct body *body)
{
    static const uint8_t RSN[ELEMENTS_RSN - 2] = {
        1,    0,                         /* version */
        0x00, 0x0f, 0xac, 4,             /* group cipher: CCMP-128 */
        1,    0,    0x00, 0x0f, 0xac, 4, /* pairwise: CCMP-128 */
        1,    0,    0x00, 0x0f, 0xac, 2, /* AKM: PSK */
        0,    0,                         /* capabilities: one replay counter */
    };
    body_put_element(body, ELEMENT_RSN, RSN, sizeof RSN);
}

void body_put_ht_capabilities(struct body *body)
{
    /* 20 MHz, short GI at 20 MHz, SM power save off; MCS 0..7, as the ESP32 (data sheet, 3.5.1). */
    static const uint8_t HT[26] = {0x2c, 0x00, 0x00, 0xff};
    body_put_element(body, ELEMENT_HT_CAPABILITIES, HT, sizeof HT);
}

void body_put_ht_operation(struct body *body, unsigned channel)
{
    uint8_t operation[22] = {(uint8_t)channel}; /* 20 MHz, no protection asked for beyond ERP's, no basic MCS */
    body_put_element(body, ELEMENT_HT_OPERATION, operation, sizeof operation);
}

static const uint8_t WMM_OUI[5] = {0x00, 0x50, 0xf2, 2, 0};

void body_put_wmm_parameters(struct body *body)
{
    /* Version 1; best effort, background, video, voice: AIFSN and ACI, ECWmin/max, TXOP limit (table 9-155; no TXOPs,
     * since the engine sends one frame an access). */
    static const uint8_t WMM[24] = {0x00, 0x50, 0xf2, 2, 1,    1,    0, 0, 0x03, 0xa4, 0, 0,
                                    0x27, 0xa4, 0,    0, 0x42, 0x43, 0, 0, 0x62, 0x32, 0, 0};
    body_put_element(body, ELEMENT_VENDOR, WMM, sizeof WMM);
}

void body_put_wmm_information(struct body *body)
{
    static const uint8_t WMM[7] = {0x00, 0x50, 0xf2, 2, 0, 1, 0};
    body_put_element(body, ELEMENT_VENDOR, WMM, sizeof WMM);
}

void body_put_tim(struct body *body, unsigned dtim_count, unsigned dtim_period, bool group,
                  const uint8_t set[ELEMENTS_AID_BITS / 8])
{
    uint8_t tim[TIM_FIXED + ELEMENTS_AID_BITS / 8];
    unsigned first = 0, last = 0;
    for (unsigned i = 0; i < ELEMENTS_AID_BITS / 8; i++)
        if (set[i]) {
            last = i;
            first = first || set[0] ? first : i;
        }
    first &= ~1u; /* N1 is even */
    tim[0] = (uint8_t)dtim_count;
    tim[1] = (uint8_t)dtim_period;
    tim[2] = (uint8_t)(first | (group ? 1 : 0)); /* bitmap offset is N1 / 2, in bits 1..7 */
    memcpy(tim + TIM_FIXED, set + first, last - first + 1);
    body_put_element(body, ELEMENT_TIM, tim, TIM_FIXED + last - first + 1);
}

/* ---- Reading ---- */

static void add_rates(struct elements *e, const uint8_t *octets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned rate = 0; rate < LEGACY_RATES; rate++)
            if ((octets[i] & ~BASIC) == (rate_octet(rate) & ~BASIC))
                e->rates |= 1u << rate;
}

/* False when the length is impossible for the element. */
static bool read_element(struct elements *e, const uint8_t *element, size_t size)
{
    const uint8_t *value = element + 2;
    switch (element[0]) {
    case ELEMENT_SSID:
        if (!e->ssid) {
            e->ssid = value;
            e->ssid_size = size;
        }
        return size <= 32;
    case ELEMENT_RATES:
    case ELEMENT_EXTENDED_RATES:
        add_rates(e, value, size);
        return size > 0;
    case ELEMENT_DS:
        e->ds = size == 1;
        e->channel = size == 1 ? value[0] : 0;
        return size == 1;
    case ELEMENT_TIM:
        e->tim = size > TIM_FIXED ? value : NULL;
        e->tim_size = size;
        return size > TIM_FIXED;
    case ELEMENT_ERP:
        e->erp_found = size == 1;
        e->erp = size == 1 ? value[0] : 0;
        return size == 1;
    case ELEMENT_HT_CAPABILITIES:
        e->ht = size == 26;
        return size == 26;
    case ELEMENT_RSN:
        e->rsn = element;
        e->rsn_size = size + 2;
        return size >= 2;
    case ELEMENT_VENDOR:
        if (size >= 7 && memcmp(value, WMM_OUI, 4) == 0 && value[4] <= 1)
            e->wmm = true;
        return true;
    default:
        return true;
    }
}

bool elements_parse(const uint8_t *bytes, size_t size, struct elements *e)
{
    *e = (struct elements){0};
    for (size_t at = 0; at < size;) {
        if (size - at < 2 || size - at - 2 < bytes[at + 1])
            return false;
        if (!read_element(e, bytes + at, bytes[at + 1]))
            return false;
        at += 2 + (size_t)bytes[at + 1];
    }
    return true;
}

bool elements_tim_has(const struct elements *e, unsigned aid)
{
    if (!e->tim)
        return false;
    size_t first = e->tim[2] & ~1u;
    size_t octet = aid / 8;
    return octet >= first && octet - first < e->tim_size - TIM_FIXED &&
           (e->tim[TIM_FIXED + octet - first] >> (aid % 8) & 1);
}

bool elements_tim_has_group(const struct elements *e)
{
    return e->tim && (e->tim[2] & 1);
}

/* A list of suites, `count` little-endian and then four bytes each; *at moves behind it. */
static bool has_suite(const uint8_t *rsn, size_t size, size_t *at, uint8_t type)
{
    const uint8_t suite[4] = {0x00, 0x0f, 0xac, type};
    bool found = false;
    if (*at + 2 > size)
        return false;
    unsigned count = mpdu_le16(rsn + *at);
    *at += 2;
    if (count > (size - *at) / 4)
        return false;
    for (; count > 0; count--, *at += 4)
        found = found || memcmp(rsn + *at, suite, sizeof suite) == 0;
    return found;
}

bool elements_rsn_is_ours(const struct elements *e)
{
    static const uint8_t HEAD[6] = {1, 0, 0x00, 0x0f, 0xac, 4};
    size_t at = 2 + sizeof HEAD;
    if (!e->rsn || e->rsn_size < at || memcmp(e->rsn + 2, HEAD, sizeof HEAD) != 0)
        return false;
    return has_suite(e->rsn, e->rsn_size, &at, 4) && has_suite(e->rsn, e->rsn_size, &at, 2);
}

struct rf_mode elements_mode(struct rf_mode wanted, uint32_t rates, bool ht)
{
    enum rf_kind kind = rf_rate_of(wanted.rate)->kind;
    if (kind == RF_KIND_HT && ht)
        return wanted;
    if (kind != RF_KIND_HT && (rates >> wanted.rate & 1))
        return wanted;
    unsigned rate = wanted.rate;
    while (rate > 0 && (rate > RF_RATE_OFDM_54 || !(rates >> rate & 1) ||
                        rf_rate_of((enum rf_rate)rate)->kbps > rf_rate_of(wanted.rate)->kbps))
        rate--;
    return (struct rf_mode){(enum rf_rate)rate, false};
}
