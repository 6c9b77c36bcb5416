// SPDX-License-Identifier: Apache-2.0
// verilog/dsss_tx.v, dsss_rx.v and fcs.v, each run for one frame at a time.
#ifndef VESPER_VERILOG_MODELS_RTL_BASEBAND_H
#define VESPER_VERILOG_MODELS_RTL_BASEBAND_H

#include <memory>

#include "verilog/models/rtl_wave.h"

namespace vesper
{

// Chips at 11 MHz to and from bytes. Waves: one sample a clock, from the frame's first chip on.
class rtl_baseband
{
  public:
    struct received {
        bool header, done; // intact; all bytes came
        bool two_mbps;
        unsigned duration; // LENGTH, us
        std::vector<std::uint8_t> psdu;
    };

    rtl_baseband(const trace_sink *sink, const std::string &scope, std::size_t kept);
    ~rtl_baseband();
    rtl_baseband(const rtl_baseband &) = delete;
    rtl_baseband &operator=(const rtl_baseband &) = delete;

    // The carrier's phase in each symbol (dsss_chips.h). A symbol whose chips are no Barker sequence: 4.
    std::vector<std::uint8_t> modulate(sim_time now, const std::vector<std::uint8_t> &psdu, bool two_mbps);

    // A reception: symbols without noise, as they come. `start` is when the first of them begins.
    void listen(sim_time start);
    void hear(const std::uint8_t *phases, std::size_t symbols);
    // Also when it was cut short.
    received deafen();

    std::uint64_t tx_clocks() const;
    std::uint64_t rx_clocks() const;
    const rtl_wave &tx_wave() const;
    const rtl_wave &rx_wave() const;

  private:
    struct blocks;
    std::unique_ptr<blocks> rtl;
};

// Frame check sequences, a byte a clock.
class rtl_fcs
{
  public:
    rtl_fcs(const trace_sink *sink, const std::string &scope, std::size_t kept);
    ~rtl_fcs();
    rtl_fcs(const rtl_fcs &) = delete;
    rtl_fcs &operator=(const rtl_fcs &) = delete;

    std::uint32_t of(sim_time now, const std::uint8_t *bytes, std::size_t count);
    // Bytes that end with their sequence.
    bool is_good(sim_time now, const std::uint8_t *bytes, std::size_t count);

    std::uint64_t clocks() const;
    const rtl_wave &wave() const;

  private:
    struct block;
    std::unique_ptr<block> rtl;
};

} // namespace vesper
#endif
