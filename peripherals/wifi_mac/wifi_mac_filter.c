/* SPDX-License-Identifier: Apache-2.0 */
/* Which interface accepts a frame. How the banks and bits work together: esp32-open-mac, "MAC RX filter on the ESP32"
 * (banks, what broadcasts need, a station's own broadcasts), esp-wifi-hal (block, check, scan, control frames). */
#include <string.h>

#include "peripherals/wifi_mac/wifi_mac_priv.h"

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WMAC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { MANAGEMENT, CONTROL, DATA };
enum { PROBE_REQUEST = 4, PROBE_RESPONSE = 5, BEACON = 8, CONTROL_WRAPPER = 7 };
enum { BANK_STRIDE = 8, FILTER_STRIDE = 4, PROMISCUOUS_INTERFACE = 3 };

/* What the filters look at. */
struct look {
    unsigned type, subtype;
    bool from_ds, to_ds;
    const uint8_t *address1, *address3; /* address3 NULL: control frame */
    const uint8_t *bssid;               /* NULL: has none */
    bool is_group, is_broadcast;
};

static bool is_broadcast(const uint8_t *address)
{
    static const uint8_t all[WIFI_MAC_ADDRESS] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    return memcmp(address, all, sizeof all) == 0;
}

/* Place of the BSSID by the DS bits: IEEE 802.11-2020, table 9-30. */
static const uint8_t *bssid_of(const struct look *look, const uint8_t *mpdu)
{
    if (look->type == MANAGEMENT)
        return mpdu + 16;
    if (look->to_ds)
        return look->from_ds ? NULL : mpdu + 4;
    return look->from_ds ? mpdu + 10 : mpdu + 16;
}

static bool look_at(const uint8_t *mpdu, unsigned bytes, struct look *look)
{
    *look = (struct look){.type = bits_get(mpdu[0], 2, 2), .subtype = bits_get(mpdu[0], 4, 4)};
    if (bytes < WIFI_MAC_SHORTEST || look->type > DATA)
        return false;
    look->to_ds = mpdu[1] & 1;
    look->from_ds = mpdu[1] & 2;
    look->address1 = mpdu + 4;
    look->is_group = mpdu[4] & 1;
    look->is_broadcast = is_broadcast(look->address1);
    if (look->type == CONTROL)
        return true;
    if (bytes < WIFI_MAC_HEADER)
        return false;
    look->address3 = mpdu + 16;
    look->bssid = bssid_of(look, mpdu);
    return true;
}

/* The bank whose low address word is at `low`: enabled, and equal where the mask says. */
static bool bank_matches(const struct wifi_mac *mac, uint32_t low, unsigned interface, const uint8_t *address)
{
    uint32_t at = low + interface * BANK_STRIDE;
    uint32_t mask_high = reg_word(&mac->dev, at + 0x24);
    if (!(mask_high & (UINT32_C(1) << 16)))
        return false;
    uint32_t address_low =
        address[0] | (uint32_t)address[1] << 8 | (uint32_t)address[2] << 16 | (uint32_t)address[3] << 24;
    uint32_t address_high = address[4] | (uint32_t)address[5] << 8;
    uint32_t differ_low = (address_low ^ reg_word(&mac->dev, at)) & reg_word(&mac->dev, at + 0x20);
    uint32_t differ_high = (address_high ^ reg_word(&mac->dev, at + 4)) & mask_high & 0xFFFF;
    return differ_low == 0 && differ_high == 0;
}

static bool ra_matches(const struct wifi_mac *mac, unsigned interface, const uint8_t *address)
{
    return bank_matches(mac, WMAC_RA_LOW, interface, address);
}

static bool bssid_matches(const struct wifi_mac *mac, unsigned interface, const uint8_t *address)
{
    return bank_matches(mac, WMAC_BSSID_LOW, interface, address);
}

static bool bank_is_enabled(const struct wifi_mac *mac, uint32_t enable_place, unsigned interface)
{
    return reg_get_at(&mac->dev, enable_place, interface, BANK_STRIDE);
}

static bool filter_bit(const struct wifi_mac *mac, uint32_t place, unsigned interface)
{
    return reg_get_at(&mac->dev, place, interface, FILTER_STRIDE);
}

static bool accepts_unicast(const struct wifi_mac *mac, unsigned n, const struct look *look)
{
    if (!filter_bit(mac, WMAC_FILTER_BLOCK_UNICAST, n))
        return true;
    if (bssid_matches(mac, n, look->address1))
        return true;
    if (!ra_matches(mac, n, look->address1))
        return false;
    bool check = filter_bit(mac, WMAC_FILTER_CHECK_BSSID, n) && bank_is_enabled(mac, WMAC_BSSID_MASK_HIGH_ENABLE, n) &&
                 look->bssid && !is_broadcast(look->bssid);
    return !check || bssid_matches(mac, n, look->bssid);
}

static bool accepts_group(const struct wifi_mac *mac, unsigned n, const struct look *look)
{
    if (!filter_bit(mac, WMAC_FILTER_BLOCK_GROUP, n))
        return true;
    if (!look->is_broadcast || !bank_is_enabled(mac, WMAC_BSSID_MASK_HIGH_ENABLE, n))
        return false;
    bool own_echo = look->from_ds && !look->to_ds && ra_matches(mac, n, look->address3);
    return !own_echo && (!look->bssid || is_broadcast(look->bssid) || bssid_matches(mac, n, look->bssid));
}

static bool accepts_scan(const struct wifi_mac *mac, unsigned n, const struct look *look)
{
    if (filter_bit(mac, WMAC_FILTER_ANY, n))
        return true;
    bool announces = look->type == MANAGEMENT &&
                     (look->subtype == BEACON || look->subtype == PROBE_REQUEST || look->subtype == PROBE_RESPONSE);
    return announces && filter_bit(mac, WMAC_FILTER_SCAN, n);
}

/* Bit 23 is the control wrapper (subtype 7), bit 31 CF-End + CF-Ack (15). */
static bool wants_control(const struct wifi_mac *mac, unsigned n, const struct look *look)
{
    uint32_t kinds = reg_word(&mac->dev, WMAC_CONTROL_FILTER + n * FILTER_STRIDE);
    return look->subtype >= CONTROL_WRAPPER && bits_get(kinds, 16 + look->subtype, 1);
}

static bool accepts(const struct wifi_mac *mac, unsigned n, const struct look *look)
{
    if (look->type == CONTROL)
        return wants_control(mac, n, look) &&
               (ra_matches(mac, n, look->address1) || !filter_bit(mac, WMAC_FILTER_BLOCK_UNICAST, n));
    return (look->is_group ? accepts_group : accepts_unicast)(mac, n, look) || accepts_scan(mac, n, look);
}

static bool accepts_promiscuously(const struct wifi_mac *mac, const struct look *look)
{
    return filter_bit(mac, WMAC_FILTER_PROMISCUOUS, PROMISCUOUS_INTERFACE) &&
           (look->type != CONTROL || wants_control(mac, PROMISCUOUS_INTERFACE, look));
}

struct wifi_mac_verdict wifi_mac_judge(const struct wifi_mac *mac, const uint8_t *mpdu, unsigned bytes)
{
    struct wifi_mac_verdict verdict = {0};
    struct look look;
    if (!look_at(mpdu, bytes, &look))
        return verdict;
    verdict.promiscuous = accepts_promiscuously(mac, &look);
    for (unsigned n = 0; n < WIFI_MAC_INTERFACES; n++) {
        if (n == PROMISCUOUS_INTERFACE && verdict.promiscuous && !bank_is_enabled(mac, WMAC_RA_MASK_HIGH_ENABLE, n))
            continue; /* its open filter is part of promiscuous mode */
        if (!accepts(mac, n, &look))
            continue;
        verdict.accepted |= 1u << n;
        verdict.may_acknowledge |= !look.is_group && ra_matches(mac, n, look.address1);
    }
    return verdict;
}
