// SPDX-License-Identifier: Apache-2.0
// Simulated time held to the host's: how far it is ahead, and how late it was. Knows no clock; who waits brings one.
#ifndef VESPER_SC_TOP_RUN_PACER_H
#define VESPER_SC_TOP_RUN_PACER_H

#include "bus/base/sim_time.h"

namespace vesper
{

class pacer
{
  public:
    // pace: simulated seconds per host second; 0: none.
    explicit pacer(double pace) : factor(pace)
    {
    }
    bool paced() const
    {
        return factor > 0;
    }

    // By how many host seconds simulated time is ahead, `host` seconds after the start. Below 0: late.
    double lead(sim_time now, double host) const;
    double host_seconds(sim_time span) const;

    // The run has got to `now`; each such step counts with the simulated time that it took.
    void reached(sim_time now, double host);

    struct figures {
        double max_late, mean_late; // host seconds
        double late_share;          // of the time: late by more than LATE
    };
    static constexpr double LATE = 0.01;
    figures late() const;

  private:
    double factor;
    sim_time last = 0;
    double max_late = 0, sum_late = 0; // host seconds; the sum times simulated ones
    sim_time late_time = 0;
};

} // namespace vesper
#endif
