// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/rtl_report.h"

#include <cinttypes>

#include "sc_top/text.h"

namespace vesper
{
namespace
{

constexpr std::size_t BLOCKS_SHOWN = 8;

double percent(const rtl_coverage &c)
{
    return c.points ? 100.0 * static_cast<double>(c.hit) / static_cast<double>(c.points) : 100;
}

std::string line(const rtl_figures &f)
{
    const rtl_counts &c = f.counts;
    std::string text = format("  %-16s RTL on %s at 0x%08" PRIX32 ": %" PRIu64 " reads, %" PRIu64
                              " writes, %.3g cycles (%.2g again), %" PRIu64 " interrupts",
                              (f.node + "." + f.name).c_str(), f.bus.c_str(), f.base, c.reads, c.writes,
                              static_cast<double>(c.cycles), static_cast<double>(c.again), c.interrupts);
    if (c.dma_reads || c.dma_writes)
        text += format(", DMA %" PRIu64 " reads, %" PRIu64 " writes", c.dma_reads, c.dma_writes);
    if (c.errors || c.hangs)
        text += format(", %" PRIu64 " errors, %" PRIu64 " hangs", c.errors, c.hangs);
    if (f.covered)
        text += format("\n  %-16s coverage: lines %.1f %%, branches %.1f %%, toggles %.1f %%", "", percent(f.lines),
                       percent(f.branches), percent(f.toggles));
    return text + "\n";
}

nlohmann::ordered_json json_of(const rtl_coverage &c)
{
    return {{"hit", c.hit}, {"points", c.points}};
}

} // namespace

std::string rtl_lines(const session &run)
{
    std::string text;
    if (!run.rtl_blocks())
        return text;
    const std::vector<rtl_figures> &all = run.rtl_blocks()->figures();
    for (std::size_t i = 0; i < all.size() && i < BLOCKS_SHOWN; i++)
        text += line(all[i]);
    if (all.size() > BLOCKS_SHOWN)
        text += format("  ... and %zu more blocks of RTL, see metrics.json\n", all.size() - BLOCKS_SHOWN);
    return text;
}

// Not the cycles that were run again: they depend on what is recorded.
nlohmann::ordered_json rtl_json(const session &run)
{
    nlohmann::ordered_json blocks = nlohmann::ordered_json::array();
    for (const rtl_figures &f : run.rtl_blocks()->figures()) {
        const rtl_counts &c = f.counts;
        nlohmann::ordered_json block = {{"node", f.node},
                                        {"name", f.name},
                                        {"bus", f.bus},
                                        {"base", f.base},
                                        {"reads", c.reads},
                                        {"writes", c.writes},
                                        {"errors", c.errors},
                                        {"hangs", c.hangs},
                                        {"cycles", c.cycles},
                                        {"interrupts", c.interrupts},
                                        {"dma_reads", c.dma_reads},
                                        {"dma_writes", c.dma_writes}};
        if (f.covered)
            block["coverage"] = {{"file", f.coverage_file},
                                 {"lines", json_of(f.lines)},
                                 {"branches", json_of(f.branches)},
                                 {"toggles", json_of(f.toggles)}};
        blocks.push_back(block);
    }
    return blocks;
}

} // namespace vesper
