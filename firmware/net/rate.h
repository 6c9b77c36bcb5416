/* SPDX-License-Identifier: Apache-2.0 */
/* The rates of the ESP32's radio by the codes of its registers, and the times of frames on the air.
 * Sources: codes: facts 5.4; times: IEEE 802.11-2020, 15.3.4 and 16.3.4 (DSSS), 17.4.3 and 18.5.3.2 (OFDM, 2.4 GHz),
 * 19.4.3 (HT mixed format). */
#ifndef VESPER_FIRMWARE_NET_RATE_H
#define VESPER_FIRMWARE_NET_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum rate {
    RATE_1M = 0x00, /* long preamble */
    RATE_2M = 0x01,
    RATE_5M5 = 0x02,
    RATE_11M = 0x03,
    RATE_2M_SHORT = 0x05, /* short preamble */
    RATE_5M5_SHORT = 0x06,
    RATE_11M_SHORT = 0x07,
    RATE_48M = 0x08,
    RATE_24M = 0x09,
    RATE_12M = 0x0A,
    RATE_6M = 0x0B,
    RATE_54M = 0x0C,
    RATE_36M = 0x0D,
    RATE_18M = 0x0E,
    RATE_9M = 0x0F,
    RATE_MCS0 = 0x10,       /* MCS0..7, long guard interval */
    RATE_MCS0_SHORT = 0x18, /* MCS0..7, short guard interval */
    RATE_COUNT = 0x20
};

bool rate_is_known(unsigned rate);
bool rate_is_ht(unsigned rate);
bool rate_is_ofdm(unsigned rate); /* ERP-OFDM; HT is not meant */
/* In units of 100 kbit/s; 0: no such rate. */
unsigned rate_100k(unsigned rate);
/* "54M", "MCS7 SGI", ... */
const char *rate_name(unsigned rate);
/* What rate_name gives, or a code in hexadecimal as 0x0b; RATE_COUNT when it is neither. */
unsigned rate_by_name(const char *name);

/* One step down in its own family; the lowest stays as it is. */
unsigned rate_below(unsigned rate);

/* Of a frame with this many bytes, FCS included, from the first to the last of its energy and, with OFDM and HT, the
 * signal extension; rounded up to 1 us. */
unsigned rate_airtime_us(unsigned rate, unsigned psdu);

/* Of the ACK or CTS that answers a frame at this rate: the highest mandatory rate not above it (10.6.6.5.2). */
unsigned rate_of_answer(unsigned rate);

/* The Duration of a frame that asks for an ACK and of which no fragment follows: SIFS and the ACK. */
unsigned rate_ack_duration_us(unsigned rate);

enum { RATE_SIFS_US = 10 };

#endif
