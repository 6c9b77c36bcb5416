/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of management frames: what a BSS says of itself and a station of its abilities.
 * Source: IEEE 802.11-2020, 9.4.1.4 (capability information), 9.4.2 (elements); the WMM elements are those of the Wi-Fi
 * Alliance's WMM specification 1.2. */
#ifndef VESPER_RF_CHANNEL_ELEMENTS_H
#define VESPER_RF_CHANNEL_ELEMENTS_H

#include "rf_channel/mpdu.h"
#include "rf_channel/rate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ELEMENT_SSID = 0,
    ELEMENT_RATES = 1,
    ELEMENT_DS = 3,
    ELEMENT_TIM = 5,
    ELEMENT_ERP = 42,
    ELEMENT_HT_CAPABILITIES = 45,
    ELEMENT_RSN = 48,
    ELEMENT_EXTENDED_RATES = 50,
    ELEMENT_HT_OPERATION = 61,
    ELEMENT_VENDOR = 221
};

enum { ELEMENTS_BODY_MAX = 512, ELEMENTS_RSN = 22, ELEMENTS_TIM_MAX = 2 + 4 + 250, ELEMENTS_AID_BITS = 2008 };

/* Capability Information. */
enum {
    CAPABILITY_ESS = 1 << 0,
    CAPABILITY_PRIVACY = 1 << 4,
    CAPABILITY_SHORT_PREAMBLE = 1 << 5,
    CAPABILITY_SHORT_SLOT = 1 << 10
};

/* ERP element. */
enum { ERP_NON_ERP_PRESENT = 1 << 0, ERP_USE_PROTECTION = 1 << 1 };

/* A body under construction; elements that no longer fit are a programmer's error. */
struct body {
    uint8_t bytes[ELEMENTS_BODY_MAX];
    size_t size;
};

void body_put(struct body *body, const void *bytes, size_t size);
void body_put_le16(struct body *body, unsigned value);
void body_put_element(struct body *body, unsigned id, const void *bytes, size_t size);

/* Rates up to the given standard: b 1, 2, 5.5, 11 (basic), with `ofdm` also 6..54; eight in one element, the rest in
 * Extended Supported Rates. */
void body_put_rates(struct body *body, bool ofdm);
void body_put_extended_rates(struct body *body, bool ofdm);
/* WPA2-PSK: CCMP for all, AKM PSK. 22 bytes. */
void body_put_rsn(struct body *body);
void body_put_ht_capabilities(struct body *body);
void body_put_ht_operation(struct body *body, unsigned channel);
/* WMM parameter element with the default EDCA parameters, and the information element of a client. */
void body_put_wmm_parameters(struct body *body);
void body_put_wmm_information(struct body *body);

/* TIM: set = a bit for each AID, 1..2007. */
void body_put_tim(struct body *body, unsigned dtim_count, unsigned dtim_period, bool group,
                  const uint8_t set[ELEMENTS_AID_BITS / 8]);

/* What was found in a body. Pointers are into it and NULL where the element is not there. */
struct elements {
    const uint8_t *ssid;
    size_t ssid_size;
    uint32_t rates; /* bit n: enum rf_rate n is supported; DSSS to OFDM */
    bool ht, wmm, ds, erp_found;
    unsigned channel; /* of DS or HT operation */
    uint8_t erp;
    const uint8_t *tim; /* from the DTIM count on */
    size_t tim_size;
    const uint8_t *rsn; /* with ID and length */
    size_t rsn_size;
};

/* False when an element runs beyond the end, or has an impossible length; what came before it is kept. */
bool elements_parse(const uint8_t *bytes, size_t size, struct elements *elements);

/* The TIM has the bit of this AID. */
bool elements_tim_has(const struct elements *elements, unsigned aid);
bool elements_tim_has_group(const struct elements *elements);

/* The RSN element accepts CCMP for groups and pairs, and PSK. */
bool elements_rsn_is_ours(const struct elements *elements);

/* The fastest mode at or below `wanted` among the rates, HT included if `ht`. */
struct rf_mode elements_mode(struct rf_mode wanted, uint32_t rates, bool ht);

#ifdef __cplusplus
}
#endif
#endif
