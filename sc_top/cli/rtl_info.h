// SPDX-License-Identifier: Apache-2.0
// `vesper rtl info`: what a block of RTL says of itself.
#ifndef VESPER_SC_TOP_CLI_RTL_INFO_H
#define VESPER_SC_TOP_CLI_RTL_INFO_H

#include <string>

namespace vesper
{

// Returns the exit code.
int print_rtl_info(const std::string &path);

} // namespace vesper
#endif
