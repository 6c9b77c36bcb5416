// SPDX-License-Identifier: Apache-2.0
// What fuzz targets have in common: a condition that must hold, and the input as numbers.
#ifndef VESPER_TESTS_FUZZ_FUZZ_INPUT_H
#define VESPER_TESTS_FUZZ_FUZZ_INPUT_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>

inline void require(bool condition)
{
    if (!condition)
        std::abort();
}

// Big-endian numbers; 0 after the end.
class reader
{
  public:
    reader(const std::uint8_t *input, std::size_t count) : data(input), size(count)
    {
    }
    bool is_done() const
    {
        return size == 0;
    }
    std::uint32_t take(unsigned count)
    {
        std::uint32_t value = 0;
        for (; count && size; count--, size--)
            value = value << 8 | *data++;
        return value;
    }

  private:
    const std::uint8_t *data;
    std::size_t size;
};

#endif
