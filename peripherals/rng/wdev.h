/* SPDX-License-Identifier: Apache-2.0 */
/* WDEV (0x3FF75000): the random number generator, and the Wi-Fi device registers around it, which are stored.
 * Source: ESP32 TRM, chapter "Random Number Generator"; facts 4.10, 5.5.
 *
 * Modelled: each read of DATA is a new number from the node's stream "rng.data"; runs with the same seed see the same
 * numbers. A debugger's look takes none, and shows the last one.
 *
 * Not modelled: entropy that is missing while radio and ADC are off; what reads closer than 16 APB cycles have in
 * common; TSF timers. Words without a known register keep what is written, which is said once for each. */
#ifndef VESPER_PERIPHERALS_RNG_WDEV_H
#define VESPER_PERIPHERALS_RNG_WDEV_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

struct wdev {
    struct dev dev;
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
