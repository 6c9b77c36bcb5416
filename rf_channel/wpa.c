/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/wpa.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "bus/base/status.h"

enum {
    EAPOL_VERSION = 2, /* IEEE 802.1X-2004 */
    EAPOL_KEY = 3,
    DESCRIPTOR_RSN = 2,
    /* Places in the EAPOL packet. */
    AT_LENGTH = 2,
    AT_DESCRIPTOR = 4,
    AT_INFO = 5,
    AT_KEY_LENGTH = 7,
    AT_REPLAY = 9,
    AT_NONCE = 17,
    AT_RSC = 65,
    AT_MIC = 81,
    AT_DATA_LENGTH = 97,
    MIC = 16,
    WRAP = 8,
    PSK_ROUNDS = 4096,
    KDE = 0xdd
};

static uint16_t be16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put_be16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* ---- Keys ---- */

void wpa_hmac_sha1(const uint8_t *key, size_t key_size, const uint8_t *data, size_t size, uint8_t out[WPA_SHA1])
{
    unsigned made = 0;
    sim_assert(HMAC(EVP_sha1(), key, (int)key_size, data, size, out, &made) && made == WPA_SHA1);
}

void wpa_prf(const uint8_t *key, size_t key_size, const char *label, const uint8_t *data, size_t data_size,
             uint8_t *out, size_t size)
{
    uint8_t input[192];
    uint8_t digest[WPA_SHA1];
    size_t labelled = strlen(label) + 1; /* with its zero byte */
    sim_assert(labelled + data_size < sizeof input);
    memcpy(input, label, labelled);
    memcpy(input + labelled, data, data_size);
    uint8_t *counter = input + labelled + data_size;
    for (*counter = 0; size > 0; (*counter)++) {
        size_t part = size < WPA_SHA1 ? size : WPA_SHA1;
        wpa_hmac_sha1(key, key_size, input, labelled + data_size + 1, digest);
        memcpy(out, digest, part);
        out += part;
        size -= part;
    }
}

void wpa_psk(const char *passphrase, const uint8_t *ssid, size_t ssid_size, uint8_t pmk[WPA_PMK])
{
    int done =
        PKCS5_PBKDF2_HMAC_SHA1(passphrase, (int)strlen(passphrase), ssid, (int)ssid_size, PSK_ROUNDS, WPA_PMK, pmk);
    sim_assert(done == 1);
}

/* The smaller of two strings first, so that both sides feed the PRF alike. */
static uint8_t *put_ordered(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t size)
{
    bool a_first = memcmp(a, b, size) < 0;
    memcpy(out, a_first ? a : b, size);
    memcpy(out + size, a_first ? b : a, size);
    return out + 2 * size;
}

void wpa_derive_ptk(const uint8_t pmk[WPA_PMK], const uint8_t authenticator[MPDU_ADDRESS],
                    const uint8_t supplicant[MPDU_ADDRESS], const uint8_t anonce[WPA_NONCE],
                    const uint8_t snonce[WPA_NONCE], struct wpa_ptk *ptk)
{
    uint8_t data[2 * MPDU_ADDRESS + 2 * WPA_NONCE];
    uint8_t keys[3 * WPA_KEY];
    uint8_t *nonces = put_ordered(data, authenticator, supplicant, MPDU_ADDRESS);
    put_ordered(nonces, anonce, snonce, WPA_NONCE);
    wpa_prf(pmk, WPA_PMK, "Pairwise key expansion", data, sizeof data, keys, sizeof keys);
    memcpy(ptk->kck, keys, WPA_KEY);
    memcpy(ptk->kek, keys + WPA_KEY, WPA_KEY);
    memcpy(ptk->tk, keys + (size_t)2 * WPA_KEY, WPA_KEY);
}

/* encrypt: 1 wraps, 0 unwraps; expected: bytes that must come out. */
static bool key_wrap(const uint8_t *kek, int encrypt, const uint8_t *in, size_t size, uint8_t *out, size_t expected)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int made = 0;
    if (!ctx)
        return false;
    EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    bool done = EVP_CipherInit_ex(ctx, EVP_aes_128_wrap(), NULL, kek, NULL, encrypt) == 1 &&
                EVP_CipherUpdate(ctx, out, &made, in, (int)size) == 1 && made == (int)expected;
    EVP_CIPHER_CTX_free(ctx);
    return done;
}

bool wpa_wrap(const uint8_t kek[WPA_KEY], const uint8_t *plain, size_t size, uint8_t *wrapped)
{
    return size >= 16 && size % WRAP == 0 && key_wrap(kek, 1, plain, size, wrapped, size + WRAP);
}

bool wpa_unwrap(const uint8_t kek[WPA_KEY], const uint8_t *wrapped, size_t size, uint8_t *plain)
{
    return size >= 24 && size % WRAP == 0 && key_wrap(kek, 0, wrapped, size, plain, size - WRAP);
}

/* ---- EAPOL-Key ---- */

static void sign(const uint8_t *packet, size_t size, const struct wpa_ptk *ptk, uint8_t mic[MIC])
{
    uint8_t blank[WPA_EAPOL_MAX];
    uint8_t digest[WPA_SHA1];
    memcpy(blank, packet, size);
    memset(blank + AT_MIC, 0, MIC);
    wpa_hmac_sha1(ptk->kck, WPA_KEY, blank, size, digest);
    memcpy(mic, digest, MIC);
}

/* Key data as they go on the air; 0xdd and zeros fill them up for the key wrap (12.7.2). Returns their size. */
static size_t put_key_data(const struct wpa_eapol *eapol, const struct wpa_ptk *ptk, uint8_t *out)
{
    uint8_t padded[WPA_KEY_DATA_MAX + 16] = {0};
    size_t size = eapol->data_size;
    if (!(eapol->info & WPA_INFO_ENCRYPTED)) {
        if (size > 0)
            memcpy(out, eapol->data, size);
        return size;
    }
    memcpy(padded, eapol->data, size);
    if (size < 16 || size % WRAP != 0) {
        padded[size] = KDE;
        size = size < 16 ? 16 : (size + WRAP - 1) / WRAP * WRAP;
    }
    return wpa_wrap(ptk->kek, padded, size, out) ? size + WRAP : 0;
}

size_t wpa_make_eapol(const struct wpa_eapol *eapol, const struct wpa_ptk *ptk, uint8_t out[WPA_EAPOL_MAX])
{
    if (eapol->data_size > WPA_KEY_DATA_MAX)
        return 0;
    memset(out, 0, WPA_EAPOL_FIXED);
    out[0] = EAPOL_VERSION;
    out[1] = EAPOL_KEY;
    out[AT_DESCRIPTOR] = DESCRIPTOR_RSN;
    put_be16(out + AT_INFO, eapol->info);
    put_be16(out + AT_KEY_LENGTH, eapol->key_length);
    for (unsigned i = 0; i < 8; i++)
        out[AT_REPLAY + i] = (uint8_t)(eapol->replay >> (56 - 8 * i));
    memcpy(out + AT_NONCE, eapol->nonce, WPA_NONCE);
    for (unsigned i = 0; i < 6; i++) /* little-endian, as in the CCMP header */
        out[AT_RSC + i] = (uint8_t)(eapol->rsc >> 8 * i);
    size_t data = put_key_data(eapol, ptk, out + WPA_EAPOL_FIXED);
    size_t size = WPA_EAPOL_FIXED + data;
    put_be16(out + AT_DATA_LENGTH, (unsigned)data);
    put_be16(out + AT_LENGTH, (unsigned)size - 4);
    if (eapol->info & WPA_INFO_MIC)
        sign(out, size, ptk, out + AT_MIC);
    return size;
}

bool wpa_parse_eapol(const uint8_t *packet, size_t size, struct wpa_eapol *eapol)
{
    if (size < WPA_EAPOL_FIXED || packet[1] != EAPOL_KEY || packet[AT_DESCRIPTOR] != DESCRIPTOR_RSN)
        return false;
    size_t data = be16(packet + AT_DATA_LENGTH);
    if ((size_t)be16(packet + AT_LENGTH) + 4 > size || be16(packet + AT_LENGTH) < data + WPA_EAPOL_FIXED - 4 ||
        data > WPA_KEY_DATA_MAX)
        return false;
    *eapol = (struct wpa_eapol){.info = be16(packet + AT_INFO),
                                .key_length = be16(packet + AT_KEY_LENGTH),
                                .data = packet + WPA_EAPOL_FIXED,
                                .data_size = data};
    for (unsigned i = 0; i < 8; i++)
        eapol->replay = eapol->replay << 8 | packet[AT_REPLAY + i];
    memcpy(eapol->nonce, packet + AT_NONCE, WPA_NONCE);
    for (unsigned i = 0; i < 6; i++)
        eapol->rsc |= (uint64_t)packet[AT_RSC + i] << 8 * i;
    return (eapol->info & 7) == WPA_INFO_VERSION;
}

bool wpa_check_mic(const uint8_t *packet, size_t size, const struct wpa_ptk *ptk)
{
    uint8_t mic[MIC];
    size_t signed_size = (size_t)be16(packet + AT_LENGTH) + 4;
    if (signed_size > size || signed_size > WPA_EAPOL_MAX || signed_size < WPA_EAPOL_FIXED)
        return false;
    sign(packet, signed_size, ptk, mic);
    return memcmp(mic, packet + AT_MIC, MIC) == 0;
}

/* ---- The GTK in key data ---- */

static const uint8_t GTK_OUI[4] = {0x00, 0x0f, 0xac, 1};

void wpa_put_gtk(uint8_t out[WPA_GTK_KDE], unsigned key_id, const uint8_t gtk[WPA_KEY])
{
    out[0] = KDE;
    out[1] = WPA_GTK_KDE - 2;
    memcpy(out + 2, GTK_OUI, sizeof GTK_OUI);
    out[6] = (uint8_t)key_id;
    out[7] = 0;
    memcpy(out + 8, gtk, WPA_KEY);
}

bool wpa_find_gtk(const uint8_t *data, size_t size, unsigned *key_id, uint8_t gtk[WPA_KEY])
{
    for (size_t at = 0; at + 2 <= size && at + 2 + data[at + 1] <= size; at += 2 + (size_t)data[at + 1]) {
        const uint8_t *element = data + at;
        if (element[0] != KDE || element[1] != WPA_GTK_KDE - 2 || memcmp(element + 2, GTK_OUI, sizeof GTK_OUI) != 0)
            continue;
        *key_id = element[6] & 3;
        memcpy(gtk, element + 8, WPA_KEY);
        return *key_id != 0;
    }
    return false;
}
