// SPDX-License-Identifier: Apache-2.0
// Runs a suite of directed tests (asm/<suite>.S) on Vesper's core or on one of QEMU's and reads what it prints.
#ifndef VESPER_TESTS_ISA_DIRECTED_H
#define VESPER_TESTS_ISA_DIRECTED_H

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sc_top/load/image.h"
#include "tests/flat/flat_machine.h"
#include "tests/support/captured_log.h"

namespace directed
{

// What CMake found in asm/, by name.
inline std::vector<std::string> suites()
{
    std::vector<std::string> names;
    std::istringstream list(VESPER_ISA_SUITES);
    for (std::string name; std::getline(list, name, ',');)
        names.push_back(name);
    return names;
}

// The program of a suite for a target ("lx6", "dc233c", "de233"); empty: it was not built.
inline std::string program(const std::string &suite, const std::string &target)
{
    std::string path = std::string(VESPER_ISA_PROGRAMS) + "/" + suite + "." + target + ".elf";
    return std::filesystem::exists(path) ? path : "";
}

struct image_deleter {
    void operator()(struct image *image) const
    {
        image_destroy(image);
    }
};
using image_ptr = std::unique_ptr<struct image, image_deleter>;

inline image_ptr load(const std::string &path)
{
    captured_log log;
    struct image *image = nullptr;
    EXPECT_EQ(image_load(path.c_str(), nullptr, log, &image), SIM_OK) << log.text();
    return image_ptr(image);
}

// Names of the suite's tests, from its symbols.
inline std::set<std::string> tests_in(const struct image *image)
{
    std::set<std::string> names;
    for (size_t n = 0; n < image->symbol_count; n++)
        if (std::string(image->symbols[n].name).rfind("test_", 0) == 0)
            names.insert(image->symbols[n].name + 5);
    return names;
}

// Reports each "FAIL name file:line: what" where it stands, and each test that did not say "ok".
inline void judge(const std::string &output, std::set<std::string> expected)
{
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string verdict, name, place;
        words >> verdict >> name >> place;
        if (verdict == "ok") {
            EXPECT_EQ(expected.erase(name), 1u) << name << " ran twice";
        } else if (verdict == "FAIL") {
            expected.erase(name);
            size_t colon = place.find(':');
            GTEST_MESSAGE_AT_(place.substr(0, colon).c_str(), std::atoi(place.c_str() + colon + 1), line.c_str(),
                              ::testing::TestPartResult::kNonFatalFailure);
        } else {
            ADD_FAILURE() << "not understood: " << line;
        }
    }
    for (const std::string &name : expected)
        ADD_FAILURE() << name << " did not end";
}

} // namespace directed

#endif
