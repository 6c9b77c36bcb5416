/* SPDX-License-Identifier: Apache-2.0 */
#include "verilog/host/rtl_dev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verilog/host/rtl_dev_priv.h"

enum {
    RESET_CYCLES = 4,
    AWAKE_CYCLES = 4,     /* after a change of inputs: CLK_REQ may come from a register behind two others */
    LOOKAHEAD_LEAST = 16, /* what going back costs is worth so many cycles */
    LOOKAHEAD_MOST = 8192
};

sim_time rtl_now(const struct rtl_dev *dev)
{
    return dev->cycle ? clock_time(&dev->clock, dev->cycle - 1) : 0;
}

/* How many edges lie at or before `time`; the first one is at 0. */
static uint64_t edges_until(const struct rtl_dev *dev, sim_time time)
{
    return clock_cycles(&dev->clock, time) + 1;
}

static bool is_clocked(const struct rtl_dev *dev)
{
    if (dev->halted)
        return false;
    return dev->awake || !dev->has[RTL_CLK_REQ] || dev->pin[RTL_CLK_REQ] || rtl_dma_is_busy(dev);
}

/* --- what the block says and does ----------------------------------------------------------------------------------
 */

static void say(struct rtl_dev *dev, const char *text)
{
    log_at(dev->env->log, LOG_GUEST, LOG_INFO, rtl_now(dev), dev->path, "%s", text);
}

static void on_say(void *ctx, const char *text)
{
    struct rtl_dev *dev = ctx;
    size_t length = strlen(text) + 1;
    if (!dev->running_ahead) {
        say(dev, text);
    } else if (length <= RTL_SAID - dev->said_length) {
        memcpy(dev->said + dev->said_length, text, length);
        dev->said_length += length;
    }
}

static void halt(struct rtl_dev *dev)
{
    dev->halted = true;
    log_at(dev->env->log, LOG_GUEST, LOG_WARNING, rtl_now(dev), dev->path,
           "the block has ended by itself: it runs no more, and its registers answer with bus errors");
}

static void on_halted(void *ctx, const char *text)
{
    struct rtl_dev *dev = ctx;
    on_say(ctx, text);
    dev->halts_ahead = true; /* told when the cycle counts */
}

static uint32_t on_declare(void *ctx, const char *scope, const char *name, uint32_t width)
{
    struct rtl_dev *dev = ctx;
    char full[256];
    snprintf(full, sizeof full, "%s%s%s", dev->path, *scope ? "." : "", scope);
    trace_id id = trace_declare(dev->env->trace, full, name, width == 1 ? TRACE_WIRE : TRACE_BITS, width);
    dev->traced = dev->traced || id;
    return id;
}

static void on_change(void *ctx, uint32_t signal, uint64_t time, uint64_t value)
{
    const struct rtl_dev *dev = ctx;
    trace_change(dev->env->trace, signal, time, value);
}

static void tell_interrupts(struct rtl_dev *dev, sim_time now)
{
    uint64_t changed = dev->irq ^ dev->pin[RTL_IRQ];
    dev->irq = dev->pin[RTL_IRQ];
    dev->counts.interrupts += (unsigned)__builtin_popcountll(changed & dev->irq);
    for (; changed; changed &= changed - 1) {
        unsigned n = (unsigned)__builtin_ctzll(changed);
        line_set(dev->config.irq[n], dev->irq >> n & 1, now);
    }
}

static void tell_pins(struct rtl_dev *dev, sim_time now)
{
    uint64_t oe = dev->has[RTL_GPIO_OE] ? dev->pin[RTL_GPIO_OE] : UINT64_MAX;
    uint64_t changed = ((dev->gpio_out ^ dev->pin[RTL_GPIO_OUT]) & oe) | (dev->gpio_oe ^ oe);
    dev->gpio_out = dev->pin[RTL_GPIO_OUT];
    dev->gpio_oe = oe;
    if (!dev->has[RTL_GPIO_OUT] || !dev->config.drive)
        return;
    for (; changed; changed &= changed - 1) {
        unsigned n = (unsigned)__builtin_ctzll(changed);
        int level = !(oe >> n & 1) ? -1 : (dev->gpio_out >> n & 1) ? 1 : 0;
        dev->config.drive(dev->config.pins, n, level, now);
    }
}

/* Cycles up to the one before dev->cycle count from now on. */
static void after_edge(struct rtl_dev *dev)
{
    sim_time now = rtl_now(dev);
    tell_interrupts(dev, now);
    tell_pins(dev, now);
    if (rtl_has_dma(dev))
        rtl_dma_step(dev, now);
    if (dev->halts_ahead) {
        dev->halts_ahead = false;
        halt(dev);
    }
}

/* --- running --------------------------------------------------------------------------------------------------------
 */

void rtl_settle(struct rtl_dev *dev)
{
    dev->inputs_moved = false;
    dev->abi->settle(dev->block, rtl_now(dev));
}

static void passed(struct rtl_dev *dev, uint64_t cycles)
{
    dev->cycle += cycles;
    dev->counts.cycles += cycles;
    dev->awake -= cycles < dev->awake ? (unsigned)cycles : dev->awake;
}

/* The memory side looks at what the edge saw. */
static void remember(struct rtl_dev *dev)
{
    if (rtl_has_dma(dev))
        memcpy(dev->before, dev->pin, sizeof dev->before);
}

static void run(struct rtl_dev *dev, uint64_t cycles)
{
    bool inside = dev->inside;
    if (dev->inputs_moved)
        rtl_settle(dev);
    remember(dev);
    dev->inside = true;
    passed(dev, dev->abi->run(dev->block, dev->cycle, cycles));
    after_edge(dev);
    dev->inside = inside;
}

void rtl_tick(struct rtl_dev *dev)
{
    run(dev, 1);
}

/* All edges before number `end`; those for which the clock is off are left out. */
static void run_to(struct rtl_dev *dev, uint64_t end)
{
    while (dev->cycle < end) {
        if (!is_clocked(dev)) {
            dev->cycle = end;
            break;
        }
        uint64_t most = dev->awake && dev->awake < end - dev->cycle ? dev->awake : end - dev->cycle;
        run(dev, rtl_dma_is_busy(dev) ? 1 : most);
    }
}

static bool can_run_ahead(const struct rtl_dev *dev)
{
    return !dev->config.step && !dev->traced && (dev->abi->flags & RTL_CAN_SAVE) &&
           !(dev->abi->flags & RTL_HAS_COVERAGE) && !rtl_dma_is_busy(dev);
}

/* Decides when the block is to be looked at next. */
static void plan(struct rtl_dev *dev)
{
    if (dev->inputs_moved)
        rtl_settle(dev);
    if (!is_clocked(dev)) {
        evq_cancel(dev->env->evq, &dev->due);
        return;
    }
    if (can_run_ahead(dev)) {
        remember(dev);
        dev->abi->save(dev->block);
        dev->running_ahead = true;
        dev->ahead = dev->abi->run(dev->block, dev->cycle, dev->awake ? dev->awake : dev->lookahead);
        dev->running_ahead = false;
    }
    uint64_t last = dev->cycle + (dev->ahead ? dev->ahead - 1 : 0);
    evq_schedule(dev->env->evq, &dev->due, clock_time(&dev->clock, last));
}

static void keep_ahead(struct rtl_dev *dev)
{
    passed(dev, dev->ahead);
    dev->ahead = 0;
    for (size_t i = 0; i < dev->said_length; i += strlen(dev->said + i) + 1)
        say(dev, dev->said + i);
    dev->said_length = 0;
    dev->inside = true;
    after_edge(dev);
    dev->inside = false;
}

static void forget_ahead(struct rtl_dev *dev)
{
    dev->abi->restore(dev->block);
    dev->counts.again += dev->ahead;
    dev->ahead = 0;
    dev->halts_ahead = false;
    dev->said_length = 0;
    if (dev->lookahead > LOOKAHEAD_LEAST)
        dev->lookahead /= 2;
}

/* Everything up to `now` has happened, and nothing beyond: inputs may change. */
static void arrive(struct rtl_dev *dev, sim_time now)
{
    if (dev->ahead) {
        if (clock_time(&dev->clock, dev->cycle + dev->ahead - 1) <= now)
            keep_ahead(dev);
        else
            forget_ahead(dev);
    }
    run_to(dev, edges_until(dev, now));
}

static void on_due(void *ctx, sim_time now)
{
    struct rtl_dev *dev = ctx;
    bool kept = dev->ahead > 0;
    arrive(dev, now);
    if (kept && dev->lookahead < LOOKAHEAD_MOST)
        dev->lookahead *= 2;
    plan(dev);
}

void rtl_dev_catch_up(struct rtl_dev *dev, sim_time now)
{
    arrive(dev, now);
    plan(dev);
}

/* --- accesses -------------------------------------------------------------------------------------------------------
 */

/* What the bus charges for an access that starts at `time` has room for a transfer that ends here (bus/access_cost.def,
 * APB: three cycles, of which the bridge needs one). */
static sim_time paid_until(const struct rtl_dev *dev, sim_time time)
{
    const struct clock_domain *apb = &dev->env->clocks->clock[CLOCK_APB];
    sim_time start = time < apb->epoch_time ? apb->epoch_time : time;
    uint64_t edge = clock_cycles(apb, start);
    if (clock_time(apb, edge) < start)
        edge++;
    return clock_time(apb, edge + 2);
}

static enum bus_result no_answer(struct rtl_dev *dev, const struct bus_access *access)
{
    dev->counts.hangs++;
    log_once(dev->env->log, LOG_GUEST, access->time, dev->path, access->address,
             "%s of 0x%08x hangs the bus: no %s from %s within %u cycles; given up, the guest gets a bus error",
             access->write ? "write" : "read", (unsigned)access->address, rtl_bus_missing(dev, access->write),
             dev->abi->top, dev->config.timeout);
    return BUS_ERROR_ADDRESS;
}

static enum bus_result transfer(struct rtl_dev *dev, struct bus_access *access)
{
    unsigned shift = (access->address & 3) * 8;
    struct rtl_transfer t = {
        .write = access->write,
        .offset = (access->address - dev->config.base) & (dev->config.size - 1) & dev->address_mask & ~UINT32_C(3),
        .data = access->value << shift,
        .strobe = ((1u << access->size) - 1) << (access->address & 3),
    };
    *(access->write ? &dev->counts.writes : &dev->counts.reads) += 1;
    switch (rtl_bus_transfer(dev, &t)) {
    case RTL_ANSWER_NONE:
        return no_answer(dev, access);
    case RTL_ANSWER_ERROR:
        dev->counts.errors++;
        return BUS_ERROR_ACCESS;
    default:
        break;
    }
    if (!access->write)
        access->value = bits_get(t.data, shift, access->size * 8u);
    return BUS_OK;
}

static enum bus_result on_access(void *ctx, struct bus_access *access)
{
    struct rtl_dev *dev = ctx;
    access->cost = 0;
    arrive(dev, access->time);
    if (dev->halted)
        return BUS_ERROR_ADDRESS;
    if (access->write && access->size < 4 && dev->abi->bus == RTL_BUS_APB && !dev->has[RTL_PSTRB])
        return BUS_ERROR_WIDTH;
    /* A core that is behind its sibling finds the block in the sibling's present. */
    sim_time start = access->time > rtl_now(dev) ? access->time : rtl_now(dev);
    dev->inside = true;
    if (rtl_now(dev) < start)
        rtl_tick(dev);
    enum bus_result result = transfer(dev, access);
    dev->inside = false;
    dev->awake = AWAKE_CYCLES;
    sim_time paid = paid_until(dev, start), end = rtl_now(dev);
    access->cost = end > paid ? end - paid : 0;
    plan(dev);
    return result;
}

/* A debugger's accesses would have side effects: there are none. */

struct bus_port *rtl_dev_port(struct rtl_dev *dev)
{
    return &dev->port;
}

void rtl_dev_set_input(struct rtl_dev *dev, unsigned bit, bool level, sim_time now)
{
    uint64_t mask = UINT64_C(1) << bit;
    if (!!(dev->pin[RTL_GPIO_IN] & mask) == level)
        return;
    if (!dev->inside)
        arrive(dev, now);
    dev->pin[RTL_GPIO_IN] ^= mask;
    dev->inputs_moved = true;
    dev->awake = AWAKE_CYCLES;
    if (!dev->inside)
        plan(dev);
}

/* --- life -----------------------------------------------------------------------------------------------------------
 */

void rtl_dev_reset(struct rtl_dev *dev, sim_time now)
{
    uint64_t inputs = dev->pin[RTL_GPIO_IN];
    arrive(dev, now);
    dev->halted = false;
    memset(dev->pin, 0, RTL_PIN_COUNT * sizeof *dev->pin);
    dev->pin[RTL_GPIO_IN] = inputs;
    dev->pin[RTL_RESET] = 1;
    rtl_dma_reset(dev);
    dev->inside = true;
    rtl_settle(dev);
    for (unsigned i = 0; i < RESET_CYCLES; i++)
        rtl_tick(dev);
    dev->inside = false;
    dev->pin[RTL_RESET] = 0;
    dev->awake = AWAKE_CYCLES;
    dev->lookahead = LOOKAHEAD_LEAST;
    rtl_settle(dev);
    plan(dev);
}

static void know_ports(struct rtl_dev *dev)
{
    const struct rtl_abi *abi = dev->abi;
    dev->address_mask = UINT32_MAX;
    for (uint32_t i = 0; i < abi->port_count; i++) {
        uint32_t pin = abi->port[i].pin;
        dev->has[pin] = true;
        if (pin == RTL_PADDR || pin == RTL_AWADDR || pin == RTL_ARADDR)
            dev->address_mask &= bits_mask(abi->port[i].width);
    }
}

struct rtl_dev *rtl_dev_create(const struct rtl_dev_config *config, const char *name, struct dev_env *env)
{
    struct rtl_dev *dev = calloc(1, sizeof *dev);
    sim_assert(config->timeout > 0 && config->size && (config->size & (config->size - 1)) == 0);
    if (!dev)
        return NULL;
    dev->config = *config;
    dev->env = env;
    dev->abi = config->abi;
    dev->port = (struct bus_port){.ctx = dev, .access = on_access};
    snprintf(dev->path, sizeof dev->path, "%s%s%s", env->scope ? env->scope : "", env->scope ? "." : "", name);
    clock_init(&dev->clock, config->hz);
    evq_event_init(&dev->due, on_due, dev, EVQ_PHASE_DEVICE);
    know_ports(dev);
    const struct rtl_host host = {
        .ctx = dev, .say = on_say, .halted = on_halted, .declare = on_declare, .change = on_change};
    dev->block = dev->abi->create(&host, config->hz);
    if (!dev->block) {
        free(dev);
        return NULL;
    }
    dev->pin = dev->abi->pins(dev->block);
    if (env->trace && dev->abi->flags & RTL_HAS_TRACE)
        dev->abi->trace(dev->block);
    /* Bits that are high already, and bits that are driven low, have to be told once. */
    dev->gpio_oe = 0;
    rtl_dev_reset(dev, 0);
    return dev;
}

void rtl_dev_destroy(struct rtl_dev *dev)
{
    if (!dev)
        return;
    evq_cancel(dev->env->evq, &dev->due);
    dev->abi->destroy(dev->block);
    free(dev);
}

void rtl_dev_get_counts(const struct rtl_dev *dev, struct rtl_counts *counts)
{
    *counts = dev->counts;
}

int rtl_dev_write_coverage(struct rtl_dev *dev, const char *path)
{
    return dev->abi->flags & RTL_HAS_COVERAGE ? dev->abi->write_coverage(dev->block, path) : ENOTSUP;
}
