/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/ap.h"

#include <stdlib.h>

#include "rf_channel/ap_internal.h"

struct ap_config ap_defaults(void)
{
    struct station_config station = station_defaults();
    station.fallback_after = 2;
    return (struct ap_config){.station = station,
                              .ssid = "vesper",
                              .standard = AP_STANDARD_G,
                              .basic_mode = {RF_RATE_DSSS_1, false},
                              .data_mode = {RF_RATE_OFDM_54, false},
                              .beacon_interval = 100,
                              .dtim_period = 2,
                              .max_stations = 64,
                              .inactivity = SIM_S(300),
                              .buffer_limit = 64,
                              .buffer_lifetime = SIM_S(10),
                              .queue_limit = 200};
}

const char *ap_config_error(const struct ap_config *c)
{
    size_t passphrase = strlen(c->passphrase);
    if (c->ssid[0] == 0)
        return "the SSID is empty";
    if (passphrase > 0 && passphrase < AP_PASSPHRASE_MIN)
        return "a passphrase has 8 to 63 characters";
    if (mpdu_is_group(c->station.address))
        return "the BSSID is a group address";
    if (c->station.channel < 1 || c->station.channel > 14)
        return "the channel is none of 1 to 14";
    if (c->beacon_interval < 1 || c->beacon_interval > 65535)
        return "the beacon interval is none of 1 to 65535 TU";
    if (c->dtim_period < 1 || c->dtim_period > 255)
        return "the DTIM period is none of 1 to 255 beacons";
    if (c->max_stations < 1 || c->max_stations > AP_STATIONS_MAX)
        return "the number of stations is none of 1 to 2007";
    if (c->queue_limit < 1 || c->buffer_limit < 1)
        return "a queue without room";
    enum rf_kind kind = rf_rate_of(c->data_mode.rate)->kind;
    if ((kind == RF_KIND_HT && c->standard < AP_STANDARD_N) || (kind == RF_KIND_OFDM && c->standard < AP_STANDARD_G))
        return "the data rate is not one of the standard";
    if (rf_rate_of(c->basic_mode.rate)->kind == RF_KIND_HT || c->basic_mode.rate > RF_RATE_CCK_11)
        return "management frames go out at a basic rate, DSSS 1 to CCK 11";
    return NULL;
}

/* ---- Lists of frames ---- */

void frame_list_append(struct frame_list *list, struct frame *frame)
{
    frame->next = NULL;
    if (list->head)
        list->tail->next = frame;
    else
        list->head = frame;
    list->tail = frame;
    list->count++;
}

void frame_list_prepend(struct frame_list *list, struct frame *frame)
{
    frame->next = list->head;
    list->head = frame;
    if (!frame->next)
        list->tail = frame;
    list->count++;
}

struct frame *frame_list_take(struct frame_list *list)
{
    struct frame *frame = list->head;
    if (!frame)
        return NULL;
    list->head = frame->next;
    list->count--;
    return frame;
}

void frame_list_clear(struct frame_list *list, const struct client *client)
{
    struct frame_list rest = {0};
    struct frame *frame;
    while ((frame = frame_list_take(list))) {
        if (client && frame->client != client)
            frame_list_append(&rest, frame);
        else
            free(frame);
    }
    *list = rest;
}

/* ---- The way to the air ---- */

struct frame *ap_new_frame(struct ap *ap, enum frame_kind kind, const struct mpdu_header *header, const void *body,
                           size_t size)
{
    struct frame *frame = malloc(sizeof *frame + MPDU_HEADER + size);
    if (!frame)
        return NULL;
    *frame = (struct frame){.kind = kind,
                            .mode = ap->config.basic_mode,
                            .queue = header->type == MPDU_DATA ? QUEUE_PLAIN : QUEUE_MANAGEMENT,
                            .made = evq_now(ap->q),
                            .size = MPDU_HEADER + size};
    mpdu_make_header(frame->mpdu, header);
    if (size > 0)
        memcpy(frame->mpdu + MPDU_HEADER, body, size);
    return frame;
}

void ap_enqueue(struct ap *ap, struct frame *frame)
{
    if (!frame)
        return;
    if (ap->fifo[frame->queue].count >= ap->config.queue_limit) {
        ap->counts.overflow++;
        free(frame);
        return;
    }
    frame_list_append(&ap->fifo[frame->queue], frame);
    ap_pump(ap);
}

void ap_enqueue_first(struct ap *ap, struct frame *frame)
{
    frame_list_prepend(&ap->fifo[frame->queue], frame);
}

static bool is_group_data(const struct frame *frame)
{
    return frame && frame->kind == FRAME_DATA && mpdu_is_group(frame->mpdu + 4);
}

/* 11.2.3.6: what was kept for the group goes before frames to single stations; and group frames, that have one sequence
 * of packet numbers, do not overtake each other between queues. */
static bool must_wait(const struct ap *ap, unsigned n)
{
    const struct frame *head = ap->fifo[n].head;
    if (n != QUEUE_MANAGEMENT)
        return ap->cabs > 0 || (is_group_data(head) && is_group_data(ap->flight[QUEUE_MANAGEMENT]));
    return head->cab && is_group_data(ap->flight[QUEUE_PLAIN]);
}

static struct ccmp *key_for(const struct ap *ap, const struct frame *frame)
{
    if (frame->kind != FRAME_DATA)
        return NULL;
    return frame->client ? frame->client->key : ap->group;
}

static void launch(struct ap *ap, struct frame *frame)
{
    const uint8_t *bytes = frame->mpdu;
    size_t size = frame->size;
    struct ccmp *key = key_for(ap, frame);
    if (frame->more_data)
        frame->mpdu[1] |= MPDU_FLAG_MORE_DATA;
    else
        frame->mpdu[1] &= (uint8_t)~MPDU_FLAG_MORE_DATA;
    if (key) {
        size = ccmp_encrypt(key, frame->mpdu, frame->size, ap->sealed);
        bytes = ap->sealed;
    }
    ap->flight[frame->queue] = frame;
    struct station_frame out = {.mpdu = bytes, .bytes = (unsigned)size, .queue = frame->queue, .mode = frame->mode};
    bool taken = station_send(ap->station, &out);
    sim_assert(taken); /* the station's queue holds one frame of ours at most */
}

/* One frame for each queue that has none under way. */
static void pump_queue(struct ap *ap, unsigned n)
{
    while (!ap->flight[n] && ap->fifo[n].head && !must_wait(ap, n)) {
        struct frame *frame = frame_list_take(&ap->fifo[n]);
        if (ap_ps_keep(ap, frame))
            continue;
        if (frame->cab)
            frame->more_data = --ap->cabs > 0;
        launch(ap, frame);
    }
}

void ap_pump(struct ap *ap)
{
    for (unsigned n = 0; n < STATION_QUEUES; n++)
        pump_queue(ap, n);
}

void ap_drop_frames_of(struct ap *ap, const struct client *client)
{
    for (unsigned n = 0; n < STATION_QUEUES; n++) {
        frame_list_clear(&ap->fifo[n], client);
        if (ap->flight[n] && ap->flight[n]->client == client)
            ap->flight[n]->client = NULL;
    }
}

static void on_sent(void *ctx, sim_time now, const struct station_sent *sent)
{
    struct ap *ap = ctx;
    struct frame *frame = ap->flight[sent->queue];
    ap->flight[sent->queue] = NULL;
    if (frame->kind == FRAME_DATA || frame->kind == FRAME_NULL) {
        ap_ps_sent(ap, frame, sent->delivered); /* owns it now */
    } else {
        ap->counts.undelivered += !sent->delivered;
        ap_mgmt_sent(ap, now, frame, sent->delivered);
        free(frame);
    }
    ap_pump(ap);
}

static void on_sending(void *ctx, sim_time now, uint64_t tag, struct rf_mode mode, uint8_t *mpdu)
{
    struct ap *ap = ctx;
    struct mpdu header;
    (void)tag;
    if (mpdu_parse(mpdu, MPDU_HEADER, &header) && header.type == MPDU_MANAGEMENT)
        ap_stamp(ap, now, ap->flight[QUEUE_MANAGEMENT], mode, mpdu);
}

static void on_received(void *ctx, sim_time now, const struct station_received *received)
{
    struct ap *ap = ctx;
    const struct mpdu *mpdu = &received->rx->mpdu;
    struct client *client = mpdu->transmitter ? ap_client(ap, mpdu->transmitter) : NULL;
    if (client && received->rx->match) {
        client->heard = now;
        client->rssi_dbm = received->rx->rx->rssi_dbm;
    }
    if (received->duplicate)
        return;
    if (mpdu->type == MPDU_MANAGEMENT) {
        ap_mgmt_received(ap, now, received->rx);
    } else if (mpdu->type == MPDU_DATA) {
        ap_bridge_received(ap, now, received->rx);
    } else if (mpdu->type == MPDU_CONTROL && mpdu->subtype == MPDU_CONTROL_PS_POLL && received->rx->match) {
        if (client && client->state >= AP_STATION_ASSOCIATED)
            ap_ps_poll(client);
        else
            ap_send_away(ap, mpdu->transmitter, AP_REASON_CLASS3);
    }
}

/* ---- Birth and death ---- */

static bool create_station(struct ap *ap, struct rf_medium *medium, unsigned node, const struct dcf_observer *observer)
{
    static const struct station_ops OPS = {.sent = on_sent, .sending = on_sending, .received = on_received};
    ap->station = station_create(medium, node, &ap->config.station, &OPS, ap, observer);
    if (!ap->station)
        return false;
    ap->bssid = station_address(ap->station);
    return true;
}

struct ap *ap_create(struct rf_medium *medium, unsigned node, const struct ap_config *config,
                     const struct ap_port *port, const struct ap_events *events, const struct dcf_observer *observer)
{
    sim_assert(!ap_config_error(config));
    struct ap *ap = calloc(1, sizeof *ap);
    if (!ap)
        return NULL;
    ap->config = *config;
    ap->port = port ? *port : (struct ap_port){0};
    ap->events = events ? *events : (struct ap_events){0};
    ap->q = rf_medium_evq(medium);
    ap->ssid_size = strlen(config->ssid);
    ap->clients = calloc(config->max_stations, sizeof *ap->clients);
    if (!ap->clients || !create_station(ap, medium, node, observer) || !ap_wpa_init(ap, node)) {
        ap_destroy(ap);
        return NULL;
    }
    ap_mgmt_start(ap);
    return ap;
}

void ap_destroy(struct ap *ap)
{
    if (!ap)
        return;
    if (ap->station) {
        evq_cancel(ap->q, &ap->tbtt);
        evq_cancel(ap->q, &ap->rekey);
    }
    for (unsigned i = 0; ap->clients && i < ap->config.max_stations; i++) {
        evq_cancel(ap->q, &ap->clients[i].timer);
        frame_list_clear(&ap->clients[i].kept, NULL);
        ccmp_destroy(ap->clients[i].key);
    }
    for (unsigned n = 0; n < STATION_QUEUES; n++) {
        frame_list_clear(&ap->fifo[n], NULL);
        free(ap->flight[n]);
    }
    frame_list_clear(&ap->group_kept, NULL);
    ap_wpa_fini(ap);
    station_destroy(ap->station);
    free(ap->clients);
    free(ap);
}

void ap_deauthenticate(struct ap *ap, const uint8_t address[MPDU_ADDRESS], enum ap_reason reason)
{
    if (ap_client(ap, address))
        ap_send_away(ap, address, reason);
}

bool ap_find_station(const struct ap *ap, const uint8_t address[MPDU_ADDRESS], struct ap_station_info *info)
{
    const struct client *client = ap_client(ap, address);
    if (!client)
        return false;
    *info = (struct ap_station_info){.state = client->state,
                                     .aid = client->state >= AP_STATION_ASSOCIATED ? client->aid : 0,
                                     .dozing = client->dozing,
                                     .buffered = client->kept.count,
                                     .rssi_dbm = client->rssi_dbm,
                                     .mode = client->mode,
                                     .rx_bytes = client->rx_bytes,
                                     .tx_bytes = client->tx_bytes};
    memcpy(info->address, client->address, MPDU_ADDRESS);
    return true;
}

unsigned ap_station_count(const struct ap *ap)
{
    return ap->associated;
}

const struct ap_counts *ap_get_counts(const struct ap *ap)
{
    return &ap->counts;
}

struct station *ap_radio(const struct ap *ap)
{
    return ap->station;
}
