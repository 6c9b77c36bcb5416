// SPDX-License-Identifier: Apache-2.0
// Any bytes as an application image or as the content of a flash chip.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/fuzz_image_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    // The first byte chooses: an application image, or a flash chip whose partition table is the input's first part
    // and whose application at 0x10000 is the rest.
    bool flash = data[0] & 1;
    data++, size--;
    std::size_t table = std::min<std::size_t>(size, 256), total = flash ? 0x10000 + (size - table) : size;
    auto *bytes = static_cast<std::uint8_t *>(malloc(total + 1));
    if (flash) {
        std::memset(bytes, 0xFF, total);
        std::memcpy(bytes + 0x8000, data, table);
        if (table > 1)
            bytes[0x8000] = 0xAA, bytes[0x8001] = 0x50;
        if (size > table)
            std::memcpy(bytes + 0x10000, data + table, size - table);
    } else {
        std::memcpy(bytes, data, size);
        if (size > 0)
            bytes[0] = 0xE9;
    }
    fuzz_check_image(bytes, total);
    return 0;
}
