/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/radio_stats_internal.h"

#include "sc_top/out/energy.h"

enum { NEAR_CHANNELS = 4 /* transmitters further apart do not meet: 25 MHz */ };

/* A lost frame had interference in it when that raised the noise by this much on average: the sum of both is then a
 * quarter above the noise alone. */
#define INTERFERED_DB 1.0

/* A receiver is done with a frame this long after its end at the transmitter, at the latest: signal extension and
 * propagation over 4 km. */
#define DECIDED SIM_US(20)

/* --- Transmissions and what becomes of them ---------------------------------------------------------------------- */

/* `to` has had to do with frames of `from`. */
static bool can_hear(const struct radio_stats *stats, unsigned from, int to)
{
    const struct radio_link_stats *link = to == NOBODY ? NULL : radio_stats_link(stats, from, (unsigned)to);
    if (!link)
        return false;
    uint64_t heard = 0;
    for (unsigned i = 0; i < RADIO_RX_RESULTS; i++)
        heard += link->heard[i];
    return heard > 0;
}

static bool overlaps(sim_time a, sim_time a_end, sim_time b, sim_time b_end)
{
    return a < b_end && b < a_end;
}

static enum radio_loss cause_of(const struct flight *flight, const struct place *receiver)
{
    if (overlaps(flight->start, flight->end, receiver->tx_start, receiver->tx_end))
        return RADIO_LOSS_SENDING;
    if (flight->told)
        return flight->raised_db >= INTERFERED_DB ? RADIO_LOSS_INTERFERENCE : RADIO_LOSS_WEAK;
    bool had_another = overlaps(flight->start, flight->end, receiver->rx_start, receiver->rx_end);
    return had_another || flight->marred ? RADIO_LOSS_INTERFERENCE : RADIO_LOSS_WEAK;
}

/* A node's last transmission is over at its receiver by the time that it sends again. */
static void settle(struct radio_stats *stats, unsigned from)
{
    struct flight *flight = &stats->place[from].flight;
    if (!flight->open)
        return;
    flight->open = false;
    struct radio_link_stats *link = radio_stats_make_link(stats, from, (unsigned)flight->to);
    link->addressed++;
    if (flight->told && flight->result == RF_RX_OK)
        link->received++;
    else
        link->lost[cause_of(flight, &stats->place[flight->to])]++;
}

static void meet(struct radio_stats *stats, unsigned a, unsigned b)
{
    struct flight *x = &stats->place[a].flight, *y = &stats->place[b].flight;
    unsigned apart = x->channel > y->channel ? x->channel - y->channel : y->channel - x->channel;
    if (apart > NEAR_CHANNELS)
        return;
    x->marred = x->marred || can_hear(stats, b, x->to);
    y->marred = y->marred || can_hear(stats, a, y->to);
    if (apart > 0)
        return;
    stats->channel[x->channel].overlapped += !x->met;
    stats->channel[y->channel].overlapped += !y->met;
    x->met = y->met = true;
}

/* Enters a frame among those on the air. */
static void join(struct radio_stats *stats, unsigned node, sim_time now)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < stats->on_air_count; i++) {
        unsigned other = stats->on_air[i];
        if (other == node || stats->place[other].flight.end <= now)
            continue;
        stats->on_air[kept++] = other;
        meet(stats, node, other);
    }
    stats->on_air[kept++] = node;
    stats->on_air_count = kept;
}

static void count_channel(struct radio_stats *stats, const struct rf_frame *frame, sim_time length)
{
    struct radio_channel_stats *channel = &stats->channel[frame->channel];
    sim_time *until = &stats->channel_until[frame->channel], end = frame->start + length;
    channel->frames++;
    channel->bytes += frame->psdu;
    channel->airtime += length;
    if (end > *until) {
        channel->used += end - (*until > frame->start ? *until : frame->start);
        *until = end;
    }
}

static void count_transmission(struct place *place, const struct rf_frame *frame, sim_time length)
{
    struct radio_node_stats *figures = &place->figures;
    figures->tx_frames++;
    figures->tx_bytes += frame->psdu;
    figures->tx_airtime += length;
    if (frame->power_dbm != place->power_dbm || place->power_ma <= 0) {
        place->power_dbm = frame->power_dbm;
        place->power_ma = energy_tx_ma(frame->power_dbm);
    }
    figures->tx_ma_s += place->power_ma * ((double)length / (double)SIM_PS_PER_S);
    place->tx_start = frame->start;
    place->tx_end = frame->start + length + frame->airtime.extension;
}

/* Who the frame is for: a node other than the sender, or nobody known. */
static int parse_transmission(struct radio_stats *stats, const struct rf_frame *frame)
{
    struct mpdu mpdu;
    struct radio_node_stats *figures = &stats->place[frame->from].figures;
    if (!frame->payload || frame->psdu <= MPDU_FCS || !mpdu_parse(frame->payload, frame->psdu - MPDU_FCS, &mpdu))
        return NOBODY;
    figures->tx_of_type[mpdu.type]++;
    if (mpdu.transmitter && !mpdu_is_group(mpdu.transmitter))
        radio_stats_learn(stats, mpdu.transmitter, frame->from);
    if (!mpdu.receiver)
        return NOBODY;
    if (mpdu_is_group(mpdu.receiver)) {
        figures->group_transmissions++;
        return NOBODY;
    }
    int to = radio_stats_node_of(stats, mpdu.receiver);
    return to == (int)frame->from ? NOBODY : to;
}

void radio_stats_transmitted(void *ctx, sim_time now, const struct rf_frame *frame)
{
    struct radio_stats *stats = ctx;
    struct place *place = &stats->place[frame->from];
    const struct rf_airtime *t = &frame->airtime;
    sim_time length = t->preamble + t->header + t->data;
    settle(stats, frame->from);
    count_channel(stats, frame, length);
    count_transmission(place, frame, length);
    int to = parse_transmission(stats, frame);
    place->flight = (struct flight){.open = to != NOBODY,
                                    .number = frame->number,
                                    .to = to,
                                    .channel = frame->channel,
                                    .start = frame->start,
                                    .end = frame->start + length,
                                    .marred = to != NOBODY && stats->place[to].state == DCF_STATE_BUSY};
    join(stats, frame->from, now);
}

/* The bin of a decibel value: rounded down. */
static int whole_db(double db)
{
    double limited = db < -300 ? -300 : db > 300 ? 300 : db;
    int whole = (int)limited;
    return whole > limited ? whole - 1 : whole;
}

static bool is_for_a_group(const struct rf_frame *frame)
{
    return frame->payload && frame->psdu >= MPDU_FCS + MPDU_ACK && mpdu_is_group(frame->payload + 4);
}

void radio_stats_received(void *ctx, sim_time now, unsigned node, const struct rf_rx *rx)
{
    struct radio_stats *stats = ctx;
    const struct rf_frame *frame = rx->frame;
    struct place *place = &stats->place[node], *sender = &stats->place[frame->from];
    struct radio_link_stats *link = radio_stats_make_link(stats, frame->from, node);
    double raised_db = rx->rssi_dbm - rx->noise_dbm - rx->snr_db;
    bool lost = rx->result == RF_RX_HEADER_ERROR || rx->result == RF_RX_FCS_ERROR;
    bool ours = sender->flight.open && sender->flight.number == frame->number && sender->flight.to == (int)node;

    link->heard[rx->result]++;
    link->rssi_sum_db += rx->rssi_dbm;
    histogram_add(&link->rssi, whole_db(rx->rssi_dbm));
    histogram_add(&link->sinr, whole_db(rx->snr_db));
    link->group_received += rx->result == RF_RX_OK && is_for_a_group(frame);

    struct radio_node_stats *figures = &place->figures;
    figures->rx_results[rx->result]++;
    figures->rx_interfered += lost && raised_db >= INTERFERED_DB;
    figures->rx_for_us += ours && rx->result == RF_RX_OK;
    place->rx_start = frame->start;
    place->rx_end = now;
    if (ours) {
        sender->flight.told = true;
        sender->flight.result = rx->result;
        sender->flight.raised_db = raised_db;
    }
}

void radio_stats_cut(struct radio_stats *stats, unsigned node, sim_time end)
{
    struct place *place = &stats->place[node];
    struct flight *flight = &place->flight;
    if (flight->end + DECIDED > end && !flight->told)
        flight->open = false;
    settle(stats, node);
    if (flight->end <= end)
        return;
    sim_time beyond = flight->end - end;
    place->figures.tx_airtime -= beyond;
    place->figures.tx_ma_s -= place->power_ma * ((double)beyond / (double)SIM_PS_PER_S);
    stats->channel[flight->channel].airtime -= beyond;
}
