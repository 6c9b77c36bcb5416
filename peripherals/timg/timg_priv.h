/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the timer group share: hooks named in timg_regs.def, and interrupts. */
#ifndef VESPER_PERIPHERALS_TIMG_TIMG_PRIV_H
#define VESPER_PERIPHERALS_TIMG_TIMG_PRIV_H

#include "peripherals/timg/timg.h"

static inline struct timg *timg_of(struct dev *dev)
{
    return (struct timg *)dev; /* first member */
}

/* timg.c */
void timg_timer_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_timer_update_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_timer_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_timer_load_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_lact_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_lact_update_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_lact_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_lact_load_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_int_ena_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t timg_int_st_read(struct dev *dev, unsigned index, uint32_t stored);
void timg_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

/* Something happened at dev->now that may interrupt: `level` sets the raw bit, `edge` pulses the edge line. */
void timg_interrupt(struct timg *timg, enum timg_unit unit, bool level, bool edge);

/* timg_wdt.c */
void timg_wdt_init(struct timg *timg);
void timg_wdt_reset(struct timg *timg);
void timg_wdt_schedule(struct timg *timg);
void timg_wdt_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void timg_wdt_feed_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

/* timg_cali.c */
void timg_cali_init(struct timg *timg);
void timg_cali_reset(struct timg *timg);
void timg_cali_clock_changed(struct timg *timg, enum clock_id id);
void timg_cali_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t timg_cali_value_read(struct dev *dev, unsigned index, uint32_t stored);

#endif
