// SPDX-License-Identifier: Apache-2.0
// Everything that a run tells about its air: figures, captures, signals in the waveform.
#ifndef VESPER_SC_TOP_RUN_RADIO_OUTPUTS_H
#define VESPER_SC_TOP_RUN_RADIO_OUTPUTS_H

#include <memory>
#include <string>
#include <vector>

#include "sc_top/out/radio_pcap.h"
#include "sc_top/out/radio_stats.h"
#include "sc_top/out/radio_trace.h"
#include "sc_top/run/radio_report.h"
#include "sc_top/run/radio_scene.h"

namespace vesper
{

struct radio_stats_deleter {
    void operator()(radio_stats *s) const
    {
        radio_stats_destroy(s);
    }
};
struct radio_pcap_deleter {
    void operator()(radio_pcap *p) const
    {
        radio_pcap_abandon(p);
    }
};
struct radio_trace_deleter {
    void operator()(radio_trace *t) const
    {
        radio_trace_destroy(t);
    }
};

class radio_outputs
{
  public:
    // pcap_folder: empty: no captures. sink: of the waveform, or nullptr. To be called before the first event.
    sim_status open(radio_scene &scene, const std::string &pcap_folder, const trace_sink *sink, struct log *log);

    void flush();
    sim_status status() const;

    // How busy the cores of node `number` were, before `close`.
    void set_cpu(unsigned number, std::uint64_t hz, sim_time busy, const sim_time slept[2]);
    // The figures are complete.
    void close(sim_time end);
    // Completes the files.
    sim_status finish();

    std::string summary() const;
    nlohmann::ordered_json json() const;

  private:
    std::vector<radio_party> parties;
    std::unique_ptr<radio_stats, radio_stats_deleter> stats;
    std::unique_ptr<radio_pcap, radio_pcap_deleter> pcap;
    std::unique_ptr<radio_trace, radio_trace_deleter> trace;
};

} // namespace vesper
#endif
