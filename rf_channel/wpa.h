/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of WPA2-PSK and the EAPOL-Key frames that make them: what authenticator and supplicant share.
 *
 * Sources: IEEE 802.11-2020: 12.7.1.2 (PRF), 12.7.1.3 (pairwise key hierarchy), 12.7.2 (EAPOL-Key frames), annex J.4
 * (passphrase to PSK); RFC 2104 (HMAC), RFC 8018 (PBKDF2), RFC 3394 (AES key wrap). SHA-1 and AES are libcrypto's. */
#ifndef VESPER_RF_CHANNEL_WPA_H
#define VESPER_RF_CHANNEL_WPA_H

#include "rf_channel/mpdu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    WPA_PMK = 32,
    WPA_NONCE = 32,
    WPA_KEY = 16, /* KCK, KEK, TK, GTK */
    WPA_SHA1 = 20,
    WPA_KEY_DATA_MAX = 256
};

/* PTK: KCK signs EAPOL-Key frames, KEK wraps their key data, TK encrypts data frames. */
struct wpa_ptk {
    uint8_t kck[WPA_KEY], kek[WPA_KEY], tk[WPA_KEY];
};

void wpa_hmac_sha1(const uint8_t *key, size_t key_size, const uint8_t *data, size_t size, uint8_t out[WPA_SHA1]);
/* PRF-n of 12.7.1.2: HMAC-SHA1(key, label || 0 || data || counter), `size` bytes of it. data_size up to 128. */
void wpa_prf(const uint8_t *key, size_t key_size, const char *label, const uint8_t *data, size_t data_size,
             uint8_t *out, size_t size);
/* PBKDF2(passphrase, SSID, 4096, 256 bits). Costs milliseconds. */
void wpa_psk(const char *passphrase, const uint8_t *ssid, size_t ssid_size, uint8_t pmk[WPA_PMK]);
void wpa_derive_ptk(const uint8_t pmk[WPA_PMK], const uint8_t authenticator[MPDU_ADDRESS],
                    const uint8_t supplicant[MPDU_ADDRESS], const uint8_t anonce[WPA_NONCE],
                    const uint8_t snonce[WPA_NONCE], struct wpa_ptk *ptk);

/* RFC 3394 with a 128-bit KEK; size a multiple of 8, from 16. wrapped has 8 bytes more. False when libcrypto refuses,
 * or the integrity check fails. */
bool wpa_wrap(const uint8_t kek[WPA_KEY], const uint8_t *plain, size_t size, uint8_t *wrapped);
bool wpa_unwrap(const uint8_t kek[WPA_KEY], const uint8_t *wrapped, size_t size, uint8_t *plain);

/* ---- EAPOL-Key frames of key descriptor version 2 (HMAC-SHA1-128, AES key wrap) ---- */

/* Bits of Key Information (figure 12-34). */
enum {
    WPA_INFO_VERSION = 2,
    WPA_INFO_PAIRWISE = 1 << 3,
    WPA_INFO_INSTALL = 1 << 6,
    WPA_INFO_ACK = 1 << 7,
    WPA_INFO_MIC = 1 << 8,
    WPA_INFO_SECURE = 1 << 9,
    WPA_INFO_ERROR = 1 << 10,
    WPA_INFO_REQUEST = 1 << 11,
    WPA_INFO_ENCRYPTED = 1 << 12
};

enum { WPA_EAPOL_FIXED = 99, WPA_EAPOL_MAX = WPA_EAPOL_FIXED + WPA_KEY_DATA_MAX + 16 };

struct wpa_eapol {
    uint16_t info;       /* WPA_INFO_..., descriptor version included */
    uint16_t key_length; /* of the pairwise cipher, in frames of the authenticator */
    uint64_t replay;
    uint8_t nonce[WPA_NONCE];
    uint64_t rsc;        /* packet number of the group key, 48 bits */
    const uint8_t *data; /* key data; as it is on the air when parsed */
    size_t data_size;
};

/* The EAPOL packet (from the protocol version on) into `out`; with WPA_INFO_ENCRYPTED the key data are padded and
 * wrapped, with WPA_INFO_MIC the packet is signed. ptk may be NULL when neither is asked for. Returns its size, 0 when
 * the key data are too long. */
size_t wpa_make_eapol(const struct wpa_eapol *eapol, const struct wpa_ptk *ptk, uint8_t out[WPA_EAPOL_MAX]);
/* False when it is no well-formed EAPOL-Key packet of RSN and descriptor version 2. */
bool wpa_parse_eapol(const uint8_t *packet, size_t size, struct wpa_eapol *eapol);
/* The packet parsed before carries the right MIC. */
bool wpa_check_mic(const uint8_t *packet, size_t size, const struct wpa_ptk *ptk);

/* Key data encapsulation of a GTK: 22 bytes. */
enum { WPA_GTK_KDE = 8 + WPA_KEY };
void wpa_put_gtk(uint8_t out[WPA_GTK_KDE], unsigned key_id, const uint8_t gtk[WPA_KEY]);
/* Finds a GTK of 16 bytes in decrypted key data. */
bool wpa_find_gtk(const uint8_t *data, size_t size, unsigned *key_id, uint8_t gtk[WPA_KEY]);

#ifdef __cplusplus
}
#endif
#endif
