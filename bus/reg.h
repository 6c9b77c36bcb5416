/* SPDX-License-Identifier: Apache-2.0 */
/* Registers as data. A device lists its registers once, in <device>_regs.def; bus/reg_expand.h turns the list into
 * constants for the device's code and into the tables below, which the bus, the tracer, `vesper info`, the reference
 * pages, the SVD export and the tests read.
 *
 * A .def file has, for each register, one REG (or REG_ARRAY) row, its FIELD rows and a REG_END row:
 *
 *   REG(CLKDIV, 0x014, NULL, uart_write_clkdiv, CORE, MODELLED, TRM, "baud rate divider")
 *     FIELD(CLKDIV, CLKDIV, 0, 20, RW, 0x2b6, "integer part")
 *     FIELD(CLKDIV, FRAG, 20, 4, RW, 0, "fraction in sixteenths")
 *   REG_END(CLKDIV)
 *
 *   REG(name, offset, read hook, write hook, reset domain, model, source, text)
 *   REG_ARRAY(name, offset, count, stride in bytes, read hook, write hook, reset domain, model, source, text)
 *   FIELD(register, name, least significant bit, width, access, reset value, text)
 *
 * Rows stand in order of offset. Reset value and access masks of a register follow from its fields. */
#ifndef VESPER_BUS_REG_H
#define VESPER_BUS_REG_H

#include <stdint.h>

#include "bus/base/bits.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dev;

enum reg_access {
    REG_RW,
    REG_RO,  /* software's writes are ignored; the device changes it through reg_put */
    REG_WO,  /* reads as 0 */
    REG_W1C, /* writing 1 clears the bit */
    REG_W1S, /* writing 1 sets the bit */
    REG_RC,  /* reading clears */
    REG_WT   /* write trigger: the hook sees what was written, nothing is stored */
};

/* Which resets bring the reset value back. */
enum reg_domain {
    REG_DOMAIN_CORE, /* every system reset (digital core) */
    REG_DOMAIN_RTC   /* power-on only: the RTC power domain keeps it over system resets and deep sleep */
};

enum reg_model {
    REG_MODEL_MODELLED, /* has the effect that the manual describes */
    REG_MODEL_STORED    /* keeps what was written; a write is reported once in class "unimpl" */
};

/* Where a register's meaning is known from. */
enum reg_source {
    REG_SOURCE_TRM,      /* ESP32 Technical Reference Manual */
    REG_SOURCE_IDF,      /* ESP-IDF's headers or drivers */
    REG_SOURCE_SVD,      /* Espressif's SVD: name and fields only */
    REG_SOURCE_OPEN_MAC, /* public reverse engineering of the Wi-Fi MAC */
    REG_SOURCE_TRACE,    /* seen in register traces of real firmware */
    REG_SOURCE_GUESS
};

struct reg_field {
    const char *name;
    uint8_t lsb;
    uint8_t width;
    enum reg_access access;
    uint32_t reset;
    const char *text;
};

/* index: 0, or which element of an array. stored: the bank's value. Returns what the bus sees. Not called for peeks. */
typedef uint32_t (*reg_read_fn)(struct dev *dev, unsigned index, uint32_t stored);

/* Called after the access masks were applied and the bank holds the new value. written: the raw word from the bus
 * (partial writes merged), which is what WT fields are about. */
typedef void (*reg_write_fn)(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

struct reg_desc {
    const char *name;
    uint32_t offset;
    uint16_t count; /* 1, or elements of an array */
    uint16_t stride;
    reg_read_fn read;
    reg_write_fn write;
    enum reg_domain domain;
    enum reg_model model;
    enum reg_source source;
    const char *text;
    const struct reg_field *fields;
    uint16_t field_count;
};

struct reg_table {
    const char *name;   /* of the block, as the TRM has it: "UART" */
    const char *source; /* document and chapter */
    uint32_t size;      /* bytes of address space, multiple of 4 */
    const struct reg_desc *regs;
    uint16_t reg_count;
};

/* What follows from the fields. */
uint32_t reg_reset_value(const struct reg_desc *reg);
uint32_t reg_access_mask(const struct reg_desc *reg, enum reg_access access);

/* "RW", "W1C", ...; "CORE", "RTC"; "MODELLED", "STORED"; "TRM", ... */
const char *reg_access_name(enum reg_access access);
const char *reg_domain_name(enum reg_domain domain);
const char *reg_model_name(enum reg_model model);
const char *reg_source_name(enum reg_source source);

/* A field's place as one constant, <BLOCK>_<REGISTER>_<FIELD>: made by reg_expand.h, taken by dev.h's accessors. */
#define REG_PLACE(offset, lsb, width) ((uint32_t)(offset) << 12 | (uint32_t)(lsb) << 6 | (uint32_t)(width))
#define REG_PLACE_OFFSET(place) ((place) >> 12)
#define REG_PLACE_LSB(place) (((place) >> 6) & 63u)
#define REG_PLACE_WIDTH(place) ((place)&63u)
#define REG_PLACE_MASK(place) (bits_mask(REG_PLACE_WIDTH(place)) << REG_PLACE_LSB(place))

#ifdef __cplusplus
}
#endif
#endif
