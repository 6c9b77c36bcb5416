/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file, asks the reader of its format, and checks what must hold for every format: segments that do not
 * overlap, lie in memory, and hold the entry point. */
#include "sc_top/load/image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sc_top/load/image_parts.h"

/* The largest flash chip that an ESP32 maps is 16 MB; ELF files carry debug information besides. */
enum { IMAGE_FILE_MAX = 256 << 20 };

static enum sim_status report(const struct image_reader *reader, enum sim_status status, size_t offset,
                              const char *format, va_list args) __attribute__((format(printf, 4, 0)));

static enum sim_status report(const struct image_reader *reader, enum sim_status status, size_t offset,
                              const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    log_at(reader->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, reader->image->path, "offset 0x%zx: %s", offset, text);
    return status;
}

enum sim_status image_bad(const struct image_reader *reader, size_t offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum sim_status status = report(reader, SIM_BAD_FORMAT, offset, format, args);
    va_end(args);
    return status;
}

enum sim_status image_unsupported(const struct image_reader *reader, size_t offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum sim_status status = report(reader, SIM_UNSUPPORTED, offset, format, args);
    va_end(args);
    return status;
}

enum sim_status image_no_memory(const struct image_reader *reader)
{
    log_at(reader->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, reader->image->path, "%s", sim_status_text(SIM_NO_MEMORY));
    return SIM_NO_MEMORY;
}

enum sim_status image_alloc_segments(const struct image_reader *reader, size_t count)
{
    struct image *image = reader->image;
    image->segments = calloc(count ? count : 1, sizeof *image->segments);
    return image->segments ? SIM_OK : image_no_memory(reader);
}

const char *image_kind_name(enum image_kind kind)
{
    switch (kind) {
    case IMAGE_ELF:
        return "ELF file";
    case IMAGE_APP:
        return "application image";
    case IMAGE_FLASH:
        return "flash image";
    case IMAGE_CHIP:
        return "flash chip";
    }
    return "?";
}

static int by_segment_address(const void *left, const void *right)
{
    const struct image_segment *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->file_offset < b->file_offset ? -1 : a->file_offset > b->file_offset;
}

static enum sim_status check_segments(const struct image_reader *reader, const struct image_memory *memory)
{
    struct image *image = reader->image;
    bool holds_entry = false;
    qsort(image->segments, image->segment_count, sizeof *image->segments, by_segment_address);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        uint32_t last = segment->address + (segment->size - 1);
        if (last < segment->address)
            return image_bad(reader, segment->file_offset,
                             "segment 0x%08" PRIx32 " of %" PRIu32 " bytes runs past the end of the address space",
                             segment->address, segment->size);
        if (i > 0 && segment->address - segment[-1].address < segment[-1].size)
            return image_bad(reader, segment->file_offset,
                             "segment 0x%08" PRIx32 "..0x%08" PRIx32 " overlaps segment 0x%08" PRIx32 "..0x%08" PRIx32,
                             segment->address, last, segment[-1].address, segment[-1].address + (segment[-1].size - 1));
        if (memory && !memory->holds(memory->ctx, segment->address, segment->size))
            return image_bad(reader, segment->file_offset,
                             "segment 0x%08" PRIx32 "..0x%08" PRIx32 " is not in the ESP32's memory", segment->address,
                             last);
        holds_entry = holds_entry || image->entry - segment->address < segment->size;
    }
    if (!holds_entry)
        return image_bad(reader, 0, "entry point 0x%08" PRIx32 " lies in none of the %zu segments", image->entry,
                         image->segment_count);
    return SIM_OK;
}

static enum sim_status read_any(const struct image_reader *reader)
{
    const struct image *image = reader->image;
    if (image->file_size == 0)
        return image_bad(reader, 0, "the file is empty; expected an ELF file or a flash image");
    if (image_has(reader, 0, 4) && memcmp(image->file, "\177ELF", 4) == 0)
        return image_read_elf(reader);
    if (image_is_flash(reader))
        return image_read_flash(reader);
    if (image->file[0] == 0xE9)
        return image_read_app(reader);
    return image_bad(reader, 0,
                     "found byte 0x%02x; expected an ELF file (7f 45 4c 46), an application image (e9) or a flash "
                     "image (partition table at 0x8000)",
                     image->file[0]);
}

enum sim_status image_parse(const char *path, uint8_t *bytes, size_t size, const struct image_memory *memory,
                            struct log *log, struct image **result)
{
    struct image_reader reader = {.image = calloc(1, sizeof *reader.image), .log = log};
    *result = NULL;
    if (reader.image)
        reader.image->path = strdup(path);
    if (!reader.image || !reader.image->path) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path, "%s", sim_status_text(SIM_NO_MEMORY));
        free(bytes);
        free(reader.image);
        return SIM_NO_MEMORY;
    }
    reader.image->file = bytes;
    reader.image->file_size = size;
    enum sim_status status = read_any(&reader);
    if (status == SIM_OK)
        status = check_segments(&reader, memory);
    if (status != SIM_OK) {
        image_destroy(reader.image);
        return status;
    }
    *result = reader.image;
    return SIM_OK;
}

static enum sim_status file_failed(const char *path, struct log *log, enum sim_status status, const char *text)
{
    log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path, "%s", text);
    return status;
}

enum sim_status image_read_file(const char *path, struct log *log, uint8_t **bytes, size_t *size)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (!file)
        return file_failed(path, log, errno == ENOENT ? SIM_NOT_FOUND : SIM_IO, strerror(errno));
    if (fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode)) {
        fclose(file);
        return file_failed(path, log, SIM_BAD_VALUE, "not a regular file");
    }
    if (info.st_size > IMAGE_FILE_MAX) {
        fclose(file);
        return file_failed(path, log, SIM_BAD_VALUE, "larger than 256 MB; expected a program for an ESP32");
    }
    *size = (size_t)info.st_size;
    *bytes = malloc(*size + 1); /* + 1: an empty file still gets a buffer */
    size_t got = *bytes ? fread(*bytes, 1, *size, file) : 0;
    fclose(file);
    if (*bytes && got == *size)
        return SIM_OK;
    bool no_memory = !*bytes;
    free(*bytes);
    return file_failed(path, log, no_memory ? SIM_NO_MEMORY : SIM_IO,
                       no_memory ? sim_status_text(SIM_NO_MEMORY) : "could not be read to its end");
}

enum sim_status image_load(const char *path, const struct image_memory *memory, struct log *log, struct image **image)
{
    uint8_t *bytes;
    size_t size;
    *image = NULL;
    SIM_TRY(image_read_file(path, log, &bytes, &size));
    return image_parse(path, bytes, size, memory, log, image);
}

enum sim_status image_load_chip(const char *path, struct log *log, struct image **result)
{
    uint8_t *bytes;
    size_t size;
    *result = NULL;
    SIM_TRY(image_read_file(path, log, &bytes, &size));
    struct image *image = calloc(1, sizeof *image);
    char *own_path = strdup(path);
    if (!image || !own_path) {
        free(bytes);
        free(own_path);
        free(image);
        return file_failed(path, log, SIM_NO_MEMORY, sim_status_text(SIM_NO_MEMORY));
    }
    *image = (struct image){.kind = IMAGE_CHIP, .path = own_path, .file = bytes, .file_size = size};
    *result = image;
    return SIM_OK;
}

void image_destroy(struct image *image)
{
    if (!image)
        return;
    free(image->symbols);
    free(image->segments);
    free(image->file);
    free(image->path);
    free(image);
}

const struct image_symbol *image_symbol_at(const struct image *image, uint32_t address, uint32_t *offset)
{
    size_t low = 0, high = image->symbol_count;
    while (low < high) { /* the first symbol behind address */
        size_t middle = low + (high - low) / 2;
        if (image->symbols[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct image_symbol *symbol = &image->symbols[low - 1];
    uint32_t distance = address - symbol->address;
    if (symbol->size && distance >= symbol->size)
        return NULL;
    if (offset)
        *offset = distance;
    return symbol;
}
