// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/board_setup.h"

#include <cinttypes>
#include <fstream>
#include <iterator>

#include "sc_top/node/board.h"
#include "sc_top/out/png_file.h"
#include "sc_top/text.h"

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

bool is_display(part_kind kind)
{
    return kind == part_kind::ili9341 || kind == part_kind::st7789;
}

bool is_spi(part_kind kind)
{
    return is_display(kind) || kind == part_kind::at25 || kind == part_kind::max31855;
}

const char *text_of(const part_options &part, sim_status status)
{
    switch (status) {
    case SIM_BUSY:
        return is_spi(part.kind) ? "another part has this chip select or this name, or miso is a console's pad"
                                 : "another part has this address on these pads";
    case SIM_BAD_VALUE:
        return is_spi(part.kind) ? "sclk, mosi, miso and cs must be four pads, turned a multiple of 90, and the size a "
                                   "power of two from 1KB on that the file fits in"
                                 : "sda and scl must be two pads that no other bus has, and the size a power of two "
                                   "that the file fits in";
    default:
        return sim_status_text(status);
    }
}

// What the user sees: the panel as it is mounted.
std::vector<std::uint32_t> picture(const part_options &part, const lcd *lcd, unsigned *width, unsigned *height)
{
    auto w = static_cast<unsigned>(part.width), h = static_cast<unsigned>(part.height);
    bool upright = part.turned % 180 == 0;
    *width = upright ? w : h;
    *height = upright ? h : w;
    std::vector<std::uint32_t> pixels;
    pixels.reserve(std::size_t{w} * h);
    for (unsigned y = 0; y < *height; y++)
        for (unsigned x = 0; x < *width; x++)
            switch (part.turned) {
            case 90:
                pixels.push_back(lcd_shown(lcd, y, h - 1 - x));
                break;
            case 180:
                pixels.push_back(lcd_shown(lcd, w - 1 - x, h - 1 - y));
                break;
            case 270:
                pixels.push_back(lcd_shown(lcd, w - 1 - y, x));
                break;
            default:
                pixels.push_back(lcd_shown(lcd, x, y));
            }
    return pixels;
}

void write_frame(void *ctx, const lcd *lcd, sim_time time)
{
    auto *files = static_cast<display_files *>(ctx);
    if (files->prefix.empty())
        return;
    unsigned width = 0, height = 0;
    std::vector<std::uint32_t> pixels = picture(files->options, lcd, &width, &height);
    std::string path = files->prefix + format(".%012" PRIu64 ".png", time / SIM_US(1));
    sim_status status = png_file_write(path.c_str(), pixels.data(), width, height, files->said);
    files->status = files->status == SIM_OK ? status : files->status;
}

node_spi_pads pads_of(const part_options &part)
{
    return {static_cast<unsigned>(part.sclk), static_cast<unsigned>(part.mosi), static_cast<unsigned>(part.miso),
            static_cast<unsigned>(part.cs)};
}

sim_status attach_display(const part_options &part, node *model, const std::string &prefix, display_list *displays,
                          struct log *said)
{
    if (part.turned % 90 != 0)
        return SIM_BAD_VALUE;
    for (const auto &other : *displays)
        if (!prefix.empty() && other->prefix == prefix)
            return SIM_BUSY;
    displays->push_back(std::make_unique<display_files>(display_files{part, prefix, said}));
    const node_display display = {part.kind == part_kind::st7789 ? LCD_ST7789 : LCD_ILI9341,
                                  static_cast<unsigned>(part.dc),
                                  static_cast<unsigned>(part.reset),
                                  part.frames,
                                  displays->back().get(),
                                  write_frame};
    const node_spi_pads pads = pads_of(part);
    return node_attach_display(model, &pads, &display);
}

sim_status attach_spi(const part_options &part, node *model, const std::string &prefix, display_list *displays,
                      struct log *said)
{
    const node_spi_pads pads = pads_of(part);
    if (is_display(part.kind))
        return attach_display(part, model, prefix, displays, said);
    if (part.kind == part_kind::max31855)
        return node_attach_max31855(model, &pads, part.celsius);
    std::vector<std::uint8_t> content;
    SIM_TRY(read_content(part, &content));
    return node_attach_at25(model, &pads, static_cast<std::uint32_t>(part.size), content.data(), content.size());
}

sim_status attach_i2c(const part_options &part, node *model)
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

std::string pads_text(const part_options &part)
{
    if (is_spi(part.kind))
        return "with chip select at pad " + std::to_string(part.cs);
    return "on pads " + std::to_string(part.sda) + " and " + std::to_string(part.scl);
}

// How the kind is written in a scenario.
std::string kind_text(part_kind kind)
{
    std::string quoted = option_format(option_kind::PART, &kind);
    return quoted.substr(1, quoted.size() - 2);
}

} // namespace

sim_status attach_parts(const scenario &what, const node_options &options, const std::string &node_name, node *model,
                        display_list *displays, struct log *said)
{
    for (const part_options &part : what.part) {
        if (!scenario_means_node(part.node, options, node_name))
            continue;
        std::string name = part.name.empty() ? kind_text(part.kind) : part.name;
        std::string prefix = what.run.output;
        if (!prefix.empty())
            prefix.append("/").append(node_name).append(".").append(name);
        sim_status status =
            is_spi(part.kind) ? attach_spi(part, model, prefix, displays, said) : attach_i2c(part, model);
        if (status != SIM_OK) {
            log_at(said, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, node_name.c_str(), "%s %s: %s", name.c_str(),
                   pads_text(part).c_str(),
                   status == SIM_IO ? (part.file + " cannot be read").c_str() : text_of(part, status));
            return status;
        }
    }
    return SIM_OK;
}

} // namespace vesper
