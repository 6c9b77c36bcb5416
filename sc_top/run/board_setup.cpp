// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/board_setup.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "sc_top/node/board.h"

namespace vesper
{

namespace
{

sim_status read_content(const part_options &part, std::vector<std::uint8_t> *content)
{
    if (part.file.empty())
        return SIM_OK;
    std::ifstream file(part.file, std::ios::binary);
    content->assign(std::istreambuf_iterator<char>(file), {});
    return file.bad() || !file.is_open() ? SIM_IO : SIM_OK;
}

const char *text_of(sim_status status)
{
    switch (status) {
    case SIM_BUSY:
        return "another part has this address on these pads";
    case SIM_BAD_VALUE:
        return "sda and scl must be two pads that no other bus has, and the size a power of two that the file fits in";
    default:
        return sim_status_text(status);
    }
}

sim_status attach(const part_options &part, node *model)
{
    auto sda = static_cast<unsigned>(part.sda), scl = static_cast<unsigned>(part.scl);
    auto address = static_cast<unsigned>(part.address);
    if (part.kind == part_kind::lm75)
        return node_attach_lm75(model, sda, scl, address ? address : 0x48, part.celsius);
    std::vector<std::uint8_t> content;
    SIM_TRY(read_content(part, &content));
    return node_attach_at24(model, sda, scl, address ? address : 0x50, static_cast<std::uint32_t>(part.size),
                            content.data(), content.size());
}

} // namespace

sim_status attach_parts(const scenario &what, const node_options &options, const std::string &node_name, node *model,
                        struct log *said)
{
    for (const part_options &part : what.part) {
        if (!scenario_means_node(part.node, options, node_name))
            continue;
        sim_status status = attach(part, model);
        if (status != SIM_OK) {
            log_at(said, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, node_name.c_str(), "part on pads %u and %u: %s",
                   static_cast<unsigned>(part.sda), static_cast<unsigned>(part.scl),
                   status == SIM_IO ? (part.file + " cannot be read").c_str() : text_of(status));
            return status;
        }
    }
    return SIM_OK;
}

} // namespace vesper
