// SPDX-License-Identifier: Apache-2.0
// The access point's WPA2 is the standard's: tshark, which knows nothing of us, reads a capture of the air, follows the
// handshake with the passphrase, and decrypts what was said, to one station and to the group.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sc_top/out/radio_pcap.h"
#include "tests/support/bss_bench.h"
#include "tests/support/captured_log.h"

using bss::Bss;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;

namespace
{

class WpaCapture : public testing::Test
{
  protected:
    WpaCapture() : net(3)
    {
        folder = testing::TempDir() + "vesper_wpa_" + testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        const char *const names[3] = {nullptr, nullptr, nullptr};
        struct radio_pcap_config config = {folder.c_str(), 3, names, true, log};
        EXPECT_EQ(radio_pcap_create(&config, &pcap), SIM_OK);
        rf_medium_observe(net.medium, radio_pcap_observer(pcap));
    }
    ~WpaCapture() override
    {
        radio_pcap_abandon(pcap);
        if (!getenv("KEEP"))
            std::filesystem::remove_all(folder);
    }
    void start(enum ap_standard standard = AP_STANDARD_G)
    {
        auto config = Bss::secure_network("correct horse");
        auto client = Bss::secure_client("correct horse");
        config.standard = client.standard = standard;
        net.start_ap(config);
        for (unsigned node : {1u, 2u}) {
            client.start += SIM_MS(20);
            net.join(node, client);
        }
        net.run(SIM_S(1));
        ASSERT_EQ(net.members[1].state(), STA_CLIENT_CONNECTED);
    }
    // A UDP packet with its checksum left out, to a port that no dissector claims.
    bss::bytes udp(const bss::address &to, const bss::address &from, const std::string &text) const
    {
        bss::bytes frame(to.begin(), to.end());
        frame.insert(frame.end(), from.begin(), from.end());
        size_t ip = 20 + 8 + text.size(), payload = 8 + text.size();
        const uint8_t header[] = {0x08,
                                  0x00,
                                  0x45,
                                  0,
                                  (uint8_t)(ip >> 8),
                                  (uint8_t)ip,
                                  0,
                                  0,
                                  0,
                                  0,
                                  64,
                                  17,
                                  0,
                                  0,
                                  10,
                                  0,
                                  0,
                                  1,
                                  10,
                                  0,
                                  0,
                                  2,
                                  0xc3,
                                  0x50,
                                  0xc3,
                                  0x51,
                                  (uint8_t)(payload >> 8),
                                  (uint8_t)payload,
                                  0,
                                  0};
        frame.insert(frame.end(), std::begin(header), std::end(header));
        frame.insert(frame.end(), text.begin(), text.end());
        return frame;
    }
    void say(unsigned member, const bss::address &to, const std::string &text)
    {
        auto frame = udp(to, bss::node_address(member + 1), text);
        ASSERT_TRUE(sta_client_send(net.members[member].client, frame.data(), frame.size()));
        net.run(SIM_MS(20));
    }
    void inject(const bss::address &to, const std::string &text)
    {
        auto frame = udp(to, bss::HOST, text);
        ap_inject(net.ap, frame.data(), frame.size());
        net.run(SIM_MS(20));
    }
    std::vector<std::string> tshark(const std::string &passphrase, const std::string &arguments)
    {
        EXPECT_EQ(radio_pcap_finish(pcap), SIM_OK);
        pcap = nullptr;
        // Keys are given on the command line as in the preferences' table of 802.11 keys.
        std::string command = "HOME='" + folder + "' tshark -n -r '" + folder +
                              "/radio.1.pcap' -o wlan.enable_decryption:TRUE -o 'uat:80211_keys:\"wpa-pwd\",\"" +
                              passphrase + ":vesper\"' " + arguments + " > '" + folder + "/out' 2> '" + folder +
                              "/err'";
        EXPECT_EQ(std::system(command.c_str()), 0) << command;
        std::ifstream out(folder + "/out");
        std::vector<std::string> lines;
        for (std::string line; std::getline(out, line);)
            lines.push_back(line);
        return lines;
    }
    static std::string hex(const std::string &text)
    {
        std::string out;
        char digits[3];
        for (unsigned char c : text) {
            snprintf(digits, sizeof digits, "%02x", c);
            out += digits;
        }
        return out;
    }

    captured_log log;
    Bss net;
    std::string folder;
    struct radio_pcap *pcap = nullptr;
};

} // namespace

TEST_F(WpaCapture, TsharkNumbersTheMessagesOfTheHandshake)
{
    start();
    EXPECT_THAT(tshark("correct horse", "-Y eapol -T fields -e wlan_rsna_eapol.keydes.msgnr"),
                ElementsAre("1", "2", "3", "4", "1", "2", "3", "4"));
}

TEST_F(WpaCapture, TsharkDecryptsWhatWasSaidToOneAndToAll)
{
    start();
    say(0, bss::HOST, "up");
    say(0, bss::node_address(2), "across");
    inject(bss::ALL, "to all");
    ap_rekey_group(net.ap);
    net.run(SIM_MS(200));
    inject(bss::ALL, "with the new key");
    EXPECT_THAT(tshark("correct horse", "-Y 'udp and wlan.fc.protected == 1' -T fields -e data.data"),
                ElementsAre(hex("up"), hex("across"), hex("across"), hex("to all"), hex("with the new key")));
}

TEST_F(WpaCapture, TsharkDecryptsQosFramesToo)
{
    start(AP_STANDARD_N);
    say(0, bss::node_address(2), "across");
    EXPECT_THAT(tshark("correct horse", "-Y 'udp and wlan.fc.type_subtype == 0x28' -T fields -e data.data"),
                ElementsAre(hex("across"), hex("across")));
}

TEST_F(WpaCapture, AnotherPassphraseDecryptsNothing)
{
    start();
    say(0, bss::HOST, "up");
    EXPECT_TRUE(tshark("wrong horse", "-Y udp").empty());
}

TEST_F(WpaCapture, NoFrameOfTheAccessPointOrItsClientsIsMalformed)
{
    start(AP_STANDARD_N);
    sta_client_set_power_save(net.members[0].client, true);
    net.run(SIM_S(1));
    inject(bss::node_address(1), "kept");
    inject(bss::ALL, "kept, too");
    net.run(SIM_S(1));
    sta_client_disconnect(net.members[1].client);
    net.run(SIM_MS(100));
    EXPECT_THAT(tshark("correct horse", "-Y '_ws.malformed or wlan.fcs.status == 0'"), ElementsAre());
}

TEST_F(WpaCapture, TsharkReadsTheBeacon)
{
    start();
    auto lines = tshark("correct horse", "-Y wlan.fc.type_subtype==8 -T fields -E separator=, -e wlan.ssid "
                                         "-e wlan.fixed.beacon -e wlan.ds.current_channel -e wlan.tim.dtim_period "
                                         "-e wlan.rsn.gcs.type -e wlan.rsn.akms.type");
    ASSERT_GE(lines.size(), 9u);
    EXPECT_THAT(lines, Each(testing::AnyOf("vesper,100,1,2,4,2", hex("vesper") + ",100,1,2,4,2")));
}
