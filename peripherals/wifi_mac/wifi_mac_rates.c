/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/wifi_mac/wifi_mac.h"

static const struct row {
    uint8_t code;
    struct wifi_mac_rate rate;
    uint32_t kbps;
} rows[] = {
#define RATE(code, family, index, short_form, kbps) {code, {WIFI_MAC_##family, index, short_form}, kbps},
#include "peripherals/wifi_mac/wifi_mac_rates.def"
#undef RATE
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct row *find(const struct wifi_mac_rate *rate)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (rows[i].rate.phy == rate->phy && rows[i].rate.index == rate->index &&
            rows[i].rate.short_form == rate->short_form)
            return &rows[i];
    return &rows[0];
}

bool wifi_mac_rate_of_code(unsigned code, struct wifi_mac_rate *rate)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (rows[i].code == code) {
            *rate = rows[i].rate;
            return true;
        }
    return false;
}

unsigned wifi_mac_code_of_rate(const struct wifi_mac_rate *rate)
{
    return find(rate)->code;
}

uint32_t wifi_mac_rate_kbps(const struct wifi_mac_rate *rate)
{
    return find(rate)->kbps;
}
