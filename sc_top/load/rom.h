/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's mask ROM, from the user's file: none comes with Vesper.
 *
 * Two kinds of file are read: the ELF file that Espressif publishes for debuggers (ESP-IDF installs it as
 * esp32_rev<N>_rom.elf), and a raw binary of ROM 0 (384 KB) followed by ROM 1 (up to 64 KB).
 *
 * What programs ask of the ROM when there is none is known by name all the same: rom_name. */
#ifndef VESPER_SC_TOP_LOAD_ROM_H
#define VESPER_SC_TOP_LOAD_ROM_H

#include "sc_top/load/image.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ROM_0_SIZE = 0x60000, ROM_1_SIZE = 0x10000 };
#define ROM_0_ADDRESS UINT32_C(0x40000000)
#define ROM_1_ADDRESS UINT32_C(0x40060000) /* instruction bus */
#define ROM_1_DATA UINT32_C(0x3FF90000)    /* the same on the data bus */
#define ROM_RESET_VECTOR UINT32_C(0x40000400)

struct rom {
    struct image *file; /* its path and symbols; NULL: there is none, and bytes are those of rom_fill_missing */
    uint8_t bytes[ROM_0_SIZE + ROM_1_SIZE]; /* ROM 0, then ROM 1 */
    uint8_t app[ROM_0_SIZE];                /* ROM 0 as the APP CPU sees it */
};

/* On SIM_OK, *rom is to be freed with rom_destroy; any other status has been reported to `log` in one message. */
enum sim_status rom_load(const char *path, struct log *log, struct rom **rom);

/* As rom_load for content that is in memory already; takes over `bytes` (from malloc) whatever happens. */
enum sim_status rom_parse(const char *path, uint8_t *bytes, size_t size, struct log *log, struct rom **rom);

/* NULL is accepted. */
void rom_destroy(struct rom *rom);

/* What stands in the place of a ROM that is not there: a SIMCALL instruction at every word, so that whoever calls a ROM
 * function can be told (node_rom.c). NULL without memory. */
struct rom *rom_create_missing(void);

/* The ROM function that holds `address`: by the file's symbols, else by the published list of addresses. rom: may be
 * NULL. offset: from the function's start; may be NULL. NULL: not in the ROM, or before its first function. */
const char *rom_name(const struct rom *rom, uint32_t address, uint32_t *offset);

#ifdef __cplusplus
}
#endif
#endif
