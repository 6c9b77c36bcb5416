/* SPDX-License-Identifier: Apache-2.0 */
/* A guest program as it lies in a file: what goes where in memory, where execution starts, and the names of its
 * functions. Three kinds of file are read: ELF32 for Xtensa, Espressif's application image, and the content of a whole
 * flash chip (partition table and applications), from which the application that would boot is taken.
 *
 * A file is read, checked in full and only then handed out: either everything holds, or there is one message in class
 * "host" that says file, offset and what was expected, and no image. */
#ifndef VESPER_SC_TOP_LOAD_IMAGE_H
#define VESPER_SC_TOP_LOAD_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/base/log.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum image_kind {
    IMAGE_ELF,
    IMAGE_APP,   /* one application image, as `esptool elf2image` writes it */
    IMAGE_FLASH, /* a flash chip's content from offset 0, with the application in it that would boot */
    IMAGE_CHIP   /* the same, not looked into: no segments, no entry point */
};

/* Where an application image alone is taken to lie in flash: the factory partition of Espressif's default table. */
#define IMAGE_APP_FLASH_OFFSET UINT32_C(0x10000)

/* `size` bytes of memory at `address`, of which the first `file_size` come from the file and the rest are 0. */
struct image_segment {
    uint32_t address;
    uint32_t size;
    uint32_t file_size;
    const uint8_t *bytes; /* within the image; NULL when file_size is 0 */
    size_t file_offset;   /* of bytes, for messages */
};

struct image_symbol {
    uint32_t address;
    uint32_t size; /* 0: unknown, up to the next one */
    const char *name;
    bool function; /* by type; else a label in a section that holds code */
};

struct image {
    enum image_kind kind;
    char *path;
    uint32_t entry;
    struct image_segment *segments; /* by address, disjoint */
    size_t segment_count;
    struct image_symbol *symbols; /* by address, one for each */
    size_t symbol_count;

    /* The file, which segments and symbols point into. For IMAGE_APP and IMAGE_FLASH it is also what stands in flash
     * from flash_offset on, and segments in the flash windows are to be mapped rather than copied. */
    uint8_t *file;
    size_t file_size;
    uint32_t flash_offset;
};

/* Whether [address, address + size) is memory that a program can be loaded into; size > 0. */
struct image_memory {
    void *ctx;
    bool (*holds)(void *ctx, uint32_t address, uint32_t size);
};

/* Reads and checks `path`. memory NULL: any address will do. On SIM_OK, *image is to be freed with image_destroy; any
 * other status has been reported to `log` in one message, and *image is NULL. */
enum sim_status image_load(const char *path, const struct image_memory *memory, struct log *log, struct image **image);

/* As image_load for content that is in memory already; takes over `bytes` (from malloc) whatever happens. */
enum sim_status image_parse(const char *path, uint8_t *bytes, size_t size, const struct image_memory *memory,
                            struct log *log, struct image **image);

/* As image_load for the content of a flash chip that is the ROM's business alone: IMAGE_CHIP. */
enum sim_status image_load_chip(const char *path, struct log *log, struct image **image);

/* NULL is accepted. */
void image_destroy(struct image *image);

/* The function (or label) that holds `address`; NULL when none does. offset: from its start; may be NULL. */
const struct image_symbol *image_symbol_at(const struct image *image, uint32_t address, uint32_t *offset);

const char *image_kind_name(enum image_kind kind);

#ifdef __cplusplus
}
#endif
#endif
