/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the file formats share; private to sc_top/load. */
#ifndef VESPER_SC_TOP_LOAD_IMAGE_PARTS_H
#define VESPER_SC_TOP_LOAD_IMAGE_PARTS_H

#include "sc_top/load/image.h"

/* A file being read. Its fail functions report once and return the status, so that `return image_bad(...)` reads as
 * what it is. */
struct image_reader {
    struct image *image;
    struct log *log;
};

/* Content that breaks the format, at `offset` of the file. */
enum sim_status image_bad(const struct image_reader *reader, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Something that the format allows and Vesper does not do. */
enum sim_status image_unsupported(const struct image_reader *reader, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum sim_status image_no_memory(const struct image_reader *reader);

/* Room for `count` segments, none filled in. */
enum sim_status image_alloc_segments(const struct image_reader *reader, size_t count);

/* Little-endian reads; the caller has checked the bounds. */
static inline uint16_t image_u16(const struct image_reader *reader, size_t offset)
{
    const uint8_t *b = reader->image->file + offset;
    return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t image_u32(const struct image_reader *reader, size_t offset)
{
    const uint8_t *b = reader->image->file + offset;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Whether [offset, offset + size) lies within the file. */
static inline bool image_has(const struct image_reader *reader, size_t offset, size_t size)
{
    return offset <= reader->image->file_size && size <= reader->image->file_size - offset;
}

/* The formats. Each fills in kind, entry, segments (any order, unchecked against each other) and symbols. */
enum sim_status image_read_elf(const struct image_reader *reader);
enum sim_status image_read_app(const struct image_reader *reader);
enum sim_status image_read_flash(const struct image_reader *reader);

/* An application image that begins at `base` of the file. */
enum sim_status image_read_app_at(const struct image_reader *reader, size_t base);

/* All of a file of at most 256 MB, into memory from malloc; what fails has been reported. */
enum sim_status image_read_file(const char *path, struct log *log, uint8_t **bytes, size_t *size);

/* Whether the file looks like the content of a flash chip. */
bool image_is_flash(const struct image_reader *reader);

#endif
