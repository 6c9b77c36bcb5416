/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's core described to GNU binutils (2.40 or later), which load it as a plug-in:
 *
 *   export XTENSA_GNU_CONFIG=/absolute/path/of/lx6.so
 *
 * After that any xtensa-*-elf as, ld or objdump handles LX6 code as if it had been configured for that core.
 * Instructions, operands, fields and registers are the simulator's own tables (cpu_iss/isa), so this file holds only
 * their translation into libisa's structures. firmware/toolchain/check.py compares the result with QEMU's disassembler.
 *
 * The structures repeat the layout of binutils' xtensa-isa-internal.h and xtensa-dynconfig.h, an interface, so that no
 * header of binutils is needed. Two objects are writable because that interface wants it: binutils sorts names into
 * the tables of xtensa_modules, and decode() fills its index at first use; this is no part of the simulator. */
#include <stddef.h>
#include <stdint.h>

#include "cpu_iss/isa/lx6_codec.h"

typedef uint32_t u32;

/* --- layout ------------------------------------------------------------------------------------------------------ */

struct format {
    const char *name;
    int length;
    void (*encode)(u32 *);
    int num_slots;
    const int *slot_ids;
};

struct slot {
    const char *name, *format;
    int position;
    void (*get)(const u32 *, u32 *);
    void (*set)(u32 *, const u32 *);
    u32 (*const *get_field)(const u32 *);
    void (*const *set_field)(u32 *, u32);
    int (*decode)(const u32 *);
    const char *nop;
};

struct operand {
    const char *name;
    int field, regfile, num_regs;
    u32 flags;
    int (*encode)(u32 *);
    int (*decode)(u32 *);
    int (*do_reloc)(u32 *, u32);
    int (*undo_reloc)(u32 *, u32);
};

struct arg {
    int operand;
    char inout;
};

struct iclass {
    int num_args;
    const struct arg *args;
    int num_states;
    const struct arg *states;
    int num_interfaces;
    const int *interfaces;
};

struct opcode {
    const char *name;
    int iclass;
    u32 flags;
    void (*const *encode)(u32 *);
    int num_uses;
    const void *uses;
};

struct regfile {
    const char *name, *shortname;
    int parent, bits, entries;
};

struct sysreg {
    const char *name;
    int number, is_user;
};

struct isa {
    int big_endian, insn_size, insnbuf_size;
    int num_formats;
    const struct format *formats;
    int (*format_decode)(const u32 *);
    int (*length_decode)(const unsigned char *);
    int num_slots;
    const struct slot *slots;
    int num_fields;
    int num_operands;
    const struct operand *operands;
    int num_iclasses;
    const struct iclass *iclasses;
    int num_opcodes;
    const struct opcode *opcodes;
    void *opcode_lookup;
    int num_regfiles;
    const struct regfile *regfiles;
    int num_states;
    const void *states;
    void *state_lookup;
    int num_sysregs;
    const struct sysreg *sysregs;
    void *sysreg_lookup;
    int max_sysreg[2];
    int *sysreg_table[2];
    int num_interfaces;
    const void *interfaces;
    void *interface_lookup;
    int num_units;
    const void *units;
    void *unit_lookup;
};

enum { IS_REG = 1, IS_PCREL = 2, IS_HIDDEN = 4 }; /* operands */
enum { BR = 1, JMP = 2, LP = 4, CL = 8 };         /* opcodes */
enum { X24, X16A, X16B, NUM_SLOTS };
enum { NONE = -1, AR, MR, BRF, FR, NUM_REGFILES };

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))
#define EXPORT __attribute__((visibility("default")))
#define IGNORE(...)

/* --- fields ------------------------------------------------------------------------------------------------------ */

#define BITS(n) ((1u << (n)) - 1)
#define FIELD(id, high_at, high_width, low_at, low_width)                                                              \
    static u32 get_##id(const u32 *word)                                                                               \
    {                                                                                                                  \
        return (word[0] >> (high_at)&BITS(high_width)) << (low_width) | (word[0] >> (low_at)&BITS(low_width));         \
    }                                                                                                                  \
    static void set_##id(u32 *word, u32 v)                                                                             \
    {                                                                                                                  \
        u32 kept = word[0] & ~(BITS(high_width) << (high_at) | BITS(low_width) << (low_at));                           \
        word[0] = kept | (v >> (low_width)&BITS(high_width)) << (high_at) | (v & BITS(low_width)) << (low_at);         \
    }
#include "cpu_iss/isa/lx6_fields.def"

/* Registers that an instruction uses without naming them are fields that always hold the same number. */
#define HIDDEN(n)                                                                                                      \
    static u32 get_a##n(const u32 *word)                                                                               \
    {                                                                                                                  \
        (void)word;                                                                                                    \
        return n;                                                                                                      \
    }                                                                                                                  \
    static void set_a##n(u32 *word, u32 v)                                                                             \
    {                                                                                                                  \
        (void)word, (void)v;                                                                                           \
    }
#define REG IGNORE
#define REGX IGNORE
#define IMM IGNORE
#define REL IGNORE
#include "cpu_iss/isa/lx6_operands.def"

enum {
#define FIELD(id, ...) F_##id,
#include "cpu_iss/isa/lx6_fields.def"
#define REG IGNORE
#define REGX IGNORE
#define IMM IGNORE
#define REL IGNORE
#define HIDDEN(n) F_a##n,
#include "cpu_iss/isa/lx6_operands.def"
    NUM_FIELDS
};

static u32 (*const get_field[])(const u32 *) = {
#define FIELD(id, ...) get_##id,
#include "cpu_iss/isa/lx6_fields.def"
#define REG IGNORE
#define REGX IGNORE
#define IMM IGNORE
#define REL IGNORE
#define HIDDEN(n) get_a##n,
#include "cpu_iss/isa/lx6_operands.def"
};

static void (*const set_field[])(u32 *, u32) = {
#define FIELD(id, ...) set_##id,
#include "cpu_iss/isa/lx6_fields.def"
#define REG IGNORE
#define REGX IGNORE
#define IMM IGNORE
#define REL IGNORE
#define HIDDEN(n) set_a##n,
#include "cpu_iss/isa/lx6_operands.def"
};

/* --- operands ---------------------------------------------------------------------------------------------------- */

/* The encoded value is cut to the field; binutils rejects a value that does not survive encoding and decoding. */
#define CODEC(id, width, enc, dec)                                                                                     \
    static int enc_##id(u32 *value)                                                                                    \
    {                                                                                                                  \
        u32 v = *value;                                                                                                \
        *value = (u32)(enc)&BITS(width);                                                                               \
        return 0;                                                                                                      \
    }                                                                                                                  \
    static int dec_##id(u32 *value)                                                                                    \
    {                                                                                                                  \
        u32 e = *value;                                                                                                \
        *value = (u32)(dec);                                                                                           \
        return 0;                                                                                                      \
    }
#define REG(id, field, file) CODEC(id, 4, v, e)
#define REGX(id, field, file, width, enc, dec) CODEC(id, width, enc, dec)
#define IMM(id, field, width, enc, dec) CODEC(id, width, enc, dec)
#define REL(id, field, width, enc, dec, base)                                                                          \
    CODEC(id, width, enc, dec)                                                                                         \
    static int do_##id(u32 *value, u32 pc)                                                                             \
    {                                                                                                                  \
        *value -= (base);                                                                                              \
        return 0;                                                                                                      \
    }                                                                                                                  \
    static int undo_##id(u32 *value, u32 pc)                                                                           \
    {                                                                                                                  \
        *value += (base);                                                                                              \
        return 0;                                                                                                      \
    }
#define HIDDEN IGNORE
#include "cpu_iss/isa/lx6_operands.def"

enum {
#define REG(id, ...) OPND_##id,
#define REGX(id, ...) OPND_##id,
#define IMM(id, ...) OPND_##id,
#define REL(id, ...) OPND_##id,
#define HIDDEN(n) OPND_a##n,
#include "cpu_iss/isa/lx6_operands.def"
    NUM_OPERANDS
};

/* The rules by which gas and ld shorten and lengthen code look for hidden operands: a0 of ret and retw, a4, a8 or a12
 * of calls. Without them -mlongcalls and the narrowing of ret silently stop working. */
static const struct operand operands[] = {
#define REG(id, field, file) {#id, F_##field, file, 1, IS_REG, enc_##id, dec_##id, NULL, NULL},
#define REGX(id, field, file, ...) {#id, F_##field, file, 1, IS_REG, enc_##id, dec_##id, NULL, NULL},
#define IMM(id, field, ...) {#id, F_##field, NONE, 0, 0, enc_##id, dec_##id, NULL, NULL},
#define REL(id, field, ...) {#id, F_##field, NONE, 0, IS_PCREL, enc_##id, dec_##id, do_##id, undo_##id},
#define HIDDEN(n) {"a" #n, F_a##n, AR, 1, IS_REG | IS_HIDDEN, enc_ar, dec_ar, NULL, NULL},
#include "cpu_iss/isa/lx6_operands.def"
};

/* --- opcodes ----------------------------------------------------------------------------------------------------- */

#define I(operand)                                                                                                     \
    {                                                                                                                  \
        OPND_##operand, 'i'                                                                                            \
    }
#define O(operand)                                                                                                     \
    {                                                                                                                  \
        OPND_##operand, 'o'                                                                                            \
    }
#define M(operand)                                                                                                     \
    {                                                                                                                  \
        OPND_##operand, 'm'                                                                                            \
    }
#define N()                                                                                                            \
    {                                                                                                                  \
        NONE, 0                                                                                                        \
    } /* a row needs at least one element; num_args leaves it out */

#define OP(id, mnemonic, slot, bits, flags, option, kind, latency, ...)                                                \
    static void put_##id(u32 *word)                                                                                    \
    {                                                                                                                  \
        word[0] = (bits);                                                                                              \
    }                                                                                                                  \
    static void (*const puts_##id[NUM_SLOTS])(u32 *) = {[slot] = put_##id};                                            \
    static const struct arg args_##id[] = {__VA_ARGS__};
#include "cpu_iss/isa/lx6.def"

enum {
#define OP(id, ...) OP_##id,
#include "cpu_iss/isa/lx6.def"
    NUM_OPCODES
};

/* Whether the first thing in the list of operands is N(). */
#undef I
#undef O
#undef M
#undef N
#define I(operand) 1
#define O(operand) 1
#define M(operand) 1
#define N() 0
#define FIRST(first, ...) first
static const struct iclass iclasses[] = {
#define OP(id, mnemonic, slot, bits, flags, option, kind, latency, ...)                                                \
    {FIRST(__VA_ARGS__, ) ? COUNT(args_##id) : 0, args_##id, 0, NULL, 0, NULL},
#include "cpu_iss/isa/lx6.def"
};

static const struct opcode opcodes[] = {
#define OP(id, mnemonic, slot, bits, flags, ...) {mnemonic, OP_##id, flags, puts_##id, 0, NULL},
#include "cpu_iss/isa/lx6.def"
};

static const struct {
    int slot;
    u32 bits;
} codes[] = {
#define OP(id, mnemonic, slot, bits, ...) {slot, bits},
#include "cpu_iss/isa/lx6.def"
};

/* Bits of an opcode that no operand covers. */
static u32 fixed_bits(int op)
{
    u32 covered = 0;
    for (int i = 0; i < iclasses[op].num_args; i++)
        set_field[operands[iclasses[op].args[i].operand].field](&covered, ~0u);
    return (codes[op].slot == X24 ? 0xffffff : 0xffff) & ~covered;
}

/* Opcodes are chained by their op0 nibble, which no operand ever covers. */
static int decode(const u32 *word)
{
    static int head[16], next[NUM_OPCODES], ready;
    static u32 mask[NUM_OPCODES];

    if (!ready) {
        for (int i = 0; i < 16; i++)
            head[i] = NONE;
        for (int op = NUM_OPCODES - 1; op >= 0; op--) {
            mask[op] = fixed_bits(op);
            next[op] = head[codes[op].bits & 15];
            head[codes[op].bits & 15] = op;
        }
        ready = 1;
    }
    for (int op = head[word[0] & 15]; op >= 0; op = next[op])
        if ((word[0] & mask[op]) == codes[op].bits)
            return op;
    return NONE;
}

/* --- formats and slots ------------------------------------------------------------------------------------------- */

static void format_x24(u32 *word)
{
    word[0] = 0;
}

static void format_x16a(u32 *word)
{
    word[0] = 8;
}

static void format_x16b(u32 *word)
{
    word[0] = 12;
}

static void get_24(const u32 *word, u32 *slot)
{
    slot[0] = word[0] & 0xffffff;
}

static void get_16(const u32 *word, u32 *slot)
{
    slot[0] = word[0] & 0xffff;
}

static void set_24(u32 *word, const u32 *slot)
{
    word[0] = (word[0] & ~0xffffffu) | (slot[0] & 0xffffff);
}

static void set_16(u32 *word, const u32 *slot)
{
    word[0] = (word[0] & ~0xffffu) | (slot[0] & 0xffff);
}

static const int slot_ids[] = {X24, X16A, X16B};
static const struct format formats[] = {
    {"x24", 3, format_x24, 1, &slot_ids[X24]},
    {"x16a", 2, format_x16a, 1, &slot_ids[X16A]},
    {"x16b", 2, format_x16b, 1, &slot_ids[X16B]},
};
static const struct slot slots[] = {
    {"Inst", "x24", 0, get_24, set_24, get_field, set_field, decode, "nop"},
    {"Inst16a", "x16a", 0, get_16, set_16, get_field, set_field, decode, NULL},
    {"Inst16b", "x16b", 0, get_16, set_16, get_field, set_field, decode, "nop.n"},
};

static int format_of(const u32 *word)
{
    u32 op0 = word[0] & 15;
    return op0 < 8 ? X24 : op0 < 12 ? X16A : op0 < 14 ? X16B : NONE;
}

static int length_of(const unsigned char *bytes)
{
    int op0 = bytes[0] & 15;
    return op0 < 8 ? 3 : op0 < 14 ? 2 : NONE;
}

/* --- registers --------------------------------------------------------------------------------------------------- */

static const struct regfile regfiles[] = {
    {"AR", "a", AR, 32, 64},
    {"MR", "m", MR, 32, 4},
    {"BR", "b", BRF, 1, 16},
    {"FR", "f", FR, 32, 16},
};

static const struct sysreg sysregs[] = {
#define SR_RWX(n, id, ...) {#id, n, 0},
#define SR_RW(n, id, ...) {#id, n, 0},
#define SR_R(n, id, ...) {#id, n, 0},
#define SR_W(n, id, ...) {#id, n, 0},
#include "cpu_iss/isa/lx6_sr.def"
#define UR(n, id, ...) {#id, n, 1},
#include "cpu_iss/isa/lx6_ur.def"
};

EXPORT struct isa xtensa_modules = {
    0,
    3,
    0,
    COUNT(formats),
    formats,
    format_of,
    length_of,
    COUNT(slots),
    slots,
    NUM_FIELDS,
    NUM_OPERANDS,
    operands,
    NUM_OPCODES,
    iclasses,
    NUM_OPCODES,
    opcodes,
    NULL,
    NUM_REGFILES,
    regfiles,
    0,
    NULL,
    NULL,
    COUNT(sysregs),
    sysregs,
    NULL,
    {255, 255},
    {NULL, NULL},
    0,
    NULL,
    NULL,
    0,
    NULL,
    NULL,
};

/* --- configuration ----------------------------------------------------------------------------------------------- */

/* As XCHAL_... in the core-isa.h of a core; see shared facts, 1.1 and 1.2. */
EXPORT const struct {
    int be, density, const16, abs, addx, l32r, absolute_literals, text_literals;
    int mac16, mul16, mul32, mul32_high, div32, nsa, minmax, sext, loops;
    int threadptr, release_sync, s32c1i, booleans;
    int fp, fp_div, fp_recip, fp_sqrt, fp_rsqrt, fp_postinc;
    int dfp, dfp_div, dfp_recip, dfp_sqrt, dfp_rsqrt;
    int windowed, num_aregs, wide_branches, predicted_branches;
    int icache_size, dcache_size, icache_line, dcache_line;
    int icache_linewidth, dcache_linewidth, dcache_writeback;
    int mmu, mmu_min_page, debug, num_ibreak, num_dbreak, debuglevel;
    int max_insn, fetch_width, abi, abi_windowed, abi_call0;
} xtensa_config_v1 = {
    .density = 1,
    .abs = 1,
    .addx = 1,
    .l32r = 1,
    .text_literals = 1,
    .mac16 = 1,
    .mul16 = 1,
    .mul32 = 1,
    .mul32_high = 1,
    .div32 = 1,
    .nsa = 1,
    .minmax = 1,
    .sext = 1,
    .loops = 1,
    .threadptr = 1,
    .release_sync = 1,
    .s32c1i = 1,
    .booleans = 1,
    .fp = 1,
    .fp_div = 1,
    .fp_recip = 1,
    .fp_sqrt = 1,
    .fp_rsqrt = 1,
    .fp_postinc = 1,
    .windowed = 1,
    .num_aregs = 64,
    .icache_line = 4,
    .dcache_line = 4,
    .icache_linewidth = 2,
    .dcache_linewidth = 2,
    .mmu_min_page = 29,
    .debug = 1,
    .num_ibreak = 2,
    .num_dbreak = 2,
    .debuglevel = 6,
    .max_insn = 3,
    .fetch_width = 4,
    .abi = 0,
    .abi_windowed = 0,
    .abi_call0 = 1,
};

EXPORT const struct {
    int march_stage, march_latest, march_earliest;
} xtensa_config_v2 = {0, 260003, 260003};
