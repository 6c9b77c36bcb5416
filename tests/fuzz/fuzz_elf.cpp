// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ELF file: either an image whose parts all lie within the file, or one message and nothing.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "sc_top/load/image.h"
#include "tests/fuzz/fuzz_image_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    // The header's first seven bytes are given, so that the fuzzer spends its time behind them.
    static const std::uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1, 1, 1};
    auto *bytes = static_cast<std::uint8_t *>(malloc(size + 1));
    std::memcpy(bytes, data, size);
    if (size >= 20) {
        std::memcpy(bytes, ident, sizeof ident);
        bytes[18] = 94; // EM_XTENSA
        bytes[19] = 0;
    }
    fuzz_check_image(bytes, size);
    return 0;
}
