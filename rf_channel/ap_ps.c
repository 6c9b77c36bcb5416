/* SPDX-License-Identifier: Apache-2.0 */
/* Dozing stations: what is kept for them, told in the TIM, and fetched by PS-Polls or after DTIM beacons
 * (IEEE 802.11-2020, 11.2.3.6). */
#include <stdlib.h>

#include "rf_channel/ap_internal.h"

static void update_map(struct client *client)
{
    uint8_t bit = (uint8_t)(1u << client->aid % 8);
    uint8_t *octet = &client->ap->traffic_map[client->aid / 8];
    if (client->kept.count > 0)
        *octet |= bit;
    else
        *octet &= (uint8_t)~bit;
}

/* Keeps a frame at the end; the oldest makes room. */
static void keep(struct ap *ap, struct frame_list *list, struct frame *frame)
{
    frame_list_append(list, frame);
    ap->counts.buffered++;
    if (list->count > ap->config.buffer_limit) {
        free(frame_list_take(list));
        ap->counts.overflow++;
    }
}

bool ap_ps_keep(struct ap *ap, struct frame *frame)
{
    struct client *client = frame->client;
    if (frame->kind != FRAME_DATA && frame->kind != FRAME_NULL)
        return false;
    if (client && client->dozing && !frame->polled) {
        keep(ap, &client->kept, frame);
        update_map(client);
        return true;
    }
    if (mpdu_is_group(frame->mpdu + 4) && ap->dozing > 0 && !frame->cab) {
        keep(ap, &ap->group_kept, frame);
        return true;
    }
    return false;
}

static void append_all(struct frame_list *to, struct frame_list *from)
{
    struct frame *frame;
    while ((frame = frame_list_take(from)))
        frame_list_append(to, frame);
}

/* What was kept goes ahead of what came later. */
static void wake(struct client *client)
{
    struct ap *ap = client->ap;
    struct frame_list later[STATION_QUEUES];
    struct frame *frame;
    memcpy(later, ap->fifo, sizeof later);
    memset(ap->fifo, 0, sizeof ap->fifo);
    while ((frame = frame_list_take(&client->kept)))
        frame_list_append(&ap->fifo[frame->queue], frame);
    for (unsigned n = 0; n < STATION_QUEUES; n++)
        append_all(&ap->fifo[n], &later[n]);
    update_map(client);
    ap_pump(ap);
}

void ap_ps_set_dozing(struct client *client, bool dozing)
{
    struct ap *ap = client->ap;
    if (client->dozing == dozing)
        return;
    client->dozing = dozing;
    client->poll_pending = false;
    if (dozing) {
        ap->dozing++;
    } else {
        ap->dozing--;
        wake(client);
    }
}

struct frame *ap_ps_null_frame(struct client *client)
{
    struct mpdu_header header = {.type = MPDU_DATA, .subtype = MPDU_DATA_NULL, .flags = MPDU_FLAG_FROM_DS};
    memcpy(header.address[0], client->address, MPDU_ADDRESS);
    memcpy(header.address[1], client->ap->bssid, MPDU_ADDRESS);
    memcpy(header.address[2], client->ap->bssid, MPDU_ADDRESS);
    struct frame *frame = ap_new_frame(client->ap, FRAME_NULL, &header, NULL, 0);
    if (frame)
        frame->client = client;
    return frame;
}

void ap_ps_poll(struct client *client)
{
    struct ap *ap = client->ap;
    ap->counts.polls++;
    if (!client->dozing || client->poll_pending)
        return;
    struct frame *frame = frame_list_take(&client->kept);
    if (!frame)
        frame = ap_ps_null_frame(client);
    if (!frame)
        return;
    update_map(client);
    frame->polled = true;
    frame->more_data = client->kept.count > 0;
    client->poll_pending = true;
    ap_enqueue_first(ap, frame);
    ap_pump(ap);
}

void ap_ps_sent(struct ap *ap, struct frame *frame, bool delivered)
{
    struct client *client = frame->client;
    if (client && frame->polled)
        client->poll_pending = false;
    if (client && delivered)
        client->heard = evq_now(ap->q);
    if (delivered || !client || !client->dozing || frame->kind != FRAME_DATA) {
        ap->counts.undelivered += !delivered;
        free(frame);
        return;
    }
    frame->polled = frame->more_data = false; /* it fell asleep meanwhile, or lost the answer to its poll */
    frame_list_prepend(&client->kept, frame);
    update_map(client);
}

void ap_ps_release_group(struct ap *ap)
{
    struct frame_list first = ap->group_kept;
    for (struct frame *frame = first.head; frame; frame = frame->next) {
        frame->cab = true;
        frame->queue = QUEUE_MANAGEMENT;
        ap->cabs++;
    }
    append_all(&first, &ap->fifo[QUEUE_MANAGEMENT]);
    ap->fifo[QUEUE_MANAGEMENT] = first;
    ap->group_kept = (struct frame_list){0};
}

void ap_ps_expire(struct ap *ap, sim_time now)
{
    for (unsigned i = 0; i < ap->config.max_stations; i++) {
        struct client *client = &ap->clients[i];
        while (client->kept.head && now - client->kept.head->made > ap->config.buffer_lifetime) {
            free(frame_list_take(&client->kept));
            ap->counts.expired++;
            update_map(client);
        }
    }
}

void ap_ps_forget(struct client *client)
{
    client->ap->dozing -= client->dozing;
    client->dozing = client->poll_pending = false;
    frame_list_clear(&client->kept, NULL);
    update_map(client);
}
