/* SPDX-License-Identifier: Apache-2.0 */
/* googletest over SystemC: elaboration happens once in a process, so a test program builds its platform once and each
 * test runs inside the thread of an sc_bench. */
#ifndef VESPER_TESTS_SUPPORT_SC_BENCH_H
#define VESPER_TESTS_SUPPORT_SC_BENCH_H

#include <functional>

#include <gtest/gtest.h>
#include <systemc>

class sc_bench : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(sc_bench);

    explicit sc_bench(const sc_core::sc_module_name &name) : sc_module(name)
    {
        SC_THREAD(thread);
    }

    /* Runs `body` in a SystemC thread, where it may wait(), and comes back when it has ended. */
    void run(const std::function<void()> &body)
    {
        body_ = &body;
        start_.notify(sc_core::SC_ZERO_TIME);
        while (body_) {
            ASSERT_TRUE(sc_core::sc_pending_activity()) << "the test waits for something that nothing will do";
            sc_core::sc_start();
        }
    }

  private:
    void thread()
    {
        for (;;) {
            if (!body_)
                wait(start_);
            (*body_)();
            body_ = nullptr;
            sc_core::sc_pause();
        }
    }

    const std::function<void()> *body_ = nullptr;
    sc_core::sc_event start_;
};

/* libsystemc's main() wants it; googletest's main() is the one that runs. To be included once in a program. */
int sc_main(int, char *[])
{
    return 0;
}

#endif
