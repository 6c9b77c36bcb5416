/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/error_model.h"

#include <math.h>
#include <stdlib.h>

#include "bus/base/status.h"
#include "rf_channel/num.h"

/* The grid of the look-up tables. Outside it the hazard keeps its value at the border: below, nothing survives; above,
 * nothing is lost. */
enum {
    GRID_MIN_DB = -20,
    GRID_MAX_DB = 45,
    GRID_PER_DB = 8,
    GRID_POINTS = (GRID_MAX_DB - GRID_MIN_DB) * GRID_PER_DB + 1
};

/* Two length classes of the table model, and where the boundary lies. */
enum { CLASS_SHORT, CLASS_LONG, CLASSES, CLASS_BOUNDARY_BYTES = 400 };

/* Hazards are kept between these, to keep logarithms finite: e^-40 loses no frame in the life of a simulation. */
#define HAZARD_MIN 4e-18
#define HAZARD_MAX 20.0

#define SNR_STEPS_PER_DB 4 /* of error_model.def */

/* Beyond the last simulated point of a table: change of ln(hazard) per 0.25 dB, typical of the curves' ends. */
#define TAIL_SLOPE_HIGH (-1.5)
#define TAIL_SLOPE_LOW (-1.0)

struct rf_error_model {
    enum rf_error_kind kind;
    float log_hazard[RF_RATE_COUNT][CLASSES][GRID_POINTS];
};

/* ---- Convolutional code of 802.11, constraint length 7, and its punctured forms ---- */

enum { SPECTRUM_TERMS = 10 };

struct code {
    unsigned numerator, denominator; /* code rate */
    /* Union bound on the bit error rate: sum of weight[i] * D^(first + i * step), divided by twice the number of bits
     * that enter the encoder per puncturing period (Frenger, Orten, Ottosson: "Convolutional codes with optimum
     * distance spectrum", IEEE Comm. Letters 3(11), 1999; Haccoun and Begin, IEEE Trans. Commun. 37(11), 1989). */
    unsigned first, step;
    double weight[SPECTRUM_TERMS];
    /* Paths at the free distance and one above, for YANS. */
    unsigned free_distance, paths, paths_plus_one;
};

static const struct code codes[] = {
    {1, 2, 10, 2, {36, 211, 1404, 11633, 77433, 502690, 3322763, 21292910, 134365911}, 10, 11, 0},
    {2, 3, 6, 1, {3, 70, 285, 1276, 6160, 27128, 117019, 498860, 2103891, 8784123}, 6, 1, 16},
    {3, 4, 5, 1, {42, 201, 1492, 10469, 62935, 379644, 2253373, 13073811, 75152755, 428005675}, 5, 8, 31},
    {5, 6, 4, 1, {92, 528, 8694, 79453, 792114, 7375573, 67884974, 610875423, 5427275376, 47664215639}, 4, 14, 69},
};

static const struct code *code_of(const struct rf_rate_info *info)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (info->coded_bits * codes[i].numerator == info->data_bits * codes[i].denominator)
            return &codes[i];
    sim_assert_failed("a rate's code is one of the four", __FILE__, __LINE__);
}

static double power(double base, unsigned exponent)
{
    double result = 1.0;
    for (; exponent > 0; exponent--)
        result *= base;
    return result;
}

/* -ln(1 - p), also for small p where 1 - p would lose it. */
static double hazard_of(double p)
{
    if (p >= 1.0)
        return HAZARD_MAX;
    if (p < 1e-4)
        return p + p * p / 2 + p * p * p / 3;
    return -num_log(1.0 - p);
}

/* ---- NIST ---- */

static double nist_coded_ber(const struct rf_rate_info *info, double snr)
{
    switch (info->modulation) {
    case RF_MODULATION_BPSK:
        return 0.5 * num_erfc(sqrt(snr));
    case RF_MODULATION_QPSK:
        return 0.5 * num_erfc(sqrt(snr / 2));
    case RF_MODULATION_QAM_16:
        return 0.5 * 0.75 * num_erfc(sqrt(snr / 10));
    default:
        return 0.5 * 7 / 12 * num_erfc(sqrt(snr / 42));
    }
}

static double nist_hazard(const struct rf_rate_info *info, double snr)
{
    const struct code *code = code_of(info);
    double ber = nist_coded_ber(info, snr);
    double distance = sqrt(4.0 * ber * (1.0 - ber));
    double sum = 0.0;
    for (unsigned i = 0; i < SPECTRUM_TERMS; i++)
        sum += code->weight[i] * power(distance, code->first + i * code->step);
    return hazard_of(sum / (2 * code->numerator));
}

/* ---- YANS ---- */

static double yans_coded_ber(const struct rf_rate_info *info, double snr)
{
    /* Energy per coded bit: the noise is that of 20 MHz, a symbol lasts 4 us. */
    double eb_n0 = snr * 20e6 / (info->coded_bits / 4e-6);
    unsigned bits = info->modulation == RF_MODULATION_QPSK ? 2 : info->modulation == RF_MODULATION_QAM_16 ? 4 : 6;
    if (info->modulation == RF_MODULATION_BPSK)
        return 0.5 * num_erfc(sqrt(eb_n0));
    double m = (double)(1U << bits);
    double per_axis = (1.0 - 1.0 / sqrt(m)) * num_erfc(sqrt(1.5 * bits * eb_n0 / (m - 1.0)));
    return (1.0 - (1.0 - per_axis) * (1.0 - per_axis)) / bits;
}

/* Probability that a path at Hamming distance d wins over the right one with hard decisions. */
static double yans_pairwise(double ber, unsigned d)
{
    double sum = 0.0;
    double choose = 1.0;
    for (unsigned i = 0; i <= d; i++) {
        double term = choose * power(ber, i) * power(1.0 - ber, d - i);
        if (2 * i > d)
            sum += term;
        else if (2 * i == d)
            sum += 0.5 * term;
        choose = choose * (d - i) / (i + 1);
    }
    return sum;
}

static double yans_hazard(const struct rf_rate_info *info, double snr)
{
    const struct code *code = code_of(info);
    double ber = yans_coded_ber(info, snr);
    double p = code->paths * yans_pairwise(ber, code->free_distance);
    if (info->modulation != RF_MODULATION_BPSK) /* the original takes only the first term for BPSK */
        p += code->paths_plus_one * yans_pairwise(ber, code->free_distance + 1);
    return hazard_of(p);
}

/* ---- Curves of error_model.def ---- */

struct curve {
    int first; /* SNR in steps of 0.25 dB */
    unsigned count;
    const int32_t *value;
};

struct per_curve {
    enum rf_rate mcs;
    unsigned bytes;
    struct curve curve;
};

#define VALUES(...)                                                                                                    \
    (sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t)), (const int32_t[])                                      \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static const struct per_curve per_curves[] = {
#define PER_CURVE(mcs, bytes, first, ...) {RF_RATE_##mcs, bytes, {first, VALUES(__VA_ARGS__)}},
#define CCK_CURVE(...)
#include "rf_channel/error_model.def"
#undef PER_CURVE
#undef CCK_CURVE
};

static const struct per_curve cck_curves[] = {
#define PER_CURVE(...)
#define CCK_CURVE(rate, first, ...) {RF_RATE_##rate, 0, {first, VALUES(__VA_ARGS__)}},
#include "rf_channel/error_model.def"
#undef PER_CURVE
#undef CCK_CURVE
};

/* ln(hazard of one bit) at a listed point. */
static double point(const struct per_curve *c, unsigned index)
{
    double value = c->curve.value[index];
    if (c->bytes == 0)
        return value / 1000.0;
    return num_log(hazard_of(value * 1e-5) / (8.0 * c->bytes));
}

static double curve_log_hazard(const struct per_curve *c, double snr_db)
{
    double position = snr_db * SNR_STEPS_PER_DB - c->curve.first;
    unsigned last = c->curve.count - 1;
    if (position <= 0.0)
        return point(c, 0) + TAIL_SLOPE_LOW * position;
    if (position >= last)
        return point(c, last) + TAIL_SLOPE_HIGH * (position - last);
    unsigned index = (unsigned)position;
    double fraction = position - index;
    return point(c, index) * (1.0 - fraction) + point(c, index + 1) * fraction;
}

static const struct per_curve *cck_curve(enum rf_rate rate)
{
    return &cck_curves[rate == cck_curves[0].mcs ? 0 : 1];
}

/* The MCS of HT with the same modulation and code, or RF_RATE_COUNT: BPSK 3/4 is not among them. */
static enum rf_rate same_coding(const struct rf_rate_info *info)
{
    for (enum rf_rate rate = RF_RATE_HT_MCS0; rate <= RF_RATE_HT_MCS7; rate++) {
        const struct rf_rate_info *ht = rf_rate_of(rate);
        if (ht->modulation == info->modulation && code_of(ht) == code_of(info))
            return rate;
    }
    return RF_RATE_COUNT;
}

static const struct per_curve *per_curve_of(enum rf_rate mcs, unsigned class)
{
    for (size_t i = 0; i < sizeof per_curves / sizeof per_curves[0]; i++)
        if (per_curves[i].mcs == mcs && (per_curves[i].bytes > CLASS_BOUNDARY_BYTES) == (class == CLASS_LONG))
            return &per_curves[i];
    sim_assert_failed("error_model.def lists two lengths for every MCS", __FILE__, __LINE__);
}

/* ---- Building the tables ---- */

/* DSSS: 22 MHz of noise against one bit. DBPSK exact; DQPSK by the tight approximation of its error integral (Ferrari
 * and Corazza, "Tight bounds and accurate approximations for DQPSK transmission bit error rate", 2004). */
static double dsss_hazard(const struct rf_rate_info *info, double snr)
{
    double eb_n0 = snr * 22e6 / (info->kbps * 1000.0);
    if (info->modulation == RF_MODULATION_DBPSK)
        return hazard_of(0.5 * num_exp(-eb_n0));
    const double sqrt2 = sqrt(2.0);
    const double pi = 3.14159265358979323846;
    return hazard_of((sqrt2 + 1.0) / sqrt(8.0 * pi * sqrt2) / sqrt(eb_n0) * num_exp(-(2.0 - sqrt2) * eb_n0));
}

static double log_hazard_at(enum rf_error_kind kind, enum rf_rate rate, unsigned class, double snr_db)
{
    const struct rf_rate_info *info = rf_rate_of(rate);
    double snr = num_from_db(snr_db);
    double hazard;
    if (info->kind == RF_KIND_CCK)
        return curve_log_hazard(cck_curve(rate), snr_db);
    if (info->kind == RF_KIND_DSSS)
        hazard = dsss_hazard(info, snr);
    else if (kind == RF_ERROR_NIST)
        hazard = nist_hazard(info, snr);
    else if (kind == RF_ERROR_YANS || same_coding(info) == RF_RATE_COUNT)
        hazard = yans_hazard(info, snr);
    else
        return curve_log_hazard(per_curve_of(same_coding(info), class), snr_db);
    return num_log(hazard > HAZARD_MIN ? hazard : HAZARD_MIN);
}

static float bounded(double log_hazard)
{
    double low = num_log(HAZARD_MIN);
    double high = num_log(HAZARD_MAX);
    return (float)(log_hazard < low ? low : log_hazard > high ? high : log_hazard);
}

struct rf_error_model *rf_error_model_create(enum rf_error_kind kind)
{
    sim_assert((unsigned)kind < RF_ERROR_KINDS);
    struct rf_error_model *model = malloc(sizeof *model);
    if (!model)
        return NULL;
    model->kind = kind;
    for (enum rf_rate rate = 0; rate < RF_RATE_COUNT; rate++)
        for (unsigned class = 0; class < CLASSES; class ++)
            for (int i = 0; i < GRID_POINTS; i++)
                model->log_hazard[rate][class][i] =
                    bounded(log_hazard_at(kind, rate, class, GRID_MIN_DB + (double)i / GRID_PER_DB));
    return model;
}

void rf_error_model_destroy(struct rf_error_model *model)
{
    free(model);
}

double rf_error_hazard(const struct rf_error_model *model, enum rf_rate rate, uint32_t psdu, double snr_db)
{
    sim_assert((unsigned)rate < RF_RATE_COUNT);
    const float *table = model->log_hazard[rate][psdu < CLASS_BOUNDARY_BYTES ? CLASS_SHORT : CLASS_LONG];
    double position = (snr_db - GRID_MIN_DB) * GRID_PER_DB;
    if (!(position > 0.0))
        return num_exp((double)table[0]);
    if (position >= GRID_POINTS - 1)
        return num_exp((double)table[GRID_POINTS - 1]);
    unsigned index = (unsigned)position;
    double fraction = position - index;
    return num_exp((double)table[index] * (1.0 - fraction) + (double)table[index + 1] * fraction);
}

double rf_frame_success(const struct rf_error_model *model, enum rf_rate rate, uint32_t psdu, double snr_db)
{
    return num_exp(-8.0 * psdu * rf_error_hazard(model, rate, psdu, snr_db));
}

double rf_noise_bandwidth(enum rf_rate rate)
{
    enum rf_kind kind = rf_rate_of(rate)->kind;
    return kind == RF_KIND_DSSS || kind == RF_KIND_CCK ? 22e6 : 20e6;
}

double rf_noise_floor_dbm(enum rf_rate rate, double noise_figure_db)
{
    const double kt_mw = 1.380649e-23 * 290.0 * 1e3;
    return num_to_db(kt_mw * rf_noise_bandwidth(rate)) + noise_figure_db;
}
