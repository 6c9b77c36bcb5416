/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/bss.h"

#include <string.h>

#include "firmware/net/rate.h"

enum {
    ELEMENT_SSID = 0,
    ELEMENT_RATES = 1,
    ELEMENT_DS = 3,
    ELEMENT_HT_CAPABILITIES = 45,
    ELEMENT_RSN = 48,
    ELEMENT_EXTENDED_RATES = 50,
    ELEMENT_HT_OPERATION = 61,
    ELEMENT_VENDOR = 221,
    BEACON_FIXED = 12, /* time stamp, interval, capabilities */
    CAPABILITY_ESS = 1 << 0,
    CAPABILITY_PRIVACY = 1 << 4,
    CAPABILITY_SHORT_PREAMBLE = 1 << 5,
    CAPABILITY_SHORT_SLOT = 1 << 10,
    LISTEN_INTERVAL = 3,
    BASIC = 0x80
};

const uint8_t bss_rsn[BSS_RSN] = {ELEMENT_RSN, BSS_RSN - 2,
                                  1,           0, /* version */
                                  0x00,        0x0F,
                                  0xAC,        4, /* group: CCMP */
                                  1,           0,
                                  0x00,        0x0F,
                                  0xAC,        4, /* pairs: CCMP */
                                  1,           0,
                                  0x00,        0x0F,
                                  0xAC,        2, /* PSK */
                                  0,           0};

/* In units of 500 kbit/s: what elements have, by our codes; eight for the first element. */
static const struct {
    uint8_t octet, rate;
} octets[] = {{2, RATE_1M},   {4, RATE_2M},   {11, RATE_5M5}, {22, RATE_11M}, {12, RATE_6M},  {18, RATE_9M},
              {24, RATE_12M}, {36, RATE_18M}, {48, RATE_24M}, {72, RATE_36M}, {96, RATE_48M}, {108, RATE_54M}};
enum { OCTETS = sizeof octets / sizeof octets[0], FIRST = 8 };

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static void add_rates(struct bss *bss, const uint8_t *values, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned n = 0; n < OCTETS; n++)
            if ((values[i] & ~BASIC) == octets[n].octet)
                bss->rates |= 1u << octets[n].rate;
}

static bool is_suite(const uint8_t *suite, unsigned type)
{
    return suite[0] == 0x00 && suite[1] == 0x0F && suite[2] == 0xAC && suite[3] == type;
}

/* A count and that many suites at *at, the one looked for among them; false also when they do not fit. */
static bool has_suite(const uint8_t *element, unsigned length, unsigned *at, unsigned type)
{
    bool found = false;
    if (*at + 2 > length)
        return false;
    unsigned count = get16(element + *at), first = *at + 2;
    *at = first + 4 * count;
    for (unsigned i = 0; i < count && first + 4 * i + 4 <= length; i++)
        found |= is_suite(element + first + 4 * i, type);
    return found && *at <= length;
}

/* 9.4.2.24 */
static bool is_wpa2_psk(const uint8_t *value, unsigned length)
{
    enum { VERSION = 2, GROUP = 6, CCMP = 4, PSK = 2 };
    unsigned at = GROUP;
    return length >= GROUP && get16(value) == 1 && is_suite(value + VERSION, CCMP) &&
           has_suite(value, length, &at, CCMP) && has_suite(value, length, &at, PSK);
}

static void read_rsn(const uint8_t *element, unsigned length, struct bss *bss)
{
    bss->info.has_wpa2_psk = length + 2 <= SUPPLICANT_ELEMENT && is_wpa2_psk(element + 2, length);
    if (!bss->info.has_wpa2_psk)
        return;
    bss->element_bytes = (uint8_t)(length + 2);
    memcpy(bss->element, element, length + 2);
}

static void read_element(const uint8_t *element, struct bss *bss, bool *has_ssid)
{
    static const uint8_t wmm[4] = {0x00, 0x50, 0xF2, 2};
    const uint8_t *value = element + 2;
    unsigned length = element[1];
    switch (element[0]) {
    case ELEMENT_SSID:
        *has_ssid = length <= STA_SSID_MAX;
        if (*has_ssid)
            memcpy(bss->info.ssid, value, length);
        break;
    case ELEMENT_RATES:
    case ELEMENT_EXTENDED_RATES:
        add_rates(bss, value, length);
        break;
    case ELEMENT_DS:
        if (length == 1)
            bss->info.channel = value[0];
        break;
    case ELEMENT_HT_CAPABILITIES:
        bss->info.has_ht = length == 26;
        break;
    case ELEMENT_HT_OPERATION:
        if (length >= 1 && bss->info.channel == 0)
            bss->info.channel = value[0];
        break;
    case ELEMENT_RSN:
        read_rsn(element, length, bss);
        break;
    case ELEMENT_VENDOR:
        bss->info.has_wmm |= length >= 7 && memcmp(value, wmm, sizeof wmm) == 0 && value[4] <= 1;
        break;
    default:
        break;
    }
}

bool bss_read(const uint8_t *body, unsigned length, struct bss *bss)
{
    bool has_ssid = false;
    memset(bss, 0, sizeof *bss);
    if (length < BEACON_FIXED)
        return false;
    unsigned capabilities = get16(body + 10);
    bss->info.beacon_interval = get16(body + 8);
    bss->info.is_private = capabilities & CAPABILITY_PRIVACY;
    bss->has_short_slot = capabilities & CAPABILITY_SHORT_SLOT;
    for (unsigned at = BEACON_FIXED; at < length; at += 2u + body[at + 1]) {
        if (at + 2 > length || at + 2 + body[at + 1] > length)
            return false;
        read_element(body + at, bss, &has_ssid);
    }
    bss->has_unknown_cipher = bss->info.is_private && !bss->info.has_wpa2_psk;
    bss->info.has_ht &= bss->info.has_wmm; /* 802.11n demands QoS */
    return has_ssid && (capabilities & CAPABILITY_ESS);
}

bool bss_suits(const struct bss *bss, const char *ssid, bool has_passphrase)
{
    return strcmp(bss->info.ssid, ssid) == 0 && (has_passphrase ? bss->info.has_wpa2_psk : !bss->info.is_private);
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static uint8_t *put(uint8_t *out, unsigned id, const void *value, unsigned length)
{
    out[0] = (uint8_t)id;
    out[1] = (uint8_t)length;
    memcpy(out + 2, value, length);
    return out + 2 + length;
}

/* Those that the other has too; all when `rates` is 0. */
static uint8_t *put_rates(uint8_t *out, uint32_t rates)
{
    uint8_t values[OCTETS];
    unsigned count = 0;
    for (unsigned n = 0; n < OCTETS; n++)
        if (!rates || rates >> octets[n].rate & 1)
            values[count++] = (uint8_t)(octets[n].octet | (n < 4 ? BASIC : 0));
    out = put(out, ELEMENT_RATES, values, count < FIRST ? count : (unsigned)FIRST);
    return count > FIRST ? put(out, ELEMENT_EXTENDED_RATES, values + FIRST, count - FIRST) : out;
}

/* 20 MHz, short guard interval, MCS 0 to 7, no aggregation offered. */
static uint8_t *put_ht(uint8_t *out)
{
    static const uint8_t ht[26] = {0x2C, 0x00, 0x00, 0xFF};
    return put(out, ELEMENT_HT_CAPABILITIES, ht, sizeof ht);
}

unsigned bss_make_probe_request(uint8_t body[BSS_BODY_MAX], const char *ssid, unsigned channel)
{
    uint8_t number = (uint8_t)channel;
    uint8_t *out = put(body, ELEMENT_SSID, ssid, (unsigned)strlen(ssid));
    out = put_rates(out, 0);
    out = put(out, ELEMENT_DS, &number, 1);
    return (unsigned)(put_ht(out) - body);
}

unsigned bss_make_association_request(uint8_t body[BSS_BODY_MAX], const struct bss *bss)
{
    static const uint8_t wmm[7] = {0x00, 0x50, 0xF2, 2, 0, 1, 0};
    unsigned capabilities = CAPABILITY_ESS | CAPABILITY_SHORT_PREAMBLE |
                            (bss->info.is_private ? CAPABILITY_PRIVACY : 0u) |
                            (bss->has_short_slot ? CAPABILITY_SHORT_SLOT : 0u);
    put16(body, capabilities);
    put16(body + 2, LISTEN_INTERVAL);
    uint8_t *out = put(body + 4, ELEMENT_SSID, bss->info.ssid, (unsigned)strlen(bss->info.ssid));
    out = put_rates(out, bss->rates);
    if (bss->info.has_wpa2_psk) {
        memcpy(out, bss_rsn, BSS_RSN);
        out += BSS_RSN;
    }
    if (bss->info.has_ht)
        out = put_ht(out);
    if (bss->info.has_wmm)
        out = put(out, ELEMENT_VENDOR, wmm, sizeof wmm);
    return (unsigned)(out - body);
}

/* OFDM 9 Mbit/s is left out: it needs more signal than 12. So is everything between 2 and MCS 0 where there is HT. */
unsigned bss_ladder(const struct bss *bss, uint8_t ladder[BSS_LADDER])
{
    static const uint8_t slow[] = {RATE_1M, RATE_2M};
    static const uint8_t cck[] = {RATE_5M5, RATE_11M};
    static const uint8_t ofdm[] = {RATE_6M, RATE_12M, RATE_18M, RATE_24M, RATE_36M, RATE_48M, RATE_54M};
    unsigned count = 0;
    bool has_ofdm = bss->rates >> RATE_6M & 1;
    for (unsigned i = 0; i < sizeof slow; i++)
        if (bss->rates >> slow[i] & 1)
            ladder[count++] = slow[i];
    for (unsigned i = 0; !has_ofdm && i < sizeof cck; i++)
        if (bss->rates >> cck[i] & 1)
            ladder[count++] = cck[i];
    for (unsigned i = 0; bss->info.has_ht && i < 8; i++)
        ladder[count++] = (uint8_t)(RATE_MCS0 + i);
    for (unsigned i = 0; has_ofdm && !bss->info.has_ht && i < sizeof ofdm; i++)
        if (bss->rates >> ofdm[i] & 1)
            ladder[count++] = ofdm[i];
    return count;
}
