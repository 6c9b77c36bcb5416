/* SPDX-License-Identifier: Apache-2.0 */
/* Following the beacons, and sleeping between them (IEEE 802.11-2020, 11.1.3.8 and 11.2.3.7).
 *
 * A client in power-save mode wakes a little before the target times of the beacons that concern it, reads the TIM,
 * fetches what is kept for it by PS-Polls, stays awake for group frames after a DTIM beacon, and sleeps again. When it
 * has something to send it says in that frame that it is awake, and dozes again after `idle` without traffic. */
#include "rf_channel/sta_client_internal.h"

enum { TU_US = 1024 };

#define GUARD SIM_MS(1)       /* awake before the target time */
#define FETCH_TIME SIM_MS(50) /* for what a PS-Poll or a DTIM has promised */
#define AFTERGLOW SIM_US(500) /* the acknowledgement of the last frame must be out */

static sim_time interval(const struct sta_client *client)
{
    return SIM_US(TU_US) * client->network.interval;
}

uint64_t sta_client_tsf(const struct sta_client *client, sim_time now)
{
    return client->tsf + (now - client->stamped) / SIM_US(1);
}

/* ---- Asleep and awake ---- */

static void count_awake(struct sta_client *client)
{
    sim_time now = evq_now(client->q);
    if (client->state == STA_CLIENT_CONNECTED && !client->sleeping)
        client->counts.awake += now - client->awake_since;
    client->awake_since = now;
}

static void set_sleeping(struct sta_client *client, bool sleeping)
{
    if (client->sleeping == sleeping)
        return;
    count_awake(client);
    client->sleeping = sleeping;
    client->counts.dozes += sleeping;
    dcf_set_listening(station_dcf(client->station), !sleeping);
}

static bool has_frames(const struct sta_client *client)
{
    for (unsigned n = 0; n < STATION_QUEUES; n++)
        if (station_queued(client->station, n) > 0)
            return true;
    return false;
}

static bool may_sleep(const struct sta_client *client)
{
    return client->power_saving && !client->awaits_beacon && !client->awaits_poll && !client->awaits_group &&
           !has_frames(client);
}

static void sleep_soon(struct sta_client *client)
{
    if (may_sleep(client))
        evq_schedule(client->q, &client->doze, evq_now(client->q) + AFTERGLOW);
}

/* Time without traffic, or after the last frame. */
static void doze_event(void *ctx, sim_time now)
{
    struct sta_client *client = ctx;
    if (client->state != STA_CLIENT_CONNECTED)
        return;
    if (client->power_saving) {
        if (may_sleep(client))
            set_sleeping(client, true);
        return;
    }
    if (!client->config.power_save || client->telling)
        return;
    if (client->tsf == 0 || has_frames(client)) { /* without a beacon it would not know when to wake */
        evq_schedule(client->q, &client->doze, now + client->config.idle);
        return;
    }
    client->telling = client_send_null(client, TAG_DOZE);
}

static void restart_idle(struct sta_client *client)
{
    if (client->config.power_save && !client->power_saving)
        evq_schedule(client->q, &client->doze, evq_now(client->q) + client->config.idle);
}

void client_ps_active(struct sta_client *client)
{
    client->power_saving = false;
    client->awaits_poll = client->awaits_group = false;
    set_sleeping(client, false);
    restart_idle(client);
}

void client_ps_sent(struct sta_client *client, enum client_tag tag, bool delivered)
{
    if (client->state != STA_CLIENT_CONNECTED)
        return;
    if (tag == TAG_DOZE) {
        bool still = client->telling && !has_frames(client);
        client->telling = false;
        if (delivered && still)
            client->power_saving = true;
        else if (delivered) /* it has been said, but there is more to send: the next frame takes it back */
            client->power_saving = false;
    } else if (tag == TAG_POLL && !delivered) {
        client->awaits_poll = false; /* the next TIM tells again */
    }
    if (client->power_saving)
        sleep_soon(client);
    else
        restart_idle(client);
}

/* ---- Beacons ---- */

/* The beacon to wake for next, counted from the one at `from`. */
static unsigned beacons_ahead(const struct sta_client *client)
{
    unsigned ahead = client->power_saving ? client->config.listen_interval : 1;
    if (!client->config.skip_dtim && client->to_dtim > 0 && client->to_dtim < ahead)
        ahead = client->to_dtim;
    return ahead;
}

static void await_after(struct sta_client *client, sim_time tbtt, unsigned beacons)
{
    sim_time now = evq_now(client->q);
    client->tbtt = tbtt + beacons * interval(client);
    while (client->tbtt < now + GUARD)
        client->tbtt += interval(client);
    evq_schedule(client->q, &client->wake, client->tbtt - GUARD);
}

static void wake_event(void *ctx, sim_time now)
{
    struct sta_client *client = ctx;
    (void)now;
    set_sleeping(client, false);
    client->awaits_beacon = true;
    evq_schedule(client->q, &client->await, client->tbtt + interval(client) / 2);
}

/* What was awaited has not come. */
static void await_event(void *ctx, sim_time now)
{
    struct sta_client *client = ctx;
    (void)now;
    bool lost = client->awaits_beacon;
    client->awaits_beacon = client->awaits_poll = client->awaits_group = false;
    if (lost) {
        client->counts.beacons_lost++;
        if (++client->missed >= client->config.lost_beacons) {
            client_fall(client, AP_REASON_INACTIVITY);
            return;
        }
        await_after(client, client->tbtt, 1);
    }
    sleep_soon(client);
}

static void poll(struct sta_client *client)
{
    client->awaits_poll = client_send_poll(client);
    evq_schedule(client->q, &client->await, evq_now(client->q) + FETCH_TIME);
}

static void read_tim(struct sta_client *client, const struct elements *e)
{
    unsigned count = e->tim ? e->tim[0] : 0;
    unsigned period = e->tim ? e->tim[1] : 0;
    client->to_dtim = count > 0 ? count : period;
    if (!client->power_saving) {
        if (elements_tim_has(e, client->aid) && !client->telling && !has_frames(client))
            client_send_null(client, TAG_MANAGEMENT); /* it believes that we doze: an acknowledgement was lost */
        return;
    }
    if (elements_tim_has_group(e)) {
        client->awaits_group = true;
        evq_schedule(client->q, &client->await, evq_now(client->q) + FETCH_TIME);
    }
    if (elements_tim_has(e, client->aid) && !client->awaits_poll)
        poll(client);
}

/* 11.1.3.8: the timestamp is that of its own first bit on the air. */
static void synchronise(struct sta_client *client, const struct dcf_rx *rx)
{
    const uint8_t *body = rx->mpdu.bytes + rx->mpdu.header;
    const struct rf_frame *frame = rx->rx->frame;
    client->tsf = 0;
    for (unsigned i = 0; i < 8; i++)
        client->tsf |= (uint64_t)body[i] << 8 * i;
    client->stamped = rx->start + frame->airtime.preamble + frame->airtime.header +
                      MPDU_HEADER * 8 * SIM_PS_PER_S / rf_mode_bps(frame->mode);
}

void client_ps_beacon(struct sta_client *client, const struct dcf_rx *rx, const struct elements *e)
{
    synchronise(client, rx);
    client->counts.beacons++;
    client->missed = 0;
    client->awaits_beacon = false;
    evq_cancel(client->q, &client->await);
    read_tim(client, e);
    uint64_t interval_us = (uint64_t)TU_US * client->network.interval;
    sim_time late = SIM_US(client->tsf % interval_us);
    sim_time tbtt = late < client->stamped ? client->stamped - late : client->stamped;
    await_after(client, tbtt, beacons_ahead(client));
    sleep_soon(client);
}

void client_ps_received(struct sta_client *client, const struct mpdu *mpdu)
{
    bool more = mpdu->flags & MPDU_FLAG_MORE_DATA;
    if (!client->power_saving) {
        restart_idle(client);
        return;
    }
    if (mpdu_is_group(mpdu->receiver)) {
        client->awaits_group = client->awaits_group && more;
    } else if (client->awaits_poll) {
        client->awaits_poll = false;
        if (more)
            poll(client);
    }
    sleep_soon(client);
}

/* ---- */

void client_ps_begin(struct sta_client *client)
{
    client->missed = 0;
    client->tsf = 0;
    client->to_dtim = 0;
    client->power_saving = client->telling = false;
    client->awaits_beacon = client->awaits_poll = client->awaits_group = false;
    client->awake_since = evq_now(client->q);
    await_after(client, evq_now(client->q), 2);
    restart_idle(client);
}

void client_ps_end(struct sta_client *client)
{
    count_awake(client);
    client->power_saving = client->telling = false;
    client->awaits_beacon = client->awaits_poll = client->awaits_group = false;
    evq_cancel(client->q, &client->wake);
    evq_cancel(client->q, &client->await);
    evq_cancel(client->q, &client->doze);
    set_sleeping(client, false);
}

void sta_client_set_power_save(struct sta_client *client, bool power_save)
{
    client->config.power_save = power_save;
    if (client->state != STA_CLIENT_CONNECTED)
        return;
    bool was_saving = client->power_saving || client->telling;
    client_ps_active(client);
    if (!power_save && was_saving)
        client_send_null(client, TAG_MANAGEMENT); /* says that it is awake from now on */
}

void client_ps_init(struct sta_client *client)
{
    unsigned node = dcf_node(station_dcf(client->station));
    evq_event_init(&client->wake, wake_event, client, EVQ_PHASE_DEVICE);
    evq_event_init(&client->await, await_event, client, EVQ_PHASE_DEVICE);
    evq_event_init(&client->doze, doze_event, client, EVQ_PHASE_DEVICE);
    client->wake.node = client->await.node = client->doze.node = node;
}
