/* SPDX-License-Identifier: Apache-2.0 */
/* Baseband and PHY as firmware sees them: six register blocks that PHY initialisation calibrates and polls. What goes
 * through the air is not decided here but by rf_channel; these blocks answer as a PHY does, so that firmware's own PHY
 * code ends and finds a plausible chip.
 * Source: facts 5.1, 5.6; registers and their use by ROM code and Apache-2.0 libphy.a; a public trace of PHY
 * initialisation (esp32-open-mac/coverage). No vendor document describes any of it.
 *
 * Modelled: the noise floor, measured on the air over 80 us; how much of a period the channel is busy; the bus to the
 * analog blocks, whose registers are kept and read back; the estimator of direct current, power and tone behind the
 * receiver, at one sample per 12.5 ns; the test tone's power; and behind these a chip whose mixers have offsets of
 * their own, drawn from stream "baseband.chip" of (seed, node), which calibration finds and removes.
 *
 * Chosen where nothing is published: the times of measurements and transfers (constants named BASEBAND_..., below), the
 * size of offsets, the detector's characteristic. Signs, limits and scale factors follow from what the known
 * calibration code does with the numbers.
 *
 * Not modelled: the AGC, gain tables, transmit power and receive filters (kept, without effect on frames); I/Q
 * imbalance, which is estimated as zero; the watchdog, whose timeout a baseband that never hangs does not reach. */
#ifndef VESPER_PERIPHERALS_BASEBAND_BASEBAND_H
#define VESPER_PERIPHERALS_BASEBAND_BASEBAND_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

struct baseband;

/* --- The air ----------------------------------------------------------------------------------------------------- */

/* Device and air live in different event queues, and the node may be ahead of simulated time by up to a quantum of
 * 1 us. So a look at the air takes effect this much after the device asked, and its answer reaches the device this much
 * after the look; nothing depends on who was run first. */
#define BASEBAND_LATENCY SIM_US(1)

/* The noise floor is the lowest energy of a number of looks, since frames come and go and noise stays. Guesses. */
enum { BASEBAND_NOISE_LOOKS = 16, BASEBAND_CCA_LOOKS = 64 };
#define BASEBAND_NOISE_INTERVAL SIM_US(5)

enum baseband_survey_id { BASEBAND_SURVEY_NOISE, BASEBAND_SURVEY_CCA, BASEBAND_SURVEYS };

/* The radio that this node has on the air. look NULL: none, and the receiver hears thermal noise only. */
struct baseband_air {
    void *ctx;
    /* Call baseband_looked(), with the same `which`, at the air's time `at`, at least BASEBAND_LATENCY ahead. Of each
     * kind there is one look; asking again moves it, which is done no later than BASEBAND_LATENCY before its time. */
    void (*look)(void *ctx, enum baseband_survey_id which, sim_time at);
};

/* Energy in the receive filter, noise included, and clear channel assessment at the air's time `now`. */
void baseband_looked(struct baseband *bb, enum baseband_survey_id which, double energy_dbm, bool busy, sim_time now);

/* --- The device -------------------------------------------------------------------------------------------------- */

/* 17 bits at 40 MHz; samples of 80 MHz; one decision of the comparator; eight conversions. Guesses. */
#define BASEBAND_PBUS_TRANSFER SIM_NS(425)
#define BASEBAND_SAMPLE SIM_PS(12500)

/* A block with registers of its own beside struct baseband's. */
struct baseband_part {
    struct dev dev;
    struct baseband *bb;
};

/* Registers of the analog blocks behind pbus. */
enum { BASEBAND_PBUS_MODULES = 6, BASEBAND_PBUS_REGS = 4 };

/* Two mixer branches, in phase and in quadrature. */
enum { BASEBAND_I, BASEBAND_Q, BASEBAND_BRANCHES };

/* What a chip's calibration finds: codes of the offset DACs at which there is no direct current. */
struct baseband_chip {
    int16_t rx_coarse[BASEBAND_BRANCHES], rx_fine[BASEBAND_BRANCHES];
    int16_t tx_coarse[BASEBAND_BRANCHES], tx_fine[BASEBAND_BRANCHES];
};

/* Looks at the air at intervals; baseband_survey.c. */
struct baseband_survey {
    struct baseband *bb;
    enum baseband_survey_id id;
    void (*done)(struct baseband *bb, sim_time now);
    struct evq_event answer; /* the last look's answer has reached the node, or thermal noise's when there is no air */
    bool is_asked;           /* a look that has not been answered */
    sim_time at;             /* of that look */
    int quarters;            /* its answer: energy in quarters of a dBm */
    bool is_busy;
    sim_time start, interval; /* of the present survey */
    unsigned wanted, taken, busy;
    int lowest;
};

struct baseband {
    struct dev dev; /* baseband, 0x3FF5D000 */
    struct baseband_part agc, nrx, fe, fe2, chipv7;
    struct baseband_air air;
    struct baseband_chip chip;
    struct baseband_survey survey[BASEBAND_SURVEYS];
    uint16_t pbus[BASEBAND_PBUS_MODULES][BASEBAND_PBUS_REGS];
    sim_time pbus_ready;
    struct evq_event iq_done;
};

/* In its power-on state. bb->dev belongs at 0x3FF5D000, agc at 0x3FF5C000, nrx at 0x3FF5CC00, fe at 0x3FF46000, fe2 at
 * 0x3FF45000, chipv7 at 0x3FF71000; each is reset through dev_reset. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status baseband_init(struct baseband *bb, const char *name, struct dev_env *env);
void baseband_fini(struct baseband *bb);

/* air is copied. */
void baseband_connect(struct baseband *bb, const struct baseband_air *air);

/* --- What other analog blocks measure (peripherals/i2c_ana) ------------------------------------------------------ */

/* The comparator at the transmit mixer: true while the branch's direct current is above zero. */
bool baseband_tx_dc_is_high(const struct baseband *bb, unsigned branch);

/* Amplitude of the test tone at the transmitter's output, 0 (off) to BASEBAND_TONE_FULL. */
enum { BASEBAND_TONE_FULL = 1000 };
unsigned baseband_tone_amplitude(const struct baseband *bb);

#ifdef __cplusplus
}
#endif
#endif
