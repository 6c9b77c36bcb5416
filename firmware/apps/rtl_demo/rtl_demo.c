/* SPDX-License-Identifier: Apache-2.0 */
/* Drives a timer that is Verilog (docs/rtl.md, scenarios/rtl_timer.toml): interrupts at known intervals, seen by three
 * clocks, the block's own time stamps, the core's cycle counter and a pad that turns over; and edges of a pad that the
 * block captures. */
#include <inttypes.h>
#include <stdio.h>

#include "firmware/apps/rtl_demo/apb_timer.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/gpio.h"

enum {
    BASE = 0x3FF70000, /* as the scenario has it */
    BLOCK_MHZ = 80,
    PERIOD = 4000, /* cycles of the block's clock */
    PERIODS = 8,
    PAD_CAPTURE = 18, /* ours, which the block looks at */
    PAD_OUT = 19,     /* the block's, which we look at */
    PULSES = 3
};

static volatile uint32_t matches, when[PERIODS], levels[PERIODS];

static void matched(void *ctx)
{
    (void)ctx;
    if (matches < PERIODS) {
        when[matches] = ccount();
        levels[matches] = gpio_get(PAD_OUT);
    }
    matches++;
}

static struct apb_timer timer = {.base = BASE, .source = SOURCE_PWM3, .matched = matched};

/* Intervals of the block's stamps are exact; those of the core's counter are, too, once the handler has been called. */
static bool measure(void)
{
    uint32_t stamp[PERIODS] = {0};
    uint32_t expected = PERIOD / BLOCK_MHZ * (clock_cpu_hz() / 1000000);
    bool good = true;
    apb_timer_start(&timer, PERIOD);
    while (matches < PERIODS)
        wait_for_interrupt();
    apb_timer_stop(&timer);
    for (unsigned i = 0; i < PERIODS; i++)
        good = apb_timer_stamp(&timer, &stamp[i]) && good;
    printf("rtl_demo: a match every %u cycles of %u MHz, which are %" PRIu32 " of the core\n", PERIOD, BLOCK_MHZ,
           expected);
    for (unsigned i = 1; i < PERIODS; i++) {
        uint32_t block = stamp[i] - stamp[i - 1], core = when[i] - when[i - 1];
        printf("rtl_demo: interval %u: %" PRIu32 " by time stamps, %" PRIu32 " by CCOUNT, pad %" PRIu32 "\n", i, block,
               core, levels[i]);
        good = good && block == PERIOD && core + 12 > expected && core < expected + 12 && levels[i] != levels[i - 1];
    }
    return good;
}

/* Edges some microseconds apart: the clock runs only when it has to, so only their number is certain. */
static bool capture(void)
{
    uint32_t stamp, count = 0;
    apb_timer_capture(&timer, true);
    for (unsigned i = 0; i < PULSES; i++) {
        gpio_set(PAD_CAPTURE, true);
        delay_us(2);
        gpio_set(PAD_CAPTURE, false);
        delay_us(2);
    }
    while (apb_timer_stamp(&timer, &stamp))
        count++;
    printf("rtl_demo: %" PRIu32 " of %d edges captured\n", count, PULSES);
    return count == PULSES;
}

int main(void)
{
    gpio_make_output(PAD_CAPTURE);
    gpio_set(PAD_CAPTURE, false);
    gpio_make_input(PAD_OUT, GPIO_PULL_NONE);
    if (!apb_timer_probe(&timer)) {
        printf("rtl_demo: no apb_timer at 0x%08X\n", BASE);
        return 1;
    }
    bool good = measure();
    good = capture() && good;
    printf("rtl_demo: %s\n", good ? "all as expected" : "FAILED");
    return !good;
}
