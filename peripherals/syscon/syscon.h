/* SPDX-License-Identifier: Apache-2.0 */
/* SYSCON, also called APB_CTRL (0x3FF66000): divider of the CPU clock, REF_TICK, SAR ADC controller.
 * Source: ESP32 TRM, chapter "Reset and Clock"; facts 3.6, 4.10.
 *
 * Modelled: PRE_DIV_CNT; REF_TICK as APB divided by the TICK register that belongs to the CPU clock's source, also when
 * APB changes; the chip revision's bit in DATE.
 *
 * Not modelled: the SAR ADC controller, which is stored. */
#ifndef VESPER_PERIPHERALS_SYSCON_SYSCON_H
#define VESPER_PERIPHERALS_SYSCON_SYSCON_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

struct syscon_config {
    unsigned chip_revision; /* 0..3 */
};

struct syscon {
    struct dev dev;
    struct syscon_config config;
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. config is copied; name and env
 * are borrowed. SIM_NO_MEMORY. */
enum sim_status syscon_init(struct syscon *syscon, const struct syscon_config *config, const char *name,
                            struct dev_env *env);
void syscon_fini(struct syscon *syscon);

#ifdef __cplusplus
}
#endif
#endif
