/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of the chip does while RTC_CNTL sleeps: cores stand still, memories without power forget, devices of
 * the digital core are reset when it is deep, the radio is off, pads and UARTs wake. */
#include "sc_top/node/node_priv.h"

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC_CNTL
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

/* --- memory
 * ----------------------------------------------------------------------------------------------------------- */

/* What stands in memory after power-up is nobody's to rely on: another pattern each time, the same in each run. */
static void forget(struct node *node, enum bus_bank bank)
{
    struct bus_mem *mem = bus_map_bank(node->map, bank);
    uint64_t times = node->devices.rtc_cntl.sleep.times[0] + node->devices.rtc_cntl.sleep.times[1];
    struct rng rng;
    rng_init(&rng, node->config.seed + times, node->config.number, mem->name);
    for (uint32_t i = 0; i < mem->size; i += 4) {
        uint32_t word = rng_u32(&rng);
        for (unsigned byte = 0; byte < 4; byte++)
            mem->bytes[i + byte] = (uint8_t)(word >> 8 * byte);
    }
    bus_mem_wrote(mem, 0, mem->size);
}

static uint32_t fast_memory_word(void *ctx, unsigned word)
{
    const struct node *node = ctx;
    const struct bus_mem *mem = bus_map_bank(node->map, BUS_BANK_RTC_FAST);
    const uint8_t *b = mem->bytes + 4 * word;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* --- to sleep and back
 * ------------------------------------------------------------------------------------------------ */

static void hold_cores(struct node *node, bool hold, sim_time now)
{
    for (unsigned i = 0; i < NODE_CORES; i++)
        node_core_set_hold(&node->core[i], NODE_HOLD_SLEEP, hold, now);
}

static void fall_asleep(void *ctx, const struct rtc_sleep_power *power, sim_time now)
{
    struct node *node = ctx;
    hold_cores(node, true, now);
    for (unsigned i = 0; i < NODE_UARTS; i++)
        node->uart[i].edges = 0;
    node->radio_slept = node->devices.wifi_mac.clocked;
    if (node->radio_slept)
        wifi_mac_clock(&node->devices.wifi_mac, false, now);
    if (power->fast_memory_lost)
        forget(node, BUS_BANK_RTC_FAST);
    if (power->slow_memory_lost)
        forget(node, BUS_BANK_RTC_SLOW);
    if (!power->deep)
        return;
    forget(node, BUS_BANK_SRAM0);
    forget(node, BUS_BANK_SRAM21);
    esp32_devices_reset(node, DEV_RESET_SYSTEM, now);
}

static void wake_up(void *ctx, bool deep, sim_time now)
{
    struct node *node = ctx;
    const struct reset_request reset = {.kind = RESET_SYSTEM, .cause = RESET_CAUSE_DEEP_SLEEP, .start = now};
    if (node->radio_slept)
        wifi_mac_clock(&node->devices.wifi_mac, dport_block_is_clocked(&node->devices.dport, DPORT_BLOCK_WIFI_MAC),
                       now);
    node->radio_slept = false;
    for (unsigned i = 0; i < NODE_CORES && deep; i++)
        node_core_set_hold(&node->core[i], NODE_HOLD_RESET, true, now);
    hold_cores(node, false, now);
    if (deep)
        reset_ask(&node->reset_port, &reset);
}

/* --- what wakes
 * ------------------------------------------------------------------------------------------------------- */

static void pads_changed(void *ctx, sim_time now)
{
    struct node *node = ctx;
    rtc_cntl_pads_changed(&node->devices.rtc_cntl, now);
}

static void watch_pads(void *ctx, uint32_t rtc_pads, bool gpio, sim_time now)
{
    struct node *node = ctx;
    struct gpio *device = &node->devices.gpio;
    const struct gpio_wake wake = {
        .pads = gpio_rtc_pads(rtc_pads) | (gpio ? gpio_wake_pads(device) : 0), .changed = pads_changed, .ctx = node};
    gpio_watch_wake(device, &wake, now);
}

static uint32_t rtc_levels(void *ctx, sim_time now)
{
    struct node *node = ctx;
    return gpio_rtc_levels(&node->devices.gpio, now);
}

static unsigned ext0_pad(void *ctx)
{
    const struct node *node = ctx;
    return gpio_ext0_pad(&node->devices.gpio);
}

static bool gpio_level_wakes(void *ctx, sim_time now)
{
    struct node *node = ctx;
    return gpio_wakes(&node->devices.gpio, now);
}

static void hold_pads(void *ctx, uint32_t rtc_pads, bool digital, sim_time now)
{
    struct node *node = ctx;
    gpio_hold(&node->devices.gpio, rtc_pads, digital, now);
}

void node_sleep_connect(struct node *node, struct rtc_cntl_port *port)
{
    port->ctx = node;
    port->sleep = fall_asleep;
    port->wake = wake_up;
    port->rtc_levels = rtc_levels;
    port->ext0_pad = ext0_pad;
    port->gpio_wakes = gpio_level_wakes;
    port->watch = watch_pads;
    port->hold = hold_pads;
    port->fast_memory = fast_memory_word;
}

static struct dev *uart_dev(struct node *node, unsigned uart)
{
    return uart == 0 ? &node->devices.uart0.dev : &node->devices.uart1.dev;
}

bool node_wakes_by_uart(const struct node *node, unsigned uart)
{
    const struct rtc_cntl *rtc = &node->devices.rtc_cntl;
    uint32_t enabled = reg_get(&rtc->dev, RTC_CNTL_WAKEUP_STATE_WAKEUP_ENA);
    return uart < 2 && rtc->sleep.phase == RTC_ASLEEP && !rtc->sleep.power.deep &&
           bits_test(enabled, RTC_WAKE_UART0 + uart);
}

/* Rising edges of 8N1: one at the stop bit at least. */
static unsigned rising_edges(uint8_t byte)
{
    unsigned frame = (unsigned)byte << 1 | 1u << 9, edges = 0;
    for (unsigned bit = 1; bit < 10; bit++)
        edges += (frame >> bit & 1) && !(frame >> (bit - 1) & 1);
    return edges;
}

/* A sleeping UART cannot receive: the characters are lost, their edges wake. ESP-IDF: SLEEP_CONF's ACTIVE_THRESHOLD and
 * 2 more rising edges. */
void node_sleeping_uart_input(struct node *node, unsigned uart, uint8_t byte, sim_time at)
{
    struct node_uart *end = &node->uart[uart];
    end->edges += rising_edges(byte);
    if (end->edges >= reg_get(uart_dev(node, uart), UART_SLEEP_CONF_ACTIVE_THRESHOLD) + 2)
        rtc_cntl_uart_wakes(&node->devices.rtc_cntl, uart, at);
}

/* --- wake stub
 * -------------------------------------------------------------------------------------------------------- */

/* As ROM code does after deep sleep (shared facts, 3.2): STORE6 names it, STORE7 is the CRC over RTC fast memory. */
bool node_wake_stub(struct node *node, uint32_t *entry)
{
    struct dev *rtc = &node->devices.rtc_cntl.dev;
    *entry = reg_word(rtc, RTC_CNTL_STORE6);
    if (node->cause != RESET_CAUSE_DEEP_SLEEP || *entry == 0)
        return false;
    reg_put_word(rtc, RTC_CNTL_STORE6, 0);
    return rtc_cntl_crc(&node->devices.rtc_cntl) == reg_word(rtc, RTC_CNTL_STORE7);
}
