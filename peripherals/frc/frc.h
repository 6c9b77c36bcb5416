/* SPDX-License-Identifier: Apache-2.0 */
/* FRC timers, inherited from the ESP8266: timer 1 counts 23 bits down and interrupts at 0; timer 2 counts 32 bits up
 * and interrupts when it becomes equal to its alarm. Both count APB cycles through a prescaler of 1, 16 or 256. Source:
 * ESP-IDF, frc_timer_reg.h and the esp_timer of release 4.1 (behaviour); facts 4.6.
 *
 * Chosen where no document says: with AUTOLOAD the load takes the place of the final value, so that timer 1's period
 * is LOAD ticks; without it timer 1 wraps to 2^23 - 1; an edge interrupt is a pulse of one APB cycle; prescaler codes
 * count by their upper two bits. */
#ifndef VESPER_PERIPHERALS_FRC_FRC_H
#define VESPER_PERIPHERALS_FRC_FRC_H

#include "bus/dev.h"
#include "peripherals/timing/tick_counter.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FRC_TIMERS = 2 };

struct frc_timer {
    struct frc *frc;
    struct tick_counter counter;
    struct evq_event alarm;
    struct evq_event pulse_end;
    trace_id count_signal; /* as of the last load, alarm, start or stop */
};

struct frc {
    struct dev dev;
    struct line *irq[FRC_TIMERS]; /* FRC_TIMER1, FRC_TIMER2; set by the node, NULL: not connected */
    struct frc_timer timer[FRC_TIMERS];
};

/* In its power-on state. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status frc_init(struct frc *frc, const char *name, struct dev_env *env);
void frc_fini(struct frc *frc);

#ifdef __cplusplus
}
#endif
#endif
