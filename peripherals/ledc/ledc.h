/* SPDX-License-Identifier: Apache-2.0 */
/* LED PWM controller: four timers and eight channels at high speed, as many at low speed, which take over new settings
 * when PARA_UP says so. Source: ESP32 TRM, chapter "LED PWM Controller"; facts 4.10.
 *
 * A timer counts 2^DUTY_RES ticks, of DIV_NUM 256ths of its clock each: tick n begins with the first clock cycle at or
 * after n * DIV_NUM / 256, so that a period never drifts. A channel is high from count HPOINT on for DUTY / 16 counts;
 * of 16 periods, DUTY % 16 are a count longer. DUTY_START lets duty begin anew at DUTY with the next period, and change
 * by DUTY_SCALE counts each DUTY_CYCLE periods, DUTY_NUM times; then comes the interrupt.
 *
 * All of it is a function of time: events are due for changes of duty, for enabled interrupts of timers, and for edges
 * while somebody looks at the pad (struct gpio_source). Chosen: DUTY_RES above 20 counts as 20; DIV_NUM below 256 as
 * 256; the periods that are longer come first of 16. */
#ifndef VESPER_PERIPHERALS_LEDC_LEDC_H
#define VESPER_PERIPHERALS_LEDC_LEDC_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LEDC_TIMERS = 8, LEDC_CHANNELS = 16 }; /* high speed first */

struct ledc;

struct ledc_timer {
    struct ledc *ledc;
    unsigned number;
    unsigned bits;       /* DUTY_RES in force */
    uint32_t divider;    /* DIV_NUM in force */
    enum clock_id clock; /* whose cycles it counts */
    bool running;
    uint64_t ticks, origin; /* the count was `ticks` at clock cycle `origin`; ticks go on over periods */
    uint64_t seen;          /* periods that INT_CLR knows of */
    struct evq_event overflow;
};

struct ledc_channel {
    struct ledc *ledc;
    unsigned number;
    struct ledc_timer *timer;
    bool enabled, idle_level; /* in force */
    uint32_t hpoint, duty;    /* in force; sixteenths */
    bool changing, begun;     /* DUTY_START is under way; with its first period */
    uint32_t steps_left;
    uint64_t next_period; /* in which duty changes next */
    bool watched;         /* somebody wants edges */
    struct line *out;     /* the GPIO matrix' signal; set by the node, NULL: not connected */
    struct evq_event change, edge;
};

struct ledc {
    struct dev dev;
    struct line *irq; /* LEDC; set by the node, NULL: not connected */
    struct ledc_timer timer[LEDC_TIMERS];
    struct ledc_channel channel[LEDC_CHANNELS];
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. name and env are borrowed.
 * SIM_NO_MEMORY. */
enum sim_status ledc_init(struct ledc *ledc, const char *name, struct dev_env *env);
void ledc_fini(struct ledc *ledc);

/* Of a channel's output, for gpio_signal_out: ctx is the struct ledc_channel. */
bool ledc_channel_level(void *ctx, sim_time now);
void ledc_channel_watch(void *ctx, bool wanted, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
