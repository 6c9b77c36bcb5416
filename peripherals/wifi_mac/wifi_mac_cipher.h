/* SPDX-License-Identifier: Apache-2.0 */
/* The cipher of the Wi-Fi MAC's encryption, without state: whoever builds the node connects one (sc_top has that of
 * rf_channel). Source: IEEE 802.11-2020, 12.5.3. */
#ifndef VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_CIPHER_H
#define VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { WIFI_MAC_KEY = 16, WIFI_MAC_CCMP_HEADER = 8, WIFI_MAC_MIC = 8 };

/* CCMP-128, in place. `mpdu`: a data frame without FCS: MAC header, CCMP header, body, eight bytes of MIC. False: it is
 * no such frame, or, when opened, not genuine; then it is unchanged. */
struct wifi_mac_cipher {
    bool (*seal)(const uint8_t key[WIFI_MAC_KEY], uint8_t *mpdu, size_t bytes);
    bool (*open)(const uint8_t key[WIFI_MAC_KEY], uint8_t *mpdu, size_t bytes);
};

#ifdef __cplusplus
}
#endif
#endif
