// SPDX-License-Identifier: Apache-2.0
// Scenario files: what they can say, and that whatever is wrong is said with file, line, column and a way out.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "sc_top/scenario/scenario.h"
#include "tests/support/captured_log.h"

namespace
{

using namespace vesper;

struct parsed {
    captured_log log;
    scenario s;
    sim_status status;

    explicit parsed(const std::string &text, const scenario_settings &settings = {})
        : status(scenario_parse(text, "dir/test.toml", settings, log, &s))
    {
    }
};

const std::string NODE = "[[node]]\nfirmware = 'hello.elf'\n";

std::string message(const std::string &text, const scenario_settings &settings = {})
{
    parsed p(text, settings);
    EXPECT_NE(p.status, SIM_OK);
    EXPECT_EQ(p.log.lines.size(), 1u);
    EXPECT_TRUE(p.s.node.empty()) << "nothing half-read";
    return p.log.text();
}

TEST(scenario, a_node_with_firmware_is_enough)
{
    parsed p(NODE);
    ASSERT_EQ(p.status, SIM_OK) << p.log.text();
    EXPECT_EQ(p.s.run.until, SIM_TIME_NEVER);
    EXPECT_EQ(p.s.run.seed, 1u);
    EXPECT_EQ(p.s.run.quantum, SIM_US(1));
    EXPECT_EQ(p.s.run.kernel, kernel::systemc);
    ASSERT_EQ(p.s.node.size(), 1u);
    EXPECT_EQ(p.s.node[0].firmware, "dir/hello.elf") << "relative to the scenario";
    EXPECT_EQ(p.s.node[0].strap, 0x13u);
    EXPECT_EQ(p.s.node[0].cpu_clock, 40000000u);
    EXPECT_EQ(p.s.node[0].flash_size, 4u << 20);
    EXPECT_EQ(p.s.node[0].uart0, "auto");
}

TEST(scenario, values_carry_their_units)
{
    parsed p("[run]\nuntil = '1.5ms'\nquantum = '250ns'\nseed = '0xff'\npace = 2\n"
             "[[node]]\nfirmware = '/fw.bin'\ncpu_clock = '240MHz'\nflash_size = '16 MB'\nmac = '24:0A:C4:00:00:10'\n"
             "[[gpio]]\npad = 4\nat = '10us'\nlevel = 'high'\n"
             "[[input]]\nat = '2s'\ntext = \"hi\\n\"\n");
    ASSERT_EQ(p.status, SIM_OK) << p.log.text();
    EXPECT_EQ(p.s.run.until, SIM_US(1500));
    EXPECT_EQ(p.s.run.quantum, SIM_NS(250));
    EXPECT_EQ(p.s.run.seed, 255u);
    EXPECT_EQ(p.s.run.pace, 2.0);
    EXPECT_EQ(p.s.node[0].firmware, "/fw.bin");
    EXPECT_EQ(p.s.node[0].cpu_clock, 240000000u);
    EXPECT_EQ(p.s.node[0].flash_size, 16u << 20);
    EXPECT_EQ(p.s.node[0].mac, "24:0a:c4:00:00:10");
    EXPECT_EQ(p.s.gpio[0].at, SIM_US(10));
    EXPECT_EQ(p.s.gpio[0].level, gpio_level::high);
    EXPECT_EQ(p.s.input[0].text, "hi\n");
}

TEST(scenario, unknown_names_come_with_a_suggestion)
{
    EXPECT_EQ(message("[run]\nutnil = '2s'\n" + NODE),
              "host dir/test.toml:2:1: unknown key 'utnil' in [run]; did you mean 'until'?");
    EXPECT_EQ(message("[[nodes]]\nfirmware = 'x'\n"),
              "host dir/test.toml:1:3: unknown section 'nodes'; did you mean 'node'?");
    EXPECT_EQ(message("[run]\nfirmware = 'x'\n"),
              "host dir/test.toml:2:1: unknown key 'firmware' in [run]; 'firmware' belongs to [node]");
    EXPECT_EQ(
        message("[bluetooth]\n"),
        "host dir/test.toml:1:2: unknown section 'bluetooth'; expected run, trace, node, network, gpio, analog, "
        "part, rtl, supply, input, output, radio, station, route, ap, client, interferer, wall, link, attenuator");
}

TEST(scenario, wrong_values_say_what_was_expected)
{
    EXPECT_EQ(message("[run]\nuntil = 2\n"),
              "host dir/test.toml:2:9: until: '2' has no unit; expected min, s, ms, us, ns or ps");
    EXPECT_EQ(message("[run]\nuntil = '2 sec'\n"),
              "host dir/test.toml:2:9: until: '2 sec' has the unknown unit 'sec'; expected min, s, ms, us, ns or ps");
    EXPECT_EQ(message("[run]\nuntil = '1.5ps'\n"), "host dir/test.toml:2:9: until: '1.5ps' is too large or too fine");
    EXPECT_EQ(message("[run]\nuntil = '99999999999999999999s'\n"),
              "host dir/test.toml:2:9: until: '99999999999999999999s' is too large or too fine");
    EXPECT_EQ(message("[run]\nuntil = true\n"),
              "host dir/test.toml:2:9: until: found boolean; expected a time such as 10ms");
    EXPECT_EQ(message("[run]\nseed = -1\n"),
              "host dir/test.toml:2:8: seed: '-1' is not a number; expected 0 to 18446744073709551615, or 0x...");
    EXPECT_EQ(message("[[node]]\ncpu_clock = '240Mhz'\n"),
              "host dir/test.toml:2:13: cpu_clock: '240Mhz' has the unknown unit 'Mhz'; expected GHz, MHz, kHz or Hz");
    EXPECT_EQ(message("[[node]]\nmac = '24:0a:c4'\n"),
              "host dir/test.toml:2:7: mac: '24:0a:c4' is not a MAC address; expected e.g. 24:0a:c4:00:00:01");
    EXPECT_EQ(message("[[node]]\nuart0 = 'usb'\n"),
              "host dir/test.toml:2:9: uart0: 'usb' is not a console; expected stdio, log, null, pty, file:PATH, "
              "pipe:PATH, tcp-listen:[HOST:]PORT, tcp-connect:[HOST:]PORT, tunnel:NETWORK or bridge:[ADDRESS:]PORT");
    EXPECT_EQ(message("[[gpio]]\nlevel = 'up'\n"),
              "host dir/test.toml:2:9: level: 'up' is not known here; expected low, high or release");
    EXPECT_EQ(message("[run]\nexpect = [1]\n"),
              "host dir/test.toml:2:10: expect: the list holds something that is no text");
}

TEST(scenario, tables_of_the_wrong_form_are_explained)
{
    EXPECT_EQ(message("[node]\nfirmware = 'x'\n"),
              "host dir/test.toml:1:1: [node] may occur many times; write [[node]]");
    EXPECT_EQ(message("[[run]]\n"), "host dir/test.toml:1:1: [[run]] occurs once only; write [run]");
    EXPECT_EQ(message("run = 5\n"), "host dir/test.toml:1:7: 'run' is a section; write [run]");
    EXPECT_NE(message("[run\n").find("host dir/test.toml:1:5: "), std::string::npos);
}

TEST(scenario, options_that_do_not_fit_together_are_refused)
{
    EXPECT_EQ(message(""), "host dir/test.toml: no [[node]]: there is nothing to simulate");
    EXPECT_EQ(message("[[node]]\n"),
              "host dir/test.toml:1:1: node.firmware is missing: every [[node]] needs a program to run, or flash");
    EXPECT_EQ(message(NODE + "count = 0\n"), "host dir/test.toml:3:9: count: 0 is out of range; expected 1 to 10000");
    EXPECT_EQ(message(NODE + "cpu_clock = '100MHz'\n"),
              "host dir/test.toml:3:13: cpu_clock: expected 40MHz, 80MHz, 160MHz or 240MHz");
    EXPECT_EQ(message(NODE + "name = 'a'\n" + NODE + "name = 'a'\n"),
              "host dir/test.toml:6:8: two nodes are called 'a'");
    EXPECT_EQ(message(NODE + "name = 'root'\n[[gpio]]\nnode = 'roof'\n"),
              "host dir/test.toml:5:8: gpio.node: there is no node 'roof'; did you mean 'root'?");
    EXPECT_EQ(message(NODE + "uart0 = 'stdio'\nuart1 = 'stdio'\n"),
              "host dir/test.toml:4:9: stdio is the console of several UARTs; it can serve one");
}

// A radio scene with everything in it that people get wrong.
TEST(scenario, a_scene_with_stations_needs_no_node)
{
    parsed p("[radio]\npath_loss = 'fixed'\nloss = 80\n"
             "[[station]]\nname = 'sink'\n"
             "[[station]]\nname = 'sender'\ncount = 10\nplacement = 'disc'\nradius = 5\nto = 'sink'\n"
             "traffic = 'saturated'\nrate = 'ht mcs7 short'\nposition = [1, 2.5]\n"
             "[[wall]]\nfrom = '0,0'\nto = '10,0'\n");
    ASSERT_EQ(p.status, SIM_OK) << p.log.text();
    const station_options &sender = p.s.station[1];
    EXPECT_EQ(p.s.radio.loss, 80);
    EXPECT_TRUE(std::isnan(p.s.radio.energy_detect)) << "the preset's";
    EXPECT_EQ(sender.rate.rate, RF_RATE_HT_MCS7);
    EXPECT_TRUE(sender.rate.short_form);
    EXPECT_EQ(sender.position.x, 1);
    EXPECT_EQ(sender.position.y, 2.5);
    EXPECT_EQ(sender.position.z, 0);
    EXPECT_TRUE(scenario_has_air(p.s));
    EXPECT_EQ(scenario_station_name(sender, 3, 4), "sender3");
}

TEST(scenario, places_and_ways_are_lists)
{
    parsed p(NODE + "count = 2\nplacement = 'list'\npositions = ['0,0', '1.5,-2,3']\nmobility = 'waypoints'\n"
                    "waypoints = ['0s 0,0', '1.5s 10,0,1']\n");
    ASSERT_EQ(p.status, SIM_OK) << p.log.text();
    const node_options &node = p.s.node[0];
    ASSERT_EQ(node.positions.size(), 2u);
    EXPECT_EQ(node.positions[1].y, -2);
    ASSERT_EQ(node.waypoints.size(), 2u);
    EXPECT_EQ(node.waypoints[1].time, SIM_MS(1500));
    std::string first = scenario_effective(p.s);
    captured_log log;
    scenario again;
    ASSERT_EQ(scenario_parse(first, "effective.toml", {}, log, &again), SIM_OK) << log.text();
    EXPECT_EQ(scenario_effective(again), first);
}

TEST(scenario, what_does_not_fit_the_air_is_refused)
{
    EXPECT_EQ(message("[run]\nquantum = '2us'\n" + NODE + "count = 2\n"),
              "host dir/test.toml:2:11: quantum: with a radio at most 1us, the MAC's own latency; radio.use = \"off\" "
              "takes the air away");
    EXPECT_EQ(parsed("[run]\nquantum = '2us'\n" + NODE).status, SIM_OK) << "one node has nobody to talk to";
    EXPECT_EQ(message("[[station]]\nrate = 'OFDM 55'\n").substr(0, 54),
              "host dir/test.toml:2:8: rate: 'OFDM 55' is not a rate;");
    EXPECT_EQ(message("[[station]]\nrate = 'OFDM 6 short'\n"),
              "host dir/test.toml:2:8: rate: 'OFDM 6 short': OFDM 6 has no short form");
    EXPECT_EQ(message("[[station]]\nname = 'a'\nto = 'b'\n[[station]]\nname = 'bb'\n"),
              "host dir/test.toml:3:6: station.to: there is no node or station 'b'; did you mean 'a'?");
    EXPECT_EQ(message("[[station]]\n[radio]\nchannel = 15\n"),
              "host dir/test.toml:3:11: channel: 15 is out of range; expected 1 to 14");
    EXPECT_EQ(message("[[station]]\ncw_min = 16\n"),
              "host dir/test.toml:2:10: cw_min: expected 2^n - 1, such as 15 or 1023");
    EXPECT_EQ(message("[[station]]\ncount = 3\nplacement = 'list'\npositions = ['1,1']\n"),
              "host dir/test.toml:4:13: positions: 1 places for 3: expected one for each");
    EXPECT_EQ(
        message("[[station]]\nposition = '1;2'\n"),
        "host dir/test.toml:2:12: position: '1;2' is not a place; expected metres x,y or x,y,z such as '12,3.5', up "
        "to 1e7");
    EXPECT_EQ(message("[[station]]\nwaypoints = ['2s 1,1', '1s 1,1']\n"),
              "host dir/test.toml:2:13: waypoints: times of waypoints must ascend");
    EXPECT_EQ(message("[[station]]\n[[link]]\nfrom = 'station0'\nto = 'station0'\n"),
              "host dir/test.toml:2:1: [[link]] is for radio.path_loss = \"matrix\"; did you mean [[attenuator]]?");
    EXPECT_EQ(message("[[ap]]\npassphrase = 'short'\n"),
              "host dir/test.toml:2:14: passphrase: expected 8 to 63 characters, or none for an open network");
    EXPECT_EQ(message("[[client]]\nssid = ''\n"), "host dir/test.toml:2:8: ssid: expected 1 to 32 bytes");
    EXPECT_EQ(message("[[ap]]\n[[station]]\n[[route]]\nat = 'ap0'\nto = 'station0'\nnext = 'station0'\n"),
              "host dir/test.toml:4:6: route.at: 'ap0' is no [[station]], and makes its own routes");
    EXPECT_EQ(message("[output]\npcap = true\n" + NODE),
              "host dir/test.toml:2:8: pcap: there is no folder to write to; give run.output or -o DIR");
}

TEST(scenario, settings_use_the_same_names_and_checks)
{
    parsed p(NODE, {{"run.until", "2s"},
                    {"node.0.cpu_clock", "240MHz"},
                    {"node.1.firmware", "b.elf"},
                    {"trace.patterns", "node0.uart0,!*.rx"},
                    {"run.expect", "['a,b', 'c']"}});
    ASSERT_EQ(p.status, SIM_OK) << p.log.text();
    EXPECT_EQ(p.s.run.until, SIM_S(2));
    EXPECT_EQ(p.s.node[0].cpu_clock, 240000000u);
    EXPECT_EQ(p.s.node[1].firmware, "b.elf") << "relative to where the command is typed";
    EXPECT_EQ(p.s.trace.patterns, (std::vector<std::string>{"node0.uart0", "!*.rx"}));
    EXPECT_EQ(p.s.run.expect, (std::vector<std::string>{"a,b", "c"}));

    EXPECT_EQ(message(NODE, {{"run.seeed", "1"}}),
              "host --set run.seeed: unknown key 'seeed' in [run]; did you mean 'seed'?");
    EXPECT_EQ(message(NODE, {{"node.firmware", "x"}}), "host --set node.firmware: expected node.NUMBER.KEY");
    EXPECT_EQ(message(NODE, {{"node.7.firmware", "x"}}), "host --set node.7.firmware: there is no [[node]] entry 7");
    EXPECT_EQ(message(NODE, {{"run.until", "soon"}}),
              "host --set run.until: 'soon' is not a time; expected a time such as 10ms");
}

TEST(scenario, the_effective_configuration_reads_back_to_itself)
{
    parsed p(
        "[run]\nuntil = '1500us'\nexpect = ['say \"hi\"\\', \"tab\\t\"]\npace = 0.25\nseed = '18446744073709551615'\n" +
        NODE + "name = 'a'\ncount = 3\nuart1 = 'file:log.txt'\n[[gpio]]\nat = '0'\nnode = 'a2'\n");
    ASSERT_EQ(p.status, SIM_OK) << p.log.text();
    std::string first = scenario_effective(p.s);
    EXPECT_NE(first.find("until = \"1500us\"\n"), std::string::npos) << first;
    EXPECT_NE(first.find("uart1 = \"file:dir/log.txt\"\n"), std::string::npos) << first;
    captured_log log;
    scenario again;
    ASSERT_EQ(scenario_parse(first, "effective.toml", {}, log, &again), SIM_OK) << log.text() << "\n" << first;
    EXPECT_EQ(scenario_effective(again), first);
}

TEST(scenario, nodes_are_named_and_counted)
{
    node_options node;
    node.count = 1;
    EXPECT_EQ(scenario_node_name(node, 0, 4), "node4");
    node.name = "leaf";
    EXPECT_EQ(scenario_node_name(node, 0, 4), "leaf");
    node.count = 2;
    EXPECT_EQ(scenario_node_name(node, 1, 5), "leaf1");
}

TEST(scenario, a_missing_file_is_said_so)
{
    captured_log log;
    scenario s;
    EXPECT_EQ(scenario_load("/nowhere/x.toml", {}, log, &s), SIM_NOT_FOUND);
    EXPECT_EQ(scenario_load("/tmp", {}, log, &s), SIM_IO);
    EXPECT_EQ(log.text(), "host /nowhere/x.toml: no such file|host /tmp: cannot be read; expected a scenario file");
}

// Rows are data; this holds for all of them.
TEST(scenario, every_default_is_a_valid_value_and_every_row_has_help)
{
    scenario s;
    for (const option_section &section : option_sections()) {
        for (std::size_t i = 0; i < section.count; i++) {
            const option &row = section.options[i];
            EXPECT_GT(std::string(row.help).size(), 3u) << section.key << "." << row.name;
            if (!*row.default_text)
                continue;
            void *value = row.member(section.entry(&s, 0));
            EXPECT_EQ(option_parse(row.kind, row.default_text, value), "") << section.key << "." << row.name;
            EXPECT_EQ(option_check_range(row, value), "") << section.key << "." << row.name;
            for (const char *limit : {row.low, row.high})
                EXPECT_EQ(*limit ? option_parse(row.kind, limit, value) : "", "") << section.key << "." << row.name;
        }
    }
}

} // namespace
