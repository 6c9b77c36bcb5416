/* SPDX-License-Identifier: Apache-2.0 */
/* ELF32 files for Xtensa, through libelf (elfutils).
 *
 * libelf converts structures and refuses the worst; that a segment's bytes lie in the file, and what ESP32 tools take
 * for granted, is checked here. A segment is loaded at its virtual address, as Espressif's tools do it: on this chip
 * programs are linked for where they are loaded.
 * Sources: System V ABI, "ELF-32 object file format"; Xtensa processor supplement (EM_XTENSA = 94). */
#include <inttypes.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "sc_top/load/elf_parts.h"

struct elf_symbol {
    struct image_symbol symbol;
    unsigned rank; /* which of several names for one address is the best: smaller is better */
    size_t order;  /* of the symbol table, so that sorting is total */
};

static enum sim_status check_header(const struct image_reader *reader)
{
    const struct image *image = reader->image;
    if (!image_has(reader, 0, sizeof(Elf32_Ehdr)))
        return image_bad(reader, image->file_size, "the file ends within the ELF header of %zu bytes",
                         sizeof(Elf32_Ehdr));
    const uint8_t *ident = image->file;
    if (ident[EI_CLASS] != ELFCLASS32)
        return image_bad(reader, EI_CLASS, "ELF class %u; expected 1 (32-bit)", ident[EI_CLASS]);
    if (ident[EI_DATA] != ELFDATA2LSB)
        return image_bad(reader, EI_DATA, "ELF data encoding %u; expected 1 (little-endian)", ident[EI_DATA]);
    uint16_t type = image_u16(reader, 16), machine = image_u16(reader, 18);
    if (machine != EM_XTENSA)
        return image_bad(reader, 18, "ELF machine %u; expected 94 (Xtensa)", machine);
    if (type != ET_EXEC)
        return image_bad(reader, 16, "ELF type %u; expected 2 (a linked executable)", type);
    return SIM_OK;
}

/* GNU ld lets the first segment of some programs begin with the file's headers, before the first section and even
 * before the memory that it is for: bytes before headers_end are left out. */
static enum sim_status read_segment(const struct image_reader *reader, const Elf32_Phdr *header, size_t header_offset,
                                    uint32_t headers_end)
{
    struct image *image = reader->image;
    if (header->p_type != PT_LOAD || header->p_memsz == 0)
        return SIM_OK;
    if (header->p_filesz > header->p_memsz)
        return image_bad(reader, header_offset,
                         "segment 0x%08" PRIx32 ": %" PRIu32 " bytes in the file, but only %" PRIu32 " in memory",
                         header->p_vaddr, header->p_filesz, header->p_memsz);
    if (!image_has(reader, header->p_offset, header->p_filesz))
        return image_bad(reader, header_offset,
                         "segment 0x%08" PRIx32 " needs bytes 0x%" PRIx32 "..0x%" PRIx64 "; the file ends at 0x%zx",
                         header->p_vaddr, header->p_offset, (uint64_t)header->p_offset + header->p_filesz,
                         image->file_size);
    uint32_t skipped = header->p_offset < headers_end ? headers_end - header->p_offset : 0;
    if (skipped >= header->p_filesz)
        skipped = 0;
    uint32_t in_file = header->p_filesz - skipped;
    image->segments[image->segment_count++] = (struct image_segment){
        .address = header->p_vaddr + skipped,
        .size = header->p_memsz - skipped,
        .file_size = in_file,
        .bytes = in_file ? image->file + header->p_offset + skipped : NULL,
        .file_offset = header->p_offset + skipped,
    };
    return SIM_OK;
}

static enum sim_status read_segments(const struct image_reader *reader, Elf *elf, const Elf32_Ehdr *header)
{
    size_t count = header->e_phnum;
    if (header->e_phentsize != sizeof(Elf32_Phdr) && header->e_phnum != 0)
        return image_bad(reader, 42, "program headers of %u bytes; expected %zu", header->e_phentsize,
                         sizeof(Elf32_Phdr));
    if (count == 0)
        return image_bad(reader, 44, "no program headers; expected a linked executable");
    if (!image_has(reader, header->e_phoff, count * sizeof(Elf32_Phdr)))
        return image_bad(reader, 28, "%zu program headers at 0x%" PRIx32 " run past the end of the file at 0x%zx",
                         count, header->e_phoff, reader->image->file_size);
    const Elf32_Phdr *headers = elf32_getphdr(elf);
    if (!headers)
        return image_bad(reader, header->e_phoff, "program headers cannot be read: %s", elf_errmsg(-1));
    SIM_TRY(image_alloc_segments(reader, count));
    uint32_t headers_end = header->e_phoff + (uint32_t)(count * sizeof(Elf32_Phdr));
    for (size_t i = 0; i < count; i++) {
        Elf32_Phdr aligned; /* libelf points into the file, where headers may lie anywhere */
        memcpy(&aligned, (const uint8_t *)headers + i * sizeof aligned, sizeof aligned);
        SIM_TRY(read_segment(reader, &aligned, header->e_phoff + i * sizeof aligned, headers_end));
    }
    if (reader->image->segment_count == 0)
        return image_bad(reader, header->e_phoff, "none of the %zu program headers is a segment to load", count);
    return SIM_OK;
}

/* Functions first, then labels in code, then by binding: what a person would call the place. */
static unsigned symbol_rank(const Elf32_Sym *symbol)
{
    unsigned type_rank = ELF32_ST_TYPE(symbol->st_info) == STT_FUNC ? 0 : 3;
    switch (ELF32_ST_BIND(symbol->st_info)) {
    case STB_GLOBAL:
        return type_rank;
    case STB_WEAK:
        return type_rank + 1;
    default:
        return type_rank + 2;
    }
}

static int by_symbol_address(const void *left, const void *right)
{
    const struct elf_symbol *a = left, *b = right;
    if (a->symbol.address != b->symbol.address)
        return a->symbol.address < b->symbol.address ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* A copy, as of program headers: section headers, too, may lie anywhere. */
static bool get_header(Elf_Scn *section, Elf32_Shdr *header)
{
    const void *found = section ? elf32_getshdr(section) : NULL;
    if (found)
        memcpy(header, found, sizeof *header);
    return found != NULL;
}

static bool section_holds_code(Elf *elf, unsigned index)
{
    Elf32_Shdr header;
    return index < SHN_LORESERVE && get_header(elf_getscn(elf, index), &header) && (header.sh_flags & SHF_EXECINSTR);
}

/* A name for code: not the assembler's local labels nor the linker's property markers. */
static bool names_code(Elf *elf, const Elf32_Sym *symbol, const char *name)
{
    unsigned type = ELF32_ST_TYPE(symbol->st_info);
    if (!name || !*name || name[0] == '.' || strncmp(name, "L0", 2) == 0)
        return false;
    if (type == STT_FUNC)
        return symbol->st_shndx != SHN_UNDEF;
    return type == STT_NOTYPE && section_holds_code(elf, symbol->st_shndx);
}

/* A string of the string table, within the file and ended by a 0; NULL otherwise. libelf checks the same, but hands out
 * pointers into converted copies in some cases, and symbols must live as long as the image. */
static const char *string_at(const struct image_reader *reader, Elf *elf, unsigned table, uint32_t at)
{
    Elf32_Shdr header;
    if (!get_header(elf_getscn(elf, table), &header) || header.sh_type != SHT_STRTAB ||
        !image_has(reader, header.sh_offset, header.sh_size) || at >= header.sh_size)
        return NULL;
    const char *text = (const char *)reader->image->file + header.sh_offset + at;
    return memchr(text, 0, header.sh_size - at) ? text : NULL;
}

static enum sim_status keep_symbols(const struct image_reader *reader, struct elf_symbol *found, size_t count)
{
    struct image *image = reader->image;
    if (count == 0)
        return SIM_OK;
    qsort(found, count, sizeof *found, by_symbol_address);
    image->symbols = malloc(count * sizeof *image->symbols);
    if (!image->symbols)
        return image_no_memory(reader);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || found[i].symbol.address != found[i - 1].symbol.address)
            image->symbols[image->symbol_count++] = found[i].symbol;
    return SIM_OK;
}

/* Symbols are a help, not a need: a table that makes no sense is left out without complaint. */
enum sim_status image_read_elf_symbols(const struct image_reader *reader, Elf *elf)
{
    Elf_Scn *section = NULL;
    Elf32_Shdr header = {0};
    while ((section = elf_nextscn(elf, section)) != NULL)
        if (get_header(section, &header) && header.sh_type == SHT_SYMTAB)
            break;
    if (!section || !image_has(reader, header.sh_offset, header.sh_size))
        return SIM_OK;
    size_t count = header.sh_size / sizeof(Elf32_Sym), kept = 0;
    struct elf_symbol *found = malloc((count ? count : 1) * sizeof *found);
    if (!found)
        return image_no_memory(reader);
    for (size_t i = 0; i < count; i++) {
        Elf32_Sym symbol;
        memcpy(&symbol, reader->image->file + header.sh_offset + i * sizeof symbol, sizeof symbol);
        const char *name = string_at(reader, elf, header.sh_link, symbol.st_name);
        if (!names_code(elf, &symbol, name))
            continue;
        found[kept].symbol = (struct image_symbol){.address = symbol.st_value,
                                                   .size = symbol.st_size,
                                                   .name = name,
                                                   .function = ELF32_ST_TYPE(symbol.st_info) == STT_FUNC};
        found[kept].rank = symbol_rank(&symbol);
        found[kept++].order = i;
    }
    enum sim_status status = keep_symbols(reader, found, kept);
    free(found);
    return status;
}

/* The section headers are the last thing in most files: a file that was cut short lacks them, even when all of its
 * segments are there. */
static enum sim_status check_sections(const struct image_reader *reader, const Elf32_Ehdr *header)
{
    size_t size = (size_t)header->e_shnum * header->e_shentsize;
    if (header->e_shnum && !image_has(reader, header->e_shoff, size))
        return image_bad(reader, 32, "%u section headers at 0x%" PRIx32 " run past the end of the file at 0x%zx",
                         header->e_shnum, header->e_shoff, reader->image->file_size);
    return SIM_OK;
}

enum sim_status image_open_elf(const struct image_reader *reader, Elf **result)
{
    struct image *image = reader->image;
    *result = NULL;
    SIM_TRY(check_header(reader));
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)image->file, image->file_size);
    const Elf32_Ehdr *header = elf ? elf32_getehdr(elf) : NULL;
    enum sim_status status =
        header ? check_sections(reader, header) : image_bad(reader, 0, "ELF header cannot be read: %s", elf_errmsg(-1));
    if (status == SIM_OK)
        *result = elf;
    else
        elf_end(elf);
    return status;
}

enum sim_status image_read_elf(const struct image_reader *reader)
{
    struct image *image = reader->image;
    Elf *elf;
    image->kind = IMAGE_ELF;
    SIM_TRY(image_open_elf(reader, &elf));
    const Elf32_Ehdr *header = elf32_getehdr(elf);
    image->entry = header->e_entry;
    enum sim_status status = read_segments(reader, elf, header);
    if (status == SIM_OK)
        status = image_read_elf_symbols(reader, elf);
    elf_end(elf);
    return status;
}
