// SPDX-License-Identifier: Apache-2.0
// vesper_flat: runs an ELF file on a flat_machine, as `qemu-system-xtensa -M sim -semihosting -kernel` does.
// The guest's exit status becomes the program's; 124: the limit of cycles, 125: the guest hangs or is dead, 2: the file
// cannot be run.
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/flat/flat_machine.h"

static void print_record(void *, const struct log_record *record)
{
    std::fprintf(stderr, "%s: %s\n", record->source ? record->source : "vesper_flat", record->text);
}

static void print_stats(struct xt_cpu *cpu, double seconds)
{
    struct xt_stats stats;
    xt_get_stats(cpu, &stats);
    std::fprintf(stderr,
                 "instructions %" PRIu64 "\ncycles %" PRIu64 "\nwindow_overflows %" PRIu64
                 "\nwindow_underflows %" PRIu64 "\nexceptions %" PRIu64 "\ninterrupts %" PRIu64
                 "\nseconds %.3f\nmips %.1f\n",
                 stats.instructions, xt_cycles(cpu), stats.window_overflows, stats.window_underflows, stats.exceptions,
                 stats.interrupts, seconds, static_cast<double>(stats.instructions) / seconds / 1e6);
}

static int run(const char *path, uint64_t cycles, bool stats, struct log *log)
{
    struct image *image = nullptr;
    if (image_load(path, nullptr, log, &image) != SIM_OK)
        return 2;
    flat_machine machine(log);
    machine.echoes = true;
    bool is_loaded = machine.load(*image);
    image_destroy(image);
    if (!is_loaded) {
        std::fprintf(stderr, "%s: has a segment where the flat machine has no memory\n", path);
        return 2;
    }
    auto start = std::chrono::steady_clock::now();
    flat_machine::end end = machine.run(cycles);
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::fflush(stdout);
    if (stats)
        print_stats(machine.cpu(), seconds.count());
    switch (end) {
    case flat_machine::end::exited:
        return static_cast<int>(machine.status() & 0xff);
    case flat_machine::end::cycles:
        std::fprintf(stderr, "%s: %" PRIu64 " cycles are over\n", path, cycles);
        return 124;
    default:
        std::fprintf(stderr, "%s: the core does not go on; pc 0x%08" PRIx32 "\n", path, xt_pc(machine.cpu()));
        return 125;
    }
}

int main(int count, char **arguments)
{
    uint64_t cycles = UINT64_C(1) << 40;
    bool stats = false;
    const char *path = nullptr;
    for (int i = 1; i < count; i++) {
        if (!std::strcmp(arguments[i], "--stats"))
            stats = true;
        else if (!std::strcmp(arguments[i], "--cycles") && i + 1 < count)
            cycles = std::strtoull(arguments[++i], nullptr, 0);
        else
            path = arguments[i];
    }
    if (!path) {
        std::fprintf(stderr, "usage: vesper_flat [--stats] [--cycles N] PROGRAM.elf\n");
        return 2;
    }
    struct log *log = log_create(print_record, nullptr, LOG_INFO);
    int status = run(path, cycles, stats, log);
    log_destroy(log);
    return status;
}
