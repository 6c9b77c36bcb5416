/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the baseband share. */
#ifndef VESPER_PERIPHERALS_BASEBAND_BASEBAND_PRIV_H
#define VESPER_PERIPHERALS_BASEBAND_BASEBAND_PRIV_H

#include "peripherals/baseband/baseband.h"

/* What the receiver hears without an air: thermal noise of 20 MHz at 290 K, -174 + 73 dBm, and a noise figure of 7 dB
 * (shared reference, README: with it all sensitivities of the data sheet come out). */
#define BASEBAND_THERMAL_DBM (-94.0)

/* A register block: its dev, and the functions that blocks without known words share. */
enum sim_status baseband_agc_init(struct baseband *bb, struct dev_env *env);
enum sim_status baseband_fe_init(struct baseband *bb, struct dev_env *env);
uint32_t baseband_read_gap(struct dev *dev, uint32_t offset);
void baseband_write_gap(struct dev *dev, uint32_t offset, uint32_t value);

static inline struct baseband *baseband_of_part(struct dev *dev)
{
    return ((struct baseband_part *)dev)->bb; /* first member */
}

/* --- Surveys ----------------------------------------------------------------------------------------------------- */

void baseband_survey_init(struct baseband *bb, enum baseband_survey_id id,
                          void (*done)(struct baseband *bb, sim_time now));

/* `looks` looks at the air, the first an interval after now; then done(). A survey in progress is given up. */
void baseband_survey_start(struct baseband *bb, enum baseband_survey_id id, unsigned looks, sim_time interval,
                           sim_time now);
void baseband_survey_stop(struct baseband *bb, enum baseband_survey_id id);

/* A survey is over. */
void baseband_noise_measured(struct baseband *bb, sim_time now);
void baseband_cca_measured(struct baseband *bb, sim_time now);

/* --- The chip ---------------------------------------------------------------------------------------------------- */

/* Offsets of this node's chip. */
void baseband_chip_init(struct baseband_chip *chip, const struct dev_env *env);

/* Direct current behind the receiver in sixty-fourths of a converter step, as gains and offset DACs are set. */
int baseband_rx_dc(const struct baseband *bb, unsigned branch);

/* The front end's test tone n: whether it is on, and its gain in quarters of a dB. */
bool baseband_tone_is_on(const struct baseband *bb, unsigned n);
int baseband_tone_gain(const struct baseband *bb, unsigned n);

#endif
