// SPDX-License-Identifier: Apache-2.0
// A scenario: what is simulated, for how long, and what is written about it. Read from one TOML file, changed by
// `--set`, checked as a whole before anything is built.
#ifndef VESPER_SC_TOP_SCENARIO_SCENARIO_H
#define VESPER_SC_TOP_SCENARIO_SCENARIO_H

#include <string>
#include <utility>
#include <vector>

#include "bus/base/log.h"
#include "bus/base/status.h"
#include "sc_top/scenario/option.h"

namespace vesper
{

// struct run_options { option_TIME until; ... }, one for each section of options.def.
#define SECTION(id, key, times, text) struct id##_options {
#define RANGED(section, name, kind, default_text, low, high, help) option_##kind name{};
#define SECTION_END(id, times)                                                                                         \
    }                                                                                                                  \
    ;
#include "sc_top/scenario/options.def"

// struct scenario { run_options run; ... std::vector<node_options> node; ... }
struct scenario {
#define SECTION_ONE(id) id##_options id;
#define SECTION_MANY(id) std::vector<id##_options> id;
#define SECTION(id, key, times, text) SECTION_##times(id)
#include "sc_top/scenario/options.def"
#undef SECTION_ONE
#undef SECTION_MANY
};

// One section as data, for help, documents and checks.
struct option_section {
    const char *key;
    bool many; // [[key]]
    const char *help;
    const option *options;
    std::size_t count;
    // Entry `index` of a scenario, for [key] the only one. Appends the entry, with defaults, when it is the next one;
    // NULL when that would leave a gap.
    void *(*entry)(struct scenario *scenario, std::size_t index);
    std::size_t (*entries)(const struct scenario *scenario);
};
struct option_section_list {
    const option_section *first, *last;
    const option_section *begin() const
    {
        return first;
    }
    const option_section *end() const
    {
        return last;
    }
};
option_section_list option_sections();

// Options of `--set`: "run.until" and "2s", "node.0.firmware" and "hello.elf".
using scenario_settings = std::vector<std::pair<std::string, std::string>>;
// Not an option's name: a forward for the scenario's slirp network, which is made when there is none.
constexpr const char *SCENARIO_FORWARD = "--forward";

// Reads the file, applies the settings in their order, and checks. On any other status than SIM_OK there was one
// message (file:line:column where there is a file) and *result is untouched.
sim_status scenario_load(const std::string &path, const scenario_settings &settings, struct log *log, scenario *result);

// As scenario_load for text that is in memory; `path` is for messages, and paths in the text are relative to it.
sim_status scenario_parse(const std::string &text, const std::string &path, const scenario_settings &settings,
                          struct log *log, scenario *result);

// The scenario that `vesper run --firmware FILE` means: one node with that firmware.
sim_status scenario_default(const std::string &firmware, const scenario_settings &settings, struct log *log,
                            scenario *result);

// Ends of a UART that lead into a [[network]], or to a byte bridge at a TCP port.
constexpr const char *SCENARIO_TUNNEL = "tunnel:", *SCENARIO_BRIDGE = "bridge:";

// Whether the run needs what net_scene.h makes.
bool scenario_has_networks(const scenario &scenario);

// What a record of host input depends on: all options but those of files, of the host and of when the run ends; one a
// line.
std::string scenario_fingerprint(const scenario &scenario);

// The whole scenario, every option spelled out, as TOML that scenario_parse reads back to the same.
std::string scenario_effective(const scenario &scenario);

// Name of replica `index` of a node entry; `number` counts all nodes of the run. The same for stations and interferers,
// each with a count of its own.
std::string scenario_node_name(const node_options &node, std::uint64_t index, std::uint64_t number);
std::string scenario_station_name(const station_options &station, std::uint64_t index, std::uint64_t number);
std::string scenario_ap_name(const ap_options &ap, std::uint64_t number);
std::string scenario_client_name(const client_options &client, std::uint64_t index, std::uint64_t number);
std::string scenario_network_name(const network_options &network, std::uint64_t number);
std::string scenario_interferer_name(const interferer_options &interferer, std::uint64_t number);

// Whether an option `node` means this node: empty means all, a group's name all of the group.
bool scenario_means_node(const std::string &option, const node_options &node, const std::string &name);

// Its base MAC address: Espressif's own range, counted up by 4, as real chips are: three more interfaces take the
// addresses in between (shared facts, 3.6).
void scenario_node_mac(const node_options &node, std::uint64_t index, std::uint64_t number, std::uint8_t mac[6]);
// Of a station, access point or client with this option `mac`; number counts all antennas.
void scenario_station_mac(const std::string &mac, std::uint64_t index, std::uint64_t number, std::uint8_t result[6]);

// Whether the run has an air (radio.use).
bool scenario_has_air(const scenario &scenario);

} // namespace vesper
#endif
