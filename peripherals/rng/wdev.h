/* SPDX-License-Identifier: Apache-2.0 */
/* WDEV (0x3FF75000): the random number generator, and the TSF timers of the Wi-Fi MAC around it.
 * Source: ESP32 TRM, chapter "Random Number Generator"; facts 4.10, 5.5.
 *
 * Modelled: each read of DATA is a new number from the node's stream "rng.data"; runs with the same seed see the same
 * numbers. A debugger's look takes none, and shows the last one.
 *
 * TSF0 to TSF2 count microseconds of the crystal, with its error. They are read by latching and set by loading; the
 * bits that do it read 0. Chosen where nothing is published: TSF2, for which no enable bit is known, counts from reset
 * on.
 *
 * Not modelled: entropy that is missing while radio and ADC are off; what reads closer than 16 APB cycles have in
 * common; events at TSF times, of which nothing is published. Words without a known register keep what is written,
 * which is said once for each. */
#ifndef VESPER_PERIPHERALS_RNG_WDEV_H
#define VESPER_PERIPHERALS_RNG_WDEV_H

#include "bus/dev.h"
#include "peripherals/timing/tick_counter.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { WDEV_TSFS = 3 };

struct wdev {
    struct dev dev;
    struct tick_counter tsf[WDEV_TSFS];
    struct rng random; /* goes on over resets, as noise does */
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. Takes env->seed and env->node.
 * name and env are borrowed. SIM_NO_MEMORY. */
enum sim_status wdev_init(struct wdev *wdev, const char *name, struct dev_env *env);
void wdev_fini(struct wdev *wdev);

#ifdef __cplusplus
}
#endif
#endif
