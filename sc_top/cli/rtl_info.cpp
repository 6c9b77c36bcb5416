// SPDX-License-Identifier: Apache-2.0
#include "sc_top/cli/rtl_info.h"

#include <cstdio>

#include "sc_top/run/messages.h"
#include "sc_top/run/session.h"
#include "verilog/host/rtl_load.h"

namespace vesper
{
namespace
{

constexpr const char *pin_names[] = {
#define RTL_PIN(id, group, name, direction, low, high, needed) #id,
#include "verilog/host/rtl_pins.def"
};
constexpr const char *directions[] = {
#define RTL_PIN(id, group, name, direction, low, high, needed) #direction,
#include "verilog/host/rtl_pins.def"
};

} // namespace

int print_rtl_info(const std::string &path)
{
    messages said(verbosity::normal);
    rtl_library *library = nullptr;
    if (rtl_library_open(path.c_str(), said.log(), &library) != SIM_OK)
        return EXIT_USER_ERROR;
    const rtl_abi *abi = rtl_library_abi(library);
    std::printf(
        "module      %s\nbus         %s\nbuilt by    %s, interface version %u\nwaveform    %s\ncoverage    %s\n",
        abi->top, abi->bus == RTL_BUS_APB ? "APB" : "AXI4-Lite", abi->builder, abi->version,
        abi->flags & RTL_HAS_TRACE ? "yes" : "no", abi->flags & RTL_HAS_COVERAGE ? "yes" : "no");
    std::printf(
        "runs ahead  %s\nclock       %s\n\n%-10s %-7s %4s  port\n",
        abi->flags & RTL_CAN_SAVE ? "yes" : "no: cycle by cycle",
        [&] {
            for (std::uint32_t i = 0; i < abi->port_count; i++)
                if (abi->port[i].pin == RTL_CLK_REQ)
                    return "stops while CLK_REQ is low";
            return "always runs: there is no clk_req";
        }(),
        "signal", "", "bits");
    for (std::uint32_t i = 0; i < abi->port_count; i++) {
        const rtl_port &port = abi->port[i];
        std::printf("%-10s %-7s %4u  %s\n", pin_names[port.pin], directions[port.pin], port.width, port.name);
    }
    rtl_library_close(library);
    return EXIT_OK;
}

} // namespace vesper
