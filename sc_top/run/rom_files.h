// SPDX-License-Identifier: Apache-2.0
// Where the user's file of the mask ROM is.
#ifndef VESPER_SC_TOP_RUN_ROM_FILES_H
#define VESPER_SC_TOP_RUN_ROM_FILES_H

#include <string>
#include <vector>

namespace vesper
{

// Path of the ROM for chips of a revision: $VESPER_ROM; else the ELF file of that revision in $ESP_ROM_ELF_DIR, which
// ESP-IDF's export script sets, or in the newest esp-rom-elfs below $IDF_TOOLS_PATH or ~/.espressif. Empty: none;
// `looked_at` then names the places, for a message.
std::string find_rom(unsigned chip_revision, std::vector<std::string> *looked_at);

} // namespace vesper
#endif
