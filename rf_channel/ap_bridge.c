/* SPDX-License-Identifier: Apache-2.0 */
/* Data frames: between stations, and between them and the wire. */
#include "rf_channel/ap_internal.h"

enum { QOS = 2, A_MSDU = 1 << 7 };

/* ---- To the air ---- */

static void from_ds(struct ap *ap, const uint8_t *ethernet, enum mpdu_subtype subtype, struct mpdu_header *header)
{
    *header = (struct mpdu_header){.type = MPDU_DATA, .subtype = subtype, .flags = MPDU_FLAG_FROM_DS};
    memcpy(header->address[0], ethernet, MPDU_ADDRESS);
    memcpy(header->address[1], ap->bssid, MPDU_ADDRESS);
    memcpy(header->address[2], ethernet + MPDU_ADDRESS, MPDU_ADDRESS);
}

void ap_bridge_send(struct client *client, const uint8_t *ethernet, size_t size)
{
    struct ap *ap = client->ap;
    struct mpdu_header header;
    uint8_t body[QOS + ETHERNET_MAX + LLC_SNAP];
    unsigned priority = llc_priority(ethernet, size);
    size_t payload = llc_from_ethernet(ethernet, size, body + QOS);
    if (payload == 0) {
        ap->counts.malformed++;
        return;
    }
    body[0] = (uint8_t)priority;
    body[1] = 0;
    unsigned qos = client->wmm ? QOS : 0;
    from_ds(ap, ethernet, client->wmm ? MPDU_DATA_QOS : MPDU_DATA_PLAIN, &header);
    struct frame *frame = ap_new_frame(ap, FRAME_DATA, &header, body + QOS - qos, payload + qos);
    if (!frame)
        return;
    frame->client = client;
    if (ethernet_type(ethernet) != ETHERTYPE_EAPOL) /* handshakes must get through at the edge of the cell too */
        frame->mode = client->mode;
    if (client->wmm)
        frame->queue = llc_queue(priority);
    client->tx_bytes += size;
    ap->counts.to_air++;
    ap_enqueue(ap, frame);
}

static void send_to_group(struct ap *ap, const uint8_t *ethernet, size_t size)
{
    struct mpdu_header header;
    uint8_t body[ETHERNET_MAX + LLC_SNAP];
    size_t payload = llc_from_ethernet(ethernet, size, body);
    if (payload == 0 || ap->associated == 0) {
        ap->counts.malformed += payload == 0;
        ap->counts.no_destination += payload > 0;
        return;
    }
    from_ds(ap, ethernet, MPDU_DATA_PLAIN, &header);
    ap->counts.to_air++;
    ap_enqueue(ap, ap_new_frame(ap, FRAME_DATA, &header, body, payload));
}

void ap_inject(struct ap *ap, const uint8_t *ethernet, size_t size)
{
    if (size < ETHERNET_HEADER) {
        ap->counts.malformed++;
        return;
    }
    ap->counts.from_port++;
    if (mpdu_is_group(ethernet)) {
        send_to_group(ap, ethernet, size);
        return;
    }
    struct client *client = ap_client(ap, ethernet);
    if (client && client->state == AP_STATION_AUTHORIZED)
        ap_bridge_send(client, ethernet, size);
    else
        ap->counts.no_destination++;
}

/* ---- From the air ---- */

static void deliver(struct ap *ap, sim_time now, const uint8_t *ethernet, size_t size)
{
    ap->counts.to_port++;
    if (ap->port.deliver)
        ap->port.deliver(ap->port.ctx, now, ethernet, size);
}

static void forward(struct ap *ap, sim_time now, const uint8_t *ethernet, size_t size)
{
    if (mpdu_is_group(ethernet)) {
        if (!ap->config.isolate && ap->associated > 1) {
            ap->counts.forwarded++;
            send_to_group(ap, ethernet, size);
        }
        deliver(ap, now, ethernet, size);
        return;
    }
    struct client *to = ap_client(ap, ethernet);
    if (!to || to->state < AP_STATION_ASSOCIATED) {
        deliver(ap, now, ethernet, size);
    } else if (to->state == AP_STATION_AUTHORIZED && !ap->config.isolate) {
        ap->counts.forwarded++;
        ap_bridge_send(to, ethernet, size);
    } else {
        ap->counts.no_destination++;
    }
}

/* The frame without its encryption; NULL when there is no good one. */
static const uint8_t *open_frame(struct client *client, const struct mpdu *mpdu, size_t *size)
{
    struct ap *ap = client->ap;
    *size = mpdu->size;
    if (!(mpdu->flags & MPDU_FLAG_PROTECTED))
        return mpdu->bytes;
    if (!client->key) {
        ap->counts.undecryptable++;
        return NULL;
    }
    switch (ccmp_decrypt(client->key, mpdu, ap->plain, size)) {
    case CCMP_OK:
        return ap->plain;
    case CCMP_REPLAY:
        ap->counts.replays++;
        return NULL;
    default:
        ap->counts.undecryptable++;
        return NULL;
    }
}

static void take(struct client *client, sim_time now, const struct mpdu *mpdu)
{
    struct ap *ap = client->ap;
    size_t size;
    const uint8_t *plain = open_frame(client, mpdu, &size);
    if (!plain)
        return;
    const uint8_t *body = plain + mpdu->header;
    size_t made = llc_to_ethernet(plain + 16, plain + 10, body, size - mpdu->header, ap->ethernet);
    if (made == 0 || made > ETHERNET_MAX) {
        ap->counts.malformed++;
        return;
    }
    if (ethernet_type(ap->ethernet) == ETHERTYPE_EAPOL) {
        if (ap->secured)
            ap_wpa_received(client, ap->ethernet + ETHERNET_HEADER, made - ETHERNET_HEADER);
        return;
    }
    bool open_door = client->state == AP_STATION_AUTHORIZED && (!ap->secured || (mpdu->flags & MPDU_FLAG_PROTECTED));
    if (!open_door) {
        ap->counts.unwanted++;
        return;
    }
    ap->counts.from_air++;
    client->rx_bytes += made;
    forward(ap, now, ap->ethernet, made);
}

void ap_bridge_received(struct ap *ap, sim_time now, const struct dcf_rx *rx)
{
    const struct mpdu *mpdu = &rx->mpdu;
    bool to_us = rx->match && (mpdu->flags & (MPDU_FLAG_TO_DS | MPDU_FLAG_FROM_DS)) == MPDU_FLAG_TO_DS;
    if (!to_us || mpdu_is_group(mpdu->transmitter))
        return;
    struct client *client = ap_client(ap, mpdu->transmitter);
    if (!client || client->state < AP_STATION_ASSOCIATED) {
        ap->counts.unwanted++;
        ap_send_away(ap, mpdu->transmitter, AP_REASON_CLASS3);
        return;
    }
    ap_ps_set_dozing(client, mpdu->flags & MPDU_FLAG_POWER);
    if ((unsigned)mpdu->subtype & MPDU_DATA_NULL) /* no data, QoS or not */
        return;
    bool whole = !(mpdu->flags & MPDU_FLAG_MORE_FRAGMENTS) && mpdu->fragment == 0;
    bool single = !mpdu->is_qos || !(mpdu->bytes[mpdu->header - QOS] & A_MSDU);
    if (!whole || !single) {
        ap->counts.malformed++;
        return;
    }
    take(client, now, mpdu);
}
