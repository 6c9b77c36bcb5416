// SPDX-License-Identifier: Apache-2.0
// What must hold between options. Ranges of single options stand in options.def.
#include <set>

#include "net_bridge/net_forward.h"
#include "peripherals/flash_chip/flash_chip.h"
#include "peripherals/psram_chip/psram_chip.h"
#include "rf_channel/propagation.h"
#include "sc_top/scenario/scenario_priv.h"

namespace vesper
{
namespace
{

// Who has which name.
struct known_names {
    std::set<std::string> nodes, stations, antennas; // antennas: all that receive
    std::set<std::string> groups, node_groups;
};

class checker
{
  public:
    checker(const scenario &what, const option_places &given) : s(what), places(given)
    {
    }

    void run()
    {
        if (s.node.empty() && s.station.empty() && s.ap.empty() && s.client.empty() && s.interferer.empty())
            reject("run", 0, "", "no [[node]]: there is nothing to simulate");
        check_run();
        each("node", s.node, [this](const node_options &node, std::size_t i) { check_node(node, i); });
        check_stdio();
        each("station", s.station,
             [this](const station_options &station, std::size_t i) { check_station(station, i); });
        each("ap", s.ap, [this](const ap_options &ap, std::size_t i) {
            check_network("ap", i, ap.ssid, ap.passphrase);
            check_antenna("ap", i, ap, 1);
        });
        each("client", s.client, [this](const client_options &client, std::size_t i) {
            check_network("client", i, client.ssid, client.passphrase);
            check_antenna("client", i, client, client.count);
        });
        each("interferer", s.interferer,
             [this](const interferer_options &item, std::size_t i) { check_interferer(item, i); });
        each("network", s.network, [this](const network_options &network, std::size_t i) { check_host(network, i); });
        each("rtl", s.rtl, [this](const rtl_options &rtl, std::size_t i) { check_rtl(rtl, i); });
        check_names();
        check_air();
    }

  private:
    const scenario &s;
    const option_places &places;
    known_names known;
    std::set<std::string> networks;

    [[noreturn]] void reject(const std::string &section, std::size_t index, const std::string &name,
                             const std::string &text) const
    {
        throw scenario_error{places.find(section, index, name), text};
    }

    template <typename T, typename F> void each(const char *section, const std::vector<T> &list, F check)
    {
        constexpr std::size_t ENTRIES_MAX = 10000;
        if (list.size() > ENTRIES_MAX)
            reject(section, ENTRIES_MAX, "", std::string("more than 10000 [[") + section + "]] entries");
        for (std::size_t i = 0; i < list.size(); i++)
            check(list[i], i);
    }

    void check_run()
    {
        for (auto [texts, name] :
             {std::make_pair(&s.run.expect, "expect"), std::make_pair(&s.run.stop_on, "stop_on"),
              std::make_pair(&s.run.fail_on, "fail_on"), std::make_pair(&s.run.panic_on, "panic_on")})
            for (const std::string &text : *texts)
                if (text.empty() || text.size() > 256)
                    reject("run", 0, name, std::string(name) + ": expected texts of 1 to 256 bytes");
        if (s.run.quantum > SIM_US(1) && scenario_has_air(s))
            reject("run", 0, "quantum",
                   "quantum: with a radio at most 1us, the MAC's own latency; radio.use = \"off\" takes the air away");
        if (s.run.quantum > SIM_US(1) && scenario_has_networks(s))
            reject("run", 0, "quantum", "quantum: with a [[network]] at most 1us, less than the shortest frame takes");
        if (!s.run.record.empty() && !s.run.replay.empty())
            reject("run", 0, "replay", "replay: there is nothing to record in a replay; take record away");
        if (s.output.pcap)
            need_folder("output", 0, "pcap");
    }

    void check_node(const node_options &node, std::size_t i)
    {
        if ((node.flash_size & (node.flash_size - 1)) != 0)
            reject("node", i, "flash_size", "flash_size is not a power of two");
        if (node.firmware.empty() && node.flash.empty())
            reject("node", i, "firmware", "node.firmware is missing: every [[node]] needs a program to run, or flash");
        if (!node.firmware.empty() && !node.flash.empty())
            reject("node", i, "flash",
                   "node.firmware and node.flash are both given: the one is started by Vesper, the "
                   "other by the mask ROM");
        if (node.psram_size != 0 && !psram_chip_size_is_made(static_cast<std::uint32_t>(node.psram_size)))
            reject("node", i, "psram_size", "psram_size: expected 0, 2MB, 4MB or 8MB");
        if (!node.flash_chip.empty() && !flash_part_named(node.flash_chip.c_str()))
            reject("node", i, "flash_chip", "flash_chip: there is no part '" + node.flash_chip + "'");
        if (node.flash_write_back && (node.flash.empty() || node.count > 1))
            reject("node", i, "flash_write_back", "flash_write_back needs node.flash, and one node only");
        if (!node.flash_save.empty())
            need_folder("node", i, "flash_save");
        if (node.cpu_clock != 40000000 && node.cpu_clock != 80000000 && node.cpu_clock != 160000000 &&
            node.cpu_clock != 240000000)
            reject("node", i, "cpu_clock", "cpu_clock: expected 40MHz, 80MHz, 160MHz or 240MHz");
        if (!node.ethernet_pcap.empty() && node.ethernet.empty())
            reject("node", i, "ethernet_pcap", "ethernet_pcap: there is no cable; give node.ethernet");
        if (!node.ethernet_pcap.empty())
            need_folder("node", i, "ethernet_pcap");
        check_antenna("node", i, node, node.count);
    }

    void check_stdio() const
    {
        std::uint64_t users = 0;
        for (std::size_t i = 0; i < s.node.size(); i++)
            for (auto [console, name] :
                 {std::make_pair(&s.node[i].uart0, "uart0"), std::make_pair(&s.node[i].uart1, "uart1"),
                  std::make_pair(&s.node[i].uart2, "uart2")})
                if (*console == "stdio" && (users += s.node[i].count) > 1)
                    reject("node", i, name, "stdio is the console of several UARTs; it can serve one");
    }

    void check_station(const station_options &station, std::size_t i)
    {
        auto window = [&](const char *name, std::uint64_t value) {
            if (value & (value + 1))
                reject("station", i, name, std::string(name) + ": expected 2^n - 1, such as 15 or 1023");
        };
        window("cw_min", station.cw_min);
        window("cw_max", station.cw_max);
        if (station.cw_max != 0 && station.cw_max < station.cw_min)
            reject("station", i, "cw_max", "cw_max is below cw_min");
        if (station.traffic == traffic_pattern::file && station.traffic_file.empty())
            reject("station", i, "traffic", "traffic = file: traffic_file is missing");
        if (station.traffic != traffic_pattern::none && !station.to.empty() && station.count == 1 &&
            station.to == station.name)
            reject("station", i, "to", "to: a station does not send to itself");
        check_antenna("station", i, station, station.count);
    }

    void check_network(const char *section, std::size_t i, const std::string &ssid, const std::string &phrase) const
    {
        if (ssid.empty() || ssid.size() > 32 || ssid.find('\0') != std::string::npos)
            reject(section, i, "ssid", "ssid: expected 1 to 32 bytes");
        if (!phrase.empty() && (phrase.size() < 8 || phrase.size() > 63 || phrase.find('\0') != std::string::npos))
            reject(section, i, "passphrase", "passphrase: expected 8 to 63 characters, or none for an open network");
    }

    void check_host(const network_options &network, std::size_t i)
    {
        bool stream = network.backend == host_backend::listen || network.backend == host_backend::connect;
        bool tap = network.backend == host_backend::tap, datagram = network.backend == host_backend::datagram;
        if (!networks.insert(scenario_network_name(network, i)).second)
            reject("network", i, "name", "two networks are called '" + scenario_network_name(network, i) + "'");
        if (network.address.empty() && (stream || tap || datagram))
            reject("network", i, "backend",
                   std::string("address is missing: ") + (tap      ? "the TAP interface"
                                                          : stream ? "such as tcp:127.0.0.1:5555"
                                                                   : "the path of our socket"));
        if (network.peer.empty() && datagram)
            reject("network", i, "backend", "peer is missing: the path of the other process's socket");
        if (network.backend != host_backend::slirp && !network.forwards.empty())
            reject("network", i, "forwards", "forwards: only slirp has them");
        for (const std::string &text : network.forwards) {
            net_forward parsed;
            if (net_forward_parse(text.c_str(), &parsed) != SIM_OK)
                reject("network", i, "forwards",
                       "'" + text + "' is no forward; expected e.g. tcp:127.0.0.1:8000-10.0.2.15:80");
        }
        std::uint32_t address, mask;
        if (net_network_parse(network.subnet.c_str(), &address, &mask) != SIM_OK)
            reject("network", i, "subnet",
                   "subnet: '" + network.subnet + "' is no network; expected one like 10.0.2.0/24, /8 to /29");
        for (auto [name, text] : {std::make_pair("host", &network.host), std::make_pair("dns", &network.dns),
                                  std::make_pair("dhcp_start", &network.dhcp_start)}) {
            std::uint32_t given = 0;
            if (!text->empty() && (net_address_parse(text->c_str(), &given) != SIM_OK || (given & mask) != address))
                reject("network", i, name, std::string(name) + ": '" + *text + "' is no address of " + network.subnet);
        }
        if (network.interval % s.run.quantum != 0)
            reject("network", i, "interval", "interval: expected a multiple of run.quantum");
        if (!network.pcap.empty())
            need_folder("network", i, "pcap");
    }

    void need_folder(const char *section, std::size_t i, const char *name) const
    {
        if (s.run.output.empty())
            reject(section, i, name, std::string(name) + ": there is no folder to write to; give run.output or -o DIR");
    }

    void check_rtl(const rtl_options &rtl, std::size_t i)
    {
        if (rtl.file.empty() == rtl.sources.empty())
            reject("rtl", i, rtl.file.empty() ? "" : "sources", "rtl: expected either file or sources");
        if (!rtl.file.empty() && !rtl.build.empty())
            reject("rtl", i, "build", "build: goes with sources; a file is built already");
        if (rtl.base % 256 != 0 || rtl.base < 0x3FF40000 || rtl.base > 0x3FF7FF00)
            reject("rtl", i, "base", "base: expected a multiple of 256 from 0x3FF40000 to 0x3FF7FF00");
        if ((rtl.size & (rtl.size - 1)) != 0 || (rtl.size != 0 && rtl.size < 256))
            reject("rtl", i, "size", "size: expected a power of two, 256 bytes or more");
        if (rtl.coverage && s.run.output.empty())
            reject("rtl", i, "coverage", "coverage: there is no folder to write to; give run.output or -o DIR");
    }

    void check_interferer(const interferer_options &item, std::size_t i)
    {
        if (item.on != 0 && item.on < SIM_US(1))
            reject("interferer", i, "on", "on: expected 1us or more");
        if (item.period != 0 && item.on > item.period)
            reject("interferer", i, "on", "on: a burst is longer than the period");
        if (item.stop <= item.start)
            reject("interferer", i, "stop", "stop: not after start");
        check_antenna("interferer", i, item, 1);
    }

    template <typename T>
    void check_antenna(const char *section, std::size_t i, const T &antenna, std::uint64_t count) const
    {
        if (antenna.placement == placement::list && antenna.positions.size() != count)
            reject(section, i, "positions",
                   "positions: " + std::to_string(antenna.positions.size()) + " places for " + std::to_string(count) +
                       ": expected one for each");
        if (antenna.placement == placement::file && antenna.positions_file.empty())
            reject(section, i, "placement", "placement = file: positions_file is missing");
        if (antenna.mobility == mobility::waypoints && antenna.waypoints.empty())
            reject(section, i, "mobility", "mobility = waypoints: waypoints are missing");
        if (antenna.speed_low > antenna.speed_high)
            reject(section, i, "speed_low", "speed_low is above speed_high");
        const rf_position &low = antenna.area_low, &high = antenna.area_high;
        if (antenna.mobility == mobility::random && (low.x > high.x || low.y > high.y || low.z > high.z))
            reject(section, i, "area_low", "area_low: expected no coordinate above that of area_high");
    }

    void know(const char *section, std::size_t i, const std::string &name)
    {
        if (!known.antennas.insert(name).second)
            reject(section, i, "name", "two nodes are called '" + name + "'");
    }

    template <typename T, typename F>
    void collect(const char *section, const std::vector<T> &list, F name_of, std::set<std::string> *kind)
    {
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < list.size(); i++) {
            for (std::uint64_t k = 0; k < list[i].count; k++) {
                std::string name = name_of(list[i], k, number++);
                know(section, i, name);
                if (kind)
                    kind->insert(name);
            }
            if (!list[i].name.empty() && list[i].count > 1)
                (kind == &known.nodes ? known.node_groups : known.groups).insert(list[i].name);
        }
    }

    // Every option that names somebody.
    void check_names()
    {
        collect("node", s.node, scenario_node_name, &known.nodes);
        collect("station", s.station, scenario_station_name, &known.stations);
        for (std::size_t i = 0; i < s.ap.size(); i++)
            know("ap", i, scenario_ap_name(s.ap[i], i));
        collect("client", s.client, scenario_client_name, nullptr);
        auto *source = const_cast<scenario *>(&s); // rows hand out members for reading and writing
        for (const option_section &section : option_sections())
            for (std::size_t i = 0; i < section.entries(&s); i++)
                for (std::size_t k = 0; k < section.count; k++) {
                    const option &row = section.options[k];
                    void *value = row.member(section.entry(source, i));
                    if (row.kind == option_kind::NODE)
                        check_name(section, i, row, *static_cast<std::string *>(value));
                    if (row.kind == option_kind::CONSOLE)
                        check_uart_end(section.key, i, row.name, *static_cast<std::string *>(value));
                    if (row.kind == option_kind::NETWORK)
                        check_network_name(section.key, i, row.name, *static_cast<std::string *>(value));
                }
    }

    void check_uart_end(const char *section, std::size_t i, const char *option, const std::string &end) const
    {
        if (end.rfind(SCENARIO_TUNNEL, 0) == 0)
            check_network_name(section, i, option, end.substr(std::string(SCENARIO_TUNNEL).size()));
        if (end.rfind(SCENARIO_BRIDGE, 0) == 0 && s.node[i].count > 1)
            reject(section, i, option, std::string(option) + ": a bridge's port serves one node, not count of them");
    }

    void check_network_name(const char *section, std::size_t i, const char *option, const std::string &name) const
    {
        if (name.empty() || networks.count(name))
            return;
        std::string help = did_you_mean(name, {networks.begin(), networks.end()});
        if (networks.empty())
            help = "; write a [[network]] with name = \"" + name + "\"";
        reject(section, i, option, std::string(section) + "." + option + ": there is no network '" + name + "'" + help);
    }

    void check_name(const option_section &section, std::size_t i, const option &row, const std::string &name) const
    {
        std::string key = section.key, option_name = row.name;
        const std::set<std::string> concern_nodes = {"gpio", "input", "analog", "part", "rtl", "supply"};
        bool node = concern_nodes.count(key) != 0;
        bool group = node || key == "link" || key == "attenuator";
        std::set<std::string> groups = known.node_groups;
        if (!node)
            groups.insert(known.groups.begin(), known.groups.end());
        const auto &set = node ? known.nodes : known.antennas;
        bool needed = key == "link" || key == "route" || (key == "attenuator" && option_name == "from");
        if (name.empty() && needed)
            reject(key, i, option_name, key + "." + option_name + " is missing");
        if (name.empty() || set.count(name) || (group && groups.count(name)))
            return;
        std::vector<std::string> candidates(set.begin(), set.end());
        if (group)
            candidates.insert(candidates.end(), groups.begin(), groups.end());
        reject(key, i, option_name,
               key + "." + option_name + ": there is no " + (node ? "node '" : "node or station '") + name + "'" +
                   did_you_mean(name, candidates));
    }

    void check_air() const
    {
        if (!scenario_has_air(s)) {
            if (!s.station.empty() || !s.ap.empty() || !s.client.empty())
                reject("radio", 0, "use", "use: there are stations, access points or clients, which need the air");
            return;
        }
        std::size_t antennas = known.antennas.size() + s.interferer.size();
        if (antennas > RF_NODES_MAX)
            reject("radio", 0, "",
                   std::to_string(antennas) + " antennas; the air has room for " + std::to_string(RF_NODES_MAX));
        if (s.radio.path_loss == path_loss::matrix && s.radio.matrix_file.empty() && s.link.empty())
            reject("radio", 0, "path_loss", "path_loss = matrix: there is neither matrix_file nor [[link]]");
        if (s.radio.path_loss != path_loss::matrix && !s.link.empty())
            reject("link", 0, "", "[[link]] is for radio.path_loss = \"matrix\"; did you mean [[attenuator]]?");
        for (std::size_t i = 0; i < s.route.size(); i++)
            if (!known.stations.count(s.route[i].at))
                reject("route", i, "at",
                       "route.at: '" + s.route[i].at + "' is no [[station]], and makes its own routes");
    }
};

} // namespace

void scenario_check(const scenario &s, const option_places &places)
{
    checker(s, places).run();
}

} // namespace vesper
