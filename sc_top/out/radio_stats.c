/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/radio_stats_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sc_top/out/energy.h"

const char *radio_loss_name(enum radio_loss loss)
{
    static const char *const name[] = {"interference", "receiver_sending", "weak"};
    return name[loss];
}

/* --- Delays ------------------------------------------------------------------------------------------------------ */

void radio_stats_add_delay(struct radio_delay *delay, sim_time value)
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

void radio_stats_learn(struct radio_stats *stats, const uint8_t address[MPDU_ADDRESS], unsigned node)
{
    struct known_address *entry = address_entry(stats, address);
    if (entry->node != NOBODY || 2 * (stats->known_count + 1) > stats->known_capacity)
        return;
    memcpy(entry->address, address, MPDU_ADDRESS);
    entry->node = (int)node;
    stats->known_count++;
}

int radio_stats_node_of(const struct radio_stats *stats, const uint8_t address[MPDU_ADDRESS])
{
    return address_entry(stats, address)->node;
}

/* --- Links ------------------------------------------------------------------------------------------------------- */

struct radio_link_stats *radio_stats_make_link(struct radio_stats *stats, unsigned from, unsigned to)
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

/* --- Packets of CPU-less stations -------------------------------------------------------------------------------- */

static void packet_made(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet, bool accepted)
{
    struct radio_stats *stats = ctx;
    (void)now;
    stats->place[node].figures.packets_made++;
    stats->place[node].figures.packets_refused += !accepted;
    if (packet->to >= stats->nodes)
        return;
    struct radio_link_stats *link = radio_stats_make_link(stats, packet->from, packet->to);
    link->packets_made++;
    link->packets_refused += !accepted;
}

static void packet_delivered(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet)
{
    struct radio_stats *stats = ctx;
    if (packet->from >= stats->nodes) /* what the guest claims to be */
        return;
    struct radio_link_stats *link = radio_stats_make_link(stats, packet->from, node);
    link->packets_delivered++;
    link->packet_bytes += packet->bytes;
    radio_stats_add_delay(&link->packet_delay, now > packet->made ? now - packet->made : 0);
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
            radio_stats_learn(stats, config->address[n], n);
    stats->medium_observer = (struct rf_medium_observer){
        .ctx = stats, .transmitted = radio_stats_transmitted, .received = radio_stats_received};
    stats->mac_observer = (struct dcf_observer){.ctx = stats,
                                                .state = radio_stats_change_state,
                                                .nav = radio_stats_change_nav,
                                                .done = radio_stats_attempt_done};
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

void radio_stats_set_sleep(struct radio_stats *stats, unsigned node, sim_time light, sim_time deep)
{
    struct radio_node_stats *figures = &stats->place[node].figures;
    figures->slept[0] = light;
    figures->slept[1] = deep;
}

/* A node's levels are those of all links to it. */
static void sum_levels(struct radio_stats *stats)
{
    for (unsigned from = 0; from < stats->nodes; from++)
        for (unsigned to = 0; stats->link[from] && to < stats->nodes; to++) {
            const struct radio_link_stats *link = stats->link[from][to];
            if (!link)
                continue;
            histogram_merge(&stats->place[to].figures.rssi, &link->rssi);
            histogram_merge(&stats->place[to].figures.sinr, &link->sinr);
        }
}

void radio_stats_finish(struct radio_stats *stats, sim_time end)
{
    stats->end = end;
    sum_levels(stats);
    for (unsigned n = 0; n < stats->nodes; n++) {
        struct place *place = &stats->place[n];
        radio_stats_cut(stats, n, end);
        radio_stats_change_state(stats, end, n, place->state);
        if (place->nav_until > end)
            radio_stats_change_nav(stats, end, n, end);
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
        sim_time off = figures->in_state[DCF_STATE_OFF], slept = figures->slept[0] + figures->slept[1];
        energy.off_j = volt * energy_idle_ma(figures->cpu_hz) * seconds(off > slept ? off - slept : 0);
        energy.sleep_j = volt * (ENERGY_LIGHT_SLEEP_MA * seconds(figures->slept[0]) +
                                 ENERGY_DEEP_SLEEP_MA * seconds(figures->slept[1]));
        energy.cpu_j = volt * energy_core_ma(figures->cpu_hz) * seconds(figures->cpu_busy);
    }
    energy.total_j = energy.tx_j + energy.rx_j + energy.off_j + energy.cpu_j + energy.sleep_j;
    energy.mean_ma = stats->end ? energy.total_j / volt / seconds(stats->end) : 0;
    return energy;
}
