/* SPDX-License-Identifier: Apache-2.0 */
/* CCMP-128: encryption and decryption of data MPDUs, packet numbers and replay detection.
 *
 * Source: IEEE 802.11-2020, 12.5.3 (CCMP header, AAD, nonce, replay), annex J.6.4 (test vector). AES-CCM is
 * libcrypto's, with M = 8 and L = 2. */
#ifndef VESPER_RF_CHANNEL_CCMP_H
#define VESPER_RF_CHANNEL_CCMP_H

#include "rf_channel/mpdu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CCMP_KEY = 16, CCMP_HEADER = 8, CCMP_MIC = 8, CCMP_OVERHEAD = CCMP_HEADER + CCMP_MIC, CCMP_TIDS = 16 };

enum ccmp_result {
    CCMP_OK,
    CCMP_MALFORMED, /* not protected, too short, no ExtIV */
    CCMP_BAD_MIC,
    CCMP_REPLAY
};

/* A temporal key: one sender's packet number, and what has come with it by priority. */
struct ccmp;

/* NULL without memory. */
struct ccmp *ccmp_create(const uint8_t key[CCMP_KEY], unsigned key_id);
void ccmp_destroy(struct ccmp *ccmp);

/* Encrypts the MPDU of `size` bytes into `out` (size + CCMP_OVERHEAD), with the next packet number and the Protected
 * bit. Sequence number, Duration and the retry, power and more-data bits may be changed later. Returns the new size, 0
 * when the MPDU is not a data frame, or has no body. */
size_t ccmp_encrypt(struct ccmp *ccmp, const uint8_t *mpdu, size_t size, uint8_t *out);

/* Decrypts into `out` (at least mpdu->size bytes): header without the Protected bit, and plaintext; *size is what that
 * makes. The replay counter of the frame's priority moves only when all is well. */
enum ccmp_result ccmp_decrypt(struct ccmp *ccmp, const struct mpdu *mpdu, uint8_t *out, size_t *size);

/* Key ID in a protected MPDU; -1 when there is no CCMP header. */
int ccmp_key_id(const struct mpdu *mpdu);

/* Packet number of the last frame sent; all that was received up to it counts as replayed when set at a receiver. */
uint64_t ccmp_packet_number(const struct ccmp *ccmp);
void ccmp_set_packet_number(struct ccmp *ccmp, uint64_t pn);
void ccmp_set_received(struct ccmp *ccmp, uint64_t pn);

/* What a MAC's hardware does for its software, which prepares the frame and keeps packet numbers and replay counters.
 * `mpdu` is a protected data frame as it is on the air: header, CCMP header, body, CCMP_MIC bytes. In place; false: no
 * such frame, or, when opened, not genuine and unchanged. After opening the last CCMP_MIC bytes mean nothing. */
bool ccmp_seal(const uint8_t key[CCMP_KEY], uint8_t *mpdu, size_t size);
bool ccmp_open(const uint8_t key[CCMP_KEY], uint8_t *mpdu, size_t size);

#ifdef __cplusplus
}
#endif
#endif
