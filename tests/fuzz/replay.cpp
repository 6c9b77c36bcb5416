// SPDX-License-Identifier: Apache-2.0
// Stands in for libFuzzer in normal builds: gives the target each file of the folders and files named, once.
// Fails when there is nothing to give. The name is printed first, so that a crash tells which input did it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace fs = std::filesystem;

static std::vector<fs::path> inputs(int count, char **names)
{
    std::vector<fs::path> files;
    for (int i = 1; i < count; i++) {
        if (!fs::is_directory(names[i])) {
            files.emplace_back(names[i]);
            continue;
        }
        for (const auto &entry : fs::directory_iterator(names[i]))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

int main(int count, char **names)
{
    std::vector<fs::path> files = inputs(count, names);
    for (const fs::path &file : files) {
        std::ifstream stream(file, std::ios::binary);
        if (!stream) {
            std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
            return 2;
        }
        std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
        std::printf("%s\n", file.c_str());
        std::fflush(stdout);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::printf("%zu inputs\n", files.size());
    return files.empty() ? 2 : 0;
}
