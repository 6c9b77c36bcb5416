// SPDX-License-Identifier: Apache-2.0
// The waveform file: which signals are in it, in which order changes come out, and that it survives a killed run.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "sc_top/out/out_file.h"
#include "sc_top/out/pattern.h"
#include "sc_top/out/vcd.h"
#include "tests/support/captured_log.h"

namespace
{

std::string read_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class vcd_file : public testing::Test
{
  protected:
    std::string path = testing::TempDir() + "vesper_vcd_test_" + std::to_string(getpid()) + ".vcd";
    captured_log log;
    struct vcd *vcd = nullptr;
    const struct trace_sink *sink = nullptr;

    void open(const std::vector<const char *> &patterns = {})
    {
        ASSERT_EQ(vcd_create(path.c_str(), patterns.data(), patterns.size(), log, &vcd), SIM_OK);
        sink = vcd_sink(vcd);
    }
    std::string finish(sim_time end)
    {
        EXPECT_EQ(vcd_finish(vcd, end), SIM_OK);
        vcd = nullptr;
        return read_file(path);
    }
    // What follows the declarations.
    std::string finish_changes(sim_time end)
    {
        std::string text = finish(end);
        return text.substr(text.find("$enddefinitions $end\n") + 21);
    }
    ~vcd_file() override
    {
        vcd_abandon(vcd);
        unlink(path.c_str());
    }
};

TEST_F(vcd_file, scopes_nest_by_dots_and_are_sorted_with_numbers_as_numbers)
{
    open();
    trace_declare(sink, "node10.uart0", "tx", TRACE_WIRE, 1);
    trace_declare(sink, "node2.cpu0", "function", TRACE_TEXT, 0);
    trace_declare(sink, "node2", "levels", TRACE_BITS, 32);
    trace_declare(sink, "node10.uart0", "rx", TRACE_WIRE, 1);
    EXPECT_EQ(finish(0), "$version Vesper $end\n"
                         "$timescale 1 ps $end\n"
                         "$scope module node2 $end\n"
                         "$var wire 32 # levels [31:0] $end\n"
                         "$scope module cpu0 $end\n"
                         "$var string 1 \" function $end\n"
                         "$upscope $end\n"
                         "$upscope $end\n"
                         "$scope module node10 $end\n"
                         "$scope module uart0 $end\n"
                         "$var wire 1 ! tx $end\n"
                         "$var wire 1 $ rx $end\n"
                         "$upscope $end\n"
                         "$upscope $end\n"
                         "$enddefinitions $end\n"
                         "#0\n"
                         "$dumpvars\n"
                         "x!\n"
                         "bx #\n"
                         "x$\n"
                         "$end\n");
}

TEST_F(vcd_file, changes_that_arrive_out_of_order_come_out_sorted)
{
    open();
    trace_id a = trace_declare(sink, "n", "a", TRACE_WIRE, 1);
    trace_id b = trace_declare(sink, "n", "b", TRACE_BITS, 8);
    vcd_advance(vcd, 0);
    trace_change(sink, a, 300, 1); // a core that ran ahead
    trace_change(sink, b, 200, 0x0A);
    trace_change(sink, a, 100, 0); // its sibling
    vcd_advance(vcd, 250);
    trace_change(sink, b, 260, 0);
    EXPECT_EQ(finish_changes(400), "#0\n$dumpvars\nx!\nbx \"\n$end\n"
                                   "#100\n0!\n"
                                   "#200\nb1010 \"\n"
                                   "#260\nb0 \"\n"
                                   "#300\n1!\n"
                                   "#400\n");
}

TEST_F(vcd_file, of_several_values_at_one_time_the_last_counts_and_no_change_is_no_line)
{
    open();
    trace_id a = trace_declare(sink, "n", "a", TRACE_WIRE, 1);
    trace_change(sink, a, 10, 1);
    trace_change(sink, a, 10, 0);
    trace_change(sink, a, 20, 0);
    trace_change(sink, a, 30, 1);
    EXPECT_EQ(finish_changes(30), "#0\n$dumpvars\nx!\n$end\n#10\n0!\n#30\n1!\n");
}

TEST_F(vcd_file, what_comes_too_late_is_moved_to_the_safe_time)
{
    open();
    trace_id a = trace_declare(sink, "n", "a", TRACE_WIRE, 1);
    vcd_advance(vcd, 1000);
    trace_change(sink, a, 900, 1);
    EXPECT_EQ(finish_changes(2000), "#0\n$dumpvars\nx!\n$end\n#1000\n1!\n#2000\n");
}

TEST_F(vcd_file, texts_have_no_blanks_and_vectors_are_cut_to_their_width)
{
    open();
    trace_id text = trace_declare(sink, "n", "state", TRACE_TEXT, 0);
    trace_id bits = trace_declare(sink, "n", "bits", TRACE_BITS, 4);
    trace_id wide = trace_declare(sink, "n", "wide", TRACE_BITS, 64);
    trace_change_text(sink, text, 1, "light sleep");
    trace_change_text(sink, text, 2, "run");
    trace_change(sink, bits, 3, 0x1F);
    trace_change(sink, wide, 4, UINT64_MAX);
    EXPECT_EQ(finish_changes(4), "#0\n$dumpvars\nbx \"\nbx #\n$end\n"
                                 "#1\nslight_sleep !\n#2\nsrun !\n#3\nb1111 \"\n#4\nb" +
                                     std::string(64, '1') + " #\n");
}

TEST_F(vcd_file, only_chosen_signals_are_recorded)
{
    open({"node0.uart0", "!*.rx"});
    EXPECT_NE(trace_declare(sink, "node0.uart0", "tx", TRACE_WIRE, 1), 0u);
    EXPECT_EQ(trace_declare(sink, "node0.uart0", "rx", TRACE_WIRE, 1), 0u);
    EXPECT_EQ(trace_declare(sink, "node0.uart01", "tx", TRACE_WIRE, 1), 0u);
    EXPECT_EQ(vcd_signal_count(vcd), 1u);
    vcd_advance(vcd, 1);
    EXPECT_EQ(trace_declare(sink, "node0.uart0", "late", TRACE_WIRE, 1), 0u) << "the header is written";
}

TEST_F(vcd_file, a_killed_run_leaves_whole_lines_up_to_the_last_flush)
{
    open();
    trace_id a = trace_declare(sink, "n", "a", TRACE_WIRE, 1);
    for (sim_time t = 1; t < 200000; t++) {
        trace_change(sink, a, t, t & 1);
        vcd_advance(vcd, t);
    }
    std::string part = read_file(path + ".part");
    EXPECT_GT(part.size(), 100000u);
    EXPECT_EQ(part.back(), '\n');
    EXPECT_EQ(access(path.c_str(), F_OK), -1) << "the name is given when the file is complete";
}

TEST_F(vcd_file, a_full_disk_is_said_once_and_kept)
{
    struct vcd *full = nullptr;
    ASSERT_EQ(vcd_create("/dev/full", nullptr, 0, log, &full), SIM_OK);
    trace_declare(vcd_sink(full), "n", "a", TRACE_WIRE, 1);
    vcd_advance(full, 1);
    vcd_flush(full);
    EXPECT_EQ(vcd_status(full), SIM_IO);
    EXPECT_EQ(vcd_finish(full, 2), SIM_IO);
    EXPECT_EQ(log.text(), "host /dev/full: cannot be written: No space left on device");
}

TEST(out_file, an_unwritable_place_is_an_error_before_the_run)
{
    captured_log log;
    struct out_file *file = nullptr;
    EXPECT_EQ(out_file_open("/nowhere/a.txt", log, &file), SIM_IO);
    EXPECT_EQ(file, nullptr);
    EXPECT_EQ(log.text(), "host /nowhere/a.txt: cannot be opened for writing: No such file or directory");
}

TEST(out_file, a_good_file_stays_until_its_successor_is_complete)
{
    captured_log log;
    std::string path = testing::TempDir() + "vesper_out_test_" + std::to_string(getpid());
    std::ofstream(path) << "old";
    struct out_file *file = nullptr;
    ASSERT_EQ(out_file_open(path.c_str(), log, &file), SIM_OK);
    out_file_format(file, "%s %d\n", "new", 1);
    out_file_flush(file);
    EXPECT_EQ(read_file(path), "old");
    out_file_abandon(file);
    EXPECT_EQ(read_file(path), "old");
    EXPECT_EQ(access((path + ".part").c_str(), F_OK), -1);
    ASSERT_EQ(out_file_open(path.c_str(), log, &file), SIM_OK);
    out_file_text(file, "new\n");
    EXPECT_EQ(out_file_finish(file), SIM_OK);
    EXPECT_EQ(read_file(path), "new\n");
    unlink(path.c_str());
    EXPECT_TRUE(log.lines.empty());
}

TEST(pattern, covers_names_scopes_and_wildcards)
{
    EXPECT_TRUE(pattern_covers("node0.uart0.tx", "node0.uart0.tx"));
    EXPECT_TRUE(pattern_covers("node0", "node0.uart0.tx")) << "everything below";
    EXPECT_FALSE(pattern_covers("node0", "node01.uart0.tx"));
    EXPECT_TRUE(pattern_covers("node*.gpio.gpio2", "node12.gpio.gpio2"));
    EXPECT_FALSE(pattern_covers("node*.gpio.gpio2", "node12.gpio.gpio21"));
    EXPECT_TRUE(pattern_covers("*.tx", "node0.uart0.tx"));
    EXPECT_TRUE(pattern_covers("*uart?.tx", "node0.uart2.tx"));
    EXPECT_FALSE(pattern_covers("uart0", "node0.uart0.tx")) << "names begin at the node";
    EXPECT_TRUE(pattern_covers("*a*b*c", "xaxxbxxabxc"));
    EXPECT_FALSE(pattern_covers("", "node0"));
}

TEST(pattern, exclusions_win_and_alone_mean_all_the_rest)
{
    const char *mixed[] = {"node0", "!node0.cpu1"};
    EXPECT_TRUE(pattern_chooses(mixed, 2, "node0.cpu0.state"));
    EXPECT_FALSE(pattern_chooses(mixed, 2, "node0.cpu1.state"));
    EXPECT_FALSE(pattern_chooses(mixed, 2, "node1.cpu0.state"));
    const char *only_exclusion[] = {"!*.cpu1"};
    EXPECT_TRUE(pattern_chooses(only_exclusion, 1, "node0.cpu0.state"));
    EXPECT_FALSE(pattern_chooses(only_exclusion, 1, "node0.cpu1.state"));
    EXPECT_TRUE(pattern_chooses(nullptr, 0, "anything"));
}

} // namespace
