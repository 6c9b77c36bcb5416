// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/pacer.h"

#include <algorithm>

#include "sc_top/text.h"

namespace vesper
{

double pacer::host_seconds(sim_time span) const
{
    return seconds_of(span) / factor;
}

double pacer::lead(sim_time now, double host) const
{
    return host_seconds(now) - host;
}

void pacer::reached(sim_time now, double host)
{
    double late = std::max(0.0, -lead(now, host));
    sim_time step = now - last;
    last = now;
    max_late = std::max(max_late, late);
    sum_late += late * seconds_of(step);
    late_time += late > LATE ? step : 0;
}

pacer::figures pacer::late() const
{
    double whole = seconds_of(last);
    return whole > 0 ? figures{max_late, sum_late / whole, seconds_of(late_time) / whole} : figures{max_late, 0, 0};
}

} // namespace vesper
