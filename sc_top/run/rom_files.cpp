// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/rom_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace vesper
{
namespace
{

namespace fs = std::filesystem;

std::string environment(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

// Espressif publishes one file for revisions 0 and 1 (and 2, whose ROM is theirs), and one from revision 3 on.
const char *file_of(unsigned chip_revision)
{
    return chip_revision >= 3 ? "esp32_rev300_rom.elf" : "esp32_rev0_rom.elf";
}

// Versions are named after their date: the newest first.
std::vector<fs::path> versions_below(const fs::path &folder)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
        found.push_back(i->path());
    std::sort(found.rbegin(), found.rend());
    return found;
}

} // namespace

std::string find_rom(unsigned chip_revision, std::vector<std::string> *looked_at)
{
    if (std::string given = environment("VESPER_ROM"); !given.empty())
        return given;
    std::vector<fs::path> folders;
    if (std::string exported = environment("ESP_ROM_ELF_DIR"); !exported.empty())
        folders.emplace_back(exported);
    std::string tools = environment("IDF_TOOLS_PATH"), home = environment("HOME");
    if (tools.empty() && !home.empty())
        tools = home + "/.espressif";
    if (!tools.empty()) {
        fs::path below = fs::path(tools) / "tools" / "esp-rom-elfs";
        for (const fs::path &version : versions_below(below))
            folders.push_back(version);
        looked_at->push_back((below / "*" / file_of(chip_revision)).string());
    }
    for (const fs::path &folder : folders) {
        fs::path path = folder / file_of(chip_revision);
        std::error_code error;
        if (fs::is_regular_file(path, error))
            return path.string();
    }
    return "";
}

} // namespace vesper
