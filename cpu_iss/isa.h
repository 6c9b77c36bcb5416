/* SPDX-License-Identifier: Apache-2.0 */
/* The LX6's instruction set as data: rows, operands, decoding, encoding, disassembly. Made from isa/lx6.def and its
 * companions; knows nothing of a running core. */
#ifndef VESPER_CPU_ISS_ISA_H
#define VESPER_CPU_ISS_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ISA_add, ISA_l32i_n, ISA_rsr_sar, ...: the rows in the order of the table. */
enum isa_row_id {
#define OP(id, ...) ISA_##id,
#include "cpu_iss/isa/lx6.def"
    ISA_ROWS,
    ISA_NONE = ISA_ROWS /* no instruction */
};

enum isa_option {
#define OPTION(id, text) ISA_OPTION_##id,
#include "cpu_iss/isa/lx6_options.def"
    ISA_OPTIONS
};

enum isa_kind {
#define KIND(id, ends, text) ISA_KIND_##id,
#include "cpu_iss/isa/lx6_kinds.def"
    ISA_KINDS
};

enum isa_latency {
#define LATENCY(id, ...) ISA_LATENCY_##id,
#include "cpu_iss/isa/lx6_latency.def"
    ISA_LATENCIES
};

enum isa_file { ISA_FILE_NONE, ISA_FILE_AR, ISA_FILE_MR, ISA_FILE_BRF, ISA_FILE_FR };

enum isa_field {
#define FIELD(id, ...) ISA_FIELD_##id,
#include "cpu_iss/isa/lx6_fields.def"
    ISA_FIELDS /* of hidden operands: no field */
};

enum isa_operand_id {
    ISA_OPERAND_none,
#define REG(id, ...) ISA_OPERAND_##id,
#define REGX(id, ...) ISA_OPERAND_##id,
#define IMM(id, ...) ISA_OPERAND_##id,
#define REL(id, ...) ISA_OPERAND_##id,
#define HIDDEN(n) ISA_OPERAND_a##n,
#include "cpu_iss/isa/lx6_operands.def"
    ISA_OPERANDS
};

enum { ISA_READ = 1, ISA_WRITE = 2, ISA_MAX_OPERANDS = 5 };

struct isa_operand_use {
    uint8_t operand; /* enum isa_operand_id */
    uint8_t access;  /* ISA_READ, ISA_WRITE or both */
};

struct isa_row {
    const char *id;   /* name in the table: "add_n" */
    const char *name; /* mnemonic: "add.n" */
    uint32_t encoding, mask;
    uint8_t length;                               /* 2 or 3 bytes */
    uint8_t option;                               /* enum isa_option */
    uint8_t kind;                                 /* enum isa_kind */
    uint8_t latency;                              /* enum isa_latency */
    struct isa_operand_use use[ISA_MAX_OPERANDS]; /* ISA_OPERAND_none behind the last */
};

/* What a kind of operand is, and its value from and to the instruction word. */
struct isa_operand {
    const char *name;
    uint8_t file;     /* enum isa_file; ISA_FILE_NONE: a number */
    uint8_t field;    /* enum isa_field; ISA_FIELDS: hidden */
    bool is_relative; /* an address */
    bool is_hidden;
    uint32_t (*decode)(uint32_t field, uint32_t pc);
    uint32_t (*encode)(uint32_t value, uint32_t pc);
};

const struct isa_row *isa_row_at(unsigned row); /* row < ISA_ROWS */
const struct isa_operand *isa_operand_at(unsigned operand);
const char *isa_option_name(enum isa_option option);
const char *isa_option_text(enum isa_option option);
const char *isa_kind_name(enum isa_kind kind);
bool isa_kind_ends_block(enum isa_kind kind);

uint32_t isa_field_get(enum isa_field field, uint32_t word);
uint32_t isa_field_set(enum isa_field field, uint32_t word, uint32_t value);

/* Cycles of a latency class; see isa/lx6_latency.def. */
struct isa_timing {
    const char *name;
    uint8_t issue, transfer;
    uint8_t ar, mr, br, fr, acc;
    const char *source;
};
const struct isa_timing *isa_timing_of(enum isa_latency latency);

/* Length of the instruction that begins with this byte: 2, 3, or 0 when none does. */
static inline unsigned isa_length(uint8_t first_byte)
{
    unsigned op0 = first_byte & 15;
    return op0 < 8 ? 3 : op0 < 14 ? 2 : 0;
}

/* Index over the encodings; immutable once created. NULL without memory. */
struct isa_decoder;
struct isa_decoder *isa_decoder_create(void);
void isa_decoder_destroy(struct isa_decoder *decoder);

/* Row of an instruction word (its first byte lowest, further bytes ignored); ISA_NONE: illegal. */
enum isa_row_id isa_decode(const struct isa_decoder *decoder, uint32_t word);

/* Value of the n-th operand of a word that is of this row, at address pc. */
uint32_t isa_operand_value(const struct isa_row *row, unsigned n, uint32_t word, uint32_t pc);

/* Puts operand values into the row's encoding; hidden operands take none. False: a value cannot be encoded. */
bool isa_encode(enum isa_row_id row, const uint32_t *values, unsigned count, uint32_t pc, uint32_t *word);

/* The row with this mnemonic, ISA_NONE if there is none. */
enum isa_row_id isa_find(const char *name);

/* "add.n\ta2, a3, a4" as binutils' objdump prints it, or ".byte 0x0e" for what is no instruction. Returns the bytes
 * taken (1 for .byte). text is cut to size. */
unsigned isa_disassemble(const struct isa_decoder *decoder, uint32_t word, uint32_t pc, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
