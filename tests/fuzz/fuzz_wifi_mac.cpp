// SPDX-License-Identifier: Apache-2.0
// Any software and any air around the Wi-Fi MAC: register accesses, descriptors and buffers wherever they may lie,
// frames of any bytes, results at any time. Nothing may crash or hang; memory may be changed by received frames only;
// the air must be asked what it can do, in the order of time; and when it has answered everything, the device is quiet.
//
// Input: operations, each a byte and its operands; see `play`.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "peripherals/wifi_mac/wifi_mac.h"
#include "rf_channel/ccmp.h"

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WMAC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

namespace
{

constexpr std::uint32_t RAM = 0x3FFB0000, RAM_SIZE = 0x4000;

void must(bool condition, const char *what)
{
    if (condition)
        return;
    std::fprintf(stderr, "fuzz_wifi_mac: %s\n", what);
    std::abort();
}

class input
{
  public:
    input(const std::uint8_t *data, std::size_t size) : at(data), left(size)
    {
    }
    bool empty() const
    {
        return left == 0;
    }
    std::uint32_t take(unsigned bytes)
    {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < bytes && left > 0; i++, at++, left--)
            value |= std::uint32_t{*at} << (8 * i);
        return value;
    }

  private:
    const std::uint8_t *at;
    std::size_t left;
};

struct machine {
    struct evq *q = evq_create();
    struct clock_tree clocks;
    struct bus_port dma = {this, access, nullptr, nullptr};
    struct dev_env env = {};
    struct wifi_mac mac = {};
    std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(RAM_SIZE);
    std::array<bool, WIFI_MAC_SLOTS> outstanding = {};
    std::array<struct wifi_mac_attempt, WIFI_MAC_SLOTS> attempt = {};
    sim_time now = 0, asked = 0;
    std::uint32_t frames = 0;
    bool connected;

    machine(bool with_air, bool with_pointers) : connected(with_air)
    {
        if (with_pointers)
            dma.dmi = pointer;
        clock_tree_init(&clocks);
        env.evq = q;
        env.clocks = &clocks;
        env.dma = &dma;
        env.scope = "node0";
        must(wifi_mac_init(&mac, "wifi_mac", &env) == SIM_OK, "no memory");
        const struct wifi_mac_cipher ccmp = {ccmp_seal, ccmp_open};
        wifi_mac_set_cipher(&mac, &ccmp);
        if (connected) {
            struct wifi_mac_air air = this->air();
            wifi_mac_connect(&mac, &air);
        }
        dev_reset(&mac.dev, DEV_RESET_POWER_ON, 0);
    }
    ~machine()
    {
        wifi_mac_fini(&mac);
        evq_destroy(q);
    }
    machine(const machine &) = delete;
    machine &operator=(const machine &) = delete;

    static enum bus_result access(void *ctx, struct bus_access *a)
    {
        auto &m = *static_cast<machine *>(ctx);
        must(a->address % 4 == 0 && a->size == 4 && a->initiator == BUS_DMA, "DMA moves aligned words");
        if (a->address < RAM || a->address - RAM > RAM_SIZE - 4)
            return BUS_ERROR_ADDRESS;
        std::uint8_t *host = &m.ram[a->address - RAM];
        if (a->write)
            std::memcpy(host, &a->value, 4);
        else
            std::memcpy(&a->value, host, 4);
        return BUS_OK;
    }
    static bool pointer(void *ctx, std::uint32_t at, struct bus_dmi *dmi)
    {
        if (at < RAM || at - RAM >= RAM_SIZE)
            return false;
        *dmi = {};
        dmi->first = RAM;
        dmi->last = RAM + RAM_SIZE - 1;
        dmi->host = static_cast<machine *>(ctx)->ram.data();
        dmi->read = dmi->write = true;
        return true;
    }
    static machine &self(void *ctx, sim_time at)
    {
        auto &m = *static_cast<machine *>(ctx);
        must(at >= m.asked && at >= m.now + WIFI_MAC_LATENCY, "requests come in order, a latency ahead");
        m.asked = at;
        return m;
    }
    struct wifi_mac_air air()
    {
        struct wifi_mac_air air = {};
        air.ctx = this;
        air.start = [](void *ctx, unsigned slot, const struct wifi_mac_attempt *a, sim_time at) {
            auto &m = self(ctx, at);
            must(slot < WIFI_MAC_SLOTS && !m.outstanding[slot], "a slot has one attempt");
            must(a->bytes >= 10 && a->bytes <= WIFI_MAC_LONGEST, "a frame has a frame's length");
            must(a->aifsn >= 1 && a->aifsn <= 15 && a->backoff < 1024, "access parameters are in range");
            must(a->rate.index < (a->rate.phy == WIFI_MAC_DSSS ? 4 : 8), "the rate exists");
            must(a->protection == WIFI_MAC_PROTECT_NONE || a->bytes >= 16, "RTS needs a transmitter");
            m.outstanding[slot] = true;
            m.attempt[slot] = *a;
        };
        air.abort = [](void *ctx, unsigned slot, sim_time at) {
            must(slot < WIFI_MAC_SLOTS && self(ctx, at).outstanding[slot], "only an attempt can be taken back");
        };
        air.acknowledge = [](void *ctx, std::uint32_t number, sim_time at) {
            must(number == self(ctx, at).frames, "the last frame is acknowledged");
        };
        air.set_address = [](void *ctx, unsigned interface, const std::uint8_t *, const std::uint8_t *, sim_time at) {
            self(ctx, at);
            must(interface < WIFI_MAC_INTERFACES, "four interfaces");
        };
        air.tune = [](void *ctx, unsigned channel, sim_time at) {
            self(ctx, at);
            must(channel >= 1 && channel <= 14, "14 channels");
        };
        air.listen = [](void *ctx, bool, sim_time at) { self(ctx, at); };
        air.set_answer_rates = [](void *ctx, const struct wifi_mac_answer_rate *, unsigned count, sim_time at) {
            self(ctx, at);
            must(count <= 24, "24 rates");
        };
        air.block_ack = [](void *ctx, bool, const std::uint8_t *, unsigned tid, std::uint16_t start, sim_time at) {
            self(ctx, at);
            must(tid < 16 && start < 4096, "block ack's numbers");
        };
        return air;
    }

    void run_for(sim_time duration)
    {
        evq_run(q, now + duration);
        now += duration;
    }
    void finish(unsigned slot, std::uint32_t how)
    {
        struct wifi_mac_outcome outcome = {};
        if (!outstanding[slot])
            return;
        outstanding[slot] = false; // the device starts the next one when this is visible
        const std::uint8_t *mpdu = attempt[slot].mpdu;
        must(mpdu[0] + mpdu[attempt[slot].bytes - 1] >= 0, "the frame is there until the end");
        outcome.result = (enum wifi_mac_result)(how % (WIFI_MAC_CANCELLED + 1));
        outcome.answered = how & 0x10;
        outcome.snr_db = (double)how * 7 - 300;
        outcome.block_ack_bitmap = how * 0x0101010101010101u;
        wifi_mac_finished(&mac, slot, &outcome, now);
    }
    void receive(input &in)
    {
        std::uint8_t bytes[256];
        struct wifi_mac_frame frame = {};
        std::uint32_t flags = in.take(1), count = in.take(1);
        for (std::uint32_t i = 0; i < count; i++)
            bytes[i] = (std::uint8_t)in.take(1);
        std::vector<std::uint8_t> mpdu(bytes, bytes + count); // of its own size: reads past the end are seen
        mpdu.resize(flags & 0x80 ? std::size_t{WIFI_MAC_LONGEST} : count);
        frame.number = ++frames;
        frame.mpdu = flags & 0x40 ? nullptr : mpdu.data();
        frame.bytes = (unsigned)mpdu.size();
        frame.good = flags & 1;
        frame.rate = {flags & 2 ? WIFI_MAC_HT : WIFI_MAC_OFDM, (std::uint8_t)(flags >> 2 & 7), (flags & 2) != 0};
        frame.rssi_dbm = -(double)(flags * 2);
        frame.end = now;
        wifi_mac_received(&mac, &frame, now);
        run_for(SIM_US(2)); // the next one ends later than that
    }
};

// Addresses near memory, so that most lie in it and some do not.
std::uint32_t address_of(std::uint32_t operand)
{
    return RAM - 0x100 + operand % (RAM_SIZE + 0x200);
}

// A descriptor as a driver makes it, but for what `wrong` breaks.
void put_descriptor(machine &m, std::uint32_t at, std::uint32_t control, std::uint32_t next, std::uint32_t wrong)
{
    std::uint32_t words[3] = {control | 0x80000000, RAM + 0x1000 + (at & 0xFF) * 0x20, next};
    if (wrong & 0x01)
        words[0] &= 0x7FFFFFFF; // the CPU's
    if (wrong & 0x02)
        words[1] += 2;
    if (wrong & 0x04)
        words[1] = wrong & 0x80 ? 0x40080000 : RAM + RAM_SIZE - 16;
    if (wrong & 0x08)
        words[0] ^= 0x40000000; // EOF
    if (wrong & 0x10)
        words[2] = at + RAM; // a loop
    if (wrong & 0x20)
        words[2] = address_of(wrong * 97);
    std::memcpy(&m.ram[at], words, sizeof words);
}

// A slot with a frame, enabled: which, its length, what is wrong with its descriptor, flags, rate, access.
void send(machine &m, input &in)
{
    std::uint32_t s = in.take(1) % WIFI_MAC_SLOTS, length = in.take(2) & 0xFFF, wrong = in.take(1), at = 0x10 * s;
    std::uint32_t part = wrong & 0x40 ? length / 2 : length;
    put_descriptor(m, at, 0x40000000 | part << 12, RAM + 0x10 * ((s + 1) % WIFI_MAC_SLOTS), wrong);
    dev_write(&m.mac.dev, 0x1258 - 0x3C * s, 4, length | in.take(1) << 12, m.now);
    dev_write(&m.mac.dev, 0xD1C - 8 * s, 4, in.take(4), m.now);
    dev_write(&m.mac.dev, 0xD20 - 8 * s, 4, 0xC0000000 | at | (RAM & 0xFFFFF) | in.take(1) << 24, m.now);
}

// A receive chain of four: size of the buffers, what is wrong with the third.
void give_buffers(machine &m, input &in)
{
    std::uint32_t size = in.take(2) & 0xFFF, wrong = in.take(1);
    for (std::uint32_t n = 0; n < 4; n++)
        put_descriptor(m, 0x80 + 0x10 * n, size, n < 3 ? RAM + 0x90 + 0x10 * n : 0, n == 2 ? wrong : 0);
    dev_write(&m.mac.dev, WMAC_RX_BASE, 4, RAM + 0x80, m.now);
    dev_write(&m.mac.dev, WMAC_RX_CTRL, 4, 0x80000000, m.now);
}

void one_operation(machine &m, input &in)
{
    switch (in.take(1) % 13) {
    case 0:
        dev_write(&m.mac.dev, in.take(2) % 0x2000 & ~3u, 4, in.take(4), m.now);
        break;
    case 1:
        dev_read(&m.mac.dev, in.take(2) % 0x2000 & ~3u, 4, m.now);
        break;
    case 2: { // memory
        std::uint32_t at = in.take(2), count = in.take(1);
        for (std::uint32_t i = 0; i < count; i++)
            m.ram[(at + i) % RAM_SIZE] = (std::uint8_t)in.take(1);
        break;
    }
    case 3: { // a descriptor: where, control, buffer, next
        std::uint32_t words[3], at = in.take(2) % (RAM_SIZE - 12) & ~3u;
        words[0] = in.take(4);
        words[1] = address_of(in.take(2));
        words[2] = in.take(1) & 1 ? address_of(in.take(2)) : 0;
        std::memcpy(&m.ram[at], words, sizeof words);
        break;
    }
    case 4:
        send(m, in);
        break;
    case 5:
        m.finish(in.take(1) % WIFI_MAC_SLOTS, in.take(1));
        break;
    case 6:
        m.receive(in);
        break;
    case 7:
        m.run_for(in.take(3) * SIM_NS(1));
        break;
    case 8:
        dev_reset(&m.mac.dev, in.take(1) & 1 ? DEV_RESET_POWER_ON : DEV_RESET_SYSTEM, m.now);
        break;
    case 9:
        wifi_mac_tuned(&m.mac, 2400 + in.take(1) / 2, m.now);
        break;
    case 10:
        give_buffers(m, in);
        break;
    case 11: // receive chain, anywhere
        dev_write(&m.mac.dev, WMAC_RX_BASE, 4, address_of(in.take(2)), m.now);
        dev_write(&m.mac.dev, WMAC_RX_CTRL, 4, 0x80000000 | (in.take(1) & 1), m.now);
        break;
    default: // run or stop; for whom
        dev_write(&m.mac.dev, WMAC_CTRL, 4, in.take(1) & 1, m.now);
        dev_write(&m.mac.dev, WMAC_RA_MASK_HIGH + 8 * (in.take(1) & 3), 4, in.take(3), m.now);
        dev_write(&m.mac.dev, WMAC_FILTER + 4 * (in.take(1) & 3), 4, in.take(2), m.now);
        break;
    }
}

void play(machine &m, input &in)
{
    for (unsigned n = 0; n < 1000 && !in.empty(); n++)
        one_operation(m, in);
}

// The air answers everything, and software lets go: nothing is left to happen.
void settle(machine &m)
{
    dev_write(&m.mac.dev, WMAC_CTRL, 4, 0x17FF, m.now);
    for (unsigned s = 0; s < WIFI_MAC_SLOTS; s++)
        m.finish(s, WIFI_MAC_CANCELLED);
    m.run_for(SIM_US(100));
    must(evq_next_time(m.q) == SIM_TIME_NEVER, "quiet in the end");
    must((dev_read(&m.mac.dev, WMAC_CTRL, 4, m.now) & 0x2000) == 0, "and says so");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    input in(data, size);
    std::uint32_t kind = in.take(1);
    machine m((kind & 1) == 0, (kind & 2) != 0);
    play(m, in);
    settle(m);
    return 0;
}
