/* SPDX-License-Identifier: Apache-2.0 */
/* The I2C controller on wires with parts: commands as ESP-IDF's driver writes them, times on the wire, and what happens
 * when nobody answers. */
#include "peripherals/i2c/i2c.h"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

#include "peripherals/i2c/i2c_bus.h"
#include "peripherals/parts/at24.h"
#include "peripherals/parts/lm75.h"
#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/i2c/i2c_regs.def"
#define REG_PREFIX I2C
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

// COMD words.
constexpr uint32_t rstart = 0 << 11, stop = 3 << 11, end = 4 << 11, done = 1u << 31;
constexpr uint32_t write_bytes(uint32_t n)
{
    return 1 << 11 | 1 << 8 | n; // checks for ACK
}
constexpr uint32_t read_bytes(uint32_t n, bool nack)
{
    return 2 << 11 | (uint32_t)nack << 10 | n;
}
constexpr uint32_t master_mode = 1 << 4, trans_start = 1 << 5;
constexpr uint32_t end_detect = 1 << 3, arbitration_lost = 1 << 5, trans_complete = 1 << 7, time_out = 1 << 8,
                   ack_err = 1 << 10;

// A wire with a pull-up that several pull low.
class wired_and
{
  public:
    struct line line = {};
    wired_and()
    {
        line.level = true;
    }
    void pull(unsigned who, bool low, sim_time time)
    {
        low_ = low ? low_ | 1u << who : low_ & ~(1u << who);
        line_set(&line, low_ == 0, time);
    }
    // A chip's output as one who pulls.
    void connect(struct line *output, unsigned who)
    {
        output->level = true;
        places_.at(who) = {this, who};
        line_listen(
            output,
            [](void *ctx, bool level, sim_time time) {
                auto *self = static_cast<place *>(ctx);
                self->wire->pull(self->who, !level, time);
            },
            &places_.at(who));
    }

  private:
    struct place {
        wired_and *wire;
        unsigned who;
    };
    unsigned low_ = 0;
    std::array<place, 8> places_ = {};
};

// A controller, its two outputs, and a place on the wires.
struct controller {
    struct i2c i2c = {};
    struct line scl_out = {}, sda_out = {};
    probe irq;

    void attach(device_bench &bench, wired_and &scl, wired_and &sda, unsigned who)
    {
        ASSERT_EQ(i2c_init(&i2c, "i2c", &bench.env), SIM_OK);
        i2c.irq = &irq.line;
        i2c.scl_out = &scl_out;
        i2c.sda_out = &sda_out;
        scl.connect(&scl_out, who);
        sda.connect(&sda_out, who);
        line_listen(&scl.line, i2c_scl_changed, &i2c);
        line_listen(&sda.line, i2c_sda_changed, &i2c);
    }
};

class I2c : public ::testing::Test
{
  protected:
    device_bench bench;
    wired_and scl, sda;
    controller master;
    struct i2c_bus bus = {};
    struct at24 at24 = {};
    struct lm75 lm75 = {};
    std::array<uint8_t, 4096> memory = {};
    double celsius = 21.5;

    void SetUp() override
    {
        bench.set_hz(CLOCK_APB, 80000000);
        master.attach(bench, scl, sda, 0);
        const struct i2c_bus_port port = {
            &sda, [](void *ctx, bool low, sim_time now) { static_cast<wired_and *>(ctx)->pull(1, low, now); }};
        i2c_bus_init(&bus, &port, bench.env.evq);
        line_listen(&scl.line, i2c_bus_scl, &bus);
        line_listen(&sda.line, i2c_bus_sda, &bus);
        memory.fill(0xFF);
        const struct at24_config at24_config = {memory.data(), (uint32_t)memory.size(), 32};
        at24_init(&at24, &at24_config);
        const struct lm75_config lm75_config = {&celsius,
                                                [](void *ctx, sim_time) { return *static_cast<double *>(ctx); }};
        lm75_init(&lm75, &lm75_config);
        const struct i2c_part eeprom = at24_part(&at24, 0x50), sensor = lm75_part(&lm75, 0x48);
        ASSERT_EQ(i2c_bus_attach(&bus, &eeprom), SIM_OK);
        ASSERT_EQ(i2c_bus_attach(&bus, &sensor), SIM_OK);
        set_speed(400);
    }
    void TearDown() override
    {
        i2c_fini(&master.i2c);
        i2c_bus_fini(&bus);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&master.i2c.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&master.i2c.dev, offset, 4, bench.now);
    }
    // As ESP-IDF programs it: half a bit in APB cycles.
    void set_speed(uint32_t half)
    {
        write(I2C_CTR, 3 | master_mode);
        write(I2C_SCL_FILTER_CFG, 8 | 7);
        write(I2C_SCL_LOW_PERIOD, half - 1);
        write(I2C_SCL_HIGH_PERIOD, half - 13);
        write(I2C_SDA_HOLD, half / 2);
        write(I2C_SDA_SAMPLE, half / 2);
        for (uint32_t reg : {I2C_SCL_RSTART_SETUP, I2C_SCL_STOP_SETUP, I2C_SCL_START_HOLD, I2C_SCL_STOP_HOLD})
            write(reg, half);
        write(I2C_TO, half * 20);
    }
    void transfer(std::initializer_list<uint32_t> commands, std::initializer_list<uint8_t> bytes)
    {
        uint32_t reg = I2C_COMD;
        for (uint8_t byte : bytes)
            write(I2C_DATA, byte);
        for (uint32_t command : commands) {
            write(reg, command);
            reg += 4;
        }
        write(I2C_INT_CLR, ~0u);
        write(I2C_CTR, 3 | master_mode | trans_start);
        bench.run_for(SIM_MS(20));
    }
    uint32_t raw()
    {
        return read(I2C_INT_RAW);
    }
    uint8_t byte()
    {
        return (uint8_t)read(I2C_DATA);
    }
};

TEST_F(I2c, ReadsTheSensorsTwoBytes)
{
    transfer({rstart, write_bytes(2), rstart, write_bytes(1), read_bytes(1, false), read_bytes(1, true), stop},
             {0x48 << 1, 0, 0x48 << 1 | 1});
    EXPECT_TRUE(raw() & trans_complete);
    EXPECT_FALSE(raw() & ack_err);
    EXPECT_EQ(byte() << 8 | byte(), 0x1580) << "21.5 degrees in steps of 1/8, left-aligned";
    EXPECT_TRUE(bench.is_idle());
    for (unsigned i = 0; i < 7; i++)
        EXPECT_TRUE(read(I2C_COMD + 4 * i) & done) << "command " << i;
}

TEST_F(I2c, TakesNegativeTemperaturesAndKeepsLimits)
{
    celsius = -0.125;
    bench.run_for(LM75_CONVERSION);
    transfer({rstart, write_bytes(1), read_bytes(1, false), read_bytes(1, true), stop}, {0x48 << 1 | 1});
    EXPECT_EQ(byte() << 8 | byte(), 0xFFE0);
    transfer({rstart, write_bytes(4), stop}, {0x48 << 1, 3, 0x19, 0xFF});
    transfer({rstart, write_bytes(1), read_bytes(1, false), read_bytes(1, true), stop}, {0x48 << 1 | 1});
    EXPECT_EQ(byte() << 8 | byte(), 0x1980) << "limits have 9 bits";
}

TEST_F(I2c, ABitTakesItsTimeOnTheWire)
{
    probe clock;
    line_listen(
        &scl.line,
        [](void *ctx, bool level, sim_time time) { line_set(&static_cast<probe *>(ctx)->line, level, time); }, &clock);
    clock.line.level = true;
    sim_time begin = bench.now;
    transfer({rstart, write_bytes(1), stop}, {0x48 << 1});
    const sim_time half = SIM_NS(5000); // 400 cycles of 12.5 ns
    std::vector<sim_time> rises = clock.rises();
    ASSERT_EQ(rises.size(), 10u) << "8 bits, ACK, STOP";
    EXPECT_EQ(clock.edges.at(0).first, begin + 2 * half) << "setup and hold of START";
    EXPECT_EQ(rises.at(0), begin + 3 * half);
    for (unsigned bit = 1; bit < 10; bit++)
        EXPECT_EQ(rises.at(bit) - rises.at(bit - 1), 2 * half) << "100 kHz, bit " << bit;
}

TEST_F(I2c, WritesAPageOfTheEepromAndReadsItBack)
{
    transfer({rstart, write_bytes(7), stop}, {0x50 << 1, 0x01, 0x1E, 'a', 'b', 'c', 'd'});
    EXPECT_EQ(memory.at(0x11E), 'a');
    EXPECT_EQ(memory.at(0x11F), 'b');
    EXPECT_EQ(memory.at(0x100), 'c') << "wraps within the page of 32";
    EXPECT_EQ(memory.at(0x120), 0xFF);
    transfer({rstart, write_bytes(3), rstart, write_bytes(1), read_bytes(1, false), read_bytes(1, true), stop},
             {0x50 << 1, 0x01, 0x1E, 0x50 << 1 | 1});
    EXPECT_EQ(byte(), 'a');
    EXPECT_EQ(byte(), 'b');
}

TEST_F(I2c, TheEepromAnswersNobodyDuringItsWriteCycle)
{
    write(I2C_COMD, rstart), write(I2C_COMD + 4, write_bytes(4)), write(I2C_COMD + 8, stop);
    for (uint8_t byte : {0x50 << 1, 0, 0, 7})
        write(I2C_DATA, byte);
    write(I2C_CTR, 3 | master_mode | trans_start);
    bench.run_for(SIM_MS(1));
    EXPECT_TRUE(raw() & trans_complete);
    transfer({rstart, write_bytes(1), stop}, {0x50 << 1});
    EXPECT_TRUE(raw() & ack_err);
    EXPECT_TRUE(raw() & trans_complete) << "STOP is the hardware's own";
    EXPECT_FALSE(read(I2C_SR) & 1u << 4) << "the bus is free again";
    transfer({rstart, write_bytes(1), stop}, {0x50 << 1});
    EXPECT_FALSE(raw() & ack_err) << "the cycle is over";
}

TEST_F(I2c, NobodyAtAnAddressIsAnAcknowledgeError)
{
    transfer({rstart, write_bytes(2), stop}, {0x33 << 1, 0});
    EXPECT_TRUE(raw() & ack_err);
    EXPECT_FALSE(read(I2C_COMD + 4) & done);
    EXPECT_TRUE(sda.line.level && scl.line.level);
}

TEST_F(I2c, EndHoldsTheClockUntilTheNextCommandsCome)
{
    transfer({rstart, write_bytes(2), end}, {0x50 << 1, 0});
    EXPECT_TRUE(raw() & end_detect);
    EXPECT_FALSE(scl.line.level);
    EXPECT_TRUE(bench.is_idle());
    transfer({write_bytes(3), stop}, {0x40, 1, 2});
    EXPECT_TRUE(raw() & trans_complete);
    EXPECT_EQ(memory.at(0x40), 1);
    EXPECT_EQ(memory.at(0x41), 2);
}

TEST_F(I2c, AnEmptyFifoHoldsTheClockUntilAByteComes)
{
    transfer({rstart, write_bytes(4), stop}, {0x50 << 1, 0});
    EXPECT_FALSE(raw() & trans_complete);
    EXPECT_TRUE(bench.is_idle());
    write(I2C_DATA, 0x20);
    write(I2C_DATA, 0x99);
    bench.run_for(SIM_MS(1));
    EXPECT_TRUE(raw() & trans_complete);
    EXPECT_EQ(memory.at(0x20), 0x99);
}

TEST_F(I2c, SomebodyWhoHoldsTheClockForTooLongIsTimedOut)
{
    scl.pull(5, true, bench.now);
    transfer({rstart, write_bytes(1), stop}, {0x48 << 1});
    EXPECT_TRUE(raw() & time_out);
    EXPECT_TRUE(read(I2C_SR) & 1u << 2);
    scl.pull(5, false, bench.now);
    write(I2C_FIFO_CONF, read(I2C_FIFO_CONF) | 1u << 13);
    write(I2C_FIFO_CONF, read(I2C_FIFO_CONF) & ~(1u << 13));
    transfer({rstart, write_bytes(1), stop}, {0x48 << 1});
    EXPECT_TRUE(raw() & trans_complete);
}

TEST_F(I2c, AStretchedClockOnlyDelays)
{
    write(I2C_COMD, rstart), write(I2C_COMD + 4, write_bytes(1)), write(I2C_COMD + 8, stop);
    write(I2C_DATA, 0x48 << 1);
    write(I2C_CTR, 3 | master_mode | trans_start);
    bench.run_for(SIM_US(12));
    scl.pull(5, true, bench.now);
    bench.run_for(SIM_US(60));
    scl.pull(5, false, bench.now);
    bench.run_for(SIM_MS(1));
    EXPECT_TRUE(raw() & trans_complete);
    EXPECT_FALSE(raw() & (ack_err | time_out));
}

TEST_F(I2c, AnotherMastersLowWinsTheArbitration)
{
    write(I2C_COMD, rstart), write(I2C_COMD + 4, write_bytes(1)), write(I2C_COMD + 8, stop);
    write(I2C_DATA, 0xFE);
    write(I2C_CTR, 3 | master_mode | trans_start);
    bench.run_for(SIM_US(12)); // START is over, SCL is low
    sda.pull(5, true, bench.now);
    bench.run_for(SIM_US(10));
    EXPECT_TRUE(raw() & arbitration_lost);
    EXPECT_TRUE(scl.line.level);
}

TEST_F(I2c, AsSlaveTakesAndGivesBytes)
{
    controller slave;
    slave.attach(bench, scl, sda, 2);
    auto put = [&](uint32_t reg, uint32_t value) { dev_write(&slave.i2c.dev, reg, 4, value, bench.now); };
    auto get = [&](uint32_t reg) { return dev_read(&slave.i2c.dev, reg, 4, bench.now); };
    put(I2C_CTR, 3);
    put(I2C_SLAVE_ADDR, 0x2A);
    put(I2C_INT_CLR, ~0u);
    transfer({rstart, write_bytes(4), stop}, {0x2A << 1, 10, 20, 30});
    EXPECT_FALSE(raw() & ack_err);
    EXPECT_TRUE(get(I2C_INT_RAW) & trans_complete);
    EXPECT_EQ(bits_get(get(I2C_SR), 8, 6), 3u);
    EXPECT_EQ(get(I2C_DATA), 10u);
    put(I2C_DATA, 77);
    transfer({rstart, write_bytes(1), read_bytes(1, false), read_bytes(1, true), stop}, {0x2A << 1 | 1});
    EXPECT_EQ(byte(), 77);
    EXPECT_EQ(byte(), 0xFF) << "nothing more to say";
    i2c_fini(&slave.i2c);
}

TEST_F(I2c, InterruptsFollowTheirEnables)
{
    write(I2C_INT_CLR, ~0u);
    write(I2C_INT_ENA, trans_complete);
    EXPECT_FALSE(master.irq.level());
    transfer({rstart, write_bytes(1), stop}, {0x48 << 1});
    EXPECT_TRUE(master.irq.level());
    EXPECT_EQ(read(I2C_INT_ST), trans_complete);
    write(I2C_INT_CLR, trans_complete);
    EXPECT_FALSE(master.irq.level());
}

TEST_F(I2c, AReceiveFifoThatOverflowsSaysSo)
{
    transfer({rstart, write_bytes(3), rstart, write_bytes(1), read_bytes(40, true), stop},
             {0x50 << 1, 0, 0, 0x50 << 1 | 1});
    EXPECT_TRUE(raw() & 1u << 2);
    EXPECT_EQ(bits_get(read(I2C_SR), 8, 6), 32u);
}

TEST_F(I2c, ResetLetsTheWiresGo)
{
    transfer({rstart, write_bytes(1), end}, {0x48 << 1});
    EXPECT_FALSE(scl.line.level);
    dev_reset(&master.i2c.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_TRUE(scl.line.level);
    EXPECT_TRUE(sda.line.level);
}

TEST_F(I2c, PartsHaveAddressesOfTheirOwn)
{
    const struct i2c_part twin = lm75_part(&lm75, 0x48), wide = lm75_part(&lm75, 0x80);
    EXPECT_EQ(i2c_bus_attach(&bus, &twin), SIM_BUSY);
    EXPECT_EQ(i2c_bus_attach(&bus, &wide), SIM_BAD_VALUE);
}

} // namespace
