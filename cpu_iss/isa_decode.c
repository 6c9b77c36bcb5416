/* SPDX-License-Identifier: Apache-2.0 */
/* From words to rows and operands, and back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu_iss/isa.h"

/* Words are sorted into bins by op0 and by the two nibbles in which most instructions differ: op1 and op2 of a 24-bit
 * word, r and t of a 16-bit word. A bin lists the rows that can occur in it; most hold one, those of RSR and WSR the
 * special registers. */
enum { BINS = 16 * 256 };

struct isa_decoder {
    uint16_t first[BINS + 1]; /* index into rows; a bin ends where the next begins */
    uint16_t rows[];
};

static unsigned high_nibbles_pos(unsigned op0)
{
    return op0 < 8 ? 16 : 8;
}

static unsigned bin_of(uint32_t word)
{
    unsigned op0 = word & 15;
    return op0 << 8 | (word >> high_nibbles_pos(op0) & 0xff);
}

/* A row's words may have any value in bits that operands cover: all bins that are reached so. */
static bool can_be_in(const struct isa_row *row, unsigned nibbles)
{
    unsigned pos = high_nibbles_pos(row->encoding & 15);
    return (((uint32_t)nibbles << pos ^ row->encoding) & row->mask & UINT32_C(0xff) << pos) == 0;
}

struct isa_decoder *isa_decoder_create(void)
{
    unsigned count[BINS] = {0};
    size_t entries = 0;
    for (unsigned row = 0; row < ISA_ROWS; row++)
        for (unsigned nibbles = 0; nibbles < 256; nibbles++)
            if (can_be_in(isa_row_at(row), nibbles)) {
                count[(isa_row_at(row)->encoding & 15) << 8 | nibbles]++;
                entries++;
            }
    struct isa_decoder *decoder = malloc(sizeof *decoder + entries * sizeof decoder->rows[0]);
    if (!decoder)
        return NULL;
    unsigned next = 0;
    for (unsigned bin = 0; bin < BINS; bin++) {
        decoder->first[bin] = (uint16_t)next;
        next += count[bin];
        count[bin] = 0;
    }
    decoder->first[BINS] = (uint16_t)next;
    for (unsigned row = 0; row < ISA_ROWS; row++)
        for (unsigned nibbles = 0; nibbles < 256; nibbles++)
            if (can_be_in(isa_row_at(row), nibbles)) {
                unsigned bin = (isa_row_at(row)->encoding & 15) << 8 | nibbles;
                decoder->rows[decoder->first[bin] + count[bin]++] = (uint16_t)row;
            }
    return decoder;
}

void isa_decoder_destroy(struct isa_decoder *decoder)
{
    free(decoder);
}

enum isa_row_id isa_decode(const struct isa_decoder *decoder, uint32_t word)
{
    unsigned bin = bin_of(word);
    for (unsigned i = decoder->first[bin]; i < decoder->first[bin + 1]; i++) {
        const struct isa_row *row = isa_row_at(decoder->rows[i]);
        if ((word & row->mask) == row->encoding)
            return (enum isa_row_id)decoder->rows[i];
    }
    return ISA_NONE;
}

uint32_t isa_operand_value(const struct isa_row *row, unsigned n, uint32_t word, uint32_t pc)
{
    const struct isa_operand *operand = isa_operand_at(row->use[n].operand);
    uint32_t field = operand->field < ISA_FIELDS ? isa_field_get((enum isa_field)operand->field, word) : 0;
    return operand->decode(field, pc);
}

bool isa_encode(enum isa_row_id id, const uint32_t *values, unsigned count, uint32_t pc, uint32_t *word)
{
    const struct isa_row *row = isa_row_at(id);
    unsigned used = 0;
    *word = row->encoding;
    for (unsigned n = 0; n < ISA_MAX_OPERANDS && row->use[n].operand != ISA_OPERAND_none; n++) {
        const struct isa_operand *operand = isa_operand_at(row->use[n].operand);
        if (operand->is_hidden)
            continue;
        if (used == count)
            return false;
        *word = isa_field_set((enum isa_field)operand->field, *word, operand->encode(values[used], pc));
        if (isa_operand_value(row, n, *word, pc) != values[used])
            return false;
        used++;
    }
    return used == count;
}

/* Numbers as objdump has them: small ones in decimal with a sign, others in hexadecimal. */
static int print_operand(char *text, size_t size, const struct isa_operand *operand, uint32_t value)
{
    static const char *const prefix[] = {
        [ISA_FILE_AR] = "a", [ISA_FILE_MR] = "m", [ISA_FILE_BRF] = "b", [ISA_FILE_FR] = "f"};
    if (operand->file != ISA_FILE_NONE)
        return snprintf(text, size, "%s%" PRIu32, prefix[operand->file], value);
    if (!operand->is_relative && (value < 256 || value > UINT32_MAX - 255))
        return snprintf(text, size, "%" PRId32, (int32_t)value);
    return snprintf(text, size, "0x%" PRIx32, value);
}

unsigned isa_disassemble(const struct isa_decoder *decoder, uint32_t word, uint32_t pc, char *text, size_t size)
{
    enum isa_row_id id = isa_decode(decoder, word);
    if (id == ISA_NONE) {
        snprintf(text, size, ".byte 0x%02" PRIx32, word & 0xff);
        return 1;
    }
    const struct isa_row *row = isa_row_at(id);
    size_t used = (size_t)snprintf(text, size, "%s", row->name);
    const char *separator = "\t";
    for (unsigned n = 0; n < ISA_MAX_OPERANDS && row->use[n].operand != ISA_OPERAND_none && used < size; n++) {
        const struct isa_operand *operand = isa_operand_at(row->use[n].operand);
        if (operand->is_hidden)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s", separator);
        if (used < size)
            used += (size_t)print_operand(text + used, size - used, operand, isa_operand_value(row, n, word, pc));
        separator = ", ";
    }
    return row->length;
}
