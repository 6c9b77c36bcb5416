// SPDX-License-Identifier: Apache-2.0
// A Verilated block with a clock, and what was covered when it goes.
#ifndef VESPER_TESTS_RTL_RTL_BENCH_H
#define VESPER_TESTS_RTL_RTL_BENCH_H

#include <cstdlib>
#include <memory>
#include <string>

#include <unistd.h>
#include <verilated.h>
#include <verilated_cov.h>

// With VESPER_RTL_COVERAGE=FOLDER each bench leaves a file there that verilator_coverage reads.
template <typename M> class rtl_bench
{
  public:
    explicit rtl_bench(const char *name)
        : block(name), context(new VerilatedContext), model(new M(context.get(), "top"))
    {
        model->rst = 1;
        clock();
        clock();
        model->rst = 0;
    }
    ~rtl_bench()
    {
        model->final();
        const char *folder = std::getenv("VESPER_RTL_COVERAGE");
        if (!folder)
            return;
        static unsigned number = 0; // of benches in this program
        std::string path = std::string(folder) + "/" + block + "." + std::to_string(getpid()) + "." +
                           std::to_string(number++) + ".dat";
        context->coveragep()->write(path.c_str());
    }

    // One cycle; outputs are those after the edge.
    void clock()
    {
        model->clk = 0;
        model->eval();
        model->clk = 1;
        model->eval();
        cycles++;
    }
    // Inputs that have changed, before the edge.
    void settle()
    {
        model->clk = 0;
        model->eval();
    }
    M *operator->()
    {
        return model.get();
    }
    std::uint64_t cycles = 0;

  private:
    std::string block;
    std::unique_ptr<VerilatedContext> context;
    std::unique_ptr<M> model;
};

#endif
