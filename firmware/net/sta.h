/* SPDX-License-Identifier: Apache-2.0 */
/* A Wi-Fi station: finds a network, joins it, stays in it, and carries Ethernet frames. It scans (actively, or
 * passively on request), takes the strongest access point of its SSID, authenticates (open system), associates, shakes
 * hands as WPA2-PSK has it, follows new group keys, watches beacons, and begins anew when it has lost the network.
 * Encryption is the MAC's (docs/wifi-mac.md); keys, SHA-1 and the key wrap are software's (wpa.h).
 *
 * There is one station, and it owns the Wi-Fi driver (drivers/wifi.h). Nothing waits: all of it happens in sta_poll,
 * which the main loop calls whenever the core was woken. Everything here is for that core, outside of interrupt
 * handlers; callbacks are called from sta_poll.
 *
 *   sta_start(&config);
 *   for (;;) {
 *       uint32_t us = sta_poll();            // and whatever else the program does
 *       alarm_set(us);
 *       uint32_t ps = mask_interrupts();
 *       if (!sta_has_work())
 *           wait_for_interrupt();            // frames, completions and the alarm end it
 *       restore_interrupts(ps);
 *   }
 *
 * Sources: IEEE 802.11-2020: 9.3.3, 9.4 (frames), 11.1.4 (scanning), 11.3 (authentication, association), 12.5.3 (CCMP),
 * 12.7 (keys, handshakes); RFC 1042 (LLC/SNAP). */
#ifndef VESPER_FIRMWARE_NET_STA_H
#define VESPER_FIRMWARE_NET_STA_H

#include "firmware/net/dot11.h"

enum {
    STA_SSID_MAX = 32,
    STA_PASSPHRASE_MAX = 64, /* 8 to 63 characters, or the key itself as 64 hexadecimal digits */
    STA_ETHERNET_HEADER = 14,
    STA_ETHERNET_MAX = 1514, /* without FCS */
    STA_POLL_MAX_US = 1000000
};

enum sta_state {
    STA_OFF,
    STA_SCANNING,
    STA_AUTHENTICATING,
    STA_ASSOCIATING,
    STA_HANDSHAKE,
    STA_UP,
    STA_PAUSING /* before the next scan */
};
const char *sta_state_name(enum sta_state state);

/* Why a network was lost, or not joined: 1..255 are reasons of 9.4.1.7 that the access point gave; these are ours. */
enum sta_reason {
    STA_REASON_NONE = 0,
    STA_REASON_NO_NETWORK = 0x100, /* the scan has not found the SSID, or none that we can join */
    STA_REASON_NO_ANSWER,          /* to authentication or association */
    STA_REASON_REFUSED,            /* status code other than 0 */
    STA_REASON_WRONG_PASSPHRASE,   /* the handshake came to nothing after our answer to its first message */
    STA_REASON_HANDSHAKE,          /* it ended otherwise */
    STA_REASON_BEACONS_LOST,
    STA_REASON_STOPPED /* sta_stop */
};
/* "wrong passphrase", "deauthenticated (reason 3)" without the number, ... */
const char *sta_reason_name(unsigned reason);

/* An access point that a scan has found. */
struct sta_bss {
    uint8_t bssid[DOT11_ADDRESS];
    char ssid[STA_SSID_MAX + 1];
    uint8_t channel;
    int8_t rssi;              /* dBm, of its best frame */
    uint16_t beacon_interval; /* TU */
    bool is_private;          /* wants encryption */
    bool has_wpa2_psk;        /* with CCMP for pairs and the group */
    bool has_ht, has_wmm;
};

enum sta_event_kind {
    STA_EVENT_FOUND, /* bss: found by the scan that has just ended; one event for each, the strongest first */
    STA_EVENT_STATE, /* state */
    STA_EVENT_UP,    /* bss: frames can be sent and come in from now on */
    STA_EVENT_DOWN, /* reason: an attempt to join has failed, or the network is lost; a new attempt follows by itself */
    STA_EVENT_REKEYED /* a new group key is installed */
};

struct sta_event {
    enum sta_event_kind kind;
    enum sta_state state;
    unsigned reason;           /* enum sta_reason, or the access point's */
    const struct sta_bss *bss; /* NULL: none */
};

struct sta_config {
    const char *ssid;                                           /* 1 to 32 characters, copied */
    const char *passphrase;                                     /* copied; NULL or "": an open network */
    uint8_t channel;                                            /* 1..14; 0: scans 1 to 13 */
    bool is_passive;                                            /* the scan only listens, longer */
    int8_t power_dbm;                                           /* 0: 20 dBm */
    void (*on_event)(void *ctx, const struct sta_event *event); /* may be NULL */
    void *ctx;
    /* An Ethernet frame, to us or to a group; the bytes are valid during the call. May be NULL. */
    void (*on_receive)(void *ctx, const uint8_t *frame, unsigned length);
    void *receive_ctx;
};

/* False: the MAC does not answer, or SSID or passphrase have an impossible length. The alarm (drivers/alarm.h) is the
 * caller's. */
bool sta_start(const struct sta_config *config);
/* Leaves the network in good order and stays off until the next sta_start. */
void sta_stop(void);

/* Does what there is to do. Returns in how many microseconds it wants to be called again at the latest (0: at once),
 * unless sta_has_work says so before. */
uint32_t sta_poll(void);
/* Also with interrupts masked, before sleep. */
bool sta_has_work(void);

/* Queues a copy of an Ethernet frame (destination, source, type, payload; 14 to 1514 bytes). False: not up, or no room;
 * room comes with the next completions, see sta_send_room. */
bool sta_send(const uint8_t *frame, unsigned length);
/* Frames that sta_send would take now. */
unsigned sta_send_room(void);
/* Takes the place of what the configuration said. */
void sta_on_receive(void (*on_receive)(void *ctx, const uint8_t *frame, unsigned length), void *ctx);

enum sta_state sta_get_state(void);
static inline bool sta_is_up(void)
{
    return sta_get_state() == STA_UP;
}
const uint8_t *sta_address(void);
/* The access point's; NULL: none. */
const struct sta_bss *sta_network(void);
/* Average over the last beacons and frames, dBm; 0: not joined. */
int sta_rssi(void);
/* Rate of the last data frame that was sent, enum rate. */
unsigned sta_rate(void);

struct sta_counts {
    uint32_t scans, connections, disconnections, rekeys;
    uint32_t beacons, beacons_lost;                 /* of our network while it is up */
    uint32_t sent, delivered, undelivered, refused; /* frames given to sta_send; refused: no room or not up */
    uint32_t received;
    uint32_t undecryptable, replays, malformed, unwanted; /* dropped */
    uint64_t send_cycles, receive_cycles; /* of sta_send; of the way from the driver to the callback, without it */
};
struct sta_counts sta_get_counts(void);

#endif
