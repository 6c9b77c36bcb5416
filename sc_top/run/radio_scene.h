// SPDX-License-Identifier: Apache-2.0
// The air of a scenario: places, stations and interferers from its sections, and a radio for each node.
#ifndef VESPER_SC_TOP_RUN_RADIO_SCENE_H
#define VESPER_SC_TOP_RUN_RADIO_SCENE_H

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sc_top/air/air.h"
#include "sc_top/air/rtl_radio.h"
#include "sc_top/net/ap_cable.h"
#include "sc_top/node/baseband_port.h"
#include "sc_top/node/wifi_port.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

struct air_deleter {
    void operator()(air *a) const
    {
        air_destroy(a);
    }
};
struct wifi_port_deleter {
    void operator()(wifi_port *p) const
    {
        wifi_port_destroy(p);
    }
};
struct baseband_port_deleter {
    void operator()(baseband_port *p) const
    {
        baseband_port_destroy(p);
    }
};

struct ap_cable_deleter {
    void operator()(ap_cable *c) const
    {
        ap_cable_destroy(c);
    }
};

class radio_scene
{
  public:
    // Reads the files that the scenario names. Whatever is wrong has been reported.
    sim_status build(const scenario &what, struct log *log);

    // A radio for node `number`, before it is powered on.
    sim_status attach(const scenario &what, const node_options &options, unsigned number, struct node *model);

    // For nodes whose radio has parts in RTL: the waveform, or nullptr, and who is told when RTL and model differ.
    // Before the nodes are attached.
    void set_rtl(const trace_sink *sink, std::function<void(std::size_t, sim_time, const std::string &, bool)> differs);
    // By node; NULL: no RTL.
    const rtl_radio *rtl_of(unsigned number) const;
    // Before the waveform is written up to this time.
    void advance_rtl(sim_time now);

    // Sees everything from now on, beginning with the state of the radios that are there.
    void observe(const air_observer &observer);

    struct air *model() const
    {
        return made.get();
    }
    struct evq *queue() const
    {
        return air_evq(made.get());
    }

    // Access point `number` of the scenario, and its cable.
    struct ap *access_point(std::size_t number) const
    {
        return air_access_point(made.get(), aps[number].antenna);
    }
    struct ap_cable *cable(std::size_t number) const
    {
        return cables[number].get();
    }

    // Who is at an antenna.
    struct who {
        std::string name;
        std::uint8_t address[6];
        enum { NODE, STATION, AP, CLIENT, INTERFERER } kind;
    };
    const std::vector<who> &antennas() const
    {
        return people;
    }

  private:
    struct log *said = nullptr;
    std::vector<who> people;
    std::map<std::string, std::vector<unsigned>> groups; // by name of the entry
    std::vector<air_antenna> places;
    std::vector<air_station> stations;
    std::vector<air_ap> aps;
    std::vector<air_client> clients;
    std::vector<air_interferer> interferers;
    std::list<std::vector<rf_waypoint>> ways; // outlive the air, as does what follows
    std::list<std::vector<sim_time>> times;
    std::vector<std::unique_ptr<ap_cable, ap_cable_deleter>> cables; // of aps
    std::unique_ptr<air, air_deleter> made;
    const trace_sink *rtl_sink = nullptr;
    std::function<void(std::size_t, sim_time, const std::string &, bool)> rtl_differs;
    std::map<unsigned, std::unique_ptr<rtl_radio>> rtl_radios;                    // outlive their engines
    std::vector<std::unique_ptr<wifi_port, wifi_port_deleter>> ports;             // go before the air,
    std::vector<std::unique_ptr<baseband_port, baseband_port_deleter>> basebands; // and these before their radios

    template <typename T>
    sim_status place(const T &options, std::uint64_t count, const scenario &what, const std::vector<who> &named);
    template <typename T>
    sim_status positions(const T &options, std::uint64_t count, std::uint64_t seed, std::vector<rf_position> *result);
    template <typename T> rf_movement movement(const T &options, const rf_position &first, const rf_position &own);
    sim_status place_all(const scenario &what);
    sim_status add_station(const scenario &what, const station_options &options, std::uint64_t index, unsigned antenna);
    sim_status add_stations(const scenario &what);
    sim_status add_networks(const scenario &what);
    void add_interferers(const scenario &what);
    unsigned first_of(int kind) const;
    sim_status read_times(const std::string &path, std::vector<sim_time> *result);
    sim_status read_matrix(const std::string &path);
    unsigned find(const std::string &name) const;
    std::vector<unsigned> find_all(const std::string &name) const;
    void put_rtl(const node_options &options, unsigned number, struct dcf *engine);
    sim_status report(const std::string &place, const std::string &text, sim_status status) const;
};

} // namespace vesper
#endif
