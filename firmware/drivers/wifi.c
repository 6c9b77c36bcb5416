/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/wifi.h"

#include <string.h>

#include "firmware/drivers/chip.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/wifi_local.h"

struct wifi_state wifi_state;

static uint32_t time_last, time_high;

struct wifi_config wifi_defaults(void)
{
    struct wifi_config config = {.channel = 1,
                                 .power_dbm = 20,
                                 .queue = {[WIFI_VOICE] = {2, 2, 3, 7, 0},
                                           [WIFI_VIDEO] = {2, 3, 4, 7, 0},
                                           [WIFI_BEST_EFFORT] = {3, 4, 10, 7, 0},
                                           [WIFI_BACKGROUND] = {7, 4, 10, 7, 0}},
                                 .rts_threshold = WIFI_RTS_NEVER};
    chip_mac(config.address);
    return config;
}

/* Cleared before anything is looked at: what comes meanwhile asks again. */
static void on_interrupt(void *ctx)
{
    (void)ctx;
    uint32_t cycles = ccount(), time_us = wifi_hw_time_us();
    unsigned what = wifi_hw_take_interrupts();
    if (what & WIFI_HW_SENT)
        wifi_tx_complete(time_us);
    if (what & WIFI_HW_NOT_SENT)
        wifi_tx_failed(time_us);
    /* A received frame only ends the core's sleep: wifi_receive. */
    cycles = ccount() - cycles;
    wifi_state.counts.interrupts++;
    wifi_state.counts.interrupt_cycles += cycles;
    if (cycles > wifi_state.counts.longest_interrupt)
        wifi_state.counts.longest_interrupt = cycles;
}

bool wifi_init(const struct wifi_config *config)
{
    wifi_state = (struct wifi_state){.config = *config};
    if (!wifi_hw_reset())
        return false;
    wifi_hw_set_address(config->address);
    wifi_hw_set_promiscuous(config->is_promiscuous);
    wifi_hw_set_channel(config->channel);
    wifi_tx_init();
    wifi_rx_init();
    time_last = time_high = 0;
    interrupt_connect(SOURCE_WIFI_MAC, 1, on_interrupt, NULL);
    wifi_hw_enable_interrupts();
    return true;
}

void wifi_set_channel(unsigned channel)
{
    wifi_state.config.channel = (uint8_t)channel;
    wifi_hw_set_channel(channel);
}

void wifi_set_key(unsigned slot, const struct wifi_key *key)
{
    if (slot < WIFI_KEY_SLOTS)
        wifi_hw_set_key(slot, key);
}

void wifi_remove_key(unsigned slot)
{
    if (slot < WIFI_KEY_SLOTS)
        wifi_hw_remove_key(slot);
}

void wifi_set_power(int dbm)
{
    wifi_state.config.power_dbm = (int8_t)dbm;
}

void wifi_set_promiscuous(bool is_promiscuous)
{
    wifi_state.config.is_promiscuous = is_promiscuous;
    wifi_hw_set_promiscuous(is_promiscuous);
}

void wifi_set_rts_threshold(unsigned bytes)
{
    wifi_state.config.rts_threshold = (uint16_t)bytes;
}

uint32_t wifi_time_us(void)
{
    return wifi_hw_time_us();
}

uint64_t wifi_time64_us(void)
{
    uint32_t ps = mask_interrupts(), now = wifi_hw_time_us();
    time_high += now < time_last;
    time_last = now;
    uint64_t time = (uint64_t)time_high << 32 | now;
    restore_interrupts(ps);
    return time;
}

uint64_t wifi_extend_us(uint32_t time_us)
{
    uint64_t now = wifi_time64_us();
    return now - (uint32_t)((uint32_t)now - time_us);
}

uint64_t wifi_tsf(void)
{
    return wifi_hw_latch_tsf();
}

void wifi_set_tsf(uint64_t value)
{
    wifi_hw_load_tsf(value);
}

struct wifi_counts wifi_get_counts(void)
{
    uint32_t ps = mask_interrupts();
    struct wifi_counts counts = wifi_state.counts;
    restore_interrupts(ps);
    return counts;
}
