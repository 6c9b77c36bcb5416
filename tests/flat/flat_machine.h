// SPDX-License-Identifier: Apache-2.0
// One LX6 core with flat memory, for programs that need no ESP32: the same ELF file runs here and on QEMU's machine
// `sim`. 16 MB of RAM at 0, 64 KB of ROM at 0xfe000000, SIMCALL for console and exit, and what tests of the core need
// beside it: aliases of the RAM as the ESP32's buses have them, and a test device.
//
//   0x00000000  RAM
//   0x20000000  the same RAM
//   0x40000000  the same RAM on a bus that only carries aligned words (as the ESP32's instruction bus)
//   0x48000000  RAM from REVERSED_RAM on, words counted downwards (as the ESP32's SRAM 1 from the instruction bus)
//   0x60000000  test device: registers flat_device
//   0xfe000000  ROM
#ifndef VESPER_TESTS_FLAT_FLAT_MACHINE_H
#define VESPER_TESTS_FLAT_FLAT_MACHINE_H

#include <cstdint>
#include <string>

#include "bus/mem.h"
#include "cpu_iss/xt.h"
#include "sc_top/load/image.h"

enum flat_address : uint32_t {
    FLAT_RAM = 0,
    FLAT_RAM_SIZE = 0x1000000,
    FLAT_ALIAS = 0x20000000,
    FLAT_WORDS = 0x40000000,
    FLAT_REVERSED = 0x48000000,
    FLAT_REVERSED_RAM = 0xb0000,
    FLAT_REVERSED_SIZE = 0x10000,
    FLAT_DEVICE = 0x60000000,
    FLAT_DEVICE_SIZE = 0x1000,
    FLAT_ROM = 0xfe000000,
    FLAT_ROM_SIZE = 0x10000
};

// Registers of the test device, offsets; 32 bits each.
enum flat_device : uint32_t {
    FLAT_LINES = 0x00,      // levels of the core's interrupt inputs
    FLAT_NEXT_LINES = 0x04, // levels that they are to have
    FLAT_DELAY = 0x08,      // write: in so many cycles from now
    FLAT_ACCESSES = 0x0c,   // read: accesses to the device so far, this one included
    FLAT_DMA_ADDRESS = 0x10,
    FLAT_DMA_DATA = 0x14, // write: to RAM at DMA_ADDRESS, as another master would
    FLAT_COST = 0x18      // cost of each access in ps
};

class flat_machine
{
  public:
    // Why run() came back.
    enum class end {
        exited,  // by SIMCALL; status()
        cycles,  // the limit was reached
        waiting, // for an interrupt that cannot come
        dead     // an exception loop, see xt.h
    };

    explicit flat_machine(struct log *log = nullptr, struct xt_pool *pool = nullptr);
    ~flat_machine();
    flat_machine(const flat_machine &) = delete;
    flat_machine &operator=(const flat_machine &) = delete;

    // Puts the segments into memory and the core at the entry; false: a segment lies elsewhere.
    bool load(const struct image &image);
    void write(uint32_t address, const void *bytes, size_t size);

    // Up to `cycles` more cycles, in slices of at most `quantum`.
    end run(uint64_t cycles, uint64_t quantum = 100000);

    uint32_t status() const
    {
        return xt_exit_code(cpu_);
    }
    struct xt_cpu *cpu()
    {
        return cpu_;
    }
    uint8_t *ram()
    {
        return ram_.bytes;
    }

    // What the guest writes to descriptors 1 and 2.
    std::string console;
    // If set, console output goes to the host's as it comes, too.
    bool echoes = false;
    // False: all accesses go over the bus, never by pointer. Before the first access.
    bool gives_pointers = true;

  private:
    struct location {
        struct bus_mem *mem;
        uint32_t offset; // of the address
        uint32_t first, size;
        uint32_t first_offset;
        bool words, reversed, rom;
    };

    struct bus_mem ram_ = {}, rom_ = {};
    struct clock_domain clock_ = {};
    struct bus_port port_ = {};
    struct xt_host host_ = {};
    struct xt_config config_ = {};
    struct xt_cpu *cpu_;
    uint32_t lines_ = 0, next_lines_ = 0, dma_address_ = 0, device_accesses_ = 0;
    uint64_t event_ = UINT64_MAX; // cycle at which next_lines_ are due
    sim_time cost_ = 0;

    static bool find(flat_machine *self, uint32_t address, location *place);
    enum bus_result access(struct bus_access &access, bool is_debug);
    enum bus_result device(struct bus_access &access);
    void device_write(uint32_t reg, uint32_t value);
    bool dmi(uint32_t address, struct bus_dmi &dmi);
    bool simcall(const uint32_t argument[4], uint32_t *result, uint32_t *error);
};

#endif
