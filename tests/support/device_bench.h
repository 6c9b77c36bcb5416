// SPDX-License-Identifier: Apache-2.0
// A bench on which one device is driven bare: its node's event queue, clocks, log and signals, and a present time.
#ifndef VESPER_TESTS_SUPPORT_DEVICE_BENCH_H
#define VESPER_TESTS_SUPPORT_DEVICE_BENCH_H

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "bus/dev.h"
#include "bus/reset.h"
#include "tests/support/captured_log.h"

// A wire that remembers when it changed.
struct probe {
    struct line line = {};
    std::vector<std::pair<sim_time, bool>> edges;

    probe()
    {
        line_listen(&line, changed, this);
    }
    probe(const probe &) = delete;
    probe &operator=(const probe &) = delete;

    bool level() const
    {
        return line.level;
    }
    std::vector<sim_time> rises() const
    {
        std::vector<sim_time> times;
        for (const auto &edge : edges)
            if (edge.second)
                times.push_back(edge.first);
        return times;
    }

  private:
    static void changed(void *ctx, bool level, sim_time time)
    {
        static_cast<probe *>(ctx)->edges.emplace_back(time, level);
    }
};

// Every signal that a device declares, with its changes as text: "12", "stage 0".
struct signal_recorder {
    struct trace_sink sink = {this, declare, change, change_text};
    std::vector<std::string> names;
    std::map<std::string, std::vector<std::pair<sim_time, std::string>>> changes;

  private:
    static trace_id declare(void *ctx, const char *scope, const char *name, enum trace_kind, unsigned)
    {
        auto *self = static_cast<signal_recorder *>(ctx);
        self->names.push_back(std::string(scope) + "." + name);
        return (trace_id)self->names.size();
    }
    static void change(void *ctx, trace_id id, sim_time time, uint64_t value)
    {
        auto *self = static_cast<signal_recorder *>(ctx);
        self->changes[self->names.at(id - 1)].emplace_back(time, std::to_string(value));
    }
    static void change_text(void *ctx, trace_id id, sim_time time, const char *text)
    {
        auto *self = static_cast<signal_recorder *>(ctx);
        self->changes[self->names.at(id - 1)].emplace_back(time, text);
    }
};

// Whoever is asked for resets.
struct reset_recorder {
    std::vector<struct reset_request> requests;

    struct reset_port port()
    {
        return {this, [](void *ctx, const struct reset_request *request) {
                    static_cast<reset_recorder *>(ctx)->requests.push_back(*request);
                }};
    }
};

class device_bench
{
  public:
    struct clock_tree clocks;
    captured_log log;
    signal_recorder signals;
    struct dev_env env = {};
    sim_time now = 0;

    device_bench()
    {
        clock_tree_init(&clocks);
        env.evq = evq_create();
        env.clocks = &clocks;
        env.log = log;
        env.trace = &signals.sink;
        env.seed = 1;
        env.scope = "node0";
    }
    ~device_bench()
    {
        evq_destroy(env.evq);
    }
    device_bench(const device_bench &) = delete;
    device_bench &operator=(const device_bench &) = delete;

    // Runs all events up to a time, which becomes the present.
    void run_to(sim_time time)
    {
        evq_run(env.evq, time);
        now = time;
    }
    void run_for(sim_time duration)
    {
        run_to(now + duration);
    }
    // Runs up to the next event and says when that is.
    sim_time run_to_next_event()
    {
        run_to(evq_next_time(env.evq));
        return now;
    }
    bool is_idle() const
    {
        return evq_next_time(env.evq) == SIM_TIME_NEVER;
    }
    void set_hz(enum clock_id id, uint64_t hz)
    {
        clock_tree_set(&clocks, id, now, hz);
    }
};

#endif
