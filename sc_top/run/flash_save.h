/* SPDX-License-Identifier: Apache-2.0 */
/* What flash chips hold at the end of a run, in files. */
#ifndef VESPER_SC_TOP_RUN_FLASH_SAVE_H
#define VESPER_SC_TOP_RUN_FLASH_SAVE_H

#include <cstdint>
#include <string>

#include "sc_top/node/node.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

// As node.flash_save and node.flash_write_back say; `index` is the node's among those of its section. A file is
// replaced whole or stays as it was.
sim_status save_flash(const node_options &options, std::uint64_t index, const node *model, const std::string &folder,
                      struct log *log);

} // namespace vesper

#endif
