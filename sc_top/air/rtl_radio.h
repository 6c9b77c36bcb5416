// SPDX-License-Identifier: Apache-2.0
// Parts of one radio as RTL (verilog/): channel access, DSSS baseband, frame check sequence. Each in place of its
// model, or beside it, the model's results holding and the RTL's compared with them.
//
// The baseband takes part where it can: 1 and 2 Mbit/s with the long preamble. Other frames are the model's, and
// counted. Its samples are free of noise: which frames are lost is drawn by the error model, and a lost one gets a
// wrong symbol at the end of its header or data, so that the RTL's CRC or FCS has to find it.
#ifndef VESPER_SC_TOP_AIR_RTL_RADIO_H
#define VESPER_SC_TOP_AIR_RTL_RADIO_H

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bus/base/log.h"
#include "rf_channel/dcf.h"
#include "verilog/models/rtl_baseband.h"
#include "verilog/models/rtl_channel_access.h"

namespace vesper
{

enum class rtl_part { model, rtl, both };

struct rtl_radio_config {
    rtl_part backoff = rtl_part::model, baseband = rtl_part::model, fcs = rtl_part::model;
    std::string name;                 // of the node: scope of signals
    const trace_sink *sink = nullptr; // of the waveform
    // RTL and model say different things, or the RTL contradicts itself; told once. ends: the run should, in mode both
    // and when the RTL is of no more use.
    std::function<void(sim_time now, const std::string &text, bool ends)> differs;
};

class rtl_radio
{
  public:
    struct figures {
        std::uint64_t decisions, access_clocks;
        std::uint64_t sent, received, other_rates, tx_clocks, rx_clocks; // frames
        std::uint64_t checked, fcs_clocks;                               // frames
        std::uint64_t differences;
        double host_seconds; // spent in RTL
    };

    // Joins an engine on which nothing has happened; outlives its use.
    rtl_radio(rtl_radio_config config, struct dcf *engine);

    // Signals before this time are complete: to be called before the waveform is written up to it.
    void advance(sim_time now);

    figures counts() const;
    const rtl_radio_config &config() const
    {
        return what;
    }
    // The latest signals of all blocks that are in mode both.
    bool has_window() const
    {
        return what.backoff == rtl_part::both || what.baseband == rtl_part::both || what.fcs == rtl_part::both;
    }
    sim_status write_window(const std::string &path, sim_time end, struct log *log) const;

  private:
    struct reception {
        bool on = false;
        std::vector<std::uint8_t> phases;
        std::size_t heard = 0; // symbols
        sim_time start = 0;
    };
    rtl_radio_config what;
    dcf_access_ops access_ops = {};
    rf_coder_ops coder_ops = {};
    std::unique_ptr<rtl_channel_access> access;
    std::unique_ptr<rtl_baseband> baseband;
    std::unique_ptr<rtl_fcs> fcs;
    reception rx;
    std::vector<std::uint8_t> frame_bytes;
    figures count = {};
    std::chrono::steady_clock::duration spent = {};

    void join_access(struct dcf *engine);
    void join_radio(struct rf_radio *radio);
    dcf_access_decision decide(sim_time now);
    void sending(sim_time now, const rf_frame &frame, std::uint8_t *payload);
    void receiving(sim_time now, const rf_frame &frame, sim_time start);
    rf_rx_result received(sim_time now, const rf_rx &result);
    rf_rx_result baseband_result(sim_time now, const rf_rx &result);
    void hear_until(std::size_t symbols);
    void compare_chips(sim_time now, const std::vector<std::uint8_t> &phases, bool two_mbps, std::uint8_t *payload);
    std::uint32_t sequence_of(sim_time now, const std::uint8_t *bytes, std::size_t size);
    bool is_good(sim_time now, const std::vector<std::uint8_t> &psdu, bool expected);
    void differs(sim_time now, rtl_part part, const std::string &text, bool ends = false);
};

} // namespace vesper
#endif
