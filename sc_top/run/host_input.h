// SPDX-License-Identifier: Apache-2.0
// What comes in from the host during a run, into a file or from one (net_bridge/net_record.h): frames and bytes of
// bridges by their ports' ids, and here what consoles read, why a run was ended from outside, and what it was a run of.
#ifndef VESPER_SC_TOP_RUN_HOST_INPUT_H
#define VESPER_SC_TOP_RUN_HOST_INPUT_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net_bridge/net_record.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

struct net_record_deleter {
    void operator()(net_record *r) const
    {
        (void)net_record_close(r);
    }
};
struct net_replay_deleter {
    void operator()(net_replay *r) const
    {
        net_replay_close(r);
    }
};

class host_input
{
  public:
    // programs: path of each firmware. SIM_BAD_FORMAT, SIM_IO with a message: no record, or one of another run.
    sim_status open(const scenario &what, const std::vector<std::string> &programs, struct log *log);

    net_record *record() const
    {
        return out.get();
    }
    const net_replay *replay() const
    {
        return in.get();
    }

    // Bytes that the console of a UART has read.
    void note(unsigned node, unsigned uart, const std::uint8_t *bytes, std::size_t size, sim_time now);
    // In a replay: those that it had read by `now`, appended.
    void recall(unsigned node, unsigned uart, std::vector<std::uint8_t> *bytes, sim_time now);

    // The run ended for a reason, and, in a replay, whether it did so by `now` and why.
    void note_end(unsigned reason, sim_time now);
    bool recall_end(sim_time now, unsigned *reason) const;

    // What was written is in the file.
    void flush();
    sim_status finish();

  private:
    struct reader {
        std::size_t cursor = 0;
        bool fetched = false, left = false;
        net_entry next{};
    };
    std::unique_ptr<net_record, net_record_deleter> out;
    std::unique_ptr<net_replay, net_replay_deleter> in;
    std::map<std::uint32_t, reader> readers;

    void write_what(const std::string &text);
    std::string read_what() const;
};

} // namespace vesper
#endif
