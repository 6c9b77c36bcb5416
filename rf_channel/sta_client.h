/* SPDX-License-Identifier: Apache-2.0 */
/* A Wi-Fi client without a CPU: scans, joins the best access point of its network, authenticates, associates, runs
 * WPA2-PSK as the supplicant, sends and receives Ethernet frames, dozes between beacons when told to, and reconnects
 * when the network is lost. The counterpart of ap.h and an independent reader of what that sends.
 *
 * Sources: as ap.h; 11.1.4 (scanning), 11.2.3.7 (a station in power-save mode). */
#ifndef VESPER_RF_CHANNEL_STA_CLIENT_H
#define VESPER_RF_CHANNEL_STA_CLIENT_H

#include "rf_channel/ap.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sta_client_config {
    struct station_config station; /* its channel is where scanning begins */
    char ssid[AP_SSID_MAX + 1];
    char passphrase[AP_PASSPHRASE_MAX + 1]; /* "": an open network */
    uint16_t channels;                      /* to scan: bit n = channel n + 1; 0: only the station's own */
    bool active;                            /* probe requests; else beacons are awaited */
    sim_time dwell;                         /* on each channel */
    enum ap_standard standard;
    struct rf_mode basic_mode, data_mode;
    unsigned queue_limit;
    unsigned lost_beacons; /* in a row, after which the network counts as lost */
    sim_time retry_pause;  /* before scanning again after a failure */
    /* Power save: dozes after `idle` without traffic and wakes for every listen_interval-th beacon. */
    bool power_save;
    unsigned listen_interval; /* beacons, 1..65535 */
    bool skip_dtim;           /* sleeps through DTIM beacons that are not its turn, too */
    sim_time idle;
    sim_time start; /* switched on at this time */
};

/* "vesper", open, g, channel of the station only, active, 54 Mbit/s, always awake. */
struct sta_client_config sta_client_defaults(void);
/* What is wrong with the configuration, as an English phrase; NULL: nothing. */
const char *sta_client_config_error(const struct sta_client_config *config);

enum sta_client_state {
    STA_CLIENT_OFF,
    STA_CLIENT_SCANNING,
    STA_CLIENT_AUTHENTICATING,
    STA_CLIENT_ASSOCIATING,
    STA_CLIENT_HANDSHAKE,
    STA_CLIENT_CONNECTED
};
const char *sta_client_state_name(enum sta_client_state state);

/* Each may be NULL. */
struct sta_client_ops {
    /* reason: what the access point or the client gave when the state falls back (enum ap_reason), else 0. */
    void (*state)(void *ctx, sim_time now, enum sta_client_state state, unsigned reason);
    /* An Ethernet frame for us or a group; as struct ap_port's. */
    void (*received)(void *ctx, sim_time now, const uint8_t *ethernet, size_t size);
    /* A frame given to sta_client_send has left the queue. */
    void (*sent)(void *ctx, sim_time now, bool delivered);
};

struct sta_client_counts {
    uint64_t scans, connections, disconnections, handshake_failures;
    uint64_t beacons, beacons_lost; /* of our network while connected */
    uint64_t sent, undelivered, refused, received;
    uint64_t undecryptable, replays, malformed, unwanted;
    uint64_t polls, dozes;
    sim_time awake; /* while connected: time not dozing, up to the last change */
};

struct sta_client;

/* config is copied; ops and ctx outlive the client. NULL without memory. */
struct sta_client *sta_client_create(struct rf_medium *medium, unsigned node, const struct sta_client_config *config,
                                     const struct sta_client_ops *ops, void *ctx, const struct dcf_observer *observer);
void sta_client_destroy(struct sta_client *client);

/* An Ethernet frame (14..1514 bytes, ours as source). False when not connected, or the queue is full. */
bool sta_client_send(struct sta_client *client, const uint8_t *ethernet, size_t size);

/* Leaves in good order (a deauthentication) and stays off until sta_client_connect. */
void sta_client_disconnect(struct sta_client *client);
void sta_client_connect(struct sta_client *client);
void sta_client_set_power_save(struct sta_client *client, bool power_save);

enum sta_client_state sta_client_get_state(const struct sta_client *client);
/* Of the network joined; 0 and NULL when there is none. */
unsigned sta_client_aid(const struct sta_client *client);
const uint8_t *sta_client_bssid(const struct sta_client *client);
const struct sta_client_counts *sta_client_get_counts(const struct sta_client *client);
struct station *sta_client_radio(const struct sta_client *client);
/* The TSF timer as synchronised with the access point's, us. */
uint64_t sta_client_tsf(const struct sta_client *client, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
