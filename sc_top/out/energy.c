/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/energy.h"

#include <stddef.h>

#include "rf_channel/num.h"

struct point {
    double at, ma;
};

/* Straight lines through the points; below the first and above the last on along their lines. */
static double interpolate(const struct point *point, size_t count, double at)
{
    size_t i = 1;
    while (i + 1 < count && at > point[i].at)
        i++;
    double slope = (point[i].ma - point[i - 1].ma) / (point[i].at - point[i - 1].at);
    return point[i - 1].ma + slope * (at - point[i - 1].at);
}

/* Stated for a duty cycle of 50 %. */
static double while_sending(double stated_ma)
{
    return 2 * stated_ma - ENERGY_RX_MA;
}

double energy_tx_ma(double power_dbm)
{
    double dbm = power_dbm < 0 ? 0 : power_dbm > 20.5 ? 20.5 : power_dbm;
    const struct point point[] = {{1, while_sending(130)},
                                  {num_from_db(14), while_sending(180)},
                                  {num_from_db(16), while_sending(190)},
                                  {num_from_db(19.5), while_sending(240)}};
    return interpolate(point, sizeof point / sizeof *point, num_from_db(dbm));
}

double energy_idle_ma(uint64_t cpu_hz)
{
    static const struct point POINT[] = {{0, 0}, {80, 20}, {160, 27}, {240, 30}};
    return interpolate(POINT, sizeof POINT / sizeof *POINT, (double)cpu_hz / 1e6);
}

double energy_core_ma(uint64_t cpu_hz)
{
    static const struct point POINT[] = {{0, 0}, {80, (31 - 20) / 2.0}, {160, (44 - 27) / 2.0}, {240, (68 - 30) / 2.0}};
    return interpolate(POINT, sizeof POINT / sizeof *POINT, (double)cpu_hz / 1e6);
}
