/* SPDX-License-Identifier: Apache-2.0 */
/* WPA2-PSK as the station: answers to the EAPOL-Key frames of an access point, and the keys that come of them. Plain C
 * without time or registers; the host's tests use it too.
 * Source: IEEE 802.11-2020: 12.7.1.2 (PRF), 12.7.1.3 (pairwise keys), 12.7.2 (frames), 12.7.6 (4-way handshake), 12.7.7
 * (group key handshake); key descriptor version 2 (HMAC-SHA1-128, AES key wrap), CCMP. */
#ifndef VESPER_FIRMWARE_NET_SUPPLICANT_H
#define VESPER_FIRMWARE_NET_SUPPLICANT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SUPPLICANT_PMK = 32,
    SUPPLICANT_NONCE = 32,
    SUPPLICANT_KEY = 16,
    SUPPLICANT_ELEMENT = 64, /* longest RSN element */
    SUPPLICANT_FIXED = 99,   /* of an EAPOL-Key packet before its key data */
    SUPPLICANT_REPLY = SUPPLICANT_FIXED + SUPPLICANT_ELEMENT
};

/* KCK signs EAPOL-Key frames, KEK wraps what they carry, TK is for data frames. */
struct supplicant_ptk {
    uint8_t kck[SUPPLICANT_KEY], kek[SUPPLICANT_KEY], tk[SUPPLICANT_KEY];
};

struct supplicant_group {
    uint8_t key[SUPPLICANT_KEY];
    uint8_t key_id; /* 1..3; 0: none */
    uint64_t packet_number;
};

struct supplicant {
    uint8_t pmk[SUPPLICANT_PMK];
    uint8_t authenticator[6], own[6];
    uint8_t own_element[SUPPLICANT_ELEMENT], their_element[SUPPLICANT_ELEMENT];
    uint8_t own_bytes, their_bytes;
    uint8_t anonce[SUPPLICANT_NONCE], snonce[SUPPLICANT_NONCE];
    /* Message 1 is not signed: what it leads to counts when message 3 has been found genuine. */
    struct supplicant_ptk pending, ptk;
    bool has_pending, has_ptk;
    uint64_t replay; /* of the last frame that was genuine */
    bool has_replay;
    uint8_t first_messages; /* message 1, since a genuine frame was last seen */
    /* What is installed: the same key is never installed twice, which would begin its packet numbers anew. */
    bool is_installed;
    uint8_t installed_tk[SUPPLICANT_KEY];
    struct supplicant_group group[4]; /* by key_id */
};

/* Elements: RSN with ID and length, ours as in the association request, theirs as in beacon or probe response. */
struct supplicant_elements {
    const uint8_t *own, *theirs;
    uint8_t own_bytes, their_bytes;
};
void supplicant_init(struct supplicant *s, const uint8_t pmk[SUPPLICANT_PMK], const uint8_t authenticator[6],
                     const uint8_t own[6], const struct supplicant_elements *elements);

enum supplicant_result {
    SUPPLICANT_IGNORED, /* not for us, malformed, a replay */
    SUPPLICANT_BAD_MIC,
    SUPPLICANT_ELEMENT_DIFFERS, /* of message 3 and beacon: somebody is pretending; leave */
    SUPPLICANT_ANSWER,          /* send the reply */
    SUPPLICANT_INSTALL_PAIR,    /* send the reply, then install ptk.tk and *group */
    SUPPLICANT_INSTALL_GROUP    /* send the reply, then install *group */
};

struct supplicant_answer {
    uint8_t reply[SUPPLICANT_REPLY]; /* an EAPOL packet; protected if the frame was that it answers */
    unsigned length;
    const struct supplicant_group *group; /* NULL: nothing new */
};

/* An EAPOL packet from the authenticator. nonce: 32 random bytes. */
enum supplicant_result supplicant_take(struct supplicant *s, const uint8_t *packet, unsigned length,
                                       const uint8_t nonce[SUPPLICANT_NONCE], struct supplicant_answer *answer);

#endif
