// SPDX-License-Identifier: Apache-2.0
// What people and programs are told about the radio after a run.
#include "sc_top/run/radio_report.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

#include "tests/support/air_bench.h"

namespace
{

using json = nlohmann::ordered_json;

// Two stations send to a sink; a fourth antenna is an interferer's.
struct Finished {
    Finished()
    {
        struct radio_stats_config config = {4, scene.directory.address};
        stats = radio_stats_create(&config);
        rf_medium_observe(scene.medium, radio_stats_medium_observer(stats));
        const struct dcf_observer *mac = radio_stats_mac_observer(stats);
        for (unsigned n = 0; n < 3; n++) {
            auto station = station_defaults();
            station.seed = 1;
            memcpy(station.address, scene.addresses[n].data(), MPDU_ADDRESS);
            scene.stations[n] =
                traffic_create(scene.medium, n, &station, &scene.directory, radio_stats_traffic_ops(stats), stats, mac);
            mac->state(mac->ctx, 0, n, DCF_STATE_IDLE);
        }
        for (unsigned n = 1; n < 3; n++) {
            struct traffic_flow flow = {};
            flow.kind = TRAFFIC_SATURATED;
            flow.to = 0;
            flow.packet = 1000;
            flow.mode = {RF_RATE_OFDM_54, false};
            flow.queue = 2;
            scene.flow(n, flow);
        }
        evq_run(scene.q, SIM_MS(200));
        radio_stats_finish(stats, SIM_MS(200));
        const char *names[] = {"sink", "left", "right", "jammer"};
        for (unsigned n = 0; n < 4; n++) {
            vesper::radio_party party{names[n], {}, n == 3};
            memcpy(party.address, scene.addresses[n].data(), MPDU_ADDRESS);
            parties.push_back(party);
        }
    }
    ~Finished()
    {
        radio_stats_destroy(stats);
    }
    Finished(const Finished &) = delete;
    Finished &operator=(const Finished &) = delete;
    json figures() const
    {
        return vesper::radio_json(stats, parties);
    }
    std::string text() const
    {
        return vesper::radio_summary(stats, parties);
    }
    air::Scene scene{4, air::preset::vesper, 1};
    struct radio_stats *stats;
    std::vector<vesper::radio_party> parties;
};

TEST(RadioJson, NamesEachRadioAndEachPairThatHadToDoWithEachOther)
{
    json radio = Finished().figures();
    std::vector<std::string> nodes, links;
    for (const auto &node : radio["nodes"])
        nodes.push_back(node["name"].get<std::string>() + " " + node["address"].get<std::string>());
    for (const auto &link : radio["links"])
        links.push_back(link["from"].get<std::string>() + ">" + link["to"].get<std::string>());
    EXPECT_EQ(nodes, (std::vector<std::string>{"sink 02:00:00:00:00:00", "left 02:00:00:00:00:01",
                                               "right 02:00:00:00:00:02"}));
    EXPECT_EQ(links, (std::vector<std::string>{"sink>left", "sink>right", "left>sink", "left>right", "right>sink",
                                               "right>left"}));
    ASSERT_EQ(radio["channels"].size(), 1u);
    EXPECT_EQ(radio["channels"][0]["channel"], station_defaults().channel);
}

TEST(RadioJson, ItsFiguresAgreeWithEachOther)
{
    json radio = Finished().figures();
    uint64_t frames = 0;
    for (const auto &node : radio["nodes"]) {
        const auto &sent = node["sent"];
        EXPECT_EQ(sent["attempts"].get<uint64_t>(),
                  sent["delivered"].get<uint64_t>() + sent["no_ack"].get<uint64_t>() + sent["no_cts"].get<uint64_t>());
        EXPECT_EQ(sent["delay"]["count"], sent["delivered"]);
        double time = 0;
        for (const auto &state : node["state_us"])
            time += state.get<double>();
        EXPECT_NEAR(time, 200e3, 0.01);
        uint64_t heard = 0, levels = 0;
        for (const auto &result : node["received"])
            heard += result.get<uint64_t>();
        for (const auto &count : node["rssi_dbm"]["counts"])
            levels += count.get<uint64_t>();
        EXPECT_EQ(levels, heard);
        frames += node["transmitted"]["frames"].get<uint64_t>();
    }
    EXPECT_EQ(radio["channels"][0]["frames"], frames);
    for (const auto &link : radio["links"]) {
        uint64_t fates = link["received"].get<uint64_t>();
        for (const auto &lost : link["lost"])
            fates += lost.get<uint64_t>();
        EXPECT_EQ(link["transmissions"].get<uint64_t>(), fates);
    }
    EXPECT_TRUE(radio["nodes"][0]["sent"]["delivery_ratio"].is_null()) << "the sink sends nothing but ACKs";
    EXPECT_GT(radio["nodes"][1]["sent"]["delivery_ratio"], 0.9);
}

TEST(RadioReport, TwoRunsGiveTheSameBytes)
{
    Finished first, second;
    EXPECT_EQ(first.figures().dump(), second.figures().dump());
    EXPECT_EQ(first.text(), second.text());
}

TEST(RadioSummary, IsATableOfNodesLinksAndTotals)
{
    Finished run;
    std::string text = run.text();
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line.substr(0, 25), "  node               sent") << line;
    for (const char *name : {"sink", "left", "right"}) {
        size_t width = line.size();
        std::getline(lines, line);
        EXPECT_EQ(line.find(name), 2u) << line;
        EXPECT_EQ(line.size(), width) << "columns stand below each other";
    }
    EXPECT_NE(text.find("left -> sink"), std::string::npos);
    EXPECT_EQ(text.find("jammer"), std::string::npos);
    uint64_t delivered =
        radio_stats_node(run.stats, 1)->sent.delivered + radio_stats_node(run.stats, 2)->sent.delivered;
    EXPECT_NE(text.find(" " + std::to_string(delivered) + " delivered"), std::string::npos) << text;
    EXPECT_EQ(text.back(), '\n');
}

// A large scene ends with a page, not with a book.
TEST(RadioSummary, OfManyNodesShowsTheFirst)
{
    struct radio_stats_config config = {200, nullptr};
    struct radio_stats *stats = radio_stats_create(&config);
    radio_stats_finish(stats, SIM_S(1));
    std::vector<vesper::radio_party> parties;
    for (unsigned n = 0; n < 200; n++)
        parties.push_back({"node" + std::to_string(n), {}, false});
    std::string text = vesper::radio_summary(stats, parties);
    EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 50);
    EXPECT_NE(text.find("and 168 more nodes, see metrics.json"), std::string::npos);
    radio_stats_destroy(stats);
}

} // namespace
