/* SPDX-License-Identifier: Apache-2.0 */
/* LED PWM: a high-speed channel at 5 kHz and a quarter, a low-speed one at 1 kHz that fades from nothing to all and
 * tells by interrupt, as ESP-IDF's ledc_fade does it. The pads' waveform shows the rest. */
#include "firmware/apps/parts/parts.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/regs/ledc.h"

enum { FAST_PAD = 16, FADE_PAD = 17, HS_OUT0 = 71, LS_OUT0 = 79, BLOCK_LEDC = 1 << 11 };
enum { FAST_BITS = 13, FADE_BITS = 8, STEPS = 16, SCALE = (1 << FADE_BITS) / STEPS };

static volatile unsigned fades;

static void faded(void *ctx)
{
    (void)ctx;
    hw_write(BASE_ledc + LEDC_INT_CLR, hw_read(BASE_ledc + LEDC_INT_ST));
    fades++;
}

/* 80 MHz / (frequency << bits) in 256ths. */
static uint32_t divider(uint32_t frequency, unsigned bits)
{
    return (uint32_t)(((uint64_t)80000000 << 8) / ((uint64_t)frequency << bits));
}

static void start_fast(void)
{
    hw_write(BASE_ledc + LEDC_HSTIMER0_CONF,
             hw_field(LEDC_HSTIMER0_CONF_HSTIMER0_DUTY_RES, FAST_BITS) |
                 hw_field(LEDC_HSTIMER0_CONF_DIV_NUM_HSTIMER0, divider(5000, FAST_BITS)) |
                 hw_field(LEDC_HSTIMER0_CONF_TICK_SEL_HSTIMER0, 1));
    hw_write(BASE_ledc + LEDC_HSCH0_HPOINT, 0);
    hw_write(BASE_ledc + LEDC_HSCH0_DUTY, (1 << FAST_BITS) / 4 << 4);
    hw_write(BASE_ledc + LEDC_HSCH0_CONF0, hw_field(LEDC_HSCH0_CONF0_SIG_OUT_EN_HSCH0, 1));
    hw_write(BASE_ledc + LEDC_HSCH0_CONF1,
             hw_field(LEDC_HSCH0_CONF1_DUTY_START_HSCH0, 1) | hw_field(LEDC_HSCH0_CONF1_DUTY_NUM_HSCH0, 1) |
                 hw_field(LEDC_HSCH0_CONF1_DUTY_CYCLE_HSCH0, 1) | hw_field(LEDC_HSCH0_CONF1_DUTY_INC_HSCH0, 1));
    gpio_route_output(FAST_PAD, HS_OUT0);
}

static void start_fade(void)
{
    hw_write(BASE_ledc + LEDC_CONF, 1); /* the slow clock is APB */
    hw_write(BASE_ledc + LEDC_LSTIMER0_CONF,
             hw_field(LEDC_LSTIMER0_CONF_LSTIMER0_DUTY_RES, FADE_BITS) |
                 hw_field(LEDC_LSTIMER0_CONF_DIV_NUM_LSTIMER0, divider(1000, FADE_BITS)) |
                 hw_field(LEDC_LSTIMER0_CONF_TICK_SEL_LSTIMER0, 1) | hw_field(LEDC_LSTIMER0_CONF_LSTIMER0_PARA_UP, 1));
    hw_write(BASE_ledc + LEDC_LSCH0_HPOINT, 0);
    hw_write(BASE_ledc + LEDC_LSCH0_DUTY, 0);
    hw_write(BASE_ledc + LEDC_LSCH0_CONF1,
             hw_field(LEDC_LSCH0_CONF1_DUTY_START_LSCH0, 1) | hw_field(LEDC_LSCH0_CONF1_DUTY_INC_LSCH0, 1) |
                 hw_field(LEDC_LSCH0_CONF1_DUTY_NUM_LSCH0, STEPS) | hw_field(LEDC_LSCH0_CONF1_DUTY_CYCLE_LSCH0, 1) |
                 hw_field(LEDC_LSCH0_CONF1_DUTY_SCALE_LSCH0, SCALE));
    hw_set(BASE_ledc, LEDC_INT_ENA_DUTY_CHNG_END_LSCH0_INT_ENA, 1);
    hw_write(BASE_ledc + LEDC_LSCH0_CONF0,
             hw_field(LEDC_LSCH0_CONF0_SIG_OUT_EN_LSCH0, 1) | hw_field(LEDC_LSCH0_CONF0_PARA_UP_LSCH0, 1));
    gpio_route_output(FADE_PAD, LS_OUT0);
}

void try_pwm(struct checks *checks)
{
    block_enable(BLOCK_LEDC);
    check_true(checks, "LEDC has an interrupt", interrupt_connect(SOURCE_LEDC, 1, faded, NULL) >= 0);
    start_fast();
    start_fade();
    uint32_t begin = ccount();
    while (fades == 0)
        ;
    uint32_t us = (ccount() - begin) / 240;
    interrupt_disconnect(SOURCE_LEDC);
    printf("pwm: faded in %u us\n", (unsigned)us);
    check_true(checks, "a fade takes its 16 periods", us >= 15 * 1000 && us <= 18 * 1000);
    check_equal(checks, "duty at the end", hw_read(BASE_ledc + LEDC_LSCH0_DUTY_R), 1 << FADE_BITS << 4);
    check_equal(checks, "DUTY_START is 0 again", hw_get(BASE_ledc, LEDC_LSCH0_CONF1_DUTY_START_LSCH0), 0);
}
