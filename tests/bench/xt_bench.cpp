// SPDX-License-Identifier: Apache-2.0
// How fast the core is on this machine: "name: value unit" lines, in millions of guest instructions per second of host
// CPU time, timing on.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "tests/support/xt_bench.h"
#include "tests/support/xt_vectors.h"

namespace
{

struct program {
    const char *name, *text;
};

const program programs[] = {
    {"integer_loop", "movi a2, 0; movi a3, 1; movi a4, 0\n"
                     "loop_: add a2, a2, a3; xor a4, a4, a2; slli a5, a4, 3; srli a6, a4, 7; or a4, a5, a6\n"
                     "addi a3, a3, 1; addx4 a2, a3, a2; extui a7, a2, 4, 8; sub a4, a4, a7; j loop_\n"},
    {"branch_loop", "movi a2, 0\n"
                    "loop_: addi a2, a2, 1; bbci a2, 0, even; addi a3, a3, 1; beqz a2, even; addi a4, a4, 2\n"
                    "even: bnez a2, loop_; j loop_\n"},
    {"memory_copy", "j start; .align 4; base: .word 0x3ffc0000\n"
                    "start: l32r a2, base; addmi a3, a2, 0x4000; movi a4, 256; loop a4, end\n"
                    "l32i a5, a2, 0; l32i a6, a2, 4; s32i a5, a3, 0; s32i a6, a3, 4; addi a2, a2, 8; addi a3, a3, 8\n"
                    "end: j start\n"},
    {"windowed_recursion",
     "entry a1, 32; addi a3, a1, -16; s32i a1, a3, 4 // a caller of ours, for the overflow handler\n"
     "again: movi a10, 20; call8 fib; j again; .align 4\n"
     "fib: entry a1, 32; blti a2, 2, leaf; addi a10, a2, -1; call8 fib; mov.n a3, a10\n"
     "addi a10, a2, -2; call8 fib; add a2, a3, a10\n"
     "leaf: retw.n\n"},
    {"multiply_divide", "movi a2, 1234; movi a3, 77; loop_: mull a4, a2, a3; addi a4, a4, 3; quou a5, a4, a3\n"
                        "remu a6, a4, a3; add a2, a5, a6; addi a3, a3, 2; bnez a3, loop_; movi a3, 77; j loop_\n"},
    {"mac16", "j start; .align 4; base: .word 0x3ffc0000\n"
              "start: l32r a3, base; movi a4, 256; loop a4, end\n"
              "mula.dd.ll.ldinc m0, a3, m0, m2; mula.dd.hh.ldinc m2, a3, m0, m2\n"
              "end: j start\n"},
    {"float_dot_product", "movi a2, 1; wsr.cpenable a2; j start; .align 4; base: .word 0x3ffc0000\n"
                          "start: l32r a3, base; movi a4, 256; wfr f0, a3; loop a4, end\n"
                          "lsip f1, a3, 4; lsi f2, a3, 1020; madd.s f0, f1, f2\n"
                          "end: j start\n"},
};

double seconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void measure(const program &what, double duration)
{
    xt_bench bench;
    bench.load(window_vectors, xt_bench::CODE);
    bench.load(what.text);
    bench.run(1000000);
    uint64_t instructions = bench.stats().instructions, cycles = bench.cycles();
    double start = seconds(), used;
    do
        bench.run(10000000);
    while ((used = seconds() - start) < duration);
    double count = static_cast<double>(bench.stats().instructions - instructions);
    std::printf("%s: %.0f MIPS\n", what.name, count / used / 1e6);
    std::printf("%s_cycles_per_instruction: %.3f\n", what.name, static_cast<double>(bench.cycles() - cycles) / count);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    for (const program &what : programs)
        if (argc < 2 || std::strcmp(argv[1], what.name) == 0)
            measure(what, 0.5);
    return 0;
}
