// SPDX-License-Identifier: Apache-2.0
// What must hold for every file that image_parse is given.
#ifndef VESPER_TESTS_FUZZ_FUZZ_IMAGE_CHECK_H
#define VESPER_TESTS_FUZZ_FUZZ_IMAGE_CHECK_H

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "sc_top/load/image.h"

inline void fuzz_promise(bool holds)
{
    if (!holds)
        abort();
}

// Touches everything that an image points to, so that the sanitizers see it.
inline unsigned fuzz_touch(const struct image *image)
{
    unsigned sum = 0;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment &segment = image->segments[i];
        fuzz_promise(segment.size > 0 && segment.file_size <= segment.size);
        fuzz_promise(i == 0 || segment.address > image->segments[i - 1].address + (image->segments[i - 1].size - 1));
        for (size_t n = 0; n < segment.file_size; n++)
            sum += segment.bytes[n];
    }
    for (size_t i = 0; i < image->symbol_count; i++) {
        fuzz_promise(i == 0 || image->symbols[i].address > image->symbols[i - 1].address);
        sum += static_cast<unsigned>(strlen(image->symbols[i].name));
        const struct image_symbol *found = image_symbol_at(image, image->symbols[i].address, nullptr);
        fuzz_promise(found == &image->symbols[i]);
    }
    return sum;
}

// Takes over `bytes`.
inline void fuzz_check_image(std::uint8_t *bytes, std::size_t size)
{
    unsigned messages = 0;
    struct log *log =
        log_create([](void *ctx, const struct log_record *) { ++*static_cast<unsigned *>(ctx); }, &messages, LOG_DEBUG);
    struct image *image = nullptr;
    enum sim_status status = image_parse("fuzz", bytes, size, nullptr, log, &image);
    fuzz_promise(status == SIM_OK ? image && messages == 0 : !image && messages == 1);
    if (image)
        fuzz_touch(image);
    image_destroy(image);
    log_destroy(log);
}

#endif
