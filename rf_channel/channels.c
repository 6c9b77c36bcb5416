/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/channels.h"

#include <math.h>

#include "bus/base/status.h"
#include "rf_channel/num.h"

#define PI 3.14159265358979323846
#define STEP_MHZ 0.25
#define STOP_BAND_DB (-60.0)

enum { SINE_TERMS = 14, MHZ_CHANNEL_14 = 2484 };

unsigned rf_channel_mhz(unsigned channel)
{
    sim_assert(channel >= RF_CHANNEL_FIRST && channel <= RF_CHANNEL_LAST);
    return channel == RF_CHANNEL_LAST ? MHZ_CHANNEL_14 : 2407 + 5 * channel;
}

/* sin(x)/x for |x| <= pi, by its series. */
static double sinc(double x)
{
    double term = 1.0;
    double sum = 1.0;
    for (int n = 1; n < SINE_TERMS; n++) {
        term *= -x * x / ((2 * n) * (2 * n + 1));
        sum += term;
    }
    return sum;
}

static double dsss_density(double mhz)
{
    double f = fabs(mhz);
    if (f >= 22.0)
        return num_from_db(-50.0);
    if (f >= 11.0)
        return num_from_db(-30.0);
    double s = sinc(PI * f / 11.0);
    return s * s;
}

static double ofdm_density(double mhz)
{
    static const struct {
        double mhz, db;
    } mask[] = {{9, 0}, {11, -20}, {20, -28}, {30, -45}};
    double f = fabs(mhz);
    if (f <= mask[0].mhz)
        return 1.0;
    for (unsigned i = 1; i < sizeof mask / sizeof mask[0]; i++)
        if (f <= mask[i].mhz) {
            double part = (f - mask[i - 1].mhz) / (mask[i].mhz - mask[i - 1].mhz);
            return num_from_db(mask[i - 1].db + part * (mask[i].db - mask[i - 1].db));
        }
    return num_from_db(-45.0);
}

static double half_width(bool is_ofdm)
{
    return is_ofdm ? 10.0 : 11.0;
}

static double received(bool tx_is_ofdm, bool rx_is_ofdm, double offset_mhz)
{
    int steps = (int)(2 * half_width(rx_is_ofdm) / STEP_MHZ);
    double sum = 0;
    for (int i = 0; i < steps; i++) {
        double mhz = offset_mhz - half_width(rx_is_ofdm) + (i + 0.5) * STEP_MHZ;
        sum += tx_is_ofdm ? ofdm_density(mhz) : dsss_density(mhz);
    }
    return sum;
}

double rf_leakage_db(bool tx_is_ofdm, bool rx_is_ofdm, double offset_mhz)
{
    if (offset_mhz == 0)
        return 0;
    return num_to_db(received(tx_is_ofdm, rx_is_ofdm, offset_mhz) / received(tx_is_ofdm, rx_is_ofdm, 0));
}

double rf_narrowband_db(bool rx_is_ofdm, double offset_mhz, double width_mhz)
{
    sim_assert(width_mhz > 0);
    double half = half_width(rx_is_ofdm);
    double low = offset_mhz - width_mhz / 2 > -half ? offset_mhz - width_mhz / 2 : -half;
    double high = offset_mhz + width_mhz / 2 < half ? offset_mhz + width_mhz / 2 : half;
    double part = high > low ? (high - low) / width_mhz : 0;
    double floor = num_from_db(STOP_BAND_DB);
    return num_to_db(part > floor ? part : floor);
}

void rf_leakage_init(struct rf_leakage *leakage)
{
    *leakage = (struct rf_leakage){0};
    for (int tx_is_ofdm = 0; tx_is_ofdm < 2; tx_is_ofdm++)
        for (int rx_is_ofdm = 0; rx_is_ofdm < 2; rx_is_ofdm++)
            for (unsigned tx = RF_CHANNEL_FIRST; tx <= RF_CHANNEL_LAST; tx++)
                for (unsigned rx = RF_CHANNEL_FIRST; rx <= RF_CHANNEL_LAST; rx++)
                    leakage->db[tx_is_ofdm][rx_is_ofdm][tx][rx] =
                        (float)rf_leakage_db(tx_is_ofdm, rx_is_ofdm, (double)rf_channel_mhz(rx) - rf_channel_mhz(tx));
}
