// SPDX-License-Identifier: Apache-2.0
// The [[rtl]] entries of a scenario: libraries, and a block of each on every node that it names.
#ifndef VESPER_SC_TOP_RTL_RTL_SCENE_H
#define VESPER_SC_TOP_RTL_RTL_SCENE_H

#include <memory>
#include <string>
#include <vector>

#include "sc_top/node/node_block.h"
#include "sc_top/rtl/rtl_build.h"
#include "sc_top/scenario/scenario.h"
#include "verilog/host/rtl_dev.h"
#include "verilog/host/rtl_load.h"

namespace vesper
{

struct rtl_coverage {
    std::uint64_t hit = 0, points = 0;
};

// What the report says about a block.
struct rtl_figures {
    std::string node, name, bus;
    std::uint32_t base;
    rtl_counts counts;
    bool covered; // the rest holds
    std::string coverage_file;
    rtl_coverage lines, branches, toggles;
};

class rtl_scene
{
  public:
    explicit rtl_scene(struct log *log);
    ~rtl_scene();
    rtl_scene(const rtl_scene &) = delete;
    rtl_scene &operator=(const rtl_scene &) = delete;

    // Opens, or builds, what the scenario names. On failure there was a message.
    sim_status build(const scenario &what);

    // Blocks on a node of this name, before it is powered on. It outlives this object.
    sim_status attach(const scenario &what, const node_options &node, const std::string &name, struct node *model);

    // The blocks at the end of the run; coverage goes to files in this folder.
    sim_status finish(sim_time end, const std::string &folder);

    const std::vector<rtl_figures> &figures() const
    {
        return results;
    }
    // Paths of the blocks in the waveform: "node0.timer".
    std::vector<std::string> scopes() const;
    // And of their ports, the bus first.
    std::vector<std::string> ports() const;

  private:
    struct library {
        rtl_built built;
        rtl_library *opened = nullptr;
        ~library()
        {
            rtl_library_close(opened);
        }
    };
    struct block;
    struct log *log;
    std::vector<std::unique_ptr<library>> libraries; // one for each [[rtl]]
    std::vector<std::unique_ptr<block>> blocks;
    std::vector<rtl_figures> results;

    sim_status attach_one(const rtl_options &options, const rtl_abi *abi, const std::string &node_name, node *model);
    sim_status fail(const std::string &source, const std::string &text) const;
    sim_status connect_interrupts(const rtl_options &options, const block &b, node *model,
                                  rtl_dev_config *config) const;
    sim_status connect_pins(const std::vector<std::string> &list, bool input, block &b);
    static void read_coverage(const std::string &path, rtl_figures *figures);
};

} // namespace vesper
#endif
