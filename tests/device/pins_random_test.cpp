/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a guest writes, a board drives and a host types: UART, pads, eFuse, SYSCON and RNG go on, and end. */
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "peripherals/efuse/efuse.h"
#include "peripherals/gpio/gpio.h"
#include "peripherals/rng/wdev.h"
#include "peripherals/syscon/syscon.h"
#include "peripherals/uart/uart.h"
#include "tests/support/device_bench.h"

namespace
{

class RandomGuest : public ::testing::TestWithParam<unsigned>
{
  protected:
    device_bench bench;
    struct gpio gpio;
    struct uart uart[2];
    struct efuse efuse;
    struct syscon syscon;
    struct wdev wdev;
    struct rng random;
    std::vector<struct dev *> devices;

    void SetUp() override
    {
        static const unsigned signal[2] = {14, 17}, host_pad[2] = {3, 9};
        const struct gpio_config gpio_config = {0x13};
        const struct syscon_config syscon_config = {3};
        const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
        const struct efuse_config efuse_config = efuse_typical(mac);
        bool traced = GetParam() & 1;
        if (!traced)
            bench.env.trace = nullptr;
        rng_init(&random, GetParam(), RNG_NO_NODE, "random guest");
        ASSERT_EQ(gpio_init(&gpio, &gpio_config, "gpio", &bench.env), SIM_OK);
        ASSERT_EQ(efuse_init(&efuse, &efuse_config, "efuse", &bench.env), SIM_OK);
        ASSERT_EQ(syscon_init(&syscon, &syscon_config, "syscon", &bench.env), SIM_OK);
        ASSERT_EQ(wdev_init(&wdev, "wdev", &bench.env), SIM_OK);
        for (unsigned n = 0; n < 2; n++) {
            ASSERT_EQ(uart_init(&uart[n], n, n ? "uart1" : "uart0", &bench.env), SIM_OK);
            struct gpio_source tx = {&uart[n].tx.wire, uart_wire_shows, uart_wire_watch, nullptr};
            struct gpio_source rx = {&uart[n].host.wire, uart_wire_shows, uart_wire_watch, &uart[n]};
            uart[n].tx.wire.line = gpio_signal_out(&gpio, signal[n], true, &tx);
            uart[n].host.wire.line = gpio_board_wire(&gpio, host_pad[n], &rx);
            uart[n].rts = gpio_signal_out(&gpio, signal[n] + 1, true, nullptr);
            gpio_signal_in(&gpio, signal[n], true, uart_rxd_changed, &uart[n]);
            gpio_signal_in(&gpio, signal[n] + 1, true, uart_cts_changed, &uart[n]);
        }
        devices = {&gpio.dev,    &gpio.io_mux.dev, &gpio.rtc_io.dev, &uart[0].dev, &uart[1].dev,
                   &uart[0].dev, &uart[1].dev,     &efuse.dev,       &syscon.dev,  &wdev.dev};
    }
    void TearDown() override
    {
        gpio_fini(&gpio);
        efuse_fini(&efuse);
        syscon_fini(&syscon);
        wdev_fini(&wdev);
        uart_fini(&uart[0]);
        uart_fini(&uart[1]);
    }
    uint32_t below(uint32_t bound)
    {
        return rng_below(&random, bound);
    }
    void access()
    {
        struct dev *dev = devices[below((uint32_t)devices.size())];
        unsigned size = 1u << below(3);
        uint32_t offset = below(dev->ops->regs->size) & ~(size - 1);
        uint32_t value = rng_u32(&random) & (below(2) ? UINT32_MAX : rng_u32(&random) & rng_u32(&random));
        if (dev == &gpio.dev && below(2))
            offset = 0x530 + 4 * below(40), size = 4, value &= 0xfff; /* routes matter most */
        /* Two cores run one after the other up to the next event, so times of accesses may step back. */
        sim_time at = std::min(bench.now + below(1000000), evq_next_time(bench.env.evq));
        if (below(3))
            dev_write(dev, offset, size, value, at);
        else
            dev_read(dev, offset, size, at);
    }
    void outside()
    {
        switch (below(4)) {
        case 0:
            gpio_drive(&gpio, below(GPIO_PADS), (enum gpio_drive)below(5), bench.now);
            break;
        case 1:
            uart_receive(&uart[below(2)], (uint8_t)rng_u32(&random), below(8), bench.now);
            break;
        case 2:
            bench.set_hz(CLOCK_APB, 1000000 * (1 + below(80)));
            break;
        case 3:
            if (below(20) == 0)
                dev_reset(devices[below((uint32_t)devices.size())], (enum dev_reset)below(2), bench.now);
            break;
        }
    }
};

TEST_P(RandomGuest, ComesToRest)
{
    for (unsigned step = 0; step < 20000; step++) {
        if (below(4))
            access();
        else
            outside();
        if (below(8) == 0)
            bench.run_for(SIM_NS(1) * below(100000));
        /* A rate of a fraction of a cycle a bit makes many events, but never one that brings no time with it. */
        ASSERT_LE(evq_now(bench.env.evq), bench.now);
    }
    /* Left alone, everything that is under way ends. Pads that the matrix has wired to themselves may ring: cut them.
     */
    dev_reset(&gpio.dev, DEV_RESET_POWER_ON, bench.now);
    for (struct uart &u : uart) {
        dev_reset(&u.dev, DEV_RESET_POWER_ON, bench.now);
        u.host.read = u.host.written;
    }
    unsigned events = 0;
    for (; !bench.is_idle() && events < 1000; events++)
        bench.run_to_next_event();
    EXPECT_LT(events, 1000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomGuest, ::testing::Range(1u, 21u));

} // namespace
