// SPDX-License-Identifier: Apache-2.0
// Every row of the reference table of airtimes (tests/rf/data/airtimes.csv: formulas of IEEE 802.11-2020, worked out
// independently, beside ns-3 3.37) must come out exactly.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "rf_channel/rate.h"

namespace
{

std::vector<std::string> split(const std::string &line)
{
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');)
        cells.push_back(cell);
    return cells;
}

enum rf_rate rate_called(const std::string &mode)
{
    static const std::map<std::string, enum rf_rate> names = {{"DsssRate1Mbps", RF_RATE_DSSS_1},
                                                              {"DsssRate2Mbps", RF_RATE_DSSS_2},
                                                              {"DsssRate5_5Mbps", RF_RATE_CCK_5_5},
                                                              {"DsssRate11Mbps", RF_RATE_CCK_11},
                                                              {"ErpOfdmRate6Mbps", RF_RATE_OFDM_6},
                                                              {"ErpOfdmRate9Mbps", RF_RATE_OFDM_9},
                                                              {"ErpOfdmRate12Mbps", RF_RATE_OFDM_12},
                                                              {"ErpOfdmRate18Mbps", RF_RATE_OFDM_18},
                                                              {"ErpOfdmRate24Mbps", RF_RATE_OFDM_24},
                                                              {"ErpOfdmRate36Mbps", RF_RATE_OFDM_36},
                                                              {"ErpOfdmRate48Mbps", RF_RATE_OFDM_48},
                                                              {"ErpOfdmRate54Mbps", RF_RATE_OFDM_54},
                                                              {"HtMcs0", RF_RATE_HT_MCS0},
                                                              {"HtMcs1", RF_RATE_HT_MCS1},
                                                              {"HtMcs2", RF_RATE_HT_MCS2},
                                                              {"HtMcs3", RF_RATE_HT_MCS3},
                                                              {"HtMcs4", RF_RATE_HT_MCS4},
                                                              {"HtMcs5", RF_RATE_HT_MCS5},
                                                              {"HtMcs6", RF_RATE_HT_MCS6},
                                                              {"HtMcs7", RF_RATE_HT_MCS7}};
    return names.at(mode);
}

TEST(Airtime, EveryRowOfTheReferenceIsExact)
{
    std::ifstream file(VESPER_SOURCE_DIR "/tests/rf/data/airtimes.csv");
    ASSERT_TRUE(file) << "reference table is missing";
    unsigned rows = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#' || line.rfind("std,", 0) == 0)
            continue;
        const auto cells = split(line);
        const bool is_short = cells[3] == "short_preamble" || cells[3] == "ht_mixed_sgi400";
        const rf_mode mode = {rate_called(cells[1]), is_short};
        const auto bytes = static_cast<uint32_t>(std::stoul(cells[5]));
        EXPECT_EQ(rf_txtime(mode, bytes), SIM_US(std::stoull(cells[6]))) << line;
        const rf_airtime parts = rf_ppdu_airtime(mode, bytes);
        EXPECT_EQ(parts.preamble + parts.header + parts.data, SIM_US(std::stoull(cells[7]))) << line;
        rows++;
    }
    EXPECT_EQ(rows, 341U);
}

TEST(Airtime, GrowsWithTheLengthAndFallsWithTheRate)
{
    for (unsigned rate = 0; rate < RF_RATE_COUNT; rate++) {
        const rf_mode mode = {static_cast<enum rf_rate>(rate), false};
        for (uint32_t bytes = 1; bytes < 2048; bytes++)
            ASSERT_GE(rf_txtime(mode, bytes), rf_txtime(mode, bytes - 1)) << rf_rate_of(mode.rate)->name;
    }
    EXPECT_GT(rf_txtime({RF_RATE_OFDM_6, false}, 1500), rf_txtime({RF_RATE_OFDM_54, false}, 1500));
    EXPECT_GT(rf_txtime({RF_RATE_HT_MCS7, false}, 1500), rf_txtime({RF_RATE_HT_MCS7, true}, 1500));
}

TEST(Rate, ShortGuardIntervalCarriesTenNinths)
{
    EXPECT_EQ(rf_mode_bps({RF_RATE_HT_MCS7, false}), 65000000U);
    EXPECT_EQ(rf_mode_bps({RF_RATE_HT_MCS7, true}), 72222222U);
    EXPECT_EQ(rf_mode_bps({RF_RATE_CCK_5_5, true}), 5500000U);
}

uint32_t set_of(std::initializer_list<enum rf_rate> rates)
{
    uint32_t set = 0;
    for (auto rate : rates)
        set |= UINT32_C(1) << rate;
    return set;
}

TEST(ResponseRate, IsTheHighestBasicRateThatIsNotAboveTheFrames)
{
    const uint32_t basic = set_of({RF_RATE_DSSS_1, RF_RATE_DSSS_2, RF_RATE_OFDM_6, RF_RATE_OFDM_12, RF_RATE_OFDM_24});
    EXPECT_EQ(rf_response_rate({RF_RATE_OFDM_54, false}, basic), RF_RATE_OFDM_24);
    EXPECT_EQ(rf_response_rate({RF_RATE_OFDM_18, false}, basic), RF_RATE_OFDM_12);
    EXPECT_EQ(rf_response_rate({RF_RATE_OFDM_9, false}, basic), RF_RATE_OFDM_6);
    EXPECT_EQ(rf_response_rate({RF_RATE_CCK_11, false}, basic), RF_RATE_DSSS_2);
    EXPECT_EQ(rf_response_rate({RF_RATE_DSSS_1, false}, basic), RF_RATE_DSSS_1);
}

TEST(ResponseRate, HtIsAnsweredInOfdm)
{
    // As ns-3's exchange timeline has it: MCS0 by 6, MCS1 and 2 by 12, MCS3 and up by 24 Mbit/s.
    EXPECT_EQ(rf_response_rate({RF_RATE_HT_MCS0, false}, 0), RF_RATE_OFDM_6);
    EXPECT_EQ(rf_response_rate({RF_RATE_HT_MCS2, true}, 0), RF_RATE_OFDM_12);
    EXPECT_EQ(rf_response_rate({RF_RATE_HT_MCS7, false}, 0), RF_RATE_OFDM_24);
}

TEST(ResponseRate, WithoutBasicRatesTheMandatoryOnesAnswer)
{
    EXPECT_EQ(rf_response_rate({RF_RATE_CCK_11, false}, 0), RF_RATE_CCK_11);
    EXPECT_EQ(rf_response_rate({RF_RATE_OFDM_54, false}, 0), RF_RATE_OFDM_24);
    // A basic set of DSSS alone cannot answer OFDM.
    EXPECT_EQ(rf_response_rate({RF_RATE_OFDM_6, false}, set_of({RF_RATE_DSSS_1})), RF_RATE_OFDM_6);
}

} // namespace
