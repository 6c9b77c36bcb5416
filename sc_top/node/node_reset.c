/* SPDX-License-Identifier: Apache-2.0 */
/* Resets: who is reset, for how long, and what the boot code finds. Source: ESP32 TRM, chapter "Reset and Clock".
 *
 * A device asks from within a hook or event (bus/reset.h); the reset itself is an event of the node, so that no device
 * is reset while it is being called. */
#include <stdio.h>
#include <string.h>

#include "sc_top/node/node_priv.h"

static bool is_watchdog(enum reset_cause cause)
{
    switch (cause) {
    case RESET_CAUSE_TG0_WDT_SYSTEM:
    case RESET_CAUSE_TG1_WDT_SYSTEM:
    case RESET_CAUSE_RTC_WDT_SYSTEM:
    case RESET_CAUSE_TG_WDT_CPU:
    case RESET_CAUSE_RTC_WDT_CPU:
    case RESET_CAUSE_RTC_WDT_CHIP:
        return true;
    default:
        return false;
    }
}

static void tell_watchdog(struct node *node, const struct reset_request *request, unsigned cores, sim_time now)
{
    const struct node_observer *observer = &node->config.observer;
    char text[64];
    if (!is_watchdog(request->cause) || !observer->incident)
        return;
    snprintf(text, sizeof text, "reset by a watchdog (cause %d)", (int)request->cause);
    for (unsigned i = 0; i < NODE_CORES; i++)
        if ((cores >> i & 1) && node->core[i].started)
            observer->incident(observer->ctx, NODE_WATCHDOG_RESET, i, text, now);
}

static unsigned cores_of(const struct reset_request *request)
{
    return request->kind == RESET_CORES ? request->cores : RESET_CORE_PRO | RESET_CORE_APP;
}

static void reset_now(struct node *node, sim_time now)
{
    const struct reset_request request = node->reset;
    unsigned cores = cores_of(&request);
    if (request.kind != RESET_CORES) {
        bool everything = request.kind == RESET_CHIP;
        esp32_devices_reset(node, everything ? DEV_RESET_POWER_ON : DEV_RESET_SYSTEM, now);
        node_blocks_reset(node, now);
    }
    for (unsigned i = 0; i < NODE_CORES; i++) {
        if (!(cores >> i & 1))
            continue;
        node_core_set_hold(&node->core[i], NODE_HOLD_RESET, true, now);
        esp32_devices_set_cause(node, i, request.cause);
        if (i == 0)
            node->cause = request.cause;
        xt_reset(node->core[i].cpu);
        node->core[i].dead = false;
    }
    node->reset_cores = cores;
}

static void assert_reset(void *ctx, sim_time now)
{
    struct node *node = ctx;
    tell_watchdog(node, &node->reset, cores_of(&node->reset), now);
    node->resets++;
    reset_now(node, now);
    sim_time end = node->reset.start + node->reset.length;
    evq_schedule(node->evq, &node->reset_end, end > now ? end : now);
}

/* Where DPORT lets the APP CPU run it starts again, too; after a reset of the digital core DPORT does not. */
static void release_reset(void *ctx, sim_time now)
{
    struct node *node = ctx;
    if (node->reset_cores & RESET_CORE_PRO) {
        node_boot_pro(node);
        node_core_set_hold(&node->core[0], NODE_HOLD_RESET, false, now);
    }
    if (node->reset_cores & RESET_CORE_APP) {
        node_start_app(node, now);
        node_core_set_hold(&node->core[1], NODE_HOLD_RESET, false, now);
    }
    node->reset_cores = 0;
}

/* A second request while one is pending or in force: the wider one wins, and the causes are the first one's. */
static void request_reset(void *ctx, const struct reset_request *request)
{
    struct node *node = ctx;
    bool pending = evq_is_scheduled(&node->reset_start);
    if (node->is_off)
        return;
    if (pending && request->kind <= node->reset.kind)
        return;
    node->reset = *request;
    evq_schedule(node->evq, &node->reset_start, request->start);
}

/* --- The supply -------------------------------------------------------------------------------------------------- */

/* Internal memory forgets; it is all 0 after the next power-on, as after the first. */
static void forget_memory(struct node *node)
{
    static const enum bus_bank banks[] = {BUS_BANK_SRAM0, BUS_BANK_SRAM21, BUS_BANK_RTC_FAST, BUS_BANK_RTC_SLOW};
    for (unsigned i = 0; i < sizeof banks / sizeof banks[0]; i++) {
        struct bus_mem *bank = bus_map_bank(node->map, banks[i]);
        memset(bank->bytes, 0, bank->size);
        bus_mem_wrote(bank, 0, bank->size);
    }
}

static void power_changed(void *ctx, sim_time now)
{
    struct node *node = ctx;
    node->reset = (struct reset_request){.kind = RESET_CHIP, .cause = RESET_CAUSE_POWER_ON, .start = now};
    node_chips_power_cut(node, now);
    evq_cancel(node->evq, &node->reset_start);
    evq_cancel(node->evq, &node->reset_end);
    forget_memory(node);
    if (node->is_off)
        reset_now(node, now);
    else
        assert_reset(node, now);
}

void node_set_supply(struct node *node, unsigned millivolts, sim_time at)
{
    bool is_off = millivolts < NODE_OFF_MILLIVOLTS;
    rtc_cntl_set_supply(&node->devices.rtc_cntl, millivolts, at);
    if (is_off == node->is_off)
        return;
    node->is_off = is_off;
    evq_schedule(node->evq, &node->power, at);
}

void node_reset_init(struct node *node)
{
    evq_event_init(&node->power, power_changed, node, EVQ_PHASE_CPU);
    node->reset_port = (struct reset_port){.ctx = node, .request = request_reset};
    evq_event_init(&node->reset_start, assert_reset, node, EVQ_PHASE_CPU);
    evq_event_init(&node->reset_end, release_reset, node, EVQ_PHASE_CPU);
    for (unsigned i = 0; i < NODE_CORES; i++) {
        node->core[i].hold |= i == 0 ? NODE_HOLD_RESET : NODE_HOLD_APP_RESET | NODE_HOLD_APP_CLOCK;
        node->core[i].held = true;
    }
}
