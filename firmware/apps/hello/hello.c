/* SPDX-License-Identifier: Apache-2.0 */
/* What a new board says first: which chip, why it started, and that its clocks agree with each other. */
#include <inttypes.h>
#include <stdio.h>

#include "firmware/drivers/chip.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/rtc.h"
#include "firmware/drivers/timg.h"

enum { SPAN_US = 1000, SLOW_CYCLES = 256 };

static void say_chip(void)
{
    uint8_t mac[6];
    bool valid = chip_mac(mac);
    printf("chip    ESP32 revision %u, %u cores, MAC %02x:%02x:%02x:%02x:%02x:%02x (CRC %s)\n", chip_revision(),
           app_cpu_exists() ? 2u : 1u, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], valid ? "ok" : "wrong");
    printf("core    %u, processor id 0x%04" PRIx32 "\n", core_id(), RSR(prid));
    printf("reset   cause %u (%s)\n", rtc_reset_cause(0), rtc_reset_cause_name(rtc_reset_cause(0)));
}

/* Two counters that know nothing of each other: the core's, and a timer's on the APB. */
static uint32_t cycles_in_span(void)
{
    timer_start(0);
    uint64_t begin_us = timer_read(0);
    uint32_t begin = ccount();
    while (timer_read(0) - begin_us < SPAN_US)
        ;
    uint32_t cycles = ccount() - begin;
    timer_stop(0);
    return cycles;
}

static void say_clocks(void)
{
    uint32_t cycles = cycles_in_span();
    uint32_t slow_hz = rtc_measure_slow_hz(SLOW_CYCLES);
    printf("clocks  crystal %u MHz, CPU %" PRIu32 " MHz, APB %" PRIu32 " MHz, slow clock %.1f kHz\n",
           CLOCK_XTAL_HZ / 1000000u, clock_cpu_hz() / 1000000, clock_apb_hz() / 1000000, slow_hz / 1000.0);
    printf("        %d us by timer group 0 are %" PRIu32 " CPU cycles, so %.1f MHz\n", SPAN_US, cycles,
           (double)cycles / SPAN_US);
    printf("random  %08" PRIx32 " %08" PRIx32 "\n", chip_random(), chip_random());
}

int main(void)
{
    printf("\nVesper: hello from an ESP32\n");
    say_chip();
    say_clocks();
    printf("CCOUNT  %" PRIu32 " cycles since reset\n", ccount());
    printf("hello: done\n");
    return 0;
}
