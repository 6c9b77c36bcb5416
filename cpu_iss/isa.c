/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of isa.h, expanded from isa/<name>.def. */
#include "cpu_iss/isa.h"

#include <string.h>

#include "bus/base/bits.h"
#include "cpu_iss/isa/lx6_codec.h"

struct field_place {
    uint8_t high_pos, high_width, low_pos, low_width;
};

static const struct field_place fields[ISA_FIELDS] = {
#define FIELD(id, hp, hw, lp, lw) {hp, hw, lp, lw},
#include "cpu_iss/isa/lx6_fields.def"
};

uint32_t isa_field_get(enum isa_field field, uint32_t word)
{
    const struct field_place *place = &fields[field];
    uint32_t high = bits_get(word, place->high_pos, place->high_width);
    return high << place->low_width | bits_get(word, place->low_pos, place->low_width);
}

uint32_t isa_field_set(enum isa_field field, uint32_t word, uint32_t value)
{
    const struct field_place *place = &fields[field];
    word = bits_set(word, place->low_pos, place->low_width, value);
    return bits_set(word, place->high_pos, place->high_width, value >> place->low_width);
}

/* Decoding and encoding functions. Many ignore pc, and those of hidden operands ignore all. */
#define CODEC(id, base, enc, dec)                                                                                      \
    static uint32_t decode_##id(uint32_t e, uint32_t pc)                                                               \
    {                                                                                                                  \
        (void)pc;                                                                                                      \
        return (uint32_t)(dec) + (base);                                                                               \
    }                                                                                                                  \
    static uint32_t encode_##id(uint32_t v, uint32_t pc)                                                               \
    {                                                                                                                  \
        (void)pc;                                                                                                      \
        v -= (base);                                                                                                   \
        return (uint32_t)(enc);                                                                                        \
    }
#define REG(id, field, file) CODEC(id, 0, v, e)
#define REGX(id, field, file, width, enc, dec) CODEC(id, 0, enc, dec)
#define IMM(id, field, width, enc, dec) CODEC(id, 0, enc, dec)
#define REL(id, field, width, enc, dec, base) CODEC(id, base, enc, dec)
#define HIDDEN(n)                                                                                                      \
    static uint32_t decode_a##n(uint32_t e, uint32_t pc)                                                               \
    {                                                                                                                  \
        (void)e;                                                                                                       \
        (void)pc;                                                                                                      \
        return n;                                                                                                      \
    }
#include "cpu_iss/isa/lx6_operands.def"

static const struct isa_operand operands[ISA_OPERANDS] = {
    [ISA_OPERAND_none] = {.name = "none", .field = ISA_FIELDS},
#define COMMON(id, fld) .name = #id, .field = ISA_FIELD_##fld, .decode = decode_##id, .encode = encode_##id
#define REG(id, fld, fil) [ISA_OPERAND_##id] = {COMMON(id, fld), .file = ISA_FILE_##fil},
#define REGX(id, fld, fil, ...) [ISA_OPERAND_##id] = {COMMON(id, fld), .file = ISA_FILE_##fil},
#define IMM(id, fld, ...) [ISA_OPERAND_##id] = {COMMON(id, fld)},
#define REL(id, fld, ...) [ISA_OPERAND_##id] = {COMMON(id, fld), .is_relative = true},
#define HIDDEN(n)                                                                                                      \
    [ISA_OPERAND_a##                                                                                                   \
        n] = {.name = "a" #n, .field = ISA_FIELDS, .decode = decode_a##n, .file = ISA_FILE_AR, .is_hidden = true},
#include "cpu_iss/isa/lx6_operands.def"
#undef COMMON
};

/* Which bits an operand covers, as constants, so that the rows' masks are constants too. */
enum {
#define BITS_AT(pos, width) (((1u << (width)) - 1) << (pos))
#define FIELD(id, hp, hw, lp, lw) FIELD_BITS_##id = BITS_AT(hp, hw) | BITS_AT(lp, lw),
#include "cpu_iss/isa/lx6_fields.def"
#undef BITS_AT
};
enum {
#define REG(id, field, ...) OPERAND_BITS_##id = FIELD_BITS_##field,
#define REGX(id, field, ...) OPERAND_BITS_##id = FIELD_BITS_##field,
#define IMM(id, field, ...) OPERAND_BITS_##id = FIELD_BITS_##field,
#define REL(id, field, ...) OPERAND_BITS_##id = FIELD_BITS_##field,
#define HIDDEN(n) OPERAND_BITS_a##n = 0,
#include "cpu_iss/isa/lx6_operands.def"
};

enum { LENGTH_X24 = 3, LENGTH_X16A = 2, LENGTH_X16B = 2 };
enum { WORD_X24 = 0xffffff, WORD_X16A = 0xffff, WORD_X16B = 0xffff };

/* First pass over the list: the mask of each row. */
#define OR5_(a, b, c, d, e, ...) ((a) | (b) | (c) | (d) | (e))
#define OR5(...) OR5_(__VA_ARGS__, 0, 0, 0, 0, 0)
#define I(o) OPERAND_BITS_##o
#define O(o) OPERAND_BITS_##o
#define M(o) OPERAND_BITS_##o
#define N() 0
enum {
#define OP(id, name, slot, bits, flags, option, kind, latency, ...)                                                    \
    MASK_##id = WORD_##slot & ~(unsigned)OR5(__VA_ARGS__),
#include "cpu_iss/isa/lx6.def"
};
#undef I
#undef O
#undef M
#undef N

/* Second pass: the rows. */
#define I(o)                                                                                                           \
    {                                                                                                                  \
        ISA_OPERAND_##o, ISA_READ                                                                                      \
    }
#define O(o)                                                                                                           \
    {                                                                                                                  \
        ISA_OPERAND_##o, ISA_WRITE                                                                                     \
    }
#define M(o)                                                                                                           \
    {                                                                                                                  \
        ISA_OPERAND_##o, ISA_READ | ISA_WRITE                                                                          \
    }
#define N()                                                                                                            \
    {                                                                                                                  \
        ISA_OPERAND_none, 0                                                                                            \
    }
static const struct isa_row rows[ISA_ROWS] = {
#define OP(id_, name_, slot, bits, flags, option_, kind_, latency_, ...)                                               \
    {#id_,                                                                                                             \
     name_,                                                                                                            \
     bits,                                                                                                             \
     MASK_##id_,                                                                                                       \
     LENGTH_##slot,                                                                                                    \
     ISA_OPTION_##option_,                                                                                             \
     ISA_KIND_##kind_,                                                                                                 \
     ISA_LATENCY_##latency_,                                                                                           \
     {__VA_ARGS__}},
#include "cpu_iss/isa/lx6.def"
};
#undef I
#undef O
#undef M
#undef N

static const char *const option_names[ISA_OPTIONS] = {
#define OPTION(id, text) #id,
#include "cpu_iss/isa/lx6_options.def"
};
static const char *const option_texts[ISA_OPTIONS] = {
#define OPTION(id, text) text,
#include "cpu_iss/isa/lx6_options.def"
};
static const struct {
    const char *name;
    bool ends_block;
} kinds[ISA_KINDS] = {
#define KIND(id, ends, text) {#id, ends},
#include "cpu_iss/isa/lx6_kinds.def"
};
static const struct isa_timing timings[ISA_LATENCIES] = {
#define LATENCY(id, issue, transfer, ar, mr, br, fr, acc, source) {#id, issue, transfer, ar, mr, br, fr, acc, source},
#include "cpu_iss/isa/lx6_latency.def"
};

const struct isa_row *isa_row_at(unsigned row)
{
    return &rows[row];
}

const struct isa_operand *isa_operand_at(unsigned operand)
{
    return &operands[operand];
}

const char *isa_option_name(enum isa_option option)
{
    return option_names[option];
}

const char *isa_option_text(enum isa_option option)
{
    return option_texts[option];
}

const char *isa_kind_name(enum isa_kind kind)
{
    return kinds[kind].name;
}

bool isa_kind_ends_block(enum isa_kind kind)
{
    return kinds[kind].ends_block;
}

const struct isa_timing *isa_timing_of(enum isa_latency latency)
{
    return &timings[latency];
}

enum isa_row_id isa_find(const char *name)
{
    unsigned row = 0;
    while (row < ISA_ROWS && strcmp(rows[row].name, name) != 0)
        row++;
    return (enum isa_row_id)row;
}
