/* SPDX-License-Identifier: Apache-2.0 */
/* The pad of many boards' LED, GPIO 2, turned over every 100 ms by a timer's interrupt while the core sleeps. */
#include <stdio.h>

#include "firmware/drivers/gpio.h"
#include "firmware/drivers/timg.h"

enum { LED = 2, HALF_PERIOD_US = 100000 };

static volatile unsigned turns;

static void turn_over(void *ctx)
{
    (void)ctx;
    turns++;
    gpio_set(LED, turns % 2);
}

int main(void)
{
    gpio_make_output(LED);
    timer_every(0, HALF_PERIOD_US, turn_over, NULL);
    printf("blink: GPIO %d, %d ms on, %d ms off\n", LED, HALF_PERIOD_US / 1000, HALF_PERIOD_US / 1000);
    for (unsigned said = 0;;) {
        wait_for_interrupt();
        if (turns != said && turns % 10 == 0) {
            said = turns;
            printf("blink: %u times on\n", turns / 2);
        }
    }
}
