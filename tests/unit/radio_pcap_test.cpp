// SPDX-License-Identifier: Apache-2.0
// Captures: what is in them, byte by byte, and that tshark reads and filters them like those of real hardware.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "bus/base/crc32.h"
#include "sc_top/out/radio_pcap.h"
#include "sc_top/out/radiotap.h"
#include "tests/support/air_bench.h"
#include "tests/support/captured_log.h"

namespace
{

constexpr struct rf_mode OFDM_54 = {RF_RATE_OFDM_54, false};

// Two or more radios, put on the air by hand, in a folder of their own.
class Captures : public testing::Test
{
  protected:
    void make_folder()
    {
        folder = testing::TempDir() + "vesper_pcap_" + testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    void open(unsigned nodes, const std::vector<const char *> &names, unsigned channel = 6)
    {
        make_folder();
        scene = std::make_unique<air::Scene>(nodes, air::preset::vesper, 1, air::Scene::matrix());
        capture(names);
        for (unsigned n = 0; n < nodes; n++)
            radio.push_back(rf_radio_attach(scene->medium, n, channel, &OPS, nullptr));
    }
    void capture(std::vector<const char *> names)
    {
        names.resize(rf_medium_nodes(scene->medium));
        struct radio_pcap_config config = {folder.c_str(), (unsigned)names.size(), names.data(), true, log};
        ASSERT_EQ(radio_pcap_create(&config, &pcap), SIM_OK);
        rf_medium_observe(scene->medium, radio_pcap_observer(pcap));
    }
    ~Captures() override
    {
        radio_pcap_abandon(pcap);
        if (!folder.empty())
            std::filesystem::remove_all(folder);
    }
    static std::vector<uint8_t> data(const air::Scene &scene, unsigned from, unsigned to, unsigned body = 100,
                                     uint8_t flags = 0, uint16_t sequence = 1)
    {
        std::vector<uint8_t> mpdu(MPDU_HEADER + body);
        struct mpdu_header header = {};
        header.type = MPDU_DATA;
        header.flags = flags;
        header.sequence = sequence;
        memcpy(header.address[0], scene.addresses[to].data(), MPDU_ADDRESS);
        memcpy(header.address[1], scene.addresses[from].data(), MPDU_ADDRESS);
        mpdu_make_header(mpdu.data(), &header);
        // LLC/SNAP of an experimental EtherType, so that no dissector expects more than bytes
        const uint8_t llc[] = {0xAA, 0xAA, 3, 0, 0, 0, 0x88, 0xB5};
        memcpy(&mpdu[MPDU_HEADER], llc, std::min<size_t>(body, sizeof llc));
        return mpdu;
    }
    void send(sim_time at, unsigned from, const std::vector<uint8_t> &mpdu, struct rf_mode mode = OFDM_54)
    {
        evq_run(scene->q, at);
        ASSERT_TRUE(rf_radio_transmit(radio[from], mode, (uint32_t)mpdu.size() + MPDU_FCS, mpdu.data(), 20));
    }
    void finish(sim_time end)
    {
        evq_run(scene->q, end);
        EXPECT_EQ(radio_pcap_finish(pcap), SIM_OK);
        pcap = nullptr;
    }
    std::string bytes_of(const std::string &file) const
    {
        std::ifstream in(folder + "/" + file, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    // Lines that tshark prints; a test without tshark fails (scripts/packages.txt has it).
    std::vector<std::string> tshark(const std::string &file, const std::string &arguments) const
    {
        std::string command = "tshark -n -r '" + folder + "/" + file + "' " + arguments + " 2>" + folder + "/stderr";
        std::vector<std::string> lines;
        FILE *pipe = popen(command.c_str(), "r");
        char line[4096];
        while (pipe && fgets(line, sizeof line, pipe))
            lines.emplace_back(line, strcspn(line, "\n"));
        EXPECT_TRUE(pipe && pclose(pipe) == 0) << command << "\n" << bytes_of("stderr");
        return lines;
    }
    std::string fields(const std::string &file, const std::string &names, const std::string &filter = "") const
    {
        std::string arguments = CHECK_FCS + " -T fields -E separator=,";
        std::istringstream list(names);
        for (std::string name; list >> name;)
            arguments += " -e " + name;
        if (!filter.empty())
            arguments += " -Y '" + filter + "'";
        std::string text;
        for (const std::string &line : tshark(file, arguments))
            text += line + "\n";
        return text;
    }
    size_t count(const std::string &file, const std::string &filter) const
    {
        return tshark(file, CHECK_FCS + " -Y '" + filter + "'").size();
    }

    // Of frames received in error tshark says so, and nothing else, if it is told to check checksums.
    size_t malformed(const std::string &file) const
    {
        EXPECT_EQ(count(file, "_ws.malformed && wlan.fcs.status != 0"), 0u) << file;
        return tshark(file, "-Y '_ws.malformed'").size();
    }

    const std::string CHECK_FCS = "-o wlan.check_checksum:TRUE";
    static constexpr struct rf_radio_ops OPS = {};
    captured_log log;
    std::string folder;
    std::unique_ptr<air::Scene> scene;
    std::vector<struct rf_radio *> radio;
    struct radio_pcap *pcap = nullptr;
};

TEST_F(Captures, ANodeHasWhatItSentAndWhatItReceivedAndAChannelHasEachFrameOnce)
{
    open(3, {"alice", "bob"}); // the third one has no capture
    scene->link(0, 1, 70);
    scene->link(0, 2, 70);
    send(SIM_MS(1), 0, data(*scene, 0, 1));
    send(SIM_MS(2), 1, data(*scene, 1, 0));
    finish(SIM_MS(5));
    std::string both = "02:00:00:00:00:01\n02:00:00:00:00:00\n";
    EXPECT_EQ(fields("alice.pcap", "wlan.ra"), both);
    EXPECT_EQ(fields("bob.pcap", "wlan.ra"), both);
    EXPECT_EQ(fields("radio.6.pcap", "wlan.ra"), both);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 4) << "and what tshark wrote to stderr";
}

TEST_F(Captures, TimesAreNanosecondsOfTheFramesStart)
{
    open(2, {"a", "b"});
    scene->link(0, 1, 70);
    sim_time start = SIM_S(3) + SIM_NS(123456789);
    send(start, 0, data(*scene, 0, 1));
    finish(SIM_S(4));
    // TSFT: when the first bit of the MPDU is there, 20 us after the start at 54 Mbit/s; whole microseconds
    EXPECT_EQ(fields("a.pcap", "frame.time_epoch radiotap.mactime"), "3.123456789,3123476\n");
    EXPECT_EQ(fields("b.pcap", "frame.time_epoch radiotap.mactime"), "3.123456789,3123476\n") << "no distance";
}

TEST_F(Captures, TheFcsIsRightAndThatOfADamagedFrameWrong)
{
    open(2, {"a", "b"});
    scene->link(0, 1, 110);
    for (unsigned n = 1; n <= 20; n++)
        send(SIM_MS(n), 0, data(*scene, 0, 1, 1000), OFDM_54);
    finish(SIM_MS(30));
    EXPECT_EQ(count("a.pcap", "wlan.fcs.status == 1"), 20u);
    size_t heard = count("b.pcap", "frame");
    EXPECT_GT(heard, 0u) << "some of them have an intact header";
    EXPECT_EQ(fields("b.pcap", "wlan.fcs.status radiotap.flags.badfcs", "frame.number == 1"), "0,1\n");
    EXPECT_EQ(count("b.pcap", "wlan.fcs.status == 0 && radiotap.flags.badfcs == 1"), heard);
    EXPECT_EQ(count("b.pcap", "wlan.ra == 02:00:00:00:00:01"), heard) << "with the bytes that were sent";
}

TEST_F(Captures, SaysWhatIsKnownOfTheSenderAndOfTheReceiver)
{
    open(2, {"a", "b"});
    scene->link(0, 1, 70);
    send(SIM_MS(1), 0, data(*scene, 0, 1));
    send(SIM_MS(2), 0, data(*scene, 0, 1, 100, MPDU_FLAG_RETRY));
    send(SIM_MS(3), 0, data(*scene, 0, 1, 100, MPDU_FLAG_RETRY));
    auto broadcast = data(*scene, 0, 1, 100, 0, 2);
    memset(&broadcast[4], 0xFF, MPDU_ADDRESS);
    send(SIM_MS(4), 0, broadcast);
    finish(SIM_MS(5));
    EXPECT_EQ(fields("a.pcap", "radiotap.txpower radiotap.data_retries radiotap.txflags"),
              "20,0,0x0000\n20,1,0x0000\n20,2,0x0000\n20,0,0x0008\n");
    EXPECT_EQ(fields("b.pcap", "radiotap.dbm_antsignal radiotap.dbm_antnoise radiotap.antenna", "frame.number == 1"),
              "-50,-94,0\n");
    EXPECT_EQ(count("b.pcap", "radiotap.txflags"), 0u) << "a receiver knows nothing of that";
    EXPECT_EQ(count("a.pcap", "radiotap.dbm_antsignal"), 0u);
}

TEST_F(Captures, FiltersWorkAsOnARealCapture)
{
    open(4, {"a"});
    for (unsigned n = 1; n < 4; n++)
        scene->link(0, n, 70);
    for (unsigned n = 0; n < 12; n++) {
        evq_run(scene->q, SIM_MS(n + 1));
        rf_radio_set_channel(radio[0], n % 2 ? 1 : 11);
        send(SIM_MS(n + 1), 0, data(*scene, 0, 1 + n % 3, 60, n % 4 == 0 ? MPDU_FLAG_RETRY : 0, (uint16_t)n));
    }
    finish(SIM_MS(20));
    EXPECT_EQ(count("a.pcap", "wlan.ra == 02:00:00:00:00:02"), 4u);
    EXPECT_EQ(count("a.pcap", "wlan.ta == 02:00:00:00:00:00"), 12u);
    EXPECT_EQ(count("a.pcap", "wlan.fc.retry == 1"), 3u);
    EXPECT_EQ(count("a.pcap", "radiotap.channel.freq == 2412"), 6u);
    EXPECT_EQ(count("a.pcap", "wlan_radio.channel == 11"), 6u);
    EXPECT_EQ(count("a.pcap", "wlan.seq == 7"), 1u);
    EXPECT_EQ(count("radio.1.pcap", "frame"), 6u);
    EXPECT_EQ(count("radio.11.pcap", "radiotap.channel.freq == 2462"), 6u);
}

// What tshark says of each form of each rate.
TEST_F(Captures, EveryModeIsReadAsItWasSent)
{
    struct row {
        struct rf_mode mode;
        std::string told;
    };
    std::vector<row> rows;
    for (unsigned r = 0; r < RF_RATE_COUNT; r++) {
        auto rate = (enum rf_rate)r;
        const auto &info = *rf_rate_of(rate);
        for (bool short_form : {false, true}) {
            if (short_form && !info.has_short)
                continue;
            char told[80];
            bool ht = info.kind == RF_KIND_HT, cck = info.kind == RF_KIND_DSSS || info.kind == RF_KIND_CCK;
            if (ht) // PHY type, MCS index, short guard interval, rate
                snprintf(told, sizeof told, "7,,%u,%d,%g", r - RF_RATE_HT_MCS0, short_form,
                         (double)rf_mode_bps({rate, short_form}) / 1e6);
            else // PHY type, short preamble, rate
                snprintf(told, sizeof told, "%d,%s,,,%g", cck ? 4 : 6, cck ? (short_form ? "1" : "0") : "",
                         info.kbps / 1000.0);
            rows.push_back({{rate, short_form}, told});
        }
    }
    open(2, {"a", "b"});
    scene->link(0, 1, 60);
    for (size_t n = 0; n < rows.size(); n++)
        send(SIM_MS(20 * (n + 1)), 0, data(*scene, 0, 1, 200), rows[n].mode);
    finish(SIM_S(2));
    constexpr unsigned PSDU = MPDU_HEADER + 200 + MPDU_FCS;
    std::string expected;
    for (const auto &row : rows) {
        // tshark works out the time on the air by itself; it does not fill up the last 4 us with short guard intervals
        struct rf_airtime t = rf_ppdu_airtime(row.mode, PSDU);
        sim_time length = t.preamble + t.header + t.data;
        const auto &info = *rf_rate_of(row.mode.rate);
        if (info.kind == RF_KIND_HT && row.mode.short_form)
            length = t.preamble + t.header + (22 + 8 * PSDU + info.data_bits - 1) / info.data_bits * SIM_NS(3600);
        sim_time us = (length + SIM_NS(500)) / SIM_US(1);
        expected += row.told + "," + std::to_string(us) + "\n";
    }
    std::string names = "wlan_radio.phy wlan_radio.short_preamble wlan_radio.11n.mcs_index wlan_radio.11n.short_gi "
                        "wlan_radio.data_rate wlan_radio.duration";
    for (const char *file : {"a.pcap", "b.pcap"}) {
        EXPECT_EQ(fields(file, names), expected) << file;
        EXPECT_EQ(count(file, "_ws.malformed || _ws.expert.severity >= 6291456"), 0u) << file; // warnings and worse
    }
}

// All that saturated stations, their ACKs and RTS produce.
TEST_F(Captures, NoFrameOfABusyNetworkIsMalformed)
{
    make_folder();
    scene = std::make_unique<air::Scene>(4, air::preset::vesper, 1, air::Scene::fixed(70));
    capture({"n0", "n1", "n2", "n3"});
    auto station = station_defaults();
    station.rts_threshold = 250; // node 2's frames
    for (unsigned n = 0; n < 4; n++)
        scene->station(n, station);
    for (unsigned n = 1; n < 4; n++) {
        struct traffic_flow flow = {};
        flow.kind = TRAFFIC_SATURATED;
        flow.to = n == 3 ? TRAFFIC_TO_ALL : 0;
        flow.packet = 100 * n;
        flow.mode = n == 2 ? rf_mode{RF_RATE_HT_MCS7, true} : OFDM_54;
        flow.queue = 2;
        flow.qos = n == 2;
        scene->flow(n, flow);
    }
    finish(SIM_MS(200));
    std::string channel = "radio." + std::to_string(station.channel) + ".pcap";
    size_t frames = count(channel, "frame");
    EXPECT_GT(frames, 500u);
    for (const std::string &file : {channel, std::string("n0.pcap"), std::string("n2.pcap")}) {
        EXPECT_EQ(malformed(file), 0u) << file;
        EXPECT_EQ(count(file, "frame.time_delta < 0"), 0u) << file;
    }
    EXPECT_GT(count(channel, "wlan.fc.type_subtype == 0x1b"), 50u) << "RTS";
    EXPECT_GT(count(channel, "wlan.fc.type_subtype == 0x1d"), 100u) << "ACK";
    EXPECT_EQ(count(channel, "udp && ip.src == 10.1.0.2 && udp.length != 108"), 0u);
    EXPECT_GT(count(channel, "udp && ip.src == 10.1.0.2"), 50u) << "packets are read to the end";
    EXPECT_GT(count("n0.pcap", "wlan.fcs.status == 0"), 5u) << "collisions";
}

TEST_F(Captures, AKilledRunLeavesWholeRecords)
{
    open(2, {"a"});
    send(SIM_MS(1), 0, data(*scene, 0, 1));
    send(SIM_MS(2), 0, data(*scene, 0, 1));
    radio_pcap_flush(pcap);
    send(SIM_MS(3), 0, data(*scene, 0, 1));
    EXPECT_EQ(count("a.pcap.part", "frame"), 2u);
    EXPECT_EQ(radio_pcap_records(pcap), 6u) << "three in each of two files";
    // what overflows goes out with whole records, too
    for (unsigned n = 0; n < 200; n++)
        send(SIM_MS(10 + n), 0, data(*scene, 0, 1, 1500));
    EXPECT_GT(count("a.pcap.part", "frame"), 50u);
}

TEST_F(Captures, AFileThatCannotBeWrittenIsReportedOnce)
{
    open(2, {"a"});
    radio_pcap_abandon(pcap);
    pcap = nullptr;
    std::string nowhere = folder + "/missing";
    const char *names[] = {"a", "b"};
    struct radio_pcap_config config = {nowhere.c_str(), 2, names, true, log};
    EXPECT_NE(radio_pcap_create(&config, &pcap), SIM_OK);
    EXPECT_EQ(pcap, nullptr);
    EXPECT_EQ(log.lines.size(), 1u);
    rf_medium_observe(scene->medium, nullptr);
}

TEST(Radiotap, FieldsStandInTheirOrderAtTheirAlignment)
{
    uint8_t out[RADIOTAP_MAX];
    struct radiotap_frame frame = {};
    frame.mode = {RF_RATE_CCK_5_5, true};
    frame.channel = 14;
    frame.mpdu = SIM_US(0x0102030405);
    frame.received = true;
    frame.signal_dbm = -70.5;
    frame.noise_dbm = -93.9;
    size_t size = radiotap_write(&frame, out);
    const uint8_t expected[] = {
        0,    0,    25,   0,    0x6F, 0x08, 0, 0, // version, length, TSFT flags rate channel signal noise antenna
        0x05, 0x04, 0x03, 0x02, 0x01, 0,    0, 0, // TSFT
        0x12, 11,                                 // short preamble and FCS; 5.5 Mbit/s
        0xB4, 0x09, 0xA0, 0x00,                   // 2484 MHz, CCK in 2.4 GHz
        0xB9, 0xA2, 0,                            // -71 dBm, -94 dBm, antenna 0
    };
    ASSERT_EQ(size, sizeof expected);
    for (size_t i = 0; i < size; i++)
        EXPECT_EQ(out[i], expected[i]) << i;
}

} // namespace
