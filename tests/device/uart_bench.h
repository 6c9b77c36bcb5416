// SPDX-License-Identifier: Apache-2.0
// A UART on a bench: its registers, a terminal at its host end, and 115200 baud in exact figures.
#ifndef VESPER_TESTS_DEVICE_UART_BENCH_H
#define VESPER_TESTS_DEVICE_UART_BENCH_H

#include "peripherals/uart/uart.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/device_bench.h"

#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

typedef std::vector<std::pair<sim_time, unsigned>> byte_times;

// The terminal at the other end of the wires.
struct terminal {
    byte_times bytes;
    std::vector<sim_time> breaks, rooms;

    struct uart_port port()
    {
        struct uart_port port = {};
        port.ctx = this;
        port.tx = [](void *ctx, uint8_t byte, sim_time end) {
            static_cast<terminal *>(ctx)->bytes.emplace_back(end, byte);
        };
        port.tx_break = [](void *ctx, sim_time end) { static_cast<terminal *>(ctx)->breaks.push_back(end); };
        port.room = [](void *ctx, sim_time now) { static_cast<terminal *>(ctx)->rooms.push_back(now); };
        return port;
    }
    std::string text() const
    {
        std::string text;
        for (const auto &byte : bytes)
            text += (char)byte.second;
        return text;
    }
};

// 115200 baud from 80 MHz: the divider is 694 + 7/16 = 11111/16 cycles, a bit 8680468.75 ps.
const uint32_t divider_115200 = 694 | 7u << 20;
const uint64_t sixteenths_115200 = 11111;

// When n half bits at 115200 baud are over that began at 0: an exact fraction, rounded up to a picosecond.
inline sim_time halves(uint64_t n)
{
    return (n * sixteenths_115200 * 12500 + 31) / 32;
}

inline sim_time bits(uint64_t n)
{
    return halves(2 * n);
}

class Uart : public ::testing::Test
{
  protected:
    device_bench bench;
    terminal host;
    probe irq, rts;
    std::unique_ptr<struct uart> uart;

    void SetUp() override
    {
        build(0);
    }
    void TearDown() override
    {
        uart_fini(uart.get());
    }
    void build(unsigned number, bool traced = false)
    {
        bench.env.trace = traced ? &bench.signals.sink : nullptr;
        bench.set_hz(CLOCK_APB, 80000000);
        uart = std::make_unique<struct uart>();
        ASSERT_EQ(uart_init(uart.get(), number, "uart0", &bench.env), SIM_OK);
        uart->irq = &irq.line;
        uart->rts = &rts.line;
        struct uart_port port = host.port();
        uart_connect(uart.get(), &port);
        write(UART_CLKDIV, divider_115200);
        set(UART_IDLE_CONF_TX_IDLE_NUM, 0);
    }
    void rebuild(unsigned number, bool traced = false)
    {
        uart_fini(uart.get());
        clock_tree_init(&bench.clocks);
        build(number, traced);
    }

    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&uart->dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&uart->dev, offset, 4, bench.now);
    }
    uint32_t get(uint32_t place)
    {
        return reg_field_of(read(REG_PLACE_OFFSET(place)), place);
    }
    void set(uint32_t place, uint32_t field)
    {
        uint32_t offset = REG_PLACE_OFFSET(place);
        write(offset, bits_set(dev_peek(&uart->dev, offset), REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), field));
    }
    void send(const std::string &text)
    {
        for (char c : text)
            write(UART_FIFO, (uint8_t)c);
    }
    void type(const std::string &text)
    {
        for (char c : text)
            ASSERT_TRUE(uart_receive(uart.get(), (uint8_t)c, 0, bench.now));
    }
    std::string received()
    {
        std::string text;
        while (get(UART_STATUS_RXFIFO_CNT) || get(UART_MEM_CNT_STATUS_RX_MEM_CNT))
            text += (char)read(UART_FIFO);
        return text;
    }
    bool raised(uint32_t interrupts)
    {
        return (read(UART_INT_RAW) & interrupts) == interrupts;
    }
    void clear(uint32_t interrupts)
    {
        write(UART_INT_CLR, interrupts);
    }
    unsigned run_until_idle()
    {
        unsigned events = 0;
        for (; !bench.is_idle(); events++)
            bench.run_to_next_event();
        return events;
    }

    // Puts a character on the pin, a level for each bit; returns when the last one ends.
    sim_time pin(sim_time start, double bit_ps, const std::string &levels)
    {
        for (size_t i = 0; i < levels.size(); i++) {
            bench.run_to(start + (sim_time)((double)i * bit_ps));
            uart_rxd_changed(uart.get(), levels[i] == '1', bench.now);
        }
        bench.run_to(start + (sim_time)((double)levels.size() * bit_ps));
        return bench.now;
    }
};

inline std::string frame_of(uint8_t byte)
{
    std::string levels = "0";
    for (unsigned bit = 0; bit < 8; bit++)
        levels += bits_test(byte, bit) ? '1' : '0';
    return levels + "1";
}

#endif
