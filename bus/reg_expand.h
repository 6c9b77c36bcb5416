/* SPDX-License-Identifier: Apache-2.0 */
/* Expands one register list into constants and tables; see bus/reg.h for the rows. No include guard: it is included
 * once for each list, after
 *
 *   #define REG_FILE   "peripherals/uart/uart_regs.def"
 *   #define REG_PREFIX UART                             constants are UART_CLKDIV and UART_CLKDIV_FRAG
 *   #define REG_TABLE  uart_regs                        static const struct reg_table
 *   #define REG_BLOCK  "UART"
 *   #define REG_SOURCE "ESP32 TRM, chapter UART Controller"
 *   #define REG_SIZE   0x80
 *
 * with the hooks declared before. With REG_CONSTANTS_ONLY defined (tests, other files of the same device) only the
 * constants are made. All macros are gone afterwards. */
#include "bus/reg.h"

#define REG_PASTE2_(a, b) a##_##b
#define REG_PASTE2(a, b) REG_PASTE2_(a, b)
#define REG_PASTE3_(a, b, c) a##_##b##_##c
#define REG_PASTE3(a, b, c) REG_PASTE3_(a, b, c)

/* Constants: offsets and field places. */
enum {
#define REG(name, offset, rd, wr, domain, model, source, text) REG_PASTE2(REG_PREFIX, name) = (offset),
#define REG_ARRAY(name, offset, count, stride, rd, wr, domain, model, source, text)                                    \
    REG_PASTE2(REG_PREFIX, name) = (offset),
#define FIELD(reg, name, lsb, width, access, reset, text)                                                              \
    REG_PASTE3(REG_PREFIX, reg, name) = (int)REG_PLACE(REG_PASTE2(REG_PREFIX, reg), lsb, width),
#define REG_END(name)
#include REG_FILE
#undef REG
#undef REG_ARRAY
#undef FIELD
#undef REG_END
};

#ifndef REG_CONSTANTS_ONLY

/* One array of fields for each register. */
#define REG(name, offset, rd, wr, domain, model, source, text)                                                         \
    static const struct reg_field REG_PASTE3(REG_PREFIX, name, fields)[] = {
#define REG_ARRAY(name, offset, count, stride, rd, wr, domain, model, source, text)                                    \
    static const struct reg_field REG_PASTE3(REG_PREFIX, name, fields)[] = {
#define FIELD(reg, name, lsb, width, access, reset, text) {#name, lsb, width, REG_##access, reset, text},
#define REG_END(name)                                                                                                  \
    }                                                                                                                  \
    ;
#include REG_FILE
#undef REG
#undef REG_ARRAY
#undef FIELD
#undef REG_END

#define REG_FIELDS_OF(name)                                                                                            \
    REG_PASTE3(REG_PREFIX, name, fields),                                                                              \
        sizeof REG_PASTE3(REG_PREFIX, name, fields) / sizeof REG_PASTE3(REG_PREFIX, name, fields)[0]

/* clang-format off */
static const struct reg_desc REG_PASTE2(REG_TABLE, rows)[] = {
#define REG(name, offset, rd, wr, domain, model, source, text)                                                         \
    {#name, offset, 1, 0, rd, wr, REG_DOMAIN_##domain, REG_MODEL_##model, REG_SOURCE_##source, text,                   \
     REG_FIELDS_OF(name)},
#define REG_ARRAY(name, offset, count, stride, rd, wr, domain, model, source, text)                                    \
    {#name, offset, count, stride, rd, wr, REG_DOMAIN_##domain, REG_MODEL_##model, REG_SOURCE_##source, text,          \
     REG_FIELDS_OF(name)},
#define FIELD(reg, name, lsb, width, access, reset, text)
#define REG_END(name)
#include REG_FILE
#undef REG
#undef REG_ARRAY
#undef FIELD
#undef REG_END
};
/* clang-format on */

static const struct reg_table REG_TABLE = {REG_BLOCK, REG_SOURCE, REG_SIZE, REG_PASTE2(REG_TABLE, rows),
                                           sizeof REG_PASTE2(REG_TABLE, rows) / sizeof REG_PASTE2(REG_TABLE, rows)[0]};

#undef REG_FIELDS_OF
#endif

#undef REG_PASTE2_
#undef REG_PASTE2
#undef REG_PASTE3_
#undef REG_PASTE3
#undef REG_FILE
#undef REG_PREFIX
#undef REG_TABLE
#undef REG_BLOCK
#undef REG_SOURCE
#undef REG_SIZE
