// SPDX-License-Identifier: Apache-2.0
// Frame success against SNR must lie within 0.2 dB of ns-3's three error models (tests/rf/data, made by ns-3 3.37), and
// the default must give the sensitivities of the module's data sheet.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "rf_channel/error_model.h"
#include "rf_channel/num.h"

namespace
{

struct Destroy {
    void operator()(struct rf_error_model *model) const
    {
        rf_error_model_destroy(model);
    }
};
using Model = std::unique_ptr<struct rf_error_model, Destroy>;

std::vector<std::vector<std::string>> rows_of(const char *name)
{
    std::ifstream file(std::string(VESPER_SOURCE_DIR "/tests/rf/data/") + name);
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#')
            continue;
        std::vector<std::string> cells;
        std::stringstream stream(line);
        for (std::string cell; std::getline(stream, cell, ',');)
            cells.push_back(cell);
        rows.push_back(cells);
    }
    if (!rows.empty())
        rows.erase(rows.begin()); // column names
    return rows;
}

enum rf_rate rate_called(const std::string &mode)
{
    static const std::map<std::string, enum rf_rate> names = {
        {"DsssRate1Mbps", RF_RATE_DSSS_1},      {"DsssRate2Mbps", RF_RATE_DSSS_2},
        {"DsssRate5_5Mbps", RF_RATE_CCK_5_5},   {"DsssRate11Mbps", RF_RATE_CCK_11},
        {"ErpOfdmRate6Mbps", RF_RATE_OFDM_6},   {"ErpOfdmRate9Mbps", RF_RATE_OFDM_9},
        {"ErpOfdmRate12Mbps", RF_RATE_OFDM_12}, {"ErpOfdmRate18Mbps", RF_RATE_OFDM_18},
        {"ErpOfdmRate24Mbps", RF_RATE_OFDM_24}, {"ErpOfdmRate36Mbps", RF_RATE_OFDM_36},
        {"ErpOfdmRate48Mbps", RF_RATE_OFDM_48}, {"ErpOfdmRate54Mbps", RF_RATE_OFDM_54}};
    if (mode.rfind("HtMcs", 0) == 0)
        return static_cast<enum rf_rate>(RF_RATE_HT_MCS0 + std::atoi(mode.c_str() + 5));
    return names.at(mode);
}

class Curves : public testing::TestWithParam<int>
{
};

TEST_P(Curves, LieWithinAFifthOfADecibelOfTheReferenceAtEveryRateAndLength)
{
    // Shift sought: how far in SNR our curve must be moved to give the reference's probability. Where the reference is
    // flat (nearly 0 or 1) probabilities are compared instead, the reference being a simulation of 1e5 frames there.
    Model model(rf_error_model_create(static_cast<enum rf_error_kind>(GetParam())));
    const size_t column = GetParam() == RF_ERROR_NIST ? 4 : GetParam() == RF_ERROR_YANS ? 5 : 6;
    const double flat = 2e-3;
    double worst = 0;
    int compared = 0;
    auto rows = rows_of("snr_success_errormodels.csv");
    const auto fine = rows_of("snr_success_fine.csv");
    ASSERT_GT(rows.size(), 5000U);
    ASSERT_GT(fine.size(), 1000U);
    rows.insert(rows.end(), fine.begin(), fine.end());
    for (const auto &row : rows) {
        const enum rf_rate rate = rate_called(row[1]);
        const auto psdu = static_cast<uint32_t>(std::atoi(row[2].c_str()));
        const double snr = std::atof(row[3].c_str());
        const double expected = std::atof(row[column].c_str());
        const double low = rf_frame_success(model.get(), rate, psdu, snr - 0.2);
        const double high = rf_frame_success(model.get(), rate, psdu, snr + 0.2);
        ASSERT_LE(low, expected + flat) << row[1] << " " << psdu << " bytes, SNR " << snr;
        ASSERT_GE(high, expected - flat) << row[1] << " " << psdu << " bytes, SNR " << snr;
        if (expected > 0.01 && expected < 0.99) {
            worst = std::max(worst, std::fabs(rf_frame_success(model.get(), rate, psdu, snr) - expected));
            compared++;
        }
    }
    EXPECT_GT(compared, 100);
    RecordProperty("rows", static_cast<int>(rows.size()));
    std::printf("%zu rows, %d on the slope, largest difference of probability there %.4f\n", rows.size(), compared,
                worst);
}

INSTANTIATE_TEST_SUITE_P(ErrorModel, Curves, testing::Values(RF_ERROR_TABLE, RF_ERROR_NIST, RF_ERROR_YANS));

TEST(ErrorModel, GivesTheDataSheetsSensitivityWithin2Point5DecibelsAtAllTwentyRates)
{
    // As the reference computes it: PER 10 % at 1000 bytes, to a tenth of a decibel. Without that rounding two rates
    // lie at the very edge: MCS7 2.51 dB better than the module; CCK 5.5, at the 8 % of 802.11b, 2.53 dB worse.
    Model model(rf_error_model_create(RF_ERROR_TABLE));
    int rates = 0;
    for (const auto &row : rows_of("snr_thresholds.csv")) {
        if (row.size() < 12 || row[11].empty())
            continue;
        const enum rf_rate rate = rate_called(row[0]);
        const auto psdu = static_cast<uint32_t>(std::atoi(row[1].c_str()));
        double snr = -20;
        while (rf_frame_success(model.get(), rate, psdu, snr) < 0.90)
            snr += 0.01;
        const double sensitivity = std::round((snr + rf_noise_floor_dbm(rate, RF_NOISE_FIGURE_DB)) * 10) / 10;
        EXPECT_NEAR(sensitivity, std::atof(row[9].c_str()), 0.2) << row[0] << ", reference's table model";
        EXPECT_LE(std::fabs(sensitivity - std::atof(row[11].c_str())), 2.5 + 1e-9) << row[0] << ", data sheet";
        rates++;
    }
    EXPECT_EQ(rates, 20);
}

TEST(ErrorModel, NeverGetsBetterWithLessSignal)
{
    for (int kind = 0; kind < RF_ERROR_KINDS; kind++) {
        Model model(rf_error_model_create(static_cast<enum rf_error_kind>(kind)));
        for (int rate = 0; rate < RF_RATE_COUNT; rate++)
            for (uint32_t psdu : {14U, 399U, 400U, 4095U}) {
                double before = 0;
                for (double snr = -30; snr < 60; snr += 0.05) {
                    const double now = rf_frame_success(model.get(), static_cast<enum rf_rate>(rate), psdu, snr);
                    ASSERT_GE(now, before - 1e-12) << kind << " " << rate << " " << psdu << " " << snr;
                    before = now;
                }
                ASSERT_GT(before, 0.9999999);
            }
    }
}

TEST(Numbers, AgreeWithTheMathematicalFunctions)
{
    for (double x = -699.5; x < 700; x += 0.37)
        ASSERT_NEAR(num_exp(x) / std::exp(x), 1.0, 1e-13) << x;
    EXPECT_EQ(num_exp(0), 1.0);
    EXPECT_EQ(num_exp(-1e9), 0.0);
    for (double x = 1e-300; x < 1e300; x *= 1.37)
        ASSERT_NEAR(num_log(x), std::log(x), 1e-14 * (1 + std::fabs(std::log(x)))) << x;
    for (double x = 0; x < 20; x += 0.0137)
        ASSERT_NEAR(num_erfc(x) / std::erfc(x), 1.0, 1e-11) << x;
    EXPECT_NEAR(num_to_db(2), 3.0103, 1e-4);
    EXPECT_NEAR(num_from_db(-30), 1e-3, 1e-16);
}

TEST(Numbers, NormalDeviatesHaveMeanZeroAndVarianceOne)
{
    struct rng rng;
    rng_init(&rng, 1, 0, "test.normal");
    const int draws = 200000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
        const double x = num_normal(&rng);
        sum += x;
        squares += x * x;
    }
    EXPECT_NEAR(sum / draws, 0, 4 / std::sqrt(draws)); // four standard deviations
    EXPECT_NEAR(squares / draws, 1, 4 * std::sqrt(2.0 / draws));
}

} // namespace
