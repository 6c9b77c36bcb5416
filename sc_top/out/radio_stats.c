/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/radio_stats.h"

#include <stdlib.h>
#include <string.h>

#include "sc_top/out/energy.h"

enum { NOBODY = -1, NEAR_CHANNELS = 4 /* transmitters further apart do not meet: 25 MHz */ };

/* A lost frame had interference in it when that raised the noise by this much on average: the sum of both is then a
 * quarter above the noise alone. */
#define INTERFERED_DB 1.0

/* A receiver is done with a frame this long after its end at the transmitter, at the latest: signal extension and
 * propagation over 4 km. */
#define DECIDED SIM_US(20)

/* The frame that a slot is at. */
struct pending {
    bool open;
    uint8_t receiver[MPDU_ADDRESS];
    uint16_t sequence;
    uint8_t fragment;
    enum mpdu_type type;
    int to;
    sim_time begun;
    unsigned tries;
};

/* The transmission of a node that is on the air, or was last. */
struct flight {
    bool open; /* to one receiver, whose result is awaited */
    uint64_t number;
    int to;
    unsigned channel;
    sim_time start, end;
    bool met;    /* another frame on the same channel */
    bool marred; /* met one that the receiver can hear, or energy that it hears already */
    bool told;   /* the receiver had synchronised */
    enum rf_rx_result result;
    double raised_db; /* by interference */
};

struct place {
    struct radio_node_stats figures;
    struct pending slot[DCF_SLOTS];
    struct flight flight;
    sim_time tx_start, tx_end; /* of its last transmission */
    sim_time rx_start, rx_end; /* of the frame that it synchronised to last */
    enum dcf_state state;
    sim_time state_since;
    sim_time nav_until;
    double power_dbm, power_ma; /* of the last frame: the same few come again and again */
};

struct known_address {
    uint8_t address[MPDU_ADDRESS];
    int node; /* NOBODY: free */
};

struct radio_stats {
    unsigned nodes;
    struct place *place;
    struct radio_link_stats ***link; /* [from][to]; a row when `from` has any */
    struct known_address *known;     /* open addressing */
    size_t known_count, known_capacity;
    unsigned *on_air; /* nodes with a frame on the air */
    unsigned on_air_count;
    struct radio_channel_stats channel[RF_CHANNEL_LAST + 1];
    sim_time channel_until[RF_CHANNEL_LAST + 1];
    sim_time end;
    struct rf_medium_observer medium_observer;
    struct dcf_observer mac_observer;
};

const char *radio_loss_name(enum radio_loss loss)
{
    static const char *const name[] = {"interference", "receiver_sending", "weak"};
    return name[loss];
}

/* --- Delays ------------------------------------------------------------------------------------------------------ */

static void add_delay(struct radio_delay *delay, sim_time value)
{
    histogram_add(&delay->bins, histogram_log_bin(value));
    delay->sum_ns += value / SIM_NS(1);
    if (value > delay->greatest)
        delay->greatest = value;
}

double radio_delay_mean(const struct radio_delay *delay)
{
    return delay->bins.total ? (double)delay->sum_ns / (double)delay->bins.total / 1e9 : 0;
}

double radio_delay_quantile(const struct radio_delay *delay, unsigned per_mille)
{
    if (!delay->bins.total)
        return 0;
    return (double)histogram_log_middle(histogram_quantile(&delay->bins, per_mille)) / (double)SIM_PS_PER_S;
}

/* --- Addresses --------------------------------------------------------------------------------------------------- */

static struct known_address *address_entry(const struct radio_stats *stats, const uint8_t address[MPDU_ADDRESS])
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < MPDU_ADDRESS; i++)
        hash = hash << 8 | address[i];
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = hash >> 32;; i++) {
        struct known_address *entry = &stats->known[i & (stats->known_capacity - 1)];
        if (entry->node == NOBODY || memcmp(entry->address, address, MPDU_ADDRESS) == 0)
            return entry;
    }
}

/* A node keeps the addresses that it was first to use; there is an end to what is learnt. */
static void learn(struct radio_stats *stats, const uint8_t address[MPDU_ADDRESS], unsigned node)
{
    struct known_address *entry = address_entry(stats, address);
    if (entry->node != NOBODY || 2 * (stats->known_count + 1) > stats->known_capacity)
        return;
    memcpy(entry->address, address, MPDU_ADDRESS);
    entry->node = (int)node;
    stats->known_count++;
}

static int node_of(const struct radio_stats *stats, const uint8_t address[MPDU_ADDRESS])
{
    return address_entry(stats, address)->node;
}

/* --- Links ------------------------------------------------------------------------------------------------------- */

static struct radio_link_stats *link_of(struct radio_stats *stats, unsigned from, unsigned to)
{
    sim_assert(from < stats->nodes && to < stats->nodes);
    if (!stats->link[from])
        stats->link[from] = calloc(stats->nodes, sizeof *stats->link[from]);
    sim_assert(stats->link[from] != NULL);
    struct radio_link_stats **link = &stats->link[from][to];
    if (!*link) {
        *link = calloc(1, sizeof **link);
        sim_assert(*link != NULL);
        (*link)->from = from;
        (*link)->to = to;
    }
    return *link;
}

const struct radio_link_stats *radio_stats_link(const struct radio_stats *stats, unsigned from, unsigned to)
{
    return stats->link[from] ? stats->link[from][to] : NULL;
}

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

/* --- Transmissions and what becomes of them ---------------------------------------------------------------------- */

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
    struct radio_link_stats *link = link_of(stats, from, (unsigned)flight->to);
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
        learn(stats, mpdu.transmitter, frame->from);
    if (!mpdu.receiver)
        return NOBODY;
    if (mpdu_is_group(mpdu.receiver)) {
        figures->group_transmissions++;
        return NOBODY;
    }
    int to = node_of(stats, mpdu.receiver);
    return to == (int)frame->from ? NOBODY : to;
}

static void transmitted(void *ctx, sim_time now, const struct rf_frame *frame)
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

static void received(void *ctx, sim_time now, unsigned node, const struct rf_rx *rx)
{
    struct radio_stats *stats = ctx;
    const struct rf_frame *frame = rx->frame;
    struct place *place = &stats->place[node], *sender = &stats->place[frame->from];
    struct radio_link_stats *link = link_of(stats, frame->from, node);
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
    histogram_add(&figures->rssi, whole_db(rx->rssi_dbm));
    histogram_add(&figures->sinr, whole_db(rx->snr_db));
    place->rx_start = frame->start;
    place->rx_end = now;
    if (ours) {
        sender->flight.told = true;
        sender->flight.result = rx->result;
        sender->flight.raised_db = raised_db;
    }
}

/* --- The MAC ----------------------------------------------------------------------------------------------------- */

static void change_state(void *ctx, sim_time now, unsigned node, enum dcf_state state)
{
    struct radio_stats *stats = ctx;
    struct place *place = &stats->place[node];
    place->figures.in_state[place->state] += now - place->state_since;
    place->state = state;
    place->state_since = now;
}

static void change_nav(void *ctx, sim_time now, unsigned node, sim_time until)
{
    struct radio_stats *stats = ctx;
    struct place *place = &stats->place[node];
    struct radio_node_stats *figures = &place->figures;
    if (place->nav_until > now) /* shortened, or extended from where it was */
        figures->nav_time -= place->nav_until - now;
    place->nav_until = until > now ? until : now;
    figures->nav_time += place->nav_until - now;
}

static bool is_same(const struct pending *pending, const struct mpdu *mpdu)
{
    return pending->open && pending->type == mpdu->type && pending->sequence == mpdu->sequence &&
           pending->fragment == mpdu->fragment && memcmp(pending->receiver, mpdu->receiver, MPDU_ADDRESS) == 0;
}

/* Figures that an attempt counts in: those of its node, and those of its link when the receiver is known. */
struct both {
    struct radio_sent *sent[2];
};

static struct both sent_of(struct radio_stats *stats, unsigned node, int to)
{
    bool known = to != NOBODY && to != (int)node;
    return (struct both){{&stats->place[node].figures.sent, known ? &link_of(stats, node, (unsigned)to)->sent : NULL}};
}

static void begin(struct radio_stats *stats, unsigned node, struct pending *pending, const struct mpdu *mpdu,
                  const struct dcf_attempt *attempt, sim_time begun)
{
    if (pending->open) {
        struct both dropped = sent_of(stats, node, pending->to);
        for (unsigned i = 0; i < 2 && dropped.sent[i]; i++)
            dropped.sent[i]->dropped++;
    }
    bool group = mpdu_is_group(mpdu->receiver);
    *pending = (struct pending){.open = true,
                                .type = mpdu->type,
                                .sequence = mpdu->sequence,
                                .fragment = mpdu->fragment,
                                .to = group ? NOBODY : node_of(stats, mpdu->receiver),
                                .begun = begun};
    memcpy(pending->receiver, mpdu->receiver, MPDU_ADDRESS);
    struct both started = sent_of(stats, node, pending->to);
    for (unsigned i = 0; i < 2 && started.sent[i]; i++) {
        started.sent[i]->frames += attempt->answer != DCF_ANSWER_NONE;
        started.sent[i]->unanswered += attempt->answer == DCF_ANSWER_NONE && !group;
        started.sent[i]->group += group;
    }
}

static void count_attempt(struct radio_sent *sent, const struct pending *pending, bool answered, enum dcf_result result,
                          sim_time now)
{
    sent->internal_collisions += result == DCF_INTERNAL_COLLISION;
    sent->cancelled += result == DCF_CANCELLED;
    sent->timed_out += result == DCF_ACCESS_LIMIT;
    if (!answered || (result != DCF_OK && result != DCF_NO_ACK && result != DCF_NO_CTS))
        return;
    sent->attempts++;
    sent->retries += pending->tries > 0;
    sent->no_ack += result == DCF_NO_ACK;
    sent->no_cts += result == DCF_NO_CTS;
    if (result == DCF_OK) {
        sent->delivered++;
        add_delay(&sent->delay, now - pending->begun);
    }
}

static void done(void *ctx, sim_time now, unsigned node, unsigned slot, const struct dcf_attempt *attempt,
                 const struct dcf_outcome *outcome)
{
    struct radio_stats *stats = ctx;
    struct mpdu mpdu;
    if (!attempt->mpdu || !mpdu_parse(attempt->mpdu, attempt->bytes, &mpdu))
        return;
    struct pending *pending = &stats->place[node].slot[slot];
    if (!is_same(pending, &mpdu))
        begin(stats, node, pending, &mpdu, attempt, outcome->begun);
    bool answered = attempt->answer != DCF_ANSWER_NONE;
    struct both sent = sent_of(stats, node, pending->to);
    for (unsigned i = 0; i < 2 && sent.sent[i]; i++)
        count_attempt(sent.sent[i], pending, answered, outcome->result, now);
    bool on_air = outcome->result == DCF_OK || outcome->result == DCF_NO_ACK || outcome->result == DCF_NO_CTS;
    pending->tries += on_air;
    if (outcome->result == DCF_OK || (!answered && on_air))
        pending->open = false;
}

/* --- Packets of CPU-less stations -------------------------------------------------------------------------------- */

static void packet_made(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet, bool accepted)
{
    struct radio_stats *stats = ctx;
    (void)now;
    stats->place[node].figures.packets_made++;
    stats->place[node].figures.packets_refused += !accepted;
    if (packet->to >= stats->nodes)
        return;
    struct radio_link_stats *link = link_of(stats, packet->from, packet->to);
    link->packets_made++;
    link->packets_refused += !accepted;
}

static void packet_delivered(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet)
{
    struct radio_stats *stats = ctx;
    if (packet->from >= stats->nodes) /* what the guest claims to be */
        return;
    struct radio_link_stats *link = link_of(stats, packet->from, node);
    link->packets_delivered++;
    link->packet_bytes += packet->bytes;
    add_delay(&link->packet_delay, now > packet->made ? now - packet->made : 0);
}

/* --- The whole --------------------------------------------------------------------------------------------------- */

static void free_link(struct radio_link_stats *link)
{
    if (!link)
        return;
    histogram_free(&link->rssi);
    histogram_free(&link->sinr);
    histogram_free(&link->sent.delay.bins);
    histogram_free(&link->packet_delay.bins);
    free(link);
}

void radio_stats_destroy(struct radio_stats *stats)
{
    if (!stats)
        return;
    for (unsigned from = 0; stats->link && from < stats->nodes; from++) {
        for (unsigned to = 0; stats->link[from] && to < stats->nodes; to++)
            free_link(stats->link[from][to]);
        free(stats->link[from]);
    }
    for (unsigned n = 0; stats->place && n < stats->nodes; n++) {
        histogram_free(&stats->place[n].figures.rssi);
        histogram_free(&stats->place[n].figures.sinr);
        histogram_free(&stats->place[n].figures.sent.delay.bins);
    }
    free(stats->link);
    free(stats->place);
    free(stats->known);
    free(stats->on_air);
    free(stats);
}

static bool is_address(const uint8_t address[MPDU_ADDRESS])
{
    static const uint8_t NONE[MPDU_ADDRESS] = {0};
    return memcmp(address, NONE, MPDU_ADDRESS) != 0;
}

struct radio_stats *radio_stats_create(const struct radio_stats_config *config)
{
    struct radio_stats *stats = calloc(1, sizeof *stats);
    if (!stats)
        return NULL;
    stats->nodes = config->nodes;
    stats->known_capacity = 64;
    while (stats->known_capacity < 8 * (size_t)config->nodes) /* four addresses for each, as the chip has */
        stats->known_capacity *= 2;
    stats->place = calloc(config->nodes + 1, sizeof *stats->place);
    stats->link = calloc(config->nodes + 1, sizeof *stats->link);
    stats->on_air = calloc(config->nodes + 1, sizeof *stats->on_air);
    stats->known = malloc(stats->known_capacity * sizeof *stats->known);
    if (!stats->place || !stats->link || !stats->on_air || !stats->known) {
        radio_stats_destroy(stats);
        return NULL;
    }
    for (size_t i = 0; i < stats->known_capacity; i++)
        stats->known[i].node = NOBODY;
    for (unsigned n = 0; config->address && n < config->nodes; n++)
        if (is_address(config->address[n]))
            learn(stats, config->address[n], n);
    stats->medium_observer =
        (struct rf_medium_observer){.ctx = stats, .transmitted = transmitted, .received = received};
    stats->mac_observer = (struct dcf_observer){.ctx = stats, .state = change_state, .nav = change_nav, .done = done};
    return stats;
}

const struct rf_medium_observer *radio_stats_medium_observer(const struct radio_stats *stats)
{
    return &stats->medium_observer;
}

const struct dcf_observer *radio_stats_mac_observer(const struct radio_stats *stats)
{
    return &stats->mac_observer;
}

const struct traffic_ops *radio_stats_traffic_ops(const struct radio_stats *stats)
{
    static const struct traffic_ops OPS = {.delivered = packet_delivered, .made = packet_made};
    (void)stats;
    return &OPS;
}

void radio_stats_set_cpu(struct radio_stats *stats, unsigned node, uint64_t hz, sim_time busy)
{
    struct radio_node_stats *figures = &stats->place[node].figures;
    figures->has_cpu = true;
    figures->cpu_hz = hz;
    figures->cpu_busy = busy;
}

/* What reaches beyond the end does not count. */
static void cut_airtime(struct radio_stats *stats, unsigned node, sim_time end)
{
    struct place *place = &stats->place[node];
    struct flight *flight = &place->flight;
    if (flight->end + DECIDED > end && !flight->told)
        flight->open = false;
    if (flight->end <= end)
        return;
    sim_time beyond = flight->end - end;
    place->figures.tx_airtime -= beyond;
    place->figures.tx_ma_s -= place->power_ma * ((double)beyond / (double)SIM_PS_PER_S);
    stats->channel[flight->channel].airtime -= beyond;
}

void radio_stats_finish(struct radio_stats *stats, sim_time end)
{
    stats->end = end;
    for (unsigned n = 0; n < stats->nodes; n++) {
        struct place *place = &stats->place[n];
        cut_airtime(stats, n, end);
        settle(stats, n);
        change_state(stats, end, n, place->state);
        if (place->nav_until > end)
            change_nav(stats, end, n, end);
    }
    for (unsigned c = RF_CHANNEL_FIRST; c <= RF_CHANNEL_LAST; c++)
        if (stats->channel_until[c] > end)
            stats->channel[c].used -= stats->channel_until[c] - end;
}

sim_time radio_stats_end(const struct radio_stats *stats)
{
    return stats->end;
}

unsigned radio_stats_nodes(const struct radio_stats *stats)
{
    return stats->nodes;
}

const struct radio_node_stats *radio_stats_node(const struct radio_stats *stats, unsigned node)
{
    return &stats->place[node].figures;
}

const struct radio_channel_stats *radio_stats_channel(const struct radio_stats *stats, unsigned channel)
{
    return &stats->channel[channel];
}

static double seconds(sim_time time)
{
    return (double)time / (double)SIM_PS_PER_S;
}

struct radio_energy radio_stats_energy(const struct radio_stats *stats, unsigned node)
{
    const struct radio_node_stats *figures = &stats->place[node].figures;
    sim_time on = 0;
    for (unsigned state = DCF_STATE_OFF + 1; state < DCF_STATES; state++)
        on += figures->in_state[state];
    sim_time listening = on > figures->tx_airtime ? on - figures->tx_airtime : 0;
    double volt = ENERGY_SUPPLY_V / 1000; /* currents are in mA */
    struct radio_energy energy = {.tx_j = volt * figures->tx_ma_s, .rx_j = volt * ENERGY_RX_MA * seconds(listening)};
    if (figures->has_cpu) {
        energy.off_j = volt * energy_idle_ma(figures->cpu_hz) * seconds(figures->in_state[DCF_STATE_OFF]);
        energy.cpu_j = volt * energy_core_ma(figures->cpu_hz) * seconds(figures->cpu_busy);
    }
    energy.total_j = energy.tx_j + energy.rx_j + energy.off_j + energy.cpu_j;
    energy.mean_ma = stats->end ? energy.total_j / volt / seconds(stats->end) : 0;
    return energy;
}
