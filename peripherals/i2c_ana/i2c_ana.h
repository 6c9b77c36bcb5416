/* SPDX-License-Identifier: Apache-2.0 */
/* The master of the chip's internal analog I2C, through which software sets PLLs and RF blocks. Each of five hosts has
 * one register; a transfer reads or writes one byte of one block. The bytes are kept, and read back.
 * Source: facts 4.7, 5.6; ESP-IDF, regi2c_*.h and rtc_clk.c (behaviour).
 *
 * Modelled: transfers; the audio PLL's frequency, which the CPU can run from; the bits by which the audio PLL and the
 * RF PLL report that they have settled. Transfers take no time: how long they take is not published, and all known
 * code polls BUSY or does not care. The radio's frequency (facts 5.6, row 6) is set at once. The comparators of the
 * transmit mixer and the converter of power detector and supply (rows 4 and 5): what they see comes from the baseband;
 * how long they take is a guess, and so are the detector's steps.
 *
 * Not modelled: the baseband PLL's registers (bus/clock_tree.h takes it to be set as the CPU clock needs it);
 * converting in the background of transmissions; the analog front end's other registers behind 0x14, which are kept and
 * reported. */
#ifndef VESPER_PERIPHERALS_I2C_ANA_I2C_ANA_H
#define VESPER_PERIPHERALS_I2C_ANA_I2C_ANA_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { I2C_ANA_HOSTS = 5, I2C_ANA_BLOCKS = 24 };

struct i2c_ana_block {
    bool used;
    uint8_t host, address;
    uint8_t value[256];
};

/* Comparators decide in this; a conversion, of which one start makes eight, takes this. Guesses. */
#define I2C_ANA_COMPARISON SIM_US(2)
#define I2C_ANA_CONVERSION SIM_US(2)

/* The radio's analog blocks. Each function may be NULL. */
struct i2c_ana_port {
    void *ctx;
    /* Told when software sets the radio's frequency. */
    void (*tuned)(void *ctx, unsigned mhz, sim_time now);
    /* Direct current at the transmit mixer is above zero. branch 0: in phase, 1: quadrature. NULL: it is not. */
    bool (*tx_dc_is_high)(void *ctx, unsigned branch);
    /* Amplitude of what is transmitted, 0 to 1000. NULL: 0. */
    unsigned (*tx_amplitude)(void *ctx);
};

struct i2c_ana {
    struct dev dev;
    struct i2c_ana_port port;                   /* set by the node */
    struct i2c_ana_block block[I2C_ANA_BLOCKS]; /* those that were written; the chip has about ten */
    sim_time compared, converted;               /* when the last ones are over */
};

/* In its power-on state: all bytes 0. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status i2c_ana_init(struct i2c_ana *i2c, const char *name, struct dev_env *env);
void i2c_ana_fini(struct i2c_ana *i2c);

#ifdef __cplusplus
}
#endif
#endif
