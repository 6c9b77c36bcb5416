// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/radio_report.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>

#include <nlohmann/json.hpp>

#include "sc_top/text.h"

namespace vesper
{
namespace
{

using json = nlohmann::ordered_json;

constexpr std::size_t NODES_SHOWN = 32, LINKS_SHOWN = 8;

double microseconds_of(sim_time time)
{
    return static_cast<double>(time) / static_cast<double>(SIM_US(1));
}

// So many decimals, and no more digits than that: what is left is the same whatever printed it.
double rounded(double value, double steps)
{
    return std::round(value * steps) / steps;
}

// --- metrics.json ---------------------------------------------------------------------------------------------------

json delay_json(const radio_delay &delay)
{
    auto us = [](double seconds) { return rounded(seconds * 1e6, 1000); };
    return {{"count", delay.bins.total},
            {"mean_us", us(radio_delay_mean(&delay))},
            {"p50_us", us(radio_delay_quantile(&delay, 500))},
            {"p95_us", us(radio_delay_quantile(&delay, 950))},
            {"p99_us", us(radio_delay_quantile(&delay, 990))},
            {"max_us", rounded(microseconds_of(delay.greatest), 1000)}};
}

// Counts of whole dB from `first_db` on.
json histogram_json(const histogram &h)
{
    json counts = json::array();
    if (h.total == 0)
        return {{"first_db", 0}, {"counts", counts}};
    for (int bin = histogram_least(&h); bin <= histogram_greatest(&h); bin++)
        counts.push_back(histogram_count(&h, bin));
    return {{"first_db", histogram_least(&h)}, {"counts", counts}};
}

json results_json(const std::uint64_t results[RADIO_RX_RESULTS])
{
    return {{"ok", results[RF_RX_OK]},
            {"header_error", results[RF_RX_HEADER_ERROR]},
            {"fcs_error", results[RF_RX_FCS_ERROR]},
            {"aborted", results[RF_RX_ABORTED]}};
}

// Of frames that were finished one way or the other; none: null.
json delivery_ratio(const radio_sent &sent)
{
    std::uint64_t finished = sent.delivered + sent.dropped;
    if (finished == 0)
        return nullptr;
    return rounded(static_cast<double>(sent.delivered) / static_cast<double>(finished), 1e6);
}

json sent_json(const radio_sent &sent)
{
    return {{"frames", sent.frames},
            {"attempts", sent.attempts},
            {"retries", sent.retries},
            {"delivered", sent.delivered},
            {"dropped", sent.dropped},
            {"delivery_ratio", delivery_ratio(sent)},
            {"no_ack", sent.no_ack},
            {"no_cts", sent.no_cts},
            {"unanswered_frames", sent.unanswered},
            {"group_frames", sent.group},
            {"internal_collisions", sent.internal_collisions},
            {"cancelled", sent.cancelled},
            {"timed_out", sent.timed_out},
            {"delay", delay_json(sent.delay)}};
}

json state_json(const radio_node_stats &node)
{
    json states = json::object();
    for (unsigned state = 0; state < DCF_STATES; state++)
        states[dcf_state_name(static_cast<dcf_state>(state))] = rounded(microseconds_of(node.in_state[state]), 1000);
    return states;
}

json energy_json(const radio_energy &energy)
{
    auto joule = [](double value) { return rounded(value, 1e9); };
    return {{"total_j", joule(energy.total_j)},       {"sending_j", joule(energy.tx_j)},
            {"receiving_j", joule(energy.rx_j)},      {"radio_off_j", joule(energy.off_j)},
            {"cores_j", joule(energy.cpu_j)},         {"asleep_j", joule(energy.sleep_j)},
            {"mean_ma", rounded(energy.mean_ma, 1e6)}};
}

std::string address_text(const std::uint8_t a[MPDU_ADDRESS])
{
    return format("%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
}

json node_json(const radio_stats *stats, unsigned n, const radio_party &party)
{
    const radio_node_stats &node = *radio_stats_node(stats, n);
    return {{"name", party.name},
            {"address", address_text(party.address)},
            {"transmitted",
             {{"frames", node.tx_frames},
              {"bytes", node.tx_bytes},
              {"data", node.tx_of_type[MPDU_DATA]},
              {"management", node.tx_of_type[MPDU_MANAGEMENT]},
              {"control", node.tx_of_type[MPDU_CONTROL]},
              {"to_groups", node.group_transmissions},
              {"airtime_us", rounded(microseconds_of(node.tx_airtime), 1000)}}},
            {"sent", sent_json(node.sent)},
            {"received", results_json(node.rx_results)},
            {"received_for_us", node.rx_for_us},
            {"lost_by_interference", node.rx_interfered},
            {"packets", {{"made", node.packets_made}, {"refused", node.packets_refused}}},
            {"state_us", state_json(node)},
            {"nav_us", rounded(microseconds_of(node.nav_time), 1000)},
            {"rssi_dbm", histogram_json(node.rssi)},
            {"sinr_db", histogram_json(node.sinr)},
            {"energy", energy_json(radio_stats_energy(stats, n))}};
}

std::uint64_t heard_of(const radio_link_stats &link)
{
    std::uint64_t total = 0;
    for (std::uint64_t count : link.heard)
        total += count;
    return total;
}

json lost_json(const radio_link_stats &link)
{
    json lost = json::object();
    for (unsigned loss = 0; loss < RADIO_LOSSES; loss++)
        lost[radio_loss_name(static_cast<radio_loss>(loss))] = link.lost[loss];
    return lost;
}

json link_json(const radio_stats *stats, const radio_link_stats &link, const std::vector<radio_party> &parties)
{
    std::uint64_t heard = heard_of(link);
    json result = {{"from", parties[link.from].name},
                   {"to", parties[link.to].name},
                   {"transmissions", link.addressed},
                   {"received", link.received},
                   {"lost", lost_json(link)}};
    if (link.sent.frames || link.sent.unanswered)
        result["sent"] = sent_json(link.sent);
    std::uint64_t group = radio_stats_node(stats, link.from)->group_transmissions;
    if (group && heard)
        result["group"] = {{"transmissions", group}, {"received", link.group_received}};
    if (heard) {
        result["heard"] = results_json(link.heard);
        result["rssi_mean_dbm"] = rounded(link.rssi_sum_db / static_cast<double>(heard), 1e4);
        result["rssi_dbm"] = histogram_json(link.rssi);
        result["sinr_db"] = histogram_json(link.sinr);
    }
    if (link.packets_made || link.packets_delivered)
        result["packets"] = {{"made", link.packets_made},
                             {"refused", link.packets_refused},
                             {"delivered", link.packets_delivered},
                             {"bytes", link.packet_bytes},
                             {"delay", delay_json(link.packet_delay)}};
    return result;
}

json channels_json(const radio_stats *stats)
{
    json channels = json::array();
    for (unsigned number = RF_CHANNEL_FIRST; number <= RF_CHANNEL_LAST; number++) {
        const radio_channel_stats &c = *radio_stats_channel(stats, number);
        if (c.frames)
            channels.push_back({{"channel", number},
                                {"frames", c.frames},
                                {"bytes", c.bytes},
                                {"overlapped_frames", c.overlapped},
                                {"airtime_us", rounded(microseconds_of(c.airtime), 1000)},
                                {"used_us", rounded(microseconds_of(c.used), 1000)}});
    }
    return channels;
}

template <typename F> void for_each_link(const radio_stats *stats, F act)
{
    for (unsigned from = 0; from < radio_stats_nodes(stats); from++)
        for (unsigned to = 0; to < radio_stats_nodes(stats); to++)
            if (const radio_link_stats *link = radio_stats_link(stats, from, to))
                act(*link);
}

// --- The summary ----------------------------------------------------------------------------------------------------

std::string percent(double part, double whole)
{
    return whole > 0 ? format("%.1f", 100 * part / whole) : "-";
}

std::string loss_text(const radio_sent &sent)
{
    return percent(static_cast<double>(sent.dropped), static_cast<double>(sent.delivered + sent.dropped));
}

std::string milliseconds(const radio_delay &delay, unsigned per_mille)
{
    return delay.bins.total ? format("%.2f", 1e3 * radio_delay_quantile(&delay, per_mille)) : "-";
}

std::string node_line(const radio_stats *stats, unsigned n, const std::string &name)
{
    const radio_node_stats &node = *radio_stats_node(stats, n);
    double duration = seconds_of(radio_stats_end(stats));
    return format("  %-14.14s %8" PRIu64 " %9" PRIu64 " %8" PRIu64 " %6s %7" PRIu64 " %8" PRIu64
                  " %8s %8s %8s %8.1f %9.4g\n",
                  name.c_str(), node.sent.frames, node.sent.delivered, node.sent.retries, loss_text(node.sent).c_str(),
                  node.sent.group, node.rx_results[RF_RX_OK], milliseconds(node.sent.delay, 500).c_str(),
                  milliseconds(node.sent.delay, 950).c_str(), percent(seconds_of(node.tx_airtime), duration).c_str(),
                  radio_stats_energy(stats, n).mean_ma, radio_stats_energy(stats, n).total_j);
}

std::string node_table(const radio_stats *stats, const std::vector<radio_party> &parties)
{
    std::string text = format("  %-14s %8s %9s %8s %6s %7s %8s %8s %8s %8s %8s %9s\n", "node", "sent", "delivered",
                              "retries", "loss %", "to all", "heard", "p50 ms", "p95 ms", "air %", "mA", "J");
    std::size_t shown = 0, radios = 0;
    for (unsigned n = 0; n < parties.size(); n++) {
        if (parties[n].is_interferer)
            continue;
        if (radios++ < NODES_SHOWN) {
            text += node_line(stats, n, parties[n].name);
            shown++;
        }
    }
    if (radios > shown)
        text += format("  ... and %zu more nodes, see metrics.json\n", radios - shown);
    return text;
}

std::string link_line(const radio_link_stats &link, const std::vector<radio_party> &parties)
{
    std::string way = parties[link.from].name + " -> " + parties[link.to].name;
    std::uint64_t heard = heard_of(link);
    return format("  %-30.30s %8" PRIu64 " %8s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %8s\n", way.c_str(),
                  link.addressed,
                  percent(static_cast<double>(link.received), static_cast<double>(link.addressed)).c_str(),
                  link.lost[RADIO_LOSS_INTERFERENCE], link.lost[RADIO_LOSS_SENDING], link.lost[RADIO_LOSS_WEAK],
                  heard ? format("%.1f", link.rssi_sum_db / static_cast<double>(heard)).c_str() : "-");
}

std::string link_table(const radio_stats *stats, const std::vector<radio_party> &parties)
{
    std::vector<const radio_link_stats *> links;
    for_each_link(stats, [&](const radio_link_stats &link) {
        if (link.addressed)
            links.push_back(&link);
    });
    if (links.empty())
        return "";
    // Equal ones stay in the order of their nodes.
    std::stable_sort(links.begin(), links.end(),
                     [](const auto *a, const auto *b) { return a->addressed > b->addressed; });
    std::string text = format("  %-30s %8s %8s %8s %8s %8s %8s\n", "busiest links", "frames", "intact %", "collided",
                              "deaf", "weak", "dBm");
    for (std::size_t i = 0; i < links.size() && i < LINKS_SHOWN; i++)
        text += link_line(*links[i], parties);
    if (links.size() > LINKS_SHOWN)
        text += format("  ... and %zu more links, see metrics.json\n", links.size() - LINKS_SHOWN);
    return text;
}

double megabits_a_second(std::uint64_t bytes, sim_time time)
{
    return time ? 8e-6 * static_cast<double>(bytes) / seconds_of(time) : 0;
}

// Packets of CPU-less stations from end to end: what comes out of it all.
std::string flow_table(const radio_stats *stats, const std::vector<radio_party> &parties)
{
    constexpr unsigned SHOWN = 8;
    std::string lines;
    std::uint64_t bytes = 0;
    unsigned flows = 0;
    for (unsigned from = 0; from < parties.size(); from++)
        for (unsigned to = 0; to < parties.size(); to++) {
            const radio_link_stats *link = radio_stats_link(stats, from, to);
            if (!link || (link->packets_made == 0 && link->packets_delivered == 0))
                continue;
            bytes += link->packet_bytes;
            if (flows++ < SHOWN)
                lines += format(
                    "  %-30s %9" PRIu64 "  %7s  %9.3f  %8s\n", (parties[from].name + " -> " + parties[to].name).c_str(),
                    link->packets_made,
                    percent(static_cast<double>(link->packets_delivered), static_cast<double>(link->packets_made))
                        .c_str(),
                    megabits_a_second(link->packet_bytes, radio_stats_end(stats)),
                    milliseconds(link->packet_delay, 500).c_str());
        }
    if (flows == 0)
        return "";
    std::string more = flows > SHOWN ? format("  ... and %u more, see metrics.json\n", flows - SHOWN) : "";
    return "  packets of stations              made   arrived %  Mbit/s   p50 ms\n" + lines + more +
           format("  goodput          %.3f Mbit/s in all\n", megabits_a_second(bytes, radio_stats_end(stats)));
}

std::string channel_lines(const radio_stats *stats)
{
    std::string text;
    for (unsigned number = RF_CHANNEL_FIRST; number <= RF_CHANNEL_LAST; number++) {
        const radio_channel_stats &c = *radio_stats_channel(stats, number);
        if (c.frames)
            text += format("  channel %-8u %" PRIu64 " frames, %" PRIu64 " bytes, in use %s %% of the time, %" PRIu64
                           " frames overlapped\n",
                           number, c.frames, c.bytes,
                           percent(seconds_of(c.used), seconds_of(radio_stats_end(stats))).c_str(), c.overlapped);
    }
    return text;
}

std::string totals_line(const radio_stats *stats)
{
    std::uint64_t frames = 0, delivered = 0, dropped = 0, attempts = 0, retries = 0;
    double joule = 0;
    for (unsigned n = 0; n < radio_stats_nodes(stats); n++) {
        const radio_sent &sent = radio_stats_node(stats, n)->sent;
        frames += sent.frames;
        delivered += sent.delivered;
        dropped += sent.dropped;
        attempts += sent.attempts;
        retries += sent.retries;
        joule += radio_stats_energy(stats, n).total_j;
    }
    return format("  in all           %" PRIu64 " frames to one receiver, %" PRIu64 " delivered, %" PRIu64
                  " given up, %" PRIu64 " attempts of which %" PRIu64 " retries, %.4g J\n",
                  frames, delivered, dropped, attempts, retries, joule);
}

} // namespace

json radio_json(const radio_stats *stats, const std::vector<radio_party> &parties)
{
    json nodes = json::array(), links = json::array();
    for (unsigned n = 0; n < parties.size(); n++)
        if (!parties[n].is_interferer)
            nodes.push_back(node_json(stats, n, parties[n]));
    for_each_link(stats, [&](const radio_link_stats &link) { links.push_back(link_json(stats, link, parties)); });
    return {{"channels", channels_json(stats)}, {"nodes", nodes}, {"links", links}};
}

std::string radio_summary(const radio_stats *stats, const std::vector<radio_party> &parties)
{
    return node_table(stats, parties) + link_table(stats, parties) + flow_table(stats, parties) + channel_lines(stats) +
           totals_line(stats);
}

} // namespace vesper
