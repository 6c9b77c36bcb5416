/* SPDX-License-Identifier: Apache-2.0 */
/* SENS: the two analog-to-digital converters as software starts them, the two digital-to-analog converters with their
 * cosine generator, the temperature sensor.
 * Source: ESP32 TRM, chapter "On-Chip Sensors and Analog Signal Processing"; facts 4.10; ESP-IDF, adc_ll.h.
 *
 * What is measured comes from the board through `struct sens_port`, in volts at a pad. A conversion is ideal: full
 * scale is 1.1 V (the reference) behind 0, 2.5, 6 or 11 dB of attenuation, and nothing measures above the supply, 3.3
 * V. The converters of a chip have offsets, bends and noise, which differ from chip to chip; a scenario adds what it
 * wants.
 *
 * Chosen where no document says: a conversion takes SENS_CONVERSION, so that analogRead() of Arduino takes what facts
 * 4.10 measured; with several channels selected the lowest is converted; the temperature sensor counts degrees
 * Fahrenheit, as the formula (count - 32) / 1.8 in public use has it.
 *
 * Not modelled: the digital controller and I2S, the hall sensor, the amplifier; touch pads, the ULP coprocessor and RTC
 * I2C have their registers, which are kept and reported. */
#ifndef VESPER_PERIPHERALS_SENS_SENS_H
#define VESPER_PERIPHERALS_SENS_SENS_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SENS_ADCS = 2, SENS_DACS = 2 };

/* facts 4.10: 42 us for analogRead(), of which software at 240 MHz has about half. */
#define SENS_CONVERSION SIM_US(20)
#define SENS_SUPPLY 3.3

struct sens_port {
    void *ctx;
    double (*volts)(void *ctx, unsigned pad, sim_time now); /* at GPIO pad 0..39 */
    double (*celsius)(void *ctx, sim_time now);             /* of the chip */
};

struct sens;

struct sens_adc {
    struct sens *sens;
    struct evq_event done;
    unsigned number; /* 0: ADC1 */
};

struct sens {
    struct dev dev;
    struct sens_port port; /* set by the node; functions may be NULL: 0 V, 25 degrees */
    struct sens_adc adc[SENS_ADCS];
    sim_time tone_start;
};

/* In its power-on state. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status sens_init(struct sens *sens, const char *name, struct dev_env *env);
void sens_fini(struct sens *sens);

/* The GPIO pad of an ADC's channel, -1: none. adc: 0 or 1. */
int sens_channel_pad(unsigned adc, unsigned channel);

/* What a DAC puts on its pad, in volts. dac: 0 (GPIO25) or 1 (GPIO26); code: of its RTC_IO register. */
double sens_dac_volts(const struct sens *sens, unsigned dac, uint8_t code, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
