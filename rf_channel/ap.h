/* SPDX-License-Identifier: Apache-2.0 */
/* An access point without a CPU: an infrastructure BSS above station.h, as any Wi-Fi client knows it. It sends beacons,
 * answers probes, authenticates (open system), associates, runs WPA2-PSK as the authenticator, encrypts with CCMP,
 * keeps frames for dozing stations, and bridges between its stations and an Ethernet-like port.
 *
 * Sources: IEEE 802.11-2020: 9.3.3 and 9.4 (management frames), 11.1.3 (beacons), 11.2.3 (power management), 11.3
 * (authentication, association), 12.5.3 (CCMP), 12.7 (keys, EAPOL-Key, handshakes); RFC 1042 (LLC/SNAP). Not modelled:
 * 802.11w, WPA3, U-APSD, A-MPDU and A-MSDU, fragments (they are dropped and counted). */
#ifndef VESPER_RF_CHANNEL_AP_H
#define VESPER_RF_CHANNEL_AP_H

#include "bus/base/status.h"
#include "rf_channel/station.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { AP_SSID_MAX = 32, AP_PASSPHRASE_MIN = 8, AP_PASSPHRASE_MAX = 63, AP_STATIONS_MAX = 2007 };

/* IEEE 802.11-2020, 9.4.1.9 and 9.4.1.7: those that are given here. */
enum ap_reason {
    AP_REASON_UNSPECIFIED = 1,
    AP_REASON_NOT_VALID = 2, /* authentication no longer valid */
    AP_REASON_LEAVING = 3,
    AP_REASON_INACTIVITY = 4,
    AP_REASON_CLASS2 = 6, /* from a station that is not authenticated */
    AP_REASON_CLASS3 = 7, /* from a station that is not associated */
    AP_REASON_HANDSHAKE_TIMEOUT = 15,
    AP_REASON_GROUP_TIMEOUT = 16,
    AP_REASON_ELEMENT_DIFFERS = 17 /* RSN element of the handshake is not that of the association */
};

enum ap_standard { AP_STANDARD_B, AP_STANDARD_G, AP_STANDARD_N };

struct ap_config {
    struct station_config station; /* its address is the BSSID; channel, power, queues, retries, seed */
    char ssid[AP_SSID_MAX + 1];
    char passphrase[AP_PASSPHRASE_MAX + 1]; /* WPA2-PSK with CCMP; "": an open network */
    enum ap_standard standard;              /* b; b and g; b, g and n with HT20 and WMM */
    struct rf_mode basic_mode;              /* of beacons, management and group frames */
    struct rf_mode data_mode;               /* the fastest to a station, if it supports it; else the next slower one */
    unsigned beacon_interval;               /* TU of 1024 us, 1..65535; 100 */
    unsigned dtim_period;                   /* beacons, 1..255 */
    sim_time beacon_offset;                 /* of the first TBTT; TSF is 0 there. Neighbours need different ones */
    unsigned max_stations;                  /* 1..2007 */
    sim_time inactivity;      /* a station silent for that long is asked by a Null frame, then thrown out; 0: never */
    sim_time group_rekey;     /* a new group key that often; 0: never */
    unsigned buffer_limit;    /* frames kept for each dozing station, and for the group */
    sim_time buffer_lifetime; /* and how long at most */
    unsigned queue_limit;     /* frames waiting for the air in each queue */
    bool isolate;             /* stations do not reach each other through this AP */
};

/* "vesper", open, g, management at DSSS 1, data at 54 Mbit/s and down a step after each two failures, 100 TU, DTIM 2,
 * 64 stations, 300 s. */
struct ap_config ap_defaults(void);

/* What is wrong with the configuration, as an English phrase; NULL: nothing. */
const char *ap_config_error(const struct ap_config *config);

/* The wire side of the bridge. `ethernet` is a frame without preamble and FCS, not padded: destination, source,
 * type or length, payload. Valid during the call; ap_inject may be called from within. deliver may be NULL. */
struct ap_port {
    void *ctx;
    void (*deliver)(void *ctx, sim_time now, const uint8_t *ethernet, size_t size);
};

/* Where a station stands. */
enum ap_station_state { AP_STATION_GONE, AP_STATION_AUTHENTICATED, AP_STATION_ASSOCIATED, AP_STATION_AUTHORIZED };

/* For consoles, metrics and tests; may be NULL. The access point is not to be changed from within. */
struct ap_events {
    void *ctx;
    /* reason: of leaving, else 0. With an open network AUTHORIZED follows ASSOCIATED at once. */
    void (*station)(void *ctx, sim_time now, const uint8_t address[MPDU_ADDRESS], enum ap_station_state state,
                    unsigned reason);
};

struct ap_counts {
    uint64_t beacons, beacons_missed; /* missed: the one before was still waiting */
    uint64_t probes, authentications, associations, refused, departures;
    uint64_t handshakes, handshake_failures, mic_failures, group_rekeys;
    uint64_t from_air, to_air, from_port, to_port, forwarded; /* data frames; forwarded: from one station to another */
    uint64_t undecryptable, replays, malformed, unwanted;     /* dropped: from the air, or malformed at the port */
    uint64_t no_destination, overflow, expired, undelivered;  /* to be sent and dropped */
    uint64_t buffered, polls;                                 /* frames kept for dozing stations; PS-Polls */
};

struct ap;

/* config, port and events are copied; ap_config_error must be NULL. NULL without memory. */
struct ap *ap_create(struct rf_medium *medium, unsigned node, const struct ap_config *config,
                     const struct ap_port *port, const struct ap_events *events, const struct dcf_observer *observer);
void ap_destroy(struct ap *ap);

/* A frame from the wire: to one station, or to a group. Others are dropped. In the time of the medium's queue. */
void ap_inject(struct ap *ap, const uint8_t *ethernet, size_t size);

/* Sends a station away. */
void ap_deauthenticate(struct ap *ap, const uint8_t address[MPDU_ADDRESS], enum ap_reason reason);
/* A new group key for all, now. No effect on an open network. */
void ap_rekey_group(struct ap *ap);

/* A station as the AP sees it. */
struct ap_station_info {
    uint8_t address[MPDU_ADDRESS];
    enum ap_station_state state;
    unsigned aid;
    bool dozing;
    unsigned buffered;
    double rssi_dbm; /* of its last frame */
    struct rf_mode mode;
    uint64_t rx_bytes, tx_bytes; /* of Ethernet frames */
};
/* False: no such station. */
bool ap_find_station(const struct ap *ap, const uint8_t address[MPDU_ADDRESS], struct ap_station_info *info);
/* Stations that are associated. */
unsigned ap_station_count(const struct ap *ap);

const struct ap_counts *ap_get_counts(const struct ap *ap);
struct station *ap_radio(const struct ap *ap);
/* The TSF timer, us. */
uint64_t ap_tsf(const struct ap *ap, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
