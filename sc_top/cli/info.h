// SPDX-License-Identifier: Apache-2.0
// `vesper info`: reference texts made from the tables that the models themselves use.
#ifndef VESPER_SC_TOP_CLI_INFO_H
#define VESPER_SC_TOP_CLI_INFO_H

#include <string>

namespace vesper
{

// topic: regs, isa, map, interrupts, params; name: one of its entries, or empty. Returns what vesper exits with.
int print_info(const std::string &topic, const std::string &name, bool json);

} // namespace vesper
#endif
