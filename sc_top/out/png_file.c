/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/png_file.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "sc_top/out/out_file.h"

static uint8_t *bytes_of(const uint32_t *pixel, size_t count)
{
    uint8_t *bytes = malloc(3 * count);
    for (size_t i = 0; bytes && i < count; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            bytes[3 * i + channel] = (uint8_t)(pixel[i] >> (16 - 8 * channel));
    return bytes;
}

/* The whole file; *size bytes, to be freed. NULL: no memory. */
static uint8_t *encode(const uint8_t *bytes, unsigned width, unsigned height, size_t *size)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t needed = PNG_IMAGE_PNG_SIZE_MAX(image); /* to ask how many it will be is to compress twice */
    uint8_t *file = malloc(needed);
    if (file && !png_image_write_to_memory(&image, file, &needed, 0, bytes, 0, NULL)) {
        free(file);
        file = NULL;
    }
    png_image_free(&image);
    *size = needed;
    return file;
}

enum sim_status png_file_write(const char *path, const uint32_t *pixel, unsigned width, unsigned height,
                               struct log *log)
{
    struct out_file *out = NULL;
    size_t size = 0;
    uint8_t *bytes = bytes_of(pixel, (size_t)width * height);
    uint8_t *file = bytes ? encode(bytes, width, height, &size) : NULL;
    free(bytes);
    enum sim_status status = file ? out_file_open(path, log, &out) : SIM_NO_MEMORY;
    if (status == SIM_OK) {
        out_file_write(out, file, size);
        status = out_file_finish(out);
    }
    free(file);
    return status;
}
