/* SPDX-License-Identifier: Apache-2.0 */
/* The model of the DSSS baseband: what verilog/dsss_tx.v and dsss_rx.v are held against, and the far end of their air.
 * IEEE 802.11-2020, 15.2 and 15.4.4, long preamble, 1 and 2 Mbit/s. */
#ifndef VESPER_VERILOG_MODELS_DSSS_CHIPS_H
#define VESPER_VERILOG_MODELS_DSSS_CHIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    DSSS_CHIPS = 11,     /* of a symbol */
    DSSS_PREAMBLE = 144, /* symbols of SYNC and SFD */
    DSSS_OVERHEAD = 192, /* with the PLCP header */
    DSSS_PSDU_MAX = 4095
};

/* +1 and -1, the first chip first. */
extern const int8_t dsss_barker[DSSS_CHIPS];

/* Symbols of a PPDU with so many bytes, FCS included. */
size_t dsss_symbols(size_t psdu, bool two_mbps);

/* The carrier's phase in each symbol, in quarter turns 0..3, `before` being that of the symbol before the first.
 * Returns how many there are: dsss_symbols(). */
size_t dsss_modulate(const uint8_t *psdu, size_t bytes, bool two_mbps, unsigned before, uint8_t *phase);

/* The PSDU of a PPDU's symbols; its size is taken from their number, its rate is known. Header and preamble are not
 * looked at. Returns the bytes. */
size_t dsss_demodulate(const uint8_t *phase, size_t symbols, bool two_mbps, uint8_t *psdu);

#ifdef __cplusplus
}
#endif
#endif
