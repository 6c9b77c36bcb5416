/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the client share. sta_client.c: data frames, birth and death; sta_client_link.c: scanning, joining,
 * losing; sta_client_wpa.c: the supplicant; sta_client_ps.c: beacons, TIM and dozing. */
#ifndef VESPER_RF_CHANNEL_STA_CLIENT_INTERNAL_H
#define VESPER_RF_CHANNEL_STA_CLIENT_INTERNAL_H

#include "rf_channel/ccmp.h"
#include "rf_channel/elements.h"
#include "rf_channel/llc.h"
#include "rf_channel/sta_client.h"
#include "rf_channel/wpa.h"

enum { CLIENT_MANAGEMENT_QUEUE = 0, CLIENT_PLAIN_QUEUE = 2, CLIENT_RSN_KEPT = 64, CLIENT_GROUP_KEYS = 4 };

/* What a frame in the station's queue is, as its tag. */
enum client_tag { TAG_MANAGEMENT, TAG_DATA, TAG_EAPOL, TAG_DOZE, TAG_POLL };

/* A network found. */
struct network {
    bool found;
    uint8_t bssid[MPDU_ADDRESS];
    unsigned channel;
    double rssi_dbm;
    unsigned interval; /* TU */
    uint16_t capabilities;
    uint8_t erp;
    uint32_t rates;
    bool ht, wmm;
    uint8_t rsn[CLIENT_RSN_KEPT];
    size_t rsn_size;
};

struct sta_client {
    struct sta_client_config config;
    const struct sta_client_ops *ops;
    void *ctx;
    struct station *station;
    struct evq *q;
    size_t ssid_size;
    enum sta_client_state state;
    struct sta_client_counts counts;
    uint8_t plain[STATION_FRAME_MAX], sealed[STATION_FRAME_MAX + CCMP_OVERHEAD];
    uint8_t ethernet[STATION_FRAME_MAX + ETHERNET_HEADER];
    /* sta_client_link.c */
    struct evq_event timer; /* dwell, pause, or an answer that must come */
    unsigned scan_channel, tries;
    struct network network; /* the best so far, then the one joined */
    unsigned aid;
    struct rf_mode mode;
    bool wmm;
    /* sta_client_wpa.c */
    bool secured, installed;
    uint8_t pmk[WPA_PMK];
    struct rng nonces;
    uint8_t anonce[WPA_NONCE], snonce[WPA_NONCE];
    bool have_nonces, have_replay;
    uint64_t replay;
    struct wpa_ptk ptk;
    struct ccmp *key;
    struct ccmp *group[CLIENT_GROUP_KEYS];
    uint8_t gtk[CLIENT_GROUP_KEYS][WPA_KEY];
    /* sta_client_ps.c */
    struct evq_event wake, await, doze;
    sim_time stamped; /* when TSF was `tsf` */
    uint64_t tsf;
    sim_time tbtt;     /* of the beacon awaited next */
    unsigned to_dtim;  /* beacons from the last one to the next DTIM */
    unsigned missed;   /* awaited beacons in a row */
    bool power_saving; /* the access point believes so */
    bool telling;      /* a Null frame says so */
    bool awaits_beacon, awaits_poll, awaits_group;
    bool sleeping;
    sim_time awake_since;
};

/* sta_client.c */
/* Sends a frame with a MAC header and a body. False when the queue is full. */
bool client_send_management(struct sta_client *client, enum mpdu_subtype subtype, const uint8_t *to,
                            const struct body *body);
/* A data frame to the access point, encrypted when `protect`. */
bool client_send_ethernet(struct sta_client *client, const uint8_t *ethernet, size_t size, enum client_tag tag,
                          bool protect);
bool client_send_null(struct sta_client *client, enum client_tag tag);
bool client_send_poll(struct sta_client *client);

/* sta_client_link.c */
void client_link_init(struct sta_client *client);
void client_link_received(struct sta_client *client, sim_time now, const struct dcf_rx *rx);
void client_connected(struct sta_client *client);
/* The network is gone, or has never been: falls back to a pause and then scans. */
void client_fall(struct sta_client *client, unsigned reason);
void client_say_goodbye(struct sta_client *client, unsigned reason);
void client_stop(struct sta_client *client);

/* sta_client_wpa.c */
void client_wpa_init(struct sta_client *client, unsigned node);
void client_wpa_reset(struct sta_client *client);
void client_wpa_received(struct sta_client *client, const uint8_t *packet, size_t size, bool was_protected);

/* sta_client_ps.c */
void client_ps_init(struct sta_client *client);
void client_ps_begin(struct sta_client *client); /* connected */
void client_ps_end(struct sta_client *client);
void client_ps_beacon(struct sta_client *client, const struct dcf_rx *rx, const struct elements *elements);
void client_ps_received(struct sta_client *client, const struct mpdu *mpdu); /* a data frame of our network */
void client_ps_sent(struct sta_client *client, enum client_tag tag, bool delivered);
void client_ps_active(struct sta_client *client); /* has something to say */

#endif
