// SPDX-License-Identifier: Apache-2.0
// Prints the error rate of the receiver in RTL over Eb/N0 as a table, for scripts/rtl_accuracy.
//   dsss_error_rate SYMBOLS    least symbols of each point
#include <cstdio>
#include <cstdlib>

#include "tests/rtl/dsss_receiver.h"

int main(int, char **arguments)
{
    if (!arguments[1])
        return 2;
    auto symbols = unsigned(std::strtoul(arguments[1], nullptr, 10));
    for (bool two : {false, true})
        for (double eb_n0_db = 0; eb_n0_db <= (two ? 11 : 9); eb_n0_db++) {
            // Enough for some hundred errors, as long as that takes no more than a hundred times as many symbols.
            double expected = dsss::theory(two, eb_n0_db);
            auto needed = unsigned(std::fmin(300 / expected / (two ? 2 : 1), 100.0 * symbols));
            needed = needed < symbols ? symbols : needed;
            double rate = dsss::measured(two, eb_n0_db, needed, unsigned(eb_n0_db) * 1000 + two * 500000);
            std::printf("%d,%g,%u,%.3e,%.3e,%.2f\n", two ? 2 : 1, eb_n0_db, needed, rate, expected,
                        rate > 0 ? dsss::loss_db(two, eb_n0_db, rate) : 0.0);
        }
    return 0;
}
