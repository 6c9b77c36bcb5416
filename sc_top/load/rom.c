/* SPDX-License-Identifier: Apache-2.0 */
/* Assembling the ROM's content from its file. Source: shared facts, 3.2a. */
#include "sc_top/load/rom.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sc_top/load/elf_parts.h"

enum { ROM_SIZE = ROM_0_SIZE + ROM_1_SIZE };

/* A ROM being read. */
struct reading {
    const struct image_reader *reader;
    struct rom *rom;
};

/* --- addresses
 * -------------------------------------------------------------------------------------------------------- */

/* Where [address, +size) lies in rom->bytes; false: not all of it in the ROM. */
static bool rom_place(uint32_t address, uint32_t size, uint32_t *place)
{
    uint32_t at, room;
    if (address >= ROM_0_ADDRESS && address - ROM_0_ADDRESS < ROM_SIZE) { /* ROM 1 follows ROM 0 on this bus */
        at = address - ROM_0_ADDRESS;
        room = ROM_SIZE - at;
    } else if (address >= ROM_1_DATA && address - ROM_1_DATA < ROM_1_SIZE) {
        at = ROM_0_SIZE + (address - ROM_1_DATA);
        room = ROM_SIZE - at;
    } else {
        return false;
    }
    *place = at;
    return size <= room;
}

static uint32_t word_at(const struct rom *rom, uint32_t place)
{
    const uint8_t *b = rom->bytes + place;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* --- ELF
 * -------------------------------------------------------------------------------------------------------------- */

/* Called for each section that has bytes in the file. */
typedef enum sim_status (*section_fn)(const struct reading *reading, const Elf32_Shdr *header, const char *name);

static enum sim_status for_sections(const struct reading *reading, Elf *elf, section_fn visit)
{
    const struct image *file = reading->reader->image;
    size_t names;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return image_bad(reading->reader, 0, "no names of sections; expected the ELF file of a ROM");
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section)) != NULL;) {
        const void *found = elf32_getshdr(section);
        Elf32_Shdr header;
        if (!found)
            continue;
        memcpy(&header, found, sizeof header); /* libelf points into the file, where headers may lie anywhere */
        if (header.sh_type != SHT_PROGBITS || header.sh_size == 0)
            continue;
        if (!image_has(reading->reader, header.sh_offset, header.sh_size))
            return image_bad(reading->reader, header.sh_offset,
                             "section at 0x%08" PRIx32 " runs past the end of the file at 0x%zx", header.sh_addr,
                             file->file_size);
        const char *name = elf_strptr(elf, names, header.sh_name);
        SIM_TRY(visit(reading, &header, name ? name : ""));
    }
    return SIM_OK;
}

/* Code and constants are linked for where they are in the ROM. */
static enum sim_status place_section(const struct reading *reading, const Elf32_Shdr *header, const char *name)
{
    uint32_t place;
    (void)name;
    if ((header->sh_flags & SHF_ALLOC) && rom_place(header->sh_addr, header->sh_size, &place))
        memcpy(reading->rom->bytes + place, reading->reader->image->file + header->sh_offset, header->sh_size);
    return SIM_OK;
}

/* Variables are linked for where reset code copies them to in RAM, and do not count as allocated. Their place in the
 * ROM is in the table that the reset code goes by, in code that has been placed before: {first, end, source}, the end
 * exact where the section is padded. */
static enum sim_status place_variables(const struct reading *reading, const Elf32_Shdr *header, const char *name)
{
    const struct rom *rom = reading->rom;
    uint32_t first = header->sh_addr, place;
    if (strncmp(name, ".data_", 6) != 0 || (header->sh_flags & SHF_ALLOC))
        return SIM_OK;
    for (uint32_t row = 0; row <= ROM_0_SIZE - 12; row += 4) {
        if (word_at(rom, row) != first || word_at(rom, row + 4) - first > header->sh_size ||
            word_at(rom, row + 4) == first || !rom_place(word_at(rom, row + 8), header->sh_size, &place))
            continue;
        memcpy(reading->rom->bytes + place, reading->reader->image->file + header->sh_offset, header->sh_size);
        return SIM_OK;
    }
    return SIM_OK; /* the APP CPU's variables: copied from the same source as the PRO CPU's */
}

static enum sim_status read_elf(const struct reading *reading)
{
    Elf *elf;
    SIM_TRY(image_open_elf(reading->reader, &elf));
    reading->reader->image->entry = elf32_getehdr(elf)->e_entry;
    enum sim_status status = for_sections(reading, elf, place_section);
    if (status == SIM_OK)
        status = for_sections(reading, elf, place_variables);
    if (status == SIM_OK)
        status = image_read_elf_symbols(reading->reader, elf);
    elf_end(elf);
    return status;
}

/* --- any file
 * --------------------------------------------------------------------------------------------------------- */

static enum sim_status read_raw(const struct reading *reading)
{
    const struct image *file = reading->reader->image;
    if (file->file_size <= ROM_0_SIZE || file->file_size > ROM_SIZE)
        return image_bad(reading->reader, file->file_size,
                         "the file ends here; expected an ELF file, or ROM 0 (0x%x bytes) and ROM 1 (up to 0x%x)",
                         (unsigned)ROM_0_SIZE, (unsigned)ROM_1_SIZE);
    memcpy(reading->rom->bytes, file->file, file->file_size);
    return SIM_OK;
}

/* Whatever it is, a core must be able to start in it. */
static enum sim_status check_reset_vector(const struct reading *reading)
{
    uint32_t word = word_at(reading->rom, ROM_RESET_VECTOR - ROM_0_ADDRESS);
    if (word == 0 || word == UINT32_MAX)
        return image_bad(reading->reader, 0, "nothing at the reset vector 0x%08" PRIx32 "; expected an ESP32's ROM",
                         ROM_RESET_VECTOR);
    return SIM_OK;
}

/* The APP CPU finds its own variables and stack through other words in the same places of ROM 0: where the PRO CPU sees
 * an address of its 0x3FFE0010..0x3FFE3F20, the APP CPU sees the one 0x3F10 above. Source: the two symbols for each
 * such variable in Espressif's ELF file (g_ticks_per_us_pro and _app); the two ROM images that Espressif's QEMU comes
 * with differ in exactly these words. */
static void derive_app(struct rom *rom)
{
    enum { FIRST = 0x3FFE0010, LAST = 0x3FFE3F20, DISTANCE = 0x3F10 };
    memcpy(rom->app, rom->bytes, sizeof rom->app);
    for (uint32_t place = 0; place < ROM_0_SIZE; place += 4) {
        uint32_t word = word_at(rom, place);
        if (word < FIRST || word > LAST)
            continue;
        word += DISTANCE;
        for (unsigned i = 0; i < 4; i++)
            rom->app[place + i] = (uint8_t)(word >> 8 * i);
    }
}

static enum sim_status read_any(const struct reading *reading)
{
    const struct image *file = reading->reader->image;
    bool is_elf = file->file_size >= 4 && memcmp(file->file, "\177ELF", 4) == 0;
    SIM_TRY(is_elf ? read_elf(reading) : read_raw(reading));
    SIM_TRY(check_reset_vector(reading));
    derive_app(reading->rom);
    return SIM_OK;
}

enum sim_status rom_parse(const char *path, uint8_t *bytes, size_t size, struct log *log, struct rom **result)
{
    struct rom *rom = calloc(1, sizeof *rom);
    struct image *file = calloc(1, sizeof *file);
    char *own_path = strdup(path);
    *result = NULL;
    if (!rom || !file || !own_path) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path, "%s", sim_status_text(SIM_NO_MEMORY));
        free(bytes);
        free(own_path);
        free(file);
        free(rom);
        return SIM_NO_MEMORY;
    }
    *file = (struct image){.kind = IMAGE_ELF, .path = own_path, .file = bytes, .file_size = size};
    rom->file = file;
    const struct image_reader reader = {.image = file, .log = log};
    const struct reading reading = {.reader = &reader, .rom = rom};
    enum sim_status status = read_any(&reading);
    if (status != SIM_OK) {
        rom_destroy(rom);
        return status;
    }
    *result = rom;
    return SIM_OK;
}

enum sim_status rom_load(const char *path, struct log *log, struct rom **rom)
{
    uint8_t *bytes;
    size_t size;
    *rom = NULL;
    SIM_TRY(image_read_file(path, log, &bytes, &size));
    return rom_parse(path, bytes, size, log, rom);
}

void rom_destroy(struct rom *rom)
{
    if (!rom)
        return;
    image_destroy(rom->file);
    free(rom);
}

/* SIMCALL is op0 0, t 0, s 1, r 5: bytes 00 51 00 (Xtensa ISA RM). Functions of the ROM begin at words. */
struct rom *rom_create_missing(void)
{
    static const uint8_t simcall[4] = {0x00, 0x51, 0x00, 0x00};
    struct rom *rom = calloc(1, sizeof *rom);
    for (uint32_t i = 0; rom && i < ROM_SIZE; i++)
        rom->bytes[i] = simcall[i % 4];
    if (rom)
        memcpy(rom->app, rom->bytes, sizeof rom->app);
    return rom;
}

/* --- names
 * ------------------------------------------------------------------------------------------------------------ */

struct rom_symbol {
    uint32_t address;
    const char *name;
};

static const struct rom_symbol symbols[] = {
#define ROM_SYMBOL(address, name) {UINT32_C(address), name},
#include "sc_top/load/rom_symbols.def"
#undef ROM_SYMBOL
};

static const struct rom_symbol *published_symbol(uint32_t address)
{
    size_t low = 0, high = sizeof symbols / sizeof *symbols;
    while (low < high) { /* the first one behind address */
        size_t middle = low + (high - low) / 2;
        if (symbols[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    while (low > 1 && symbols[low - 2].address == symbols[low - 1].address) /* the first of several names */
        low--;
    return low ? &symbols[low - 1] : NULL;
}

const char *rom_name(const struct rom *rom, uint32_t address, uint32_t *offset)
{
    uint32_t place;
    if (address < ROM_0_ADDRESS || !rom_place(address, 1, &place))
        return NULL;
    const struct image_symbol *own = rom && rom->file ? image_symbol_at(rom->file, address, offset) : NULL;
    if (own)
        return own->name;
    const struct rom_symbol *symbol = published_symbol(address);
    if (symbol && offset)
        *offset = address - symbol->address;
    return symbol ? symbol->name : NULL;
}
