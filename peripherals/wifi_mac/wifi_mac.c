/* SPDX-License-Identifier: Apache-2.0 */
/* Registers, interrupts, MAC time, and what the air is told about addresses, channel and answers. */
#include "peripherals/wifi_mac/wifi_mac.h"

#include <stdio.h>
#include <string.h>

#include "peripherals/wifi_mac/wifi_mac_priv.h"

static void wifi_mac_address_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_rx_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_rx_base_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_block_ack_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_ack_rate_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t wifi_mac_time_read(struct dev *dev, unsigned index, uint32_t stored);
static void wifi_mac_time_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_int_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t wifi_mac_ctrl_read(struct dev *dev, unsigned index, uint32_t stored);
static void wifi_mac_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_tx_error_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_tx_complete_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_plcp0_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wifi_mac_init_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WMAC
#define REG_TABLE wifi_mac_regs
#define REG_BLOCK "WIFI_MAC"
#define REG_SOURCE "esp32-open-mac, esp-wifi-hal; docs/wifi-mac.md"
#define REG_SIZE 0x2000
#include "bus/reg_expand.h"

enum { BANK_STRIDE = 8, MASK = 0x20, US_CYCLES = 40 /* of the crystal */, BLOCK_ACK_STRIDE = 0x20 };

static struct wifi_mac *mac_of(struct dev *dev)
{
    return (struct wifi_mac *)dev; /* first member */
}

sim_time wifi_mac_effect_time(struct wifi_mac *mac)
{
    sim_time at = mac->dev.now + WIFI_MAC_LATENCY;
    if (at > mac->asked)
        mac->asked = at;
    return mac->asked;
}

void wifi_mac_count(struct wifi_mac *mac, uint32_t offset)
{
    reg_put_word(&mac->dev, offset, reg_word(&mac->dev, offset) + 1);
}

void wifi_mac_say(struct wifi_mac *mac, uint32_t offset, const char *what, enum wifi_mac_fault fault)
{
    static const char *const texts[WIFI_MAC_FAULTS] = {
        "",
#define FAULT(id, text) text,
#include "peripherals/wifi_mac/wifi_mac_faults.def"
#undef FAULT
    };
    char text[128];
    snprintf(text, sizeof text, "%s: %s", what, texts[fault]);
    dev_say_once(&mac->dev, LOG_GUEST, (uint64_t)fault << 32 | offset, text);
}

/* --- Interrupts -------------------------------------------------------------------------------------------------- */

static void update_irq(struct wifi_mac *mac)
{
    uint32_t active = reg_word(&mac->dev, WMAC_INT_STATUS) & reg_word(&mac->dev, WMAC_INT_ENABLE);
    line_set(mac->irq, active != 0, mac->dev.now);
}

void wifi_mac_raise(struct wifi_mac *mac, uint32_t cause)
{
    reg_put(&mac->dev, cause, 1);
    update_irq(mac);
}

static void wifi_mac_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_irq(mac_of(dev));
}

static void wifi_mac_int_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, WMAC_INT_STATUS, reg_word(dev, WMAC_INT_STATUS) & ~written);
    update_irq(mac_of(dev));
}

static void wifi_mac_tx_error_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, WMAC_TX_ERROR, reg_word(dev, WMAC_TX_ERROR) & ~written);
}

static void wifi_mac_tx_complete_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, WMAC_TX_COMPLETE, reg_word(dev, WMAC_TX_COMPLETE) & ~written);
}

/* --- The MAC as a whole ------------------------------------------------------------------------------------------ */

static void run_or_stop(struct wifi_mac *mac)
{
    bool running = mac->clocked && !reg_get(&mac->dev, WMAC_CTRL_STOP) && !reg_get(&mac->dev, WMAC_CTRL_STOP12);
    if (running == mac->running)
        return;
    mac->running = running;
    if (running && mac->air.listen)
        mac->air.listen(mac->air.ctx, true, wifi_mac_effect_time(mac));
    for (unsigned s = 0; s < WIFI_MAC_SLOTS; s++)
        wifi_mac_tx_update(mac, s);
    if (!running && mac->air.listen)
        mac->air.listen(mac->air.ctx, false, wifi_mac_effect_time(mac));
}

void wifi_mac_clock(struct wifi_mac *mac, bool clocked, sim_time now)
{
    mac->dev.now = now;
    mac->clocked = clocked;
    run_or_stop(mac);
}

static uint32_t wifi_mac_ctrl_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct wifi_mac *mac = mac_of(dev);
    (void)index;
    for (unsigned s = 0; s < WIFI_MAC_SLOTS; s++)
        if (mac->slot[s].stage != WIFI_MAC_IDLE)
            stored |= REG_PLACE_MASK(WMAC_CTRL_TX_BUSY);
    return stored;
}

static void wifi_mac_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    run_or_stop(mac_of(dev));
}

static void wifi_mac_init_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    reg_put(dev, WMAC_INIT_READY, reg_get(dev, WMAC_INIT_START));
}

static uint32_t wifi_mac_time_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return (uint32_t)tick_counter_value(&mac_of(dev)->time, dev->now);
}

static void wifi_mac_time_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    tick_counter_load(&mac_of(dev)->time, written, dev->now);
}

/* --- What the air is told ---------------------------------------------------------------------------------------- */

static void read_address(const struct dev *dev, uint32_t low, uint8_t address[WIFI_MAC_ADDRESS])
{
    for (unsigned i = 0; i < WIFI_MAC_ADDRESS; i++)
        address[i] = (uint8_t)(reg_word(dev, low + i / 4 * 4) >> (8 * (i % 4)));
}

static void tell_address(struct wifi_mac *mac, unsigned n)
{
    const struct dev *dev = &mac->dev;
    bool enabled = reg_get_at(dev, WMAC_RA_MASK_HIGH_ENABLE, n, BANK_STRIDE);
    uint8_t address[WIFI_MAC_ADDRESS], mask[WIFI_MAC_ADDRESS];
    read_address(dev, WMAC_RA_LOW + n * BANK_STRIDE, address);
    read_address(dev, WMAC_RA_LOW + n * BANK_STRIDE + MASK, mask);
    bool same =
        memcmp(mac->told[n].address, address, sizeof address) == 0 && memcmp(mac->told[n].mask, mask, sizeof mask) == 0;
    if (enabled == mac->told[n].enabled && (same || !enabled))
        return;
    mac->told[n].enabled = enabled;
    memcpy(mac->told[n].address, address, sizeof address);
    memcpy(mac->told[n].mask, mask, sizeof mask);
    if (mac->air.set_address)
        mac->air.set_address(mac->air.ctx, n, enabled ? address : NULL, mask, wifi_mac_effect_time(mac));
}

static void wifi_mac_address_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)old, (void)written;
    tell_address(mac_of(dev), index);
}

/* Byte 8 + n of the table is the code that answers code n, n = 0..23: with what the vendor's driver writes, DSSS is
 * answered alike, OFDM at 6 Mbit/s, MCS 0 to 2 at 6 and the others at 24. The first eight bytes are 0 there. Codes that
 * are none, and a table of zeros, mean the standard's rule. */
static void tell_answer_rates(struct wifi_mac *mac)
{
    enum { WORDS = 8, FIRST = 8, CODES = 4 * WORDS - FIRST };
    struct wifi_mac_answer_rate rates[CODES];
    unsigned count = 0;
    uint32_t any = 0;
    for (unsigned i = 0; i < WORDS; i++)
        any |= reg_word(&mac->dev, WMAC_ACK_RATE + 4 * i);
    for (unsigned code = 0; any && code < CODES; code++) {
        unsigned at = FIRST + code;
        uint32_t answer = reg_word(&mac->dev, WMAC_ACK_RATE + at / 4 * 4) >> (8 * (at % 4)) & 0xFF;
        count +=
            wifi_mac_rate_of_code(code, &rates[count].frame) && wifi_mac_rate_of_code(answer, &rates[count].answer);
    }
    if (!any && !mac->has_answer_rates)
        return;
    mac->has_answer_rates = any;
    if (mac->air.set_answer_rates)
        mac->air.set_answer_rates(mac->air.ctx, rates, count, wifi_mac_effect_time(mac));
}

static void wifi_mac_ack_rate_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index;
    if (old != written)
        tell_answer_rates(mac_of(dev));
}

static void tell_block_ack(struct wifi_mac *mac, unsigned index, uint16_t start)
{
    const struct wifi_mac_block_ack *agreement = &mac->block_ack[index];
    if (mac->air.block_ack)
        mac->air.block_ack(mac->air.ctx, agreement->open, agreement->peer, agreement->tid, start,
                           wifi_mac_effect_time(mac));
}

static void close_block_ack(struct wifi_mac *mac, unsigned index)
{
    if (!mac->block_ack[index].open)
        return;
    mac->block_ack[index].open = false;
    tell_block_ack(mac, index, 0);
}

static void open_block_ack(struct wifi_mac *mac, unsigned index)
{
    struct wifi_mac_block_ack *agreement = &mac->block_ack[index];
    const struct dev *dev = &mac->dev;
    agreement->open = true;
    agreement->tid = reg_get_at(dev, WMAC_BA_CTRL_TID, index, BLOCK_ACK_STRIDE);
    read_address(dev, WMAC_BA_PEER_LOW + index * BLOCK_ACK_STRIDE, agreement->peer);
    tell_block_ack(mac, index, (uint16_t)reg_get_at(dev, WMAC_BA_START_SEQUENCE, index, BLOCK_ACK_STRIDE));
}

static void wifi_mac_block_ack_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct wifi_mac *mac = mac_of(dev);
    (void)old;
    if (!reg_field_of(written, WMAC_BA_CTRL_OPEN))
        close_block_ack(mac, index);
    else if (!mac->block_ack[index].open)
        open_block_ack(mac, index);
}

void wifi_mac_tuned(struct wifi_mac *mac, unsigned mhz, sim_time now)
{
    enum { FIRST = 2412, LAST = 2472, CHANNEL_14 = 2484, SPACING = 5 };
    mac->dev.now = now;
    if (mhz != CHANNEL_14 && (mhz < FIRST || mhz > LAST || (mhz - FIRST) % SPACING != 0)) {
        dev_say_once(&mac->dev, LOG_UNIMPL, UINT64_MAX, "tuned to no channel: stays where it was");
        return;
    }
    unsigned channel = mhz == CHANNEL_14 ? 14 : (mhz - FIRST) / SPACING + 1;
    if (channel == mac->channel)
        return;
    mac->channel = channel;
    if (mac->air.tune)
        mac->air.tune(mac->air.ctx, channel, wifi_mac_effect_time(mac));
}

/* --- Reception and slots: see wifi_mac_rx.c, wifi_mac_tx.c ------------------------------------------------------- */

static void wifi_mac_rx_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    if (reg_field_of(written, WMAC_RX_CTRL_RELOAD))
        wifi_mac_rx_reload(mac_of(dev));
}

static void wifi_mac_rx_base_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    wifi_mac_rx_set_base(mac_of(dev), written);
}

static void wifi_mac_plcp0_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)old, (void)written;
    wifi_mac_tx_update(mac_of(dev), WIFI_MAC_SLOTS - 1 - index);
}

/* --- The device -------------------------------------------------------------------------------------------------- */

static uint32_t read_gap(struct dev *dev, uint32_t offset)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "read of a word of the Wi-Fi MAC that is not known: as written, at first 0");
    return reg_word(dev, offset);
}

static void write_gap(struct dev *dev, uint32_t offset, uint32_t value)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "write to a word of the Wi-Fi MAC that is not known: kept, without effect");
    reg_put_word(dev, offset, value);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct wifi_mac *mac = mac_of(dev);
    (void)kind;
    tick_counter_init(&mac->time, &dev->env->clocks->clock[CLOCK_XTAL], 32);
    tick_counter_divide(&mac->time, US_CYCLES, dev->now);
    tick_counter_run(&mac->time, true, dev->now);
    run_or_stop(mac);
    wifi_mac_tx_reset(mac);
    wifi_mac_rx_reset(mac);
    for (unsigned n = 0; n < WIFI_MAC_INTERFACES; n++)
        tell_address(mac, n);
    for (unsigned i = 0; i < WIFI_MAC_BLOCK_ACKS; i++)
        close_block_ack(mac, i);
    tell_answer_rates(mac);
    update_irq(mac);
}

static const struct dev_ops ops = {
    .regs = &wifi_mac_regs, .reset = reset, .read_gap = read_gap, .write_gap = write_gap};

enum sim_status wifi_mac_init(struct wifi_mac *mac, const char *name, struct dev_env *env)
{
    memset(mac, 0, sizeof *mac);
    SIM_TRY(dev_init(&mac->dev, &ops, name, env));
    wifi_mac_tx_init(mac);
    wifi_mac_rx_init(mac);
    mac->clocked = true;
    reset(&mac->dev, DEV_RESET_POWER_ON);
    return SIM_OK;
}

void wifi_mac_fini(struct wifi_mac *mac)
{
    dev_fini(&mac->dev);
}

void wifi_mac_connect(struct wifi_mac *mac, const struct wifi_mac_air *air)
{
    mac->air = *air;
}

void wifi_mac_set_cipher(struct wifi_mac *mac, const struct wifi_mac_cipher *cipher)
{
    mac->cipher = *cipher;
}
