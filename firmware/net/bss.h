/* SPDX-License-Identifier: Apache-2.0 */
/* Networks as their beacons describe them, and the bodies of the frames that a station joins them with. Plain C; the
 * host's tests use it too. Source: IEEE 802.11-2020, 9.3.3 and 9.4.2; the WMM elements: Wi-Fi Alliance, WMM 1.2. */
#ifndef VESPER_FIRMWARE_NET_BSS_H
#define VESPER_FIRMWARE_NET_BSS_H

#include "firmware/net/sta.h"
#include "firmware/net/supplicant.h"

struct bss {
    struct sta_bss info;
    uint32_t rates;          /* bit n: enum rate n, RATE_1M .. RATE_9M; DSSS with long preamble */
    bool has_unknown_cipher; /* encrypted, but not as WPA2-PSK with CCMP */
    bool has_short_slot;
    uint8_t element[SUPPLICANT_ELEMENT]; /* RSN, with ID and length */
    uint8_t element_bytes;
};

/* The body of a beacon or probe response. False: malformed, or without SSID. The channel is that of the DS element, or
 * of HT operation, else 0; bssid and rssi are the caller's. */
bool bss_read(const uint8_t *body, unsigned length, struct bss *bss);

/* A station without passphrase wants an open one, one with a passphrase WPA2-PSK. */
bool bss_suits(const struct bss *bss, const char *ssid, bool has_passphrase);

enum { BSS_BODY_MAX = 200 };

/* These write a frame's body and return its length. */
unsigned bss_make_probe_request(uint8_t body[BSS_BODY_MAX], const char *ssid, unsigned channel);
unsigned bss_make_association_request(uint8_t body[BSS_BODY_MAX], const struct bss *bss);
/* Our RSN element, with ID and length: CCMP for pairs and the group, PSK. */
enum { BSS_RSN = 22 };
extern const uint8_t bss_rsn[BSS_RSN];

/* Rates that both have, slowest first, as the station goes up and down on them; returns how many. */
enum { BSS_LADDER = 12 };
unsigned bss_ladder(const struct bss *bss, uint8_t ladder[BSS_LADDER]);

#endif
