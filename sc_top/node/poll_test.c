/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/poll_test.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cpu_iss/isa.h"

enum {
    AR = 16,
    STEPS = 16,       /* instructions between a load and its test */
    LOOP_STEPS = 48,  /* from the pc to the end of its loop */
    NEAR = 192,       /* bytes: registers of the core are those of the code that is looked at */
    MASK_BIT_31 = 31, /* bltz, bgez */
};

/* --- Instructions ------------------------------------------------------------------------------------------------- */

struct code {
    struct xt_cpu *cpu;
    struct isa_decoder *decoder;
    uint32_t pc, word;
    enum isa_row_id id;
    const struct isa_row *row;
};

static bool fetch(struct code *code)
{
    code->word = 0;
    if (!code->decoder || !xt_mem_read(code->cpu, code->pc, &code->word, 3))
        return false;
    code->id = isa_decode(code->decoder, code->word);
    code->row = code->id == ISA_NONE ? NULL : isa_row_at(code->id);
    return code->row != NULL;
}

/* 0: it has not so many. */
static uint32_t operand(const struct code *code, unsigned n)
{
    if (code->row->use[n].operand == ISA_OPERAND_none)
        return 0;
    return isa_operand_value(code->row, n, code->word, code->pc);
}

static bool is_return(enum isa_row_id id)
{
    return id == ISA_ret || id == ISA_ret_n || id == ISA_retw || id == ISA_retw_n;
}

static bool is_load(enum isa_row_id id)
{
    return id == ISA_l32i || id == ISA_l32i_n || id == ISA_l32ai || id == ISA_l16ui || id == ISA_l8ui;
}

/* --- Values ------------------------------------------------------------------------------------------------------- */

/* What stands in an AR: the polled register's bits under `mask`, moved down by `shift`; or a number. */
struct value {
    enum { AS_IN_CORE, UNKNOWN, LOADED, NUMBER } kind;
    uint32_t mask, number;
    unsigned shift;
};

struct values {
    struct value ar[AR];
};

static bool number_in(const struct code *code, const struct values *values, unsigned n, uint32_t *number)
{
    char name[8];
    const struct value *value = &values->ar[n];
    uint32_t distance = xt_pc(code->cpu) - code->pc + NEAR;
    *number = value->number;
    if (value->kind == AS_IN_CORE && distance < 2 * NEAR) {
        snprintf(name, sizeof name, "a%u", n);
        return xt_reg_get(code->cpu, (unsigned)xt_reg_number(name), number);
    }
    return value->kind == NUMBER;
}

static struct value masked(struct value value, uint32_t mask)
{
    value.mask &= mask << value.shift;
    return value;
}

static struct value shifted(struct value value, unsigned by)
{
    value.shift += by;
    value.mask &= UINT32_MAX << value.shift;
    return value;
}

static struct value and_of(const struct code *code, const struct values *values)
{
    const struct value unknown = {.kind = UNKNOWN};
    unsigned left = operand(code, 1) % AR, right = operand(code, 2) % AR;
    uint32_t mask;
    if (values->ar[left].kind == LOADED && number_in(code, values, right, &mask))
        return masked(values->ar[left], mask);
    if (values->ar[right].kind == LOADED && number_in(code, values, left, &mask))
        return masked(values->ar[right], mask);
    return unknown;
}

/* The result of an instruction that has one. */
static struct value result(const struct code *code, const struct values *values)
{
    struct value value = {.kind = UNKNOWN};
    const struct value *source = &values->ar[operand(code, 1) % AR];
    switch (code->id) {
    case ISA_extui:
        if (source->kind == LOADED)
            value = masked(shifted(*source, operand(code, 2)), (1u << operand(code, 3)) - 1);
        break;
    case ISA_srli:
        if (source->kind == LOADED)
            value = shifted(*source, operand(code, 2));
        break;
    case ISA_and_:
        value = and_of(code, values);
        break;
    case ISA_mov_n:
        value = *source;
        break;
    case ISA_or_:
        if (operand(code, 1) == operand(code, 2))
            value = *source;
        break;
    case ISA_movi:
    case ISA_movi_n:
        value = (struct value){.kind = NUMBER, .number = operand(code, 1)};
        break;
    case ISA_l32r:
        if (xt_mem_read(code->cpu, operand(code, 1), &value.number, 4))
            value.kind = NUMBER;
        break;
    default:
        break;
    }
    return value;
}

static void take_result(const struct code *code, struct values *values)
{
    struct value value = result(code, values);
    for (unsigned n = 0; n < ISA_MAX_OPERANDS; n++) {
        const struct isa_operand_use *use = &code->row->use[n];
        if (use->access & ISA_WRITE && isa_operand_at(use->operand)->file == ISA_FILE_AR)
            values->ar[operand(code, n) % AR] = n == 0 ? value : (struct value){.kind = UNKNOWN};
    }
}

/* The caller's registers: the result comes in A2, or where the window has it. Returns its pc. */
static uint32_t go_back(const struct code *code, struct values *values, uint32_t return_address)
{
    bool windowed = code->id == ISA_retw || code->id == ISA_retw_n;
    unsigned to = 2 + (windowed ? 4 * (return_address >> 30) : 0);
    struct value value = values->ar[2];
    *values = (struct values){0};
    values->ar[to % AR] = value;
    return windowed ? (return_address & 0x3FFFFFFF) | (code->pc & 0xC0000000) : return_address;
}

/* --- Tests -------------------------------------------------------------------------------------------------------- */

enum relation { IS, IS_NOT, ANY, NONE, ALL, NOT_ALL, BELOW, NOT_BELOW };

struct test {
    enum relation relation; /* for which the branch is taken */
    uint32_t mask;          /* of the polled register */
    uint32_t number;        /* that its bits under the mask, moved down, are compared with */
    uint32_t target;
};

static uint32_t bits_below(unsigned bits)
{
    return bits >= 32 ? UINT32_MAX : (1u << bits) - 1;
}

/* Branches whose second operand is an AR, a number, a bit's number, or nothing. */
enum second { AN_AR, A_NUMBER, A_BIT_IN_AR, A_BIT, NOTHING, THE_SIGN };

static const struct branch {
    enum isa_row_id id;
    enum relation relation;
    enum second second;
} branches[] = {
    {ISA_beqz, IS, NOTHING},      {ISA_beqz_n, IS, NOTHING},
    {ISA_bnez, IS_NOT, NOTHING},  {ISA_bnez_n, IS_NOT, NOTHING},
    {ISA_beqi, IS, A_NUMBER},     {ISA_bnei, IS_NOT, A_NUMBER},
    {ISA_beq, IS, AN_AR},         {ISA_bne, IS_NOT, AN_AR},
    {ISA_bany, ANY, AN_AR},       {ISA_bnone, NONE, AN_AR},
    {ISA_ball, ALL, AN_AR},       {ISA_bnall, NOT_ALL, AN_AR},
    {ISA_bbs, ANY, A_BIT_IN_AR},  {ISA_bbc, NONE, A_BIT_IN_AR},
    {ISA_bbsi, ANY, A_BIT},       {ISA_bbci, NONE, A_BIT},
    {ISA_bltz, ANY, THE_SIGN},    {ISA_bgez, NONE, THE_SIGN},
    {ISA_bltui, BELOW, A_NUMBER}, {ISA_bgeui, NOT_BELOW, A_NUMBER},
    {ISA_blti, BELOW, A_NUMBER},  {ISA_bgei, NOT_BELOW, A_NUMBER},
};

static const struct branch *branch_of(enum isa_row_id id)
{
    for (size_t i = 0; i < sizeof branches / sizeof branches[0]; i++)
        if (branches[i].id == id)
            return &branches[i];
    return NULL;
}

static bool is_about_bits(enum relation relation)
{
    return relation >= ANY && relation <= NOT_ALL;
}

/* The second operand's value; false: not known. */
static bool second_of(const struct code *code, const struct values *values, const struct branch *branch,
                      unsigned number_operand, uint32_t *second)
{
    switch (branch->second) {
    case AN_AR:
        return number_in(code, values, operand(code, number_operand) % AR, second);
    case A_BIT_IN_AR:
        if (!number_in(code, values, operand(code, 1) % AR, second))
            return false;
        *second = 1u << *second % 32;
        return true;
    case A_NUMBER:
        *second = operand(code, 1);
        return true;
    case A_BIT:
        *second = 1u << operand(code, 1) % 32;
        return true;
    case THE_SIGN:
        *second = 1u << MASK_BIT_31;
        return true;
    default:
        *second = 0;
        return true;
    }
}

/* Whether this branch tests the loaded value, and how. */
static bool test_of(const struct code *code, const struct values *values, struct test *test)
{
    const struct branch *branch = branch_of(code->id);
    if (!branch)
        return false;
    unsigned of = 0;
    if (values->ar[operand(code, 0) % AR].kind != LOADED && branch->second == AN_AR)
        of = 1; /* bany mask, value */
    const struct value *value = &values->ar[operand(code, of) % AR];
    uint32_t second;
    if (value->kind != LOADED || !second_of(code, values, branch, 1 - of, &second))
        return false;
    if (of == 1 && (branch->relation == ALL || branch->relation == NOT_ALL))
        return false; /* the value is the mask */
    bool has_target_third = branch->second != NOTHING && branch->second != THE_SIGN;
    *test = (struct test){.relation = branch->relation,
                          .mask = is_about_bits(branch->relation) ? masked(*value, second).mask : value->mask,
                          .number = second,
                          .target = operand(code, has_target_third ? 2 : 1)};
    /* A mask that was not moved down to bit 0 leaves zeros below, which the number has, too. */
    unsigned lowest = test->mask ? (unsigned)__builtin_ctz(test->mask) : 0;
    if (!is_about_bits(test->relation) && lowest > value->shift)
        test->number >>= lowest - value->shift;
    return test->mask != 0;
}

static enum relation negated(enum relation relation)
{
    return (enum relation)(relation ^ 1);
}

/* --- Saying ------------------------------------------------------------------------------------------------------- */

struct text {
    char *at;
    size_t left;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text->at, text->left, format, arguments);
    va_end(arguments);
    size_t used = n < 0 ? 0 : (size_t)n < text->left ? (size_t)n : text->left - 1;
    text->at += used;
    text->left -= used;
}

static void add_fields(struct text *text, const struct reg_desc *reg, uint32_t mask)
{
    unsigned count = 0;
    for (unsigned i = 0; reg && i < reg->field_count; i++)
        if (mask & bits_below(reg->fields[i].width) << reg->fields[i].lsb)
            add(text, "%s%s", count++ ? ", " : " (", reg->fields[i].name);
    add(text, "%s", count ? ")" : "");
}

static bool is_one_bit(uint32_t mask)
{
    return (mask & (mask - 1)) == 0;
}

static void add_bits(struct text *text, uint32_t mask)
{
    unsigned first = (unsigned)__builtin_ctz(mask), last = 31 - (unsigned)__builtin_clz(mask);
    if (is_one_bit(mask))
        add(text, "bit %u", first);
    else if (mask >> first == bits_below(last - first + 1))
        add(text, "bits %u to %u", first, last);
    else
        add(text, "bits 0x%08" PRIx32, mask);
}

static bool is_set_when(const struct test *test)
{
    switch (test->relation) {
    case IS:
        return test->number != 0;
    case IS_NOT:
        return test->number == 0;
    case NOT_BELOW:
        return true;
    default:
        return test->relation == ANY || test->relation == ALL;
    }
}

/* until: how the wait ends. */
static void say_test(struct text *text, const struct test *until, const struct reg_desc *reg)
{
    static const char *const before[] = {"", "", "one of ", "", "all of ", "one of ", "", ""};
    enum relation relation = until->relation;
    if (relation == IS && until->number == 0)
        relation = NONE;
    if (relation == IS_NOT && until->number == 0)
        relation = ANY;
    add(text, ", until ");
    if (until->mask == UINT32_MAX && !is_about_bits(relation))
        add(text, "it");
    else {
        add(text, "%s", is_one_bit(until->mask) ? "" : before[relation]);
        add_bits(text, until->mask);
        add_fields(text, reg, until->mask);
    }
    bool is_plural = until->mask != UINT32_MAX && !is_one_bit(until->mask) && relation != ANY && relation != NOT_ALL;
    const char *verb = is_plural || (until->mask == UINT32_MAX && is_about_bits(relation)) ? "are" : "is";
    if (is_one_bit(until->mask))
        add(text, " is %d", is_set_when(until));
    else if (is_about_bits(relation))
        add(text, " %s %d", relation == ANY || relation == NOT_ALL ? "is" : verb, relation == ANY || relation == ALL);
    else
        add(text, " %s %s0x%" PRIx32, verb,
            relation == IS_NOT      ? "no longer "
            : relation == BELOW     ? "below "
            : relation == NOT_BELOW ? "at least "
                                    : "",
            until->number);
}

static bool find_test(struct code *code, uint32_t return_address, struct test *test)
{
    struct values values = {0};
    uint32_t load = code->pc;
    for (unsigned i = 0; i < STEPS && fetch(code); i++) {
        if (test_of(code, &values, test)) {
            /* A branch back goes on waiting, one ahead ends it. */
            if (test->target <= code->pc)
                test->relation = negated(test->relation);
            return true;
        }
        if (is_return(code->id)) {
            code->pc = go_back(code, &values, return_address);
            return_address = 0;
            continue;
        }
        if (code->row->kind == ISA_KIND_JUMP || code->row->kind == ISA_KIND_CALL)
            return false;
        take_result(code, &values);
        if (code->pc == load)
            values.ar[operand(code, 0) % AR] = (struct value){.kind = LOADED,
                                                              .mask = code->id == ISA_l8ui    ? 0xFF
                                                                      : code->id == ISA_l16ui ? 0xFFFF
                                                                                              : UINT32_MAX};
        code->pc += code->row->length;
    }
    return false;
}

void poll_find_test(struct xt_cpu *cpu, uint32_t load, uint32_t return_address, const struct reg_desc *reg, char *text,
                    size_t size)
{
    struct code code = {.cpu = cpu, .decoder = isa_decoder_create(), .pc = load};
    struct text out = {text, size};
    struct test test;
    text[0] = '\0';
    if (find_test(&code, return_address, &test))
        say_test(&out, &test, reg);
    isa_decoder_destroy(code.decoder);
}

/* --- Memory ------------------------------------------------------------------------------------------------------- */

/* Where this instruction may go back to; 0: nowhere. */
static uint32_t back_to(const struct code *code)
{
    for (unsigned n = 0; n < ISA_MAX_OPERANDS; n++) {
        const struct isa_operand *what = isa_operand_at(code->row->use[n].operand);
        bool goes = code->row->kind == ISA_KIND_BRANCH || code->row->kind == ISA_KIND_JUMP;
        if (what && what->is_relative && goes && operand(code, n) <= code->pc)
            return operand(code, n);
    }
    return 0;
}

static bool find_loop(struct code *code, uint32_t *first, uint32_t *last)
{
    for (unsigned i = 0; i < LOOP_STEPS && fetch(code); i++) {
        if (code->row->kind == ISA_KIND_CALL || is_return(code->id))
            return false;
        *first = back_to(code);
        *last = code->pc;
        if (*first)
            return xt_pc(code->cpu) - *first < NEAR;
        code->pc += code->row->length;
    }
    return false;
}

static bool look_at(const struct code *code, bool is_lock, struct poll_place *place)
{
    const struct values as_in_core = {0};
    uint32_t base;
    if (!number_in(code, &as_in_core, operand(code, 1) % AR, &base))
        return false;
    *place = (struct poll_place){.is_lock = is_lock, .address = base + operand(code, 2)};
    return xt_mem_read(code->cpu, place->address & ~UINT32_C(3), &place->value, 4);
}

bool poll_find_place(struct xt_cpu *cpu, struct poll_place *place)
{
    struct code code = {.cpu = cpu, .decoder = isa_decoder_create(), .pc = xt_pc(cpu)};
    uint32_t first, last;
    bool is_found = false;
    if (find_loop(&code, &first, &last)) {
        for (code.pc = first; code.pc <= last && fetch(&code); code.pc += code.row->length) {
            bool is_lock = code.id == ISA_s32c1i;
            if (code.row->kind == ISA_KIND_CALL)
                break;
            if (is_lock || (is_load(code.id) && !is_found))
                is_found = look_at(&code, is_lock, place) || is_found;
            if (is_lock && is_found)
                break;
        }
    }
    isa_decoder_destroy(code.decoder);
    return is_found;
}
