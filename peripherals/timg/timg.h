/* SPDX-License-Identifier: Apache-2.0 */
/* Timer group (TIMG0, TIMG1): two 64-bit timers, LACT, the main watchdog and the measurement of slow clocks.
 * Source: ESP32 TRM, chapters "64-bit Timers" and "Watchdog Timers"; facts 4.6.
 *
 * Modelled: prescaler, direction, load, latch, alarm (also one that has been passed), auto-reload, level and edge
 * interrupts; watchdog stages, write protection, feeding, flash boot protection; single and cycling measurement in real
 * time. Counts are functions of time: an event is due only for the next alarm, watchdog stage or end of measurement.
 *
 * Chosen where no document says: the prescaler restarts when a timer is enabled and goes on over a load; an edge
 * interrupt is a pulse of one APB cycle, gated by the enable bit as the level is; TUPDATE latches at once (the chip
 * needs up to one tick); a stage that is off in flash boot mode resets the system when it is stage 0.
 *
 * Not modelled: LACT counting RTC cycles (RTC_ONLY, LAC_EN, CPST_EN, step length), the registers' clock gate. */
#ifndef VESPER_PERIPHERALS_TIMG_TIMG_H
#define VESPER_PERIPHERALS_TIMG_TIMG_H

#include "bus/dev.h"
#include "bus/reset.h"
#include "peripherals/timing/tick_counter.h"
#include "peripherals/timing/watchdog.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of the interrupt registers, and which timer is which. */
enum timg_unit { TIMG_T0, TIMG_T1, TIMG_WDT, TIMG_LACT, TIMG_UNITS };

enum { TIMG_TIMERS = 3 }; /* T0, T1, LACT */

struct timg_config {
    unsigned group;          /* 0, 1 */
    bool flash_boot;         /* the chip boots from flash: group 0 protects it */
    struct reset_port reset; /* whom the watchdog asks */
};

struct timg_timer {
    struct timg *timg;
    enum timg_unit unit;
    struct tick_counter counter;
    struct evq_event alarm;
    trace_id count_signal; /* as of the last load, latch, alarm, start or stop */
    trace_id armed_signal;
};

/* A measurement of a slow clock. */
struct timg_calibration {
    enum clock_id clock;
    unsigned divider;    /* cycles of `clock` in one of the measured clock */
    uint64_t first;      /* measured cycle with which it begins, or began when it cycles */
    uint64_t xtal_first; /* XTAL cycles until then */
    struct evq_event done;
};

struct timg {
    struct dev dev;
    struct timg_config config;
    struct line *level[TIMG_UNITS]; /* interrupt outputs, set by the node, NULL: not connected */
    struct line *edge[TIMG_UNITS];
    struct timg_timer timer[TIMG_TIMERS];
    struct watchdog dog;
    struct evq_event dog_event;
    struct timg_calibration calibration;
    struct evq_event pulse_end;
    trace_id stage_signal;
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. config is copied; name and env
 * are borrowed. SIM_NO_MEMORY. */
enum sim_status timg_init(struct timg *timg, const struct timg_config *config, const char *name, struct dev_env *env);
void timg_fini(struct timg *timg);

#ifdef __cplusplus
}
#endif
#endif
