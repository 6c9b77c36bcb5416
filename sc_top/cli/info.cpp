// SPDX-License-Identifier: Apache-2.0
// Each topic is turned into one JSON value first; the text for people is a rendering of the same value, so that the two
// cannot disagree.
#include "sc_top/cli/info.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <vector>

#include <nlohmann/json.hpp>

#include "bus/intmatrix.h"
#include "bus/map.h"
#include "cpu_iss/isa.h"
#include "sc_top/node/node.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{
namespace
{

using json = nlohmann::ordered_json;

std::string hex(std::uint64_t value, unsigned digits)
{
    std::string text = "0x";
    while (digits-- > 0)
        text += "0123456789abcdef"[value >> (4 * digits) & 15];
    return text;
}

struct node_deleter {
    void operator()(node *n) const
    {
        node_destroy(n);
    }
};
using node_ptr = std::unique_ptr<node, node_deleter>;

// A node without firmware, to look at.
node_ptr bare_node()
{
    node_config config{};
    config.name = "node0";
    config.cores = 2;
    config.cpu_hz = 40000000;
    config.quantum = SIM_US(1);
    node *made = nullptr;
    node_create(&config, &made);
    return node_ptr(made);
}

// --- registers -----------------------------------------------------------------------------------

json register_json(const reg_desc &reg, std::uint32_t base)
{
    json fields = json::array();
    for (unsigned i = 0; i < reg.field_count; i++) {
        const reg_field &field = reg.fields[i];
        fields.push_back({{"name", field.name},
                          {"lsb", field.lsb},
                          {"width", field.width},
                          {"access", reg_access_name(field.access)},
                          {"reset", field.reset},
                          {"text", field.text}});
    }
    return {{"name", reg.name},
            {"address", hex(base + reg.offset, 8)},
            {"offset", hex(reg.offset, 3)},
            {"count", reg.count},
            {"stride", reg.stride},
            {"reset", hex(reg_reset_value(&reg), 8)},
            {"domain", reg_domain_name(reg.domain)},
            {"model", reg_model_name(reg.model)},
            {"source", reg_source_name(reg.source)},
            {"text", reg.text},
            {"fields", fields}};
}

json block_json(const bus_target &target)
{
    const reg_table &table = *target.dev->ops->regs;
    json regs = json::array();
    for (unsigned i = 0; i < table.reg_count; i++)
        regs.push_back(register_json(table.regs[i], target.first));
    return {{"name", target.name}, {"block", table.name},    {"base", hex(target.first, 8)},
            {"size", table.size},  {"source", table.source}, {"registers", regs}};
}

json regs_info(const std::string &name)
{
    node_ptr n = bare_node();
    json blocks = json::array();
    for (unsigned i = 0; i < bus_map_target_count(node_map(n.get())); i++) {
        const bus_target &target = *bus_map_target(node_map(n.get()), i);
        if (target.dev && (name.empty() || name == target.name))
            blocks.push_back(block_json(target));
    }
    return blocks;
}

void print_regs(const json &blocks, bool details)
{
    for (const json &block : blocks) {
        std::printf("%-10s %s  %s (%s)\n", block["name"].get<std::string>().c_str(),
                    block["base"].get<std::string>().c_str(), block["block"].get<std::string>().c_str(),
                    block["source"].get<std::string>().c_str());
        for (const json &reg : details ? block["registers"] : json::array()) {
            std::string name = reg["name"];
            if (reg["count"] > 1)
                name += "[" + std::to_string(reg["count"].get<unsigned>()) + "]";
            std::printf("  %s  %-28s reset %s  %-4s %-8s %s\n", reg["address"].get<std::string>().c_str(), name.c_str(),
                        reg["reset"].get<std::string>().c_str(), reg["domain"].get<std::string>().c_str(),
                        reg["model"].get<std::string>().c_str(), reg["text"].get<std::string>().c_str());
            for (const json &field : reg["fields"]) {
                unsigned lsb = field["lsb"], width = field["width"];
                std::string bits = std::to_string(lsb + width - 1) + (width > 1 ? ":" + std::to_string(lsb) : "");
                std::printf("      %5s  %-26s %-4s %s\n", bits.c_str(), field["name"].get<std::string>().c_str(),
                            field["access"].get<std::string>().c_str(), field["text"].get<std::string>().c_str());
            }
        }
    }
}

// --- instructions --------------------------------------------------------------------------------

json isa_info(const std::string &name)
{
    json rows = json::array();
    for (unsigned i = 0; i < ISA_ROWS; i++) {
        const isa_row &row = *isa_row_at(i);
        if (!name.empty() && name != row.name && name != row.id)
            continue;
        const isa_timing &timing = *isa_timing_of(static_cast<isa_latency>(row.latency));
        json operands = json::array();
        for (unsigned n = 0; n < ISA_MAX_OPERANDS && row.use[n].operand != ISA_OPERAND_none; n++)
            operands.push_back(isa_operand_at(row.use[n].operand)->name);
        rows.push_back({{"name", row.name},
                        {"id", row.id},
                        {"option", isa_option_name(static_cast<isa_option>(row.option))},
                        {"length", row.length},
                        {"encoding", hex(row.encoding, 2u * row.length)},
                        {"mask", hex(row.mask, 2u * row.length)},
                        {"operands", operands},
                        {"issue_cycles", timing.issue},
                        {"result_cycles", timing.ar},
                        {"timing_source", timing.source}});
    }
    return rows;
}

void print_isa(const json &rows, bool)
{
    for (const json &row : rows) {
        std::string operands;
        for (const json &operand : row["operands"])
            operands += (operands.empty() ? "" : ", ") + operand.get<std::string>();
        std::printf("%-16s %-10s %s  %s\n", row["name"].get<std::string>().c_str(),
                    row["option"].get<std::string>().c_str(), row["encoding"].get<std::string>().c_str(),
                    operands.c_str());
    }
}

// --- address map and interrupts ------------------------------------------------------------------

std::string rights_text(unsigned rights)
{
    std::string text = "---";
    text[0] = rights & BUS_RIGHT_READ ? 'r' : '-';
    text[1] = rights & BUS_RIGHT_WRITE ? 'w' : '-';
    text[2] = rights & BUS_RIGHT_FETCH ? 'x' : '-';
    return text;
}

json map_info(const std::string &name)
{
    json regions = json::array();
    for (unsigned i = 0; i < bus_map_region_count(); i++) {
        const bus_region &region = *bus_map_region(i);
        json initiators = json::array();
        for (unsigned who = 0; who < BUS_INITIATORS; who++)
            if (region.initiators >> who & 1)
                initiators.push_back(bus_initiator_name(static_cast<bus_initiator>(who)));
        if (name.empty() || name == region.name)
            regions.push_back({{"name", region.name},
                               {"first", hex(region.first, 8)},
                               {"last", hex(region.last, 8)},
                               {"rights", rights_text(region.rights)},
                               {"initiators", initiators},
                               {"text", region.text}});
    }
    return regions;
}

void print_map(const json &regions, bool)
{
    for (const json &region : regions)
        std::printf("%s-%s  %s  %-16s %s\n", region["first"].get<std::string>().c_str(),
                    region["last"].get<std::string>().c_str(), region["rights"].get<std::string>().c_str(),
                    region["name"].get<std::string>().c_str(), region["text"].get<std::string>().c_str());
}

json interrupts_info(const std::string &name)
{
    json sources = json::array();
    for (unsigned i = 0; i < INTMATRIX_SOURCE_COUNT; i++) {
        auto source = static_cast<intmatrix_source>(i);
        if (name.empty() || name == intmatrix_source_name(source))
            sources.push_back({{"number", intmatrix_source_number(source)},
                               {"name", intmatrix_source_name(source)},
                               {"pro", intmatrix_source_reaches(source, 0)},
                               {"app", intmatrix_source_reaches(source, 1)}});
    }
    return sources;
}

void print_interrupts(const json &sources, bool)
{
    for (const json &source : sources)
        std::printf("%3u  %-16s %s%s\n", source["number"].get<unsigned>(), source["name"].get<std::string>().c_str(),
                    source["pro"] ? "PRO " : "", source["app"] ? "APP" : "");
}

// --- options -------------------------------------------------------------------------------------

json params_info(const std::string &name)
{
    json sections = json::array();
    for (const option_section &section : option_sections()) {
        json options = json::array();
        for (std::size_t i = 0; i < section.count; i++) {
            const option &row = section.options[i];
            options.push_back({{"name", row.name},
                               {"kind", option_value_text(row)},
                               {"default", row.default_text},
                               {"text", row.help}});
        }
        if (name.empty() || name == section.key)
            sections.push_back(
                {{"name", section.key}, {"many", section.many}, {"text", section.help}, {"options", options}});
    }
    return sections;
}

void print_params(const json &sections, bool)
{
    for (const json &section : sections) {
        std::string key = section["name"];
        bool many = section["many"];
        std::printf("%s  %s%s\n", (many ? "[[" + key + "]]" : "[" + key + "]").c_str(),
                    section["text"].get<std::string>().c_str(),
                    many ? (" (--set " + key + ".0.KEY=VALUE)").c_str() : (" (--set " + key + ".KEY=VALUE)").c_str());
        for (const json &row : section["options"]) {
            std::string standard = row["default"];
            std::printf("  %-14s %s; %s%s\n", row["name"].get<std::string>().c_str(),
                        row["kind"].get<std::string>().c_str(), row["text"].get<std::string>().c_str(),
                        standard.empty() ? "" : (" (default " + standard + ")").c_str());
        }
        std::puts("");
    }
}

struct topic {
    const char *name;
    json (*make)(const std::string &name);
    void (*print)(const json &value, bool details);
};

constexpr topic topics[] = {{"regs", regs_info, print_regs},
                            {"isa", isa_info, print_isa},
                            {"map", map_info, print_map},
                            {"interrupts", interrupts_info, print_interrupts},
                            {"params", params_info, print_params}};

} // namespace

int print_info(const std::string &topic_name, const std::string &name, bool as_json)
{
    for (const topic &t : topics) {
        if (topic_name != t.name)
            continue;
        json value = t.make(name);
        if (value.empty() && !name.empty()) {
            std::vector<std::string> names;
            for (const json &entry : t.make(""))
                names.push_back(entry["name"]);
            std::string best = nearest(name, names);
            std::cerr << "vesper: error: info " << topic_name << ": there is no '" << name << "'"
                      << (best.empty() ? "" : "; did you mean '" + best + "'?") << "\n";
            return 2;
        }
        if (as_json)
            std::cout << value.dump(2) << "\n";
        else
            t.print(value, !name.empty());
        return 0;
    }
    return 2;
}

} // namespace vesper
