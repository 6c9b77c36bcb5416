/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the access point share. ap.c: frames on their way to the air, and birth and death; ap_mgmt.c:
 * beacons and management frames; ap_wpa.c: keys; ap_ps.c: dozing stations; ap_bridge.c: data frames. */
#ifndef VESPER_RF_CHANNEL_AP_INTERNAL_H
#define VESPER_RF_CHANNEL_AP_INTERNAL_H

#include "rf_channel/ap.h"
#include "rf_channel/ccmp.h"
#include "rf_channel/elements.h"
#include "rf_channel/llc.h"
#include "rf_channel/wpa.h"

enum {
    QUEUE_MANAGEMENT = 0,
    QUEUE_PLAIN = 2, /* data without QoS */
    TU_US = 1024,
    CLIENT_HASH = 256,
    CLIENT_RSN_MAX = 64
};

struct client;

enum frame_kind { FRAME_BEACON, FRAME_PROBE_RESPONSE, FRAME_ASSOC_RESPONSE, FRAME_MANAGEMENT, FRAME_DATA, FRAME_NULL };

/* A frame of ours: not numbered and not encrypted until it goes to the station's queue, so that packet numbers ascend
 * in the order of sending, and a frame that its receiver has slept through can be sent anew. */
struct frame {
    struct frame *next;
    struct client *client; /* NULL: a group, or a station that is none of ours */
    enum frame_kind kind;
    struct rf_mode mode;
    unsigned queue;
    sim_time made;
    bool polled; /* goes out although its receiver dozes: a PS-Poll has asked for it, or it says farewell */
    bool cab;    /* group frame kept for the DTIM */
    bool more_data;
    size_t size;
    uint8_t mpdu[];
};

struct frame_list {
    struct frame *head, *tail;
    unsigned count;
};

enum handshake { HANDSHAKE_NONE, HANDSHAKE_M1, HANDSHAKE_M3, HANDSHAKE_DONE, HANDSHAKE_GROUP };

struct client {
    struct ap *ap;
    struct client *hash_next;
    uint8_t address[MPDU_ADDRESS];
    enum ap_station_state state;
    unsigned aid;
    bool wmm, ht, erp;
    struct rf_mode mode;
    uint16_t listen_interval;
    struct evq_event timer; /* to associate, or to answer an EAPOL-Key */
    sim_time heard;
    bool asked; /* by a Null frame whether it is still there */
    double rssi_dbm;
    uint64_t rx_bytes, tx_bytes;
    /* ap_ps.c */
    bool dozing, poll_pending;
    struct frame_list kept;
    /* ap_wpa.c */
    enum handshake handshake;
    unsigned tries;
    uint64_t replay, first_replay; /* of the last message, and of its first transmission */
    uint8_t anonce[WPA_NONCE];
    struct wpa_ptk ptk;
    struct ccmp *key;
    uint8_t rsn[CLIENT_RSN_MAX]; /* of its association request */
    size_t rsn_size;
};

struct ap {
    struct ap_config config;
    struct ap_port port;
    struct ap_events events;
    struct station *station;
    struct evq *q;
    const uint8_t *bssid;
    size_t ssid_size;
    struct client *clients; /* [max_stations]; AID is the index + 1 */
    struct client *hash[CLIENT_HASH];
    unsigned associated, non_erp;
    /* ap.c */
    struct frame_list fifo[STATION_QUEUES];
    struct frame *flight[STATION_QUEUES];
    unsigned cabs; /* group frames of the DTIM waiting in fifo 0 */
    struct ap_counts counts;
    uint8_t plain[STATION_FRAME_MAX], sealed[STATION_FRAME_MAX + CCMP_OVERHEAD];
    uint8_t ethernet[STATION_FRAME_MAX + ETHERNET_HEADER];
    /* ap_mgmt.c */
    struct evq_event tbtt;
    uint64_t beacon; /* number of the next one */
    sim_time checked;
    /* ap_ps.c */
    struct frame_list group_kept;
    unsigned dozing;
    uint8_t traffic_map[ELEMENTS_AID_BITS / 8];
    /* ap_wpa.c */
    bool secured;
    struct rng nonces;
    uint8_t pmk[WPA_PMK];
    uint8_t gtk[WPA_KEY], gtk_next[WPA_KEY];
    unsigned gtk_id;
    struct ccmp *group, *group_next;
    bool rekeying;
    struct evq_event rekey;
};

/* ap.c */
/* A frame with a MAC header; body may be NULL. NULL without memory. */
struct frame *ap_new_frame(struct ap *ap, enum frame_kind kind, const struct mpdu_header *header, const void *body,
                           size_t size);
void ap_enqueue(struct ap *ap, struct frame *frame);       /* takes it over; drops it when the queue is full */
void ap_enqueue_first(struct ap *ap, struct frame *frame); /* ahead of all that wait */
void ap_pump(struct ap *ap);
void ap_drop_frames_of(struct ap *ap, const struct client *client);
void frame_list_append(struct frame_list *list, struct frame *frame);
void frame_list_prepend(struct frame_list *list, struct frame *frame);
struct frame *frame_list_take(struct frame_list *list);
void frame_list_clear(struct frame_list *list, const struct client *client); /* NULL: all */

/* ap_mgmt.c */
struct client *ap_client(const struct ap *ap, const uint8_t *address);
void ap_mgmt_start(struct ap *ap);
void ap_mgmt_received(struct ap *ap, sim_time now, const struct dcf_rx *rx);
void ap_mgmt_sent(struct ap *ap, sim_time now, const struct frame *frame, bool delivered);
void ap_stamp(struct ap *ap, sim_time now, const struct frame *frame, struct rf_mode mode, uint8_t *mpdu);
void ap_set_state(struct client *client, enum ap_station_state state, unsigned reason);
/* Tells a station, one of ours or not, that it is out, and forgets it. */
void ap_send_away(struct ap *ap, const uint8_t *address, unsigned reason);

/* ap_wpa.c */
bool ap_wpa_init(struct ap *ap, unsigned node);
void ap_wpa_fini(struct ap *ap);
void ap_wpa_start(struct client *client);
void ap_wpa_stop(struct client *client);
void ap_wpa_timeout(struct client *client);
void ap_wpa_received(struct client *client, const uint8_t *packet, size_t size);
void ap_wpa_settle(struct ap *ap);

/* ap_ps.c */
/* True when the frame has been taken and is kept for later. */
bool ap_ps_keep(struct ap *ap, struct frame *frame);
void ap_ps_set_dozing(struct client *client, bool dozing);
struct frame *ap_ps_null_frame(struct client *client); /* asks whether it is there */
void ap_ps_poll(struct client *client);
void ap_ps_sent(struct ap *ap, struct frame *frame, bool delivered);
/* The frames of the DTIM are to follow the beacon. */
void ap_ps_release_group(struct ap *ap);
void ap_ps_expire(struct ap *ap, sim_time now);
void ap_ps_forget(struct client *client);

/* ap_bridge.c */
void ap_bridge_received(struct ap *ap, sim_time now, const struct dcf_rx *rx);
/* An Ethernet frame to an associated station; without regard to authorisation. */
void ap_bridge_send(struct client *client, const uint8_t *ethernet, size_t size);

#endif
