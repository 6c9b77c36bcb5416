// SPDX-License-Identifier: Apache-2.0
// Any bytes as the file of a mask ROM: either a ROM in which a core can start, or one message and nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "sc_top/load/rom.h"
#include "tests/fuzz/fuzz_image_check.h"

namespace
{

enum { RAW_TAIL = 32 };

// The first byte chooses. An ELF file whose header's fixed bytes are given; or a raw ROM that holds the input at its
// reset vector and whose size is that of ROM 0 and a few bytes more or less: no fuzzer fills half a megabyte.
std::uint8_t *make_file(const std::uint8_t *data, std::size_t size, std::size_t *total)
{
    static const std::uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1, 1, 1};
    bool raw = data[0] & 1;
    std::size_t room = ROM_0_SIZE + (data[0] & 2 ? ROM_1_SIZE : 0) - RAW_TAIL / 2 + data[0] / 4 % RAW_TAIL;
    data++, size--;
    *total = raw ? room : size;
    auto *bytes = static_cast<std::uint8_t *>(calloc(*total + 1, 1));
    std::size_t place = raw ? ROM_RESET_VECTOR - ROM_0_ADDRESS : 0;
    std::memcpy(bytes + place, data, std::min(size, *total - place));
    if (!raw && size >= 20) {
        std::memcpy(bytes, ident, sizeof ident);
        bytes[18] = 94; // EM_XTENSA
        bytes[19] = 0;
    }
    return bytes;
}

void check(const struct rom *rom)
{
    std::uint32_t offset = 0;
    unsigned sum = fuzz_touch(rom->file);
    for (std::uint32_t address = ROM_0_ADDRESS; address < ROM_1_ADDRESS + ROM_1_SIZE; address += 0x1234)
        if (const char *name = rom_name(rom, address, &offset))
            sum += static_cast<unsigned>(strlen(name)) + offset;
    std::uint32_t vector = 0;
    std::memcpy(&vector, rom->bytes + (ROM_RESET_VECTOR - ROM_0_ADDRESS), sizeof vector);
    fuzz_promise(vector != 0 && vector != UINT32_MAX);
    fuzz_promise(sum != UINT32_MAX);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    unsigned messages = 0;
    struct log *log =
        log_create([](void *ctx, const struct log_record *) { ++*static_cast<unsigned *>(ctx); }, &messages, LOG_DEBUG);
    struct rom *rom = nullptr;
    std::size_t total = 0;
    std::uint8_t *bytes = make_file(data, size, &total);
    enum sim_status status = rom_parse("fuzz", bytes, total, log, &rom);
    fuzz_promise(status == SIM_OK ? rom && messages == 0 : !rom && messages == 1);
    if (rom)
        check(rom);
    rom_destroy(rom);
    log_destroy(log);
    return 0;
}
