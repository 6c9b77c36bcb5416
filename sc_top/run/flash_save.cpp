/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/run/flash_save.h"

#include "sc_top/out/out_file.h"

namespace vesper
{

namespace
{

sim_status save(const std::string &path, const std::uint8_t *bytes, std::uint32_t size, struct log *log)
{
    out_file *file = nullptr;
    SIM_TRY(out_file_open(path.c_str(), log, &file));
    out_file_write(file, bytes, size);
    return out_file_finish(file);
}

} // namespace

sim_status save_flash(const node_options &options, std::uint64_t index, const node *model, const std::string &folder,
                      struct log *log)
{
    std::uint32_t size = 0;
    const std::uint8_t *bytes = node_flash_bytes(model, &size);
    if (!bytes)
        return SIM_OK;
    if (!options.flash_save.empty()) {
        const std::string number = options.count > 1 ? "." + std::to_string(index) : "";
        SIM_TRY(save(folder + "/" + options.flash_save + number, bytes, size, log));
    }
    return options.flash_write_back ? save(options.flash, bytes, size, log) : SIM_OK;
}

} // namespace vesper
