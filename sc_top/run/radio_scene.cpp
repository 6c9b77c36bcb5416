// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/radio_scene.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

#include "rf_channel/channels.h"
#include "rf_channel/num.h"
#include "sc_top/node/node.h"

namespace vesper
{
namespace
{

// To the micrometre: the last bits of sine and cosine are the host's.
double settled(double metres)
{
    return std::round(metres * 1e6) / 1e6;
}

rf_position moved(const rf_position &from, double x, double y)
{
    return {settled(from.x + x), settled(from.y + y), from.z};
}

// Lines of a text file without comments and blanks; `take` says what is wrong with one. Returns what is wrong with the
// file, and in *place where.
std::string read_lines(const std::string &path, std::string *place,
                       const std::function<std::string(const std::string &)> &take)
{
    std::ifstream file(path);
    *place = path;
    if (!file)
        return "cannot be read";
    std::string line;
    for (unsigned number = 1; std::getline(file, line); number++) {
        line.resize(std::min(line.size(), line.find('#')));
        line.erase(0, line.find_first_not_of(" \t\r"));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        std::string problem = line.empty() ? std::string{} : take(line);
        *place = path + ":" + std::to_string(number);
        if (!problem.empty())
            return problem;
    }
    *place = path;
    return {};
}

rf_propagation_config propagation_of(const radio_options &o)
{
    static constexpr rf_path_loss paths[] = {RF_PATH_FREE_SPACE, RF_PATH_LOG_DISTANCE, RF_PATH_TWO_RAY, RF_PATH_FIXED,
                                             RF_PATH_MATRIX};
    static constexpr rf_fading fadings[] = {RF_FADING_NONE, RF_FADING_RAYLEIGH, RF_FADING_RICIAN};
    rf_propagation_config c = rf_propagation_defaults();
    c.path = paths[static_cast<unsigned>(o.path_loss)];
    c.frequency_hz = static_cast<double>(o.frequency);
    c.exponent = o.exponent;
    c.reference_m = o.reference;
    c.reference_loss_db = o.reference_loss;
    c.fixed_loss_db = o.loss;
    c.shadowing_sigma_db = o.shadowing;
    c.fading = fadings[static_cast<unsigned>(o.fading)];
    c.rician_k_db = o.rician_k;
    c.delay = o.delay;
    return c;
}

rf_medium_config medium_of(const radio_options &o)
{
    rf_medium_config c = o.preset == radio_preset::ns3 ? rf_medium_ns3() : rf_medium_defaults();
    auto replace = [](double *value, double given) { *value = std::isnan(given) ? *value : given; };
    c.noise_figure_db = o.noise_figure;
    c.preamble_window = o.preamble_window;
    c.cull_below_noise_db = o.cull;
    replace(&c.energy_detect_dbm, o.energy_detect);
    replace(&c.preamble_dsss_snr_db, o.preamble_snr_dsss);
    replace(&c.preamble_ofdm_snr_db, o.preamble_snr_ofdm);
    replace(&c.preamble_rssi_dbm, o.preamble_rssi);
    return c;
}

rf_error_kind errors_of(error_model model)
{
    return model == error_model::nist ? RF_ERROR_NIST : model == error_model::yans ? RF_ERROR_YANS : RF_ERROR_TABLE;
}

// Contention of a standard at 2.4 GHz: IEEE 802.11-2020, tables 15-5, 18-5 and 9-155 (default EDCA parameters).
void set_contention(const station_options &o, station_config *c)
{
    static constexpr station_queue_config edca[STATION_QUEUES] = {{3, 7, 2}, {7, 15, 2}, {15, 1023, 3}, {15, 1023, 7}};
    unsigned cw_min = o.standard == wifi_standard::b ? 31 : 15;
    c->mac.edca = o.standard == wifi_standard::n;
    for (unsigned i = 0; i < STATION_QUEUES; i++) {
        station_queue_config *queue = &c->queue[i];
        *queue = c->mac.edca ? edca[i] : station_queue_config{cw_min, 1023, 2};
        queue->cw_min = o.cw_min ? static_cast<unsigned>(o.cw_min) : queue->cw_min;
        queue->cw_max = std::max(o.cw_max ? static_cast<unsigned>(o.cw_max) : queue->cw_max, queue->cw_min);
        queue->aifsn = o.aifsn ? static_cast<unsigned>(o.aifsn) : queue->aifsn;
    }
}

dcf_config mac_of(const radio_options &o)
{
    dcf_config c = dcf_defaults();
    if (!o.short_slot)
        c.slot = SIM_US(20);
    return c;
}

station_config station_of(const radio_options &radio, const station_options &o)
{
    station_config c = station_defaults();
    bool ns3 = radio.preset == radio_preset::ns3;
    c.mac = mac_of(radio);
    c.mac.power_dbm = c.power_dbm = o.tx_power;
    if (o.standard == wifi_standard::b)
        c.mac.slot = SIM_US(20);
    set_contention(o, &c);
    if (ns3) {
        c.mac.idle_rule = c.mac.edca ? DCF_IDLE_SLOT : DCF_IDLE_WHOLE_IFS;
        c.mac.idle_at_rx_end = true;
    }
    c.channel = static_cast<unsigned>(o.channel ? o.channel : radio.channel);
    c.rts_mode = {o.standard == wifi_standard::b ? RF_RATE_DSSS_1 : RF_RATE_OFDM_6, false};
    c.rts_threshold = o.rts ? 1 : static_cast<unsigned>(o.rts_threshold);
    c.protect = o.protect;
    // ns-3 3.37 has one limit, and gives up no frame that is sent with RTS (reference data, trap 6).
    c.retry_limit = ns3 && o.rts ? 0 : static_cast<unsigned>(o.retry_limit);
    c.long_retry_limit = ns3 ? c.retry_limit : static_cast<unsigned>(o.long_retry_limit);
    c.fallback_after = static_cast<unsigned>(o.fallback);
    c.queue_limit = static_cast<unsigned>(o.queue);
    c.lifetime = o.lifetime == SIM_TIME_NEVER ? 0 : o.lifetime;
    return c;
}

rf_interferer_config interferer_of(const interferer_options &o, unsigned antenna, unsigned channel)
{
    auto megahertz = [](std::uint64_t hz) { return static_cast<double>(hz) / 1e6; };
    rf_interferer_config c = {};
    switch (o.kind) {
    case interferer_kind::ble:
        c = rf_interferer_ble(antenna);
        break;
    case interferer_kind::microwave:
        c = rf_interferer_microwave(antenna);
        break;
    case interferer_kind::jammer:
        c.kind = RF_INTERFERER_JAMMER;
        c.node = antenna;
        c.power_dbm = 20;
        c.period = o.period ? o.period : SIM_MS(1);
        c.on = c.period;
        c.centre_mhz = rf_channel_mhz(channel);
        c.width_mhz = 20;
        break;
    }
    c.power_dbm = std::isnan(o.power) ? c.power_dbm : o.power;
    c.start = o.start;
    c.period = o.period ? o.period : c.period;
    c.on = std::min(o.on ? o.on : c.on, c.period);
    c.centre_mhz = o.centre ? megahertz(o.centre) : c.centre_mhz;
    c.width_mhz = o.width ? megahertz(o.width) : c.width_mhz;
    c.sweep_mhz = o.sweep ? megahertz(o.sweep) : c.sweep_mhz;
    return c;
}

} // namespace

sim_status radio_scene::report(const std::string &place, const std::string &text, sim_status status) const
{
    log_at(said, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, place.c_str(), "%s", text.c_str());
    return status;
}

// --- places ---------------------------------------------------------------------------------------------------------

template <typename T>
sim_status radio_scene::positions(const T &options, std::uint64_t count, std::uint64_t seed,
                                  std::vector<rf_position> *result)
{
    constexpr double PI = 3.14159265358979323846;
    std::uint64_t columns = options.columns;
    while (columns * columns < count && options.columns == 0)
        columns++;
    std::string where, problem;
    switch (options.placement) {
    case placement::list:
        *result = options.positions;
        return SIM_OK;
    case placement::file:
        problem = read_lines(options.positions_file, &where, [&](const std::string &line) {
            result->emplace_back();
            return option_parse(option_kind::POSITION, line, &result->back());
        });
        if (problem.empty() && result->size() < count)
            problem = std::to_string(result->size()) + " places for " + std::to_string(count);
        result->resize(count);
        return problem.empty() ? SIM_OK : report(where, problem, SIM_BAD_FORMAT);
    default:
        break;
    }
    for (std::uint64_t i = 0; i < count; i++) {
        std::uint64_t row = i / columns;
        double step = options.spacing * static_cast<double>(i), angle = options.direction / 180 * PI;
        struct rng rng;
        switch (options.placement) {
        case placement::line:
            result->push_back(moved(options.position, step * std::cos(angle), step * std::sin(angle)));
            break;
        case placement::grid:
            result->push_back(moved(options.position, options.spacing * static_cast<double>(i % columns),
                                    options.spacing * static_cast<double>(row)));
            break;
        case placement::disc: {
            // Antenna numbers go on; the same scenario has the same places.
            rng_init(&rng, seed, static_cast<std::uint32_t>(places.size() + i), "placement.disc");
            double radius = options.radius * std::sqrt(num_uniform(&rng)), turn = 2 * PI * num_uniform(&rng);
            result->push_back(moved(options.position, radius * std::cos(turn), radius * std::sin(turn)));
            break;
        }
        default:
            result->push_back(options.position);
            break;
        }
    }
    return SIM_OK;
}

template <typename T>
rf_movement radio_scene::movement(const T &options, const rf_position &first, const rf_position &own)
{
    rf_movement m = {};
    m.start = own;
    switch (options.mobility) {
    case mobility::still:
        m.kind = RF_MOBILITY_STATIC;
        break;
    case mobility::waypoints:
        m.kind = RF_MOBILITY_WAYPOINTS;
        ways.push_back(options.waypoints);
        for (rf_waypoint &w : ways.back()) {
            w.position.x += own.x - first.x;
            w.position.y += own.y - first.y;
            w.position.z += own.z - first.z;
        }
        m.waypoint = ways.back().data();
        m.waypoints = ways.back().size();
        break;
    case mobility::random:
        m.kind = RF_MOBILITY_RANDOM_WAYPOINT;
        m.box_low = options.area_low;
        m.box_high = options.area_high;
        m.speed_low = options.speed_low;
        m.speed_high = options.speed_high;
        m.pause = options.rest;
        break;
    }
    return m;
}

template <typename T>
sim_status radio_scene::place(const T &options, std::uint64_t count, const scenario &what,
                              const std::vector<who> &named)
{
    std::vector<rf_position> at;
    SIM_TRY(positions(options, count, what.run.seed, &at));
    for (std::uint64_t i = 0; i < count; i++) {
        air_antenna a = {};
        a.movement = movement(options, at[0], at[i]);
        a.gain_dbi = options.antenna_gain;
        a.shield_db = options.shield;
        std::copy_n(named[i].address, MPDU_ADDRESS, a.address);
        if (!options.name.empty())
            groups[options.name].push_back(static_cast<unsigned>(places.size()));
        places.push_back(a);
        people.push_back(named[i]);
    }
    return SIM_OK;
}

sim_status radio_scene::place_all(const scenario &what)
{
    std::uint64_t number = 0; // of its kind
    auto named = [&](std::string name, auto kind) {
        who w = {std::move(name), {}, kind};
        return w;
    };
    for (const node_options &o : what.node) {
        std::vector<who> group;
        for (std::uint64_t i = 0; i < o.count; i++) {
            group.push_back(named(scenario_node_name(o, i, number), who::NODE));
            scenario_node_mac(o, i, number++, group.back().address);
        }
        SIM_TRY(place(o, o.count, what, group));
    }
    auto place_stations = [&](const auto &o, std::uint64_t count, auto kind, auto name_of) {
        std::vector<who> group;
        for (std::uint64_t i = 0; i < count; i++) {
            group.push_back(named(name_of(o, i, number++), kind));
            scenario_station_mac(o.mac, i, people.size() + i, group.back().address);
        }
        return place(o, count, what, group);
    };
    number = 0;
    for (const station_options &o : what.station)
        SIM_TRY(place_stations(o, o.count, who::STATION, scenario_station_name));
    number = 0;
    for (const ap_options &o : what.ap)
        SIM_TRY(place_stations(o, 1, who::AP, [](const ap_options &ap, std::uint64_t, std::uint64_t n) {
            return scenario_ap_name(ap, n);
        }));
    number = 0;
    for (const client_options &o : what.client)
        SIM_TRY(place_stations(o, o.count, who::CLIENT, scenario_client_name));
    number = 0;
    for (const interferer_options &o : what.interferer)
        SIM_TRY(place(o, 1, what, {named(scenario_interferer_name(o, number++), who::INTERFERER)}));
    return SIM_OK;
}

// --- stations and what disturbs them --------------------------------------------------------------------------------

unsigned radio_scene::find(const std::string &name) const
{
    auto it = std::find_if(people.begin(), people.end(), [&](const who &p) { return p.name == name; });
    return static_cast<unsigned>(it - people.begin());
}

// One, or all of a group.
std::vector<unsigned> radio_scene::find_all(const std::string &name) const
{
    if (unsigned one = find(name); one < people.size())
        return {one};
    auto group = groups.find(name);
    return group == groups.end() ? std::vector<unsigned>{} : group->second;
}

sim_status radio_scene::read_times(const std::string &path, std::vector<sim_time> *result)
{
    std::string where, problem = read_lines(path, &where, [&](const std::string &line) -> std::string {
                           sim_time time = 0;
                           std::string wrong = option_parse(option_kind::TIME, line, &time);
                           if (wrong.empty() && !result->empty() && time < result->back())
                               return "times must ascend";
                           result->push_back(time);
                           return wrong;
                       });
    return problem.empty() ? SIM_OK : report(where, problem, SIM_BAD_FORMAT);
}

sim_status radio_scene::add_station(const scenario &what, const station_options &o, std::uint64_t index,
                                    unsigned antenna)
{
    static constexpr traffic_kind kinds[] = {TRAFFIC_SATURATED, TRAFFIC_SATURATED, TRAFFIC_POISSON, TRAFFIC_PERIODIC,
                                             TRAFFIC_LIST};
    air_station s = {};
    s.antenna = antenna;
    s.config = station_of(what.radio, o);
    s.sends = o.traffic != traffic_pattern::none;
    s.flow.kind = kinds[static_cast<unsigned>(o.traffic)];
    s.flow.to = o.to.empty() ? TRAFFIC_TO_ALL : find(o.to);
    s.flow.rate = o.pps;
    s.flow.packet = static_cast<unsigned>(o.payload);
    s.flow.mode = o.rate;
    const rf_rate_info *rate = rf_rate_of(o.rate.rate);
    if (what.radio.short_preamble && rate->has_short && rate->kind != RF_KIND_HT)
        s.flow.mode.short_form = true;
    s.flow.queue = static_cast<unsigned>(o.access);
    s.flow.qos = o.standard == wifi_standard::n;
    s.flow.start = o.start + index * o.stagger;
    s.flow.stop = o.stop == SIM_TIME_NEVER ? 0 : o.stop;
    if (s.flow.to == antenna && s.sends)
        return report(people[antenna].name, "to: a station does not send to itself", SIM_BAD_VALUE);
    if (o.traffic == traffic_pattern::file) {
        times.emplace_back();
        SIM_TRY(read_times(o.traffic_file, &times.back()));
        s.flow.list = times.back().data();
        s.flow.list_count = times.back().size();
    }
    stations.push_back(s);
    return SIM_OK;
}

sim_status radio_scene::add_stations(const scenario &what)
{
    unsigned antenna = first_of(who::STATION);
    for (const station_options &o : what.station)
        for (std::uint64_t i = 0; i < o.count; i++)
            SIM_TRY(add_station(what, o, i, antenna++));
    return SIM_OK;
}

unsigned radio_scene::first_of(int kind) const
{
    auto it = std::find_if(people.begin(), people.end(), [&](const who &p) { return p.kind == kind; });
    return static_cast<unsigned>(it - people.begin());
}

// A station's part of an access point or client; the rest of contention is the standard's.
template <typename T> station_config network_station(const radio_options &radio, const T &o, station_config c)
{
    station_options common = {};
    common.standard = o.standard;
    c.mac = mac_of(radio);
    c.mac.power_dbm = c.power_dbm = o.tx_power;
    if (o.standard == wifi_standard::b)
        c.mac.slot = SIM_US(20);
    set_contention(common, &c);
    c.channel = static_cast<unsigned>(o.channel ? o.channel : radio.channel);
    return c;
}

sim_status radio_scene::add_networks(const scenario &what)
{
    static constexpr ap_standard standards[] = {AP_STANDARD_B, AP_STANDARD_G, AP_STANDARD_N};
    static constexpr rf_mode fastest[] = {{RF_RATE_CCK_11, false}, {RF_RATE_OFDM_54, false}, {RF_RATE_HT_MCS7, false}};
    unsigned antenna = first_of(who::AP);
    auto common = [&](const auto &o, auto *c) {
        c->station = network_station(what.radio, o, c->station);
        c->standard = standards[static_cast<unsigned>(o.standard)];
        c->data_mode = fastest[static_cast<unsigned>(o.standard)];
        o.ssid.copy(c->ssid, AP_SSID_MAX);
        c->ssid[o.ssid.size()] = 0;
        o.passphrase.copy(c->passphrase, AP_PASSPHRASE_MAX);
        c->passphrase[o.passphrase.size()] = 0;
    };
    for (const ap_options &o : what.ap) {
        cables.emplace_back(ap_cable_create());
        if (!cables.back())
            return SIM_NO_MEMORY;
        air_ap a = {antenna++, ap_defaults(), ap_cable_port(cables.back().get())};
        common(o, &a.config);
        a.config.beacon_interval = static_cast<unsigned>(o.beacon_interval);
        a.config.beacon_offset = o.beacon_offset;
        a.config.dtim_period = static_cast<unsigned>(o.dtim_period);
        a.config.isolate = o.isolate;
        a.config.group_rekey = o.group_rekey;
        aps.push_back(a);
    }
    antenna = first_of(who::CLIENT);
    for (const client_options &o : what.client)
        for (std::uint64_t i = 0; i < o.count; i++) {
            air_client c = {antenna++, sta_client_defaults()};
            common(o, &c.config);
            c.config.start = o.start + i * o.stagger;
            c.config.power_save = o.power_save;
            c.config.listen_interval = static_cast<unsigned>(o.listen_interval);
            clients.push_back(c);
        }
    return SIM_OK;
}

void radio_scene::add_interferers(const scenario &what)
{
    // Longer than any run: the burst of a jammer without pauses that ends.
    constexpr sim_time ENDLESS = SIM_S(1000000);
    unsigned antenna = first_of(who::INTERFERER);
    for (const interferer_options &o : what.interferer) {
        air_interferer i = {};
        i.config = interferer_of(o, antenna++, static_cast<unsigned>(what.radio.channel));
        i.stop = o.stop;
        if (i.config.on == i.config.period && o.stop != SIM_TIME_NEVER) {
            i.config.period = ENDLESS;
            i.config.on = o.stop - o.start;
        }
        interferers.push_back(i);
    }
}

sim_status radio_scene::read_matrix(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return report(path, "cannot be read", SIM_IO);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    unsigned line = 0;
    sim_status status = rf_propagation_read_matrix(air_propagation(made.get()), text.c_str(), &line);
    if (status != SIM_OK)
        return report(path + ":" + std::to_string(line),
                      "expected from,to,loss_db: two numbers of nodes below " + std::to_string(people.size()) +
                          " and a loss in dB",
                      status);
    return SIM_OK;
}

// --- all of it ------------------------------------------------------------------------------------------------------

sim_status radio_scene::build(const scenario &what, struct log *log)
{
    said = log;
    SIM_TRY(place_all(what));
    SIM_TRY(add_stations(what));
    SIM_TRY(add_networks(what));
    add_interferers(what);

    std::vector<rf_wall> walls;
    for (const wall_options &w : what.wall)
        walls.push_back({w.from.x, w.from.y, w.to.x, w.to.y, w.low, w.high, w.loss});
    std::vector<air_route> routes;
    for (const route_options &r : what.route)
        routes.push_back({find(r.at), find(r.to), find(r.next)});
    std::vector<air_link> links;
    auto each_pair = [&](const std::string &from, const std::string &to, bool both, auto &&add) {
        for (unsigned a : find_all(from))
            for (unsigned b : find_all(to))
                if (a != b) {
                    add(a, b);
                    if (both)
                        add(b, a);
                }
    };
    for (const link_options &l : what.link)
        each_pair(l.from, l.to, l.both, [&](unsigned a, unsigned b) { links.push_back({a, b, l.loss}); });
    std::vector<air_change> changes;
    for (const attenuator_options &c : what.attenuator) {
        each_pair(c.from, c.to, c.both, [&](unsigned a, unsigned b) { changes.push_back({c.at, a, b, c.loss}); });
        if (c.to.empty())
            for (unsigned a : find_all(c.from))
                changes.push_back({c.at, a, a, c.loss});
    }

    air_config config = {};
    config.seed = what.run.seed;
    config.propagation = propagation_of(what.radio);
    config.medium = medium_of(what.radio);
    config.errors = errors_of(what.radio.error_model);
    config.antenna = places.data();
    config.antennas = static_cast<unsigned>(places.size());
    config.station = stations.data();
    config.stations = stations.size();
    config.ap = aps.data();
    config.aps = aps.size();
    config.client = clients.data();
    config.clients = clients.size();
    config.interferer = interferers.data();
    config.interferers = interferers.size();
    config.route = routes.data();
    config.routes = routes.size();
    config.wall = walls.data();
    config.walls = walls.size();
    config.link = links.data();
    config.links = links.size();
    config.change = changes.data();
    config.changes = changes.size();
    air *result = nullptr;
    if (sim_status status = air_create(&config, &result); status != SIM_OK)
        return report("radio", std::string("the air cannot be made: ") + sim_status_text(status), status);
    made.reset(result);
    return what.radio.matrix_file.empty() ? SIM_OK : read_matrix(what.radio.matrix_file);
}

void radio_scene::observe(const air_observer &observer)
{
    air_observe(made.get(), &observer);
    if (!observer.mac || !observer.mac->state)
        return;
    auto tell = [&](const dcf *engine) {
        observer.mac->state(observer.mac->ctx, 0, dcf_node(engine), dcf_get_state(engine));
    };
    for (unsigned i = 0; i < people.size(); i++)
        if (const dcf *engine = air_engine(made.get(), i))
            tell(engine);
    for (const auto &port : ports)
        tell(wifi_port_dcf(port.get()));
}

void radio_scene::set_rtl(const trace_sink *sink,
                          std::function<void(std::size_t, sim_time, const std::string &, bool)> differs)
{
    rtl_sink = sink;
    rtl_differs = std::move(differs);
}

const rtl_radio *radio_scene::rtl_of(unsigned number) const
{
    auto it = rtl_radios.find(number);
    return it == rtl_radios.end() ? nullptr : it->second.get();
}

void radio_scene::advance_rtl(sim_time now)
{
    for (auto &item : rtl_radios)
        item.second->advance(now);
}

void radio_scene::put_rtl(const node_options &options, unsigned number, struct dcf *engine)
{
    auto part = [](rtl_part_use use) { return static_cast<rtl_part>(use); }; // the same words in the same order
    rtl_radio_config config;
    config.backoff = part(options.mac_backoff);
    config.baseband = part(options.baseband);
    config.fcs = part(options.fcs);
    if (config.backoff == rtl_part::model && config.baseband == rtl_part::model && config.fcs == rtl_part::model)
        return;
    config.name = people[number].name;
    config.sink = rtl_sink;
    config.differs = [this, number](sim_time now, const std::string &text, bool ends) {
        if (rtl_differs)
            rtl_differs(number, now, text, ends);
    };
    rtl_radios[number] = std::make_unique<rtl_radio>(config, engine);
}

sim_status radio_scene::attach(const scenario &what, const node_options &options, unsigned number, struct node *model)
{
    wifi_port_config config = {};
    config.medium = air_medium(made.get());
    config.owner = model;
    config.node = number;
    config.channel = static_cast<unsigned>(options.channel ? options.channel : what.radio.channel);
    config.power_dbm = options.tx_power;
    config.dcf = mac_of(what.radio);
    config.observer = air_mac_observer(made.get());
    wifi_port *port = wifi_port_create(node_wifi(model), &config);
    ports.emplace_back(port);
    if (!port)
        return SIM_NO_MEMORY;
    put_rtl(options, number, wifi_port_dcf(port));
    rf_radio *radio = dcf_radio(wifi_port_dcf(port));
    basebands.emplace_back(baseband_port_create(node_baseband(model), model, config.medium, radio, number));
    return basebands.back() ? SIM_OK : SIM_NO_MEMORY;
}

} // namespace vesper
