// SPDX-License-Identifier: Apache-2.0
// Which port of a Verilog module is which signal of the bus.
#ifndef VESPER_SC_TOP_RTL_RTL_PORTS_H
#define VESPER_SC_TOP_RTL_RTL_PORTS_H

#include <cstdint>
#include <string>
#include <vector>

#include "sc_top/rtl/rtl_build.h"
#include "verilog/host/rtl_abi.h"

namespace vesper
{

// What Verilator's XML says about a port of the top module.
struct rtl_verilog_port {
    std::string name;
    std::string member;    // in the C++ class
    std::string direction; // input, output, inout
    unsigned width = 0;    // 0: not a vector of bits
    std::string place;     // file:line:column
};

struct rtl_design {
    std::string top;
    std::vector<std::string> files; // all that were read
    std::vector<rtl_verilog_port> ports;
};

// False: the text is not what was expected.
bool rtl_read_xml(const std::string &text, rtl_design *design);

struct rtl_connection {
    rtl_pin_id pin;
    const rtl_verilog_port *port;
    unsigned shift; // where its bits begin in the pin
};

struct rtl_wiring {
    rtl_bus bus = RTL_BUS_APB;
    const rtl_verilog_port *clock = nullptr;
    bool reset_is_high = false;
    std::vector<rtl_connection> connections;
    std::vector<std::pair<const rtl_verilog_port *, std::uint64_t>> ties;

    // "APB, 8 address bits; clock pclk; reset presetn (low); irq irq; ..."
    std::string summary() const;
};

// Connects; on failure there was a message for each port that does not fit.
sim_status rtl_connect(const rtl_design &design, const rtl_build_options &options, struct log *log, rtl_wiring *wiring);

// rtl_ports.inc of verilog/host/rtl_wrapper.cpp.
std::string rtl_ports_text(const rtl_wiring &wiring);

} // namespace vesper
#endif
