// SPDX-License-Identifier: Apache-2.0
#include "tests/flat/flat_machine.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

flat_machine::flat_machine(struct log *log, struct xt_pool *pool)
{
    if (bus_mem_init(&ram_, "ram", FLAT_RAM_SIZE) != SIM_OK || bus_mem_init(&rom_, "rom", FLAT_ROM_SIZE) != SIM_OK)
        throw std::bad_alloc();
    clock_init(&clock_, 240000000);
    port_.ctx = this;
    port_.access = [](void *ctx, bus_access *access) {
        return static_cast<flat_machine *>(ctx)->access(*access, false);
    };
    port_.debug = [](void *ctx, bus_access *access) { return static_cast<flat_machine *>(ctx)->access(*access, true); };
    port_.dmi = [](void *ctx, uint32_t address, bus_dmi *dmi) {
        return static_cast<flat_machine *>(ctx)->dmi(address, *dmi);
    };
    host_.bus = &port_;
    host_.clock = &clock_;
    host_.log = log;
    host_.name = "flat.cpu";
    host_.ctx = this;
    host_.simcall = [](void *ctx, const uint32_t argument[4], uint32_t *result, uint32_t *error) {
        return static_cast<flat_machine *>(ctx)->simcall(argument, result, error);
    };
    config_.prid = 0xCDCD;
    config_.reset_pc = FLAT_ROM;
    config_.pool = pool;
    cpu_ = xt_create(&config_, &host_);
    if (!cpu_)
        throw std::bad_alloc();
}

flat_machine::~flat_machine()
{
    xt_destroy(cpu_);
    bus_mem_fini(&ram_);
    bus_mem_fini(&rom_);
}

bool flat_machine::find(flat_machine *self, uint32_t address, location *place)
{
    *place = {&self->ram_, 0, 0, FLAT_RAM_SIZE, 0, false, false, false};
    for (uint32_t first : {FLAT_RAM, FLAT_ALIAS, FLAT_WORDS})
        if (address - first < FLAT_RAM_SIZE) {
            place->first = first;
            place->offset = address - first;
            place->words = first == FLAT_WORDS;
            return true;
        }
    if (address - FLAT_REVERSED < FLAT_REVERSED_SIZE) {
        uint32_t offset = address - FLAT_REVERSED;
        place->first = FLAT_REVERSED;
        place->size = FLAT_REVERSED_SIZE;
        place->first_offset = FLAT_REVERSED_RAM + FLAT_REVERSED_SIZE - 4;
        place->offset = place->first_offset - (offset & ~3u) + (offset & 3);
        place->words = place->reversed = true;
        return true;
    }
    if (address - FLAT_ROM < FLAT_ROM_SIZE) {
        *place = {&self->rom_, address - FLAT_ROM, FLAT_ROM, FLAT_ROM_SIZE, 0, false, false, true};
        return true;
    }
    return false;
}

enum bus_result flat_machine::access(struct bus_access &access, bool is_debug)
{
    location place;
    if (!find(this, access.address, &place))
        return !is_debug && access.address - FLAT_DEVICE < FLAT_DEVICE_SIZE ? device(access) : BUS_ERROR_ADDRESS;
    if (place.words && !is_debug && (access.size < 4 || access.address & 3))
        return BUS_ERROR_WIDTH;
    if (place.offset + access.size > place.mem->size)
        return BUS_ERROR_ADDRESS;
    if (!access.write) {
        access.value = 0;
        std::memcpy(&access.value, place.mem->bytes + place.offset, access.size);
        return BUS_OK;
    }
    if (place.rom && !is_debug)
        return BUS_ERROR_ACCESS;
    std::memcpy(place.mem->bytes + place.offset, &access.value, access.size);
    bus_mem_wrote(place.mem, place.offset, access.size);
    return BUS_OK;
}

enum bus_result flat_machine::device(struct bus_access &access)
{
    if (access.size != 4 || access.address & 3)
        return BUS_ERROR_WIDTH;
    uint32_t reg = access.address - FLAT_DEVICE;
    if (reg > FLAT_COST)
        return BUS_ERROR_ADDRESS;
    device_accesses_++;
    access.cost = cost_;
    if (access.write)
        device_write(reg, access.value);
    else
        access.value = reg == FLAT_LINES        ? lines_
                       : reg == FLAT_NEXT_LINES ? next_lines_
                       : reg == FLAT_ACCESSES   ? device_accesses_
                                                : 0;
    return BUS_OK;
}

void flat_machine::device_write(uint32_t reg, uint32_t value)
{
    switch (reg) {
    case FLAT_LINES:
        lines_ = value;
        xt_set_interrupts(cpu_, lines_);
        break;
    case FLAT_NEXT_LINES:
        next_lines_ = value;
        break;
    case FLAT_DELAY:
        event_ = xt_cycles(cpu_) + value;
        xt_limit(cpu_, event_);
        break;
    case FLAT_DMA_ADDRESS:
        dma_address_ = value;
        break;
    case FLAT_DMA_DATA:
        if (dma_address_ <= FLAT_RAM_SIZE - 4) {
            std::memcpy(ram_.bytes + dma_address_, &value, 4);
            bus_mem_wrote(&ram_, dma_address_, 4);
        }
        break;
    case FLAT_COST:
        cost_ = value;
        break;
    default:
        break;
    }
}

bool flat_machine::dmi(uint32_t address, struct bus_dmi &dmi)
{
    location place;
    if (!gives_pointers || !find(this, address, &place))
        return false;
    dmi = bus_dmi{};
    dmi.first = place.first;
    dmi.last = place.first + place.size - 1;
    dmi.host = place.mem->bytes + place.first_offset;
    dmi.read = dmi.fetch = true;
    dmi.write = !place.rom;
    dmi.word_only = place.words;
    dmi.reversed = place.reversed;
    dmi.mem = place.mem;
    dmi.offset = place.first_offset;
    return true;
}

// The calls of QEMU's machine `sim` that programs here use: write(fd, address, length).
bool flat_machine::simcall(const uint32_t argument[4], uint32_t *result, uint32_t *error)
{
    enum { WRITE = 4, NO_SYS = 38, FAULT = 14 };
    *result = UINT32_MAX;
    if (argument[0] != WRITE || (argument[1] != 1 && argument[1] != 2)) {
        *error = NO_SYS;
        return true;
    }
    *error = FAULT;
    uint32_t address = argument[2], length = argument[3];
    if (address >= FLAT_RAM_SIZE || length > FLAT_RAM_SIZE - address)
        return true;
    const char *text = reinterpret_cast<const char *>(ram_.bytes + address);
    console.append(text, length);
    if (echoes)
        std::fwrite(text, 1, length, stdout);
    *result = length;
    *error = 0;
    return true;
}

bool flat_machine::load(const struct image &image)
{
    for (size_t n = 0; n < image.segment_count; n++) {
        const struct image_segment &segment = image.segments[n];
        location place;
        if (!find(this, segment.address, &place) || place.reversed || place.offset + segment.size > place.mem->size)
            return false;
        std::memset(place.mem->bytes + place.offset, 0, segment.size);
        if (segment.file_size)
            std::memcpy(place.mem->bytes + place.offset, segment.bytes, segment.file_size);
        bus_mem_wrote(place.mem, place.offset, segment.size);
    }
    xt_set_pc(cpu_, image.entry);
    return true;
}

void flat_machine::write(uint32_t address, const void *bytes, size_t size)
{
    if (!xt_mem_write(cpu_, address, bytes, size))
        throw std::bad_alloc();
}

flat_machine::end flat_machine::run(uint64_t cycles, uint64_t quantum)
{
    uint64_t limit = xt_cycles(cpu_) + cycles;
    while (xt_cycles(cpu_) < limit) {
        uint64_t now = xt_cycles(cpu_);
        if (now >= event_) {
            event_ = UINT64_MAX;
            lines_ = next_lines_;
            xt_set_interrupts(cpu_, lines_);
        }
        uint64_t hard = std::min(limit, event_), soft = std::min(now + quantum, hard);
        switch (xt_run(cpu_, soft, hard)) {
        case XT_STOP_EXIT:
            return end::exited;
        case XT_STOP_HALTED:
            return end::dead;
        case XT_STOP_WAITING: {
            uint64_t wake = std::min(event_, xt_wake_cycle(cpu_));
            if (wake == UINT64_MAX)
                return end::waiting;
            xt_skip_to(cpu_, std::min(wake, limit));
            break;
        }
        default:
            break;
        }
    }
    return end::cycles;
}
