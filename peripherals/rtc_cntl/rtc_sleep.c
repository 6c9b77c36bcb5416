/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL: light and deep sleep, hold of pads, and the CRC by which ROM code trusts a wake stub.
 * Sources: ESP32 TRM, chapter "Low-Power Management"; ESP-IDF, rtc_sleep.c and sleep_modes.c; facts 3.2, 4.7. */
#include "bus/base/crc32.h"
#include "peripherals/rtc_cntl/rtc_cntl_priv.h"

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC_CNTL
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { WAKE_DELAY = 7 }; /* slow cycles that no register names: RTC_CNTL_WAKEUP_DELAY_CYCLES of ESP-IDF */
enum { REJECTED_BY_GPIO = 1 };

static const struct rtc_cntl_port *port_of(const struct rtc_cntl *rtc)
{
    return &rtc->config.port;
}

static void show(struct rtc_cntl *rtc, const char *state)
{
    trace_change_text(rtc->dev.env->trace, rtc->sleep_signal, rtc->dev.now, state);
}

static void step_after(struct rtc_cntl *rtc, uint64_t slow_cycles)
{
    const struct clock_domain *slow = rtc_slow_clock(rtc);
    uint64_t cycle = clock_cycles(slow, rtc->dev.now) + slow_cycles;
    evq_schedule(rtc->dev.env->evq, &rtc->sleep.step, clock_time(slow, cycle));
}

/* ---- Power ----------------------------------------------------------------------------------------------------- */

static struct rtc_sleep_power power_in_sleep(const struct rtc_cntl *rtc)
{
    const struct dev *dev = &rtc->dev;
    return (struct rtc_sleep_power){
        .deep = reg_get(dev, RTC_CNTL_DIG_PWC_DG_WRAP_PD_EN) && !reg_get(dev, RTC_CNTL_DIG_PWC_DG_WRAP_FORCE_PU),
        .fast_memory_lost = reg_get(dev, RTC_CNTL_PWC_FASTMEM_FORCE_PD) ||
                            (reg_get(dev, RTC_CNTL_PWC_FASTMEM_PD_EN) && !reg_get(dev, RTC_CNTL_PWC_FASTMEM_FORCE_PU)),
        .slow_memory_lost = reg_get(dev, RTC_CNTL_PWC_SLOWMEM_FORCE_PD) ||
                            (reg_get(dev, RTC_CNTL_PWC_SLOWMEM_PD_EN) && !reg_get(dev, RTC_CNTL_PWC_SLOWMEM_FORCE_PU)),
    };
}

/* RTC_IO and what is behind it, EXT0 included. */
static bool rtc_peripherals_have_power(const struct rtc_cntl *rtc)
{
    const struct dev *dev = &rtc->dev;
    return !reg_get(dev, RTC_CNTL_PWC_FORCE_PD) &&
           (!reg_get(dev, RTC_CNTL_PWC_PD_EN) || reg_get(dev, RTC_CNTL_PWC_FORCE_PU));
}

static uint64_t longer(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The main state machine, with those of the domains beside it. */
static uint64_t cycles_to_wake(const struct rtc_cntl *rtc)
{
    const struct dev *dev = &rtc->dev;
    uint64_t cycles = WAKE_DELAY;
    cycles += reg_get(dev, RTC_CNTL_TIMER1_CK8M_WAIT) + reg_get(dev, RTC_CNTL_TIMER1_XTL_BUF_WAIT);
    if (rtc->sleep.power.deep) {
        cycles = longer(cycles, reg_get(dev, RTC_CNTL_TIMER4_DG_WRAP_WAIT_TIMER) +
                                    reg_get(dev, RTC_CNTL_TIMER4_DG_WRAP_POWERUP_TIMER));
        cycles = longer(cycles, reg_get(dev, RTC_CNTL_TIMER3_ROM_RAM_WAIT_TIMER) +
                                    reg_get(dev, RTC_CNTL_TIMER3_ROM_RAM_POWERUP_TIMER));
    }
    if (reg_get(dev, RTC_CNTL_DIG_PWC_WIFI_PD_EN))
        cycles = longer(cycles, reg_get(dev, RTC_CNTL_TIMER3_WIFI_WAIT_TIMER) +
                                    reg_get(dev, RTC_CNTL_TIMER3_WIFI_POWERUP_TIMER));
    if (!rtc_peripherals_have_power(rtc))
        cycles = longer(cycles, reg_get(dev, RTC_CNTL_TIMER4_WAIT_TIMER) + reg_get(dev, RTC_CNTL_TIMER4_POWERUP_TIMER));
    if (rtc->sleep.power.fast_memory_lost || rtc->sleep.power.slow_memory_lost)
        cycles = longer(cycles, reg_get(dev, RTC_CNTL_TIMER5_RTCMEM_WAIT_TIMER) +
                                    reg_get(dev, RTC_CNTL_TIMER5_RTCMEM_POWERUP_TIMER));
    return cycles;
}

/* ---- Hold of pads ---------------------------------------------------------------------------------------------- */

/* HOLD_FORCE has its pads in another order than RTC_IO. */
static uint32_t held_rtc_pads(const struct rtc_cntl *rtc)
{
    static const uint8_t rtc_pad[] = {4, 5, 6, 7, 0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 9, 8};
    uint32_t force = reg_word(&rtc->dev, RTC_CNTL_HOLD_FORCE), pads = 0;
    for (unsigned bit = 0; bit < sizeof rtc_pad; bit++)
        pads |= (uint32_t)bits_test(force, bit) << rtc_pad[bit];
    return pads;
}

/* DG_PAD_AUTOHOLD: held when the digital core lost its power, until software clears it. */
static bool digital_pads_are_held(const struct rtc_cntl *rtc)
{
    const struct dev *dev = &rtc->dev;
    if (reg_get(dev, RTC_CNTL_DIG_ISO_DG_PAD_FORCE_UNHOLD))
        return false;
    return reg_get(dev, RTC_CNTL_DIG_ISO_DG_PAD_FORCE_HOLD) || reg_get(dev, RTC_CNTL_DIG_ISO_DG_PAD_AUTOHOLD);
}

void rtc_sleep_update_hold(struct rtc_cntl *rtc)
{
    if (port_of(rtc)->hold)
        port_of(rtc)->hold(port_of(rtc)->ctx, held_rtc_pads(rtc), digital_pads_are_held(rtc), rtc->dev.now);
}

void rtc_hold_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    if (dev->offset == RTC_CNTL_DIG_ISO && reg_field_of(written, RTC_CNTL_DIG_ISO_CLR_DG_PAD_AUTOHOLD))
        reg_put(dev, RTC_CNTL_DIG_ISO_DG_PAD_AUTOHOLD, 0);
    rtc_sleep_update_hold(rtc_of(dev));
}

/* ---- Sources --------------------------------------------------------------------------------------------------- */

static uint32_t enabled_sources(const struct rtc_cntl *rtc)
{
    const uint32_t awake_digital = 1u << RTC_WAKE_GPIO | 1u << RTC_WAKE_UART0 | 1u << RTC_WAKE_UART1;
    uint32_t enabled = reg_get(&rtc->dev, RTC_CNTL_WAKEUP_STATE_WAKEUP_ENA);
    if (rtc->sleep.power.deep)
        enabled &= ~awake_digital;
    if (!rtc_peripherals_have_power(rtc))
        enabled &= ~(1u << RTC_WAKE_EXT0);
    return enabled;
}

static uint32_t rtc_levels(const struct rtc_cntl *rtc)
{
    return port_of(rtc)->rtc_levels ? port_of(rtc)->rtc_levels(port_of(rtc)->ctx, rtc->dev.now) : 0;
}

static unsigned ext0_pad(const struct rtc_cntl *rtc)
{
    unsigned pad = port_of(rtc)->ext0_pad ? port_of(rtc)->ext0_pad(port_of(rtc)->ctx) : 31;
    return pad < 18 ? pad : 31;
}

/* The pads that make EXT1 wake now: any that is high, or all when all are low. */
static uint32_t ext1_pads(const struct rtc_cntl *rtc)
{
    uint32_t selected = reg_get(&rtc->dev, RTC_CNTL_EXT_WAKEUP1_SEL), high = rtc_levels(rtc) & selected;
    if (reg_get(&rtc->dev, RTC_CNTL_EXT_WAKEUP_CONF_EXT_WAKEUP1_LV))
        return high;
    return high ? 0 : selected;
}

static bool gpio_wakes(const struct rtc_cntl *rtc)
{
    return port_of(rtc)->gpio_wakes && port_of(rtc)->gpio_wakes(port_of(rtc)->ctx, rtc->dev.now);
}

static uint32_t active_sources(const struct rtc_cntl *rtc)
{
    uint32_t enabled = enabled_sources(rtc), active = rtc->sleep.told;
    if (bits_test(enabled, RTC_WAKE_EXT0) && ext0_pad(rtc) < 18) {
        bool wanted = reg_get(&rtc->dev, RTC_CNTL_EXT_WAKEUP_CONF_EXT_WAKEUP0_LV);
        active |= (uint32_t)(bits_test(rtc_levels(rtc), ext0_pad(rtc)) == wanted) << RTC_WAKE_EXT0;
    }
    if (bits_test(enabled, RTC_WAKE_EXT1))
        active |= (uint32_t)(ext1_pads(rtc) != 0) << RTC_WAKE_EXT1;
    if (bits_test(enabled, RTC_WAKE_GPIO))
        active |= (uint32_t)gpio_wakes(rtc) << RTC_WAKE_GPIO;
    active |= (uint32_t)rtc_alarm_is_due(rtc, rtc->dev.now) << RTC_WAKE_TIMER;
    return active & enabled;
}

static void watch_pads(struct rtc_cntl *rtc, bool on)
{
    uint32_t enabled = enabled_sources(rtc), pads = 0;
    if (!port_of(rtc)->watch)
        return;
    if (bits_test(enabled, RTC_WAKE_EXT0) && ext0_pad(rtc) < 18)
        pads |= 1u << ext0_pad(rtc);
    if (bits_test(enabled, RTC_WAKE_EXT1))
        pads |= reg_get(&rtc->dev, RTC_CNTL_EXT_WAKEUP1_SEL);
    port_of(rtc)->watch(port_of(rtc)->ctx, on ? pads : 0, on && bits_test(enabled, RTC_WAKE_GPIO), rtc->dev.now);
}

/* After power-on GPIO and timer are enabled; what else is, software has asked for. */
static void report_unmodelled(const struct rtc_cntl *rtc)
{
    static const struct {
        enum rtc_wake source;
        const char *text;
    } rows[] = {{RTC_WAKE_SDIO, "wake-up by SDIO has no model behind it"},
                {RTC_WAKE_MAC, "wake-up by the Wi-Fi MAC has no model behind it"},
                {RTC_WAKE_TOUCH, "wake-up by touch has no model behind it"},
                {RTC_WAKE_ULP, "wake-up by the ULP coprocessor has no model behind it"},
                {RTC_WAKE_BT, "wake-up by Bluetooth has no model behind it"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bits_test(reg_get(&rtc->dev, RTC_CNTL_WAKEUP_STATE_WAKEUP_ENA), rows[i].source))
            dev_say_once(&rtc->dev, LOG_UNIMPL, RTC_CNTL_WAKEUP_STATE << 8 | rows[i].source, rows[i].text);
}

void rtc_ext1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    if (reg_field_of(written, RTC_CNTL_EXT_WAKEUP1_STATUS_CLR))
        reg_put_word(dev, RTC_CNTL_EXT_WAKEUP1_STATUS, 0);
}

/* ---- To sleep and back ----------------------------------------------------------------------------------------- */

static void fall_asleep(struct rtc_cntl *rtc)
{
    struct dev *dev = &rtc->dev;
    struct rtc_sleep *sleep = &rtc->sleep;
    const struct clock_domain *slow = rtc_slow_clock(rtc);
    sleep->power = power_in_sleep(rtc);
    sleep->phase = RTC_ASLEEP;
    sleep->told = 0;
    sleep->since = dev->now;
    sleep->least = clock_time(slow, clock_cycles(slow, dev->now) + reg_get(dev, RTC_CNTL_TIMER5_MIN_SLP_VAL));
    show(rtc, sleep->power.deep ? "deep" : "light");
    if (sleep->power.deep && reg_get(dev, RTC_CNTL_DIG_ISO_DG_PAD_AUTOHOLD_EN)) {
        reg_put(dev, RTC_CNTL_DIG_ISO_DG_PAD_AUTOHOLD, 1);
        rtc_sleep_update_hold(rtc);
    }
    if (reg_get(dev, RTC_CNTL_WDTCONFIG0_WDT_PAUSE_IN_SLP))
        rtc_wdt_pause(rtc, true);
    sleep->powering_down = true;
    if (port_of(rtc)->sleep)
        port_of(rtc)->sleep(port_of(rtc)->ctx, &sleep->power, dev->now);
    sleep->powering_down = false;
    dev->env->clocks->select.stopped = true;
    clock_tree_select(dev->env->clocks, dev->now);
    report_unmodelled(rtc);
    watch_pads(rtc, true);
    rtc_alarm_schedule(rtc);
    evq_schedule(dev->env->evq, &sleep->step, sleep->least);
}

/* Clocks, watchdog and pads as they are awake. */
static void end_sleep(struct rtc_cntl *rtc)
{
    struct dev *dev = &rtc->dev;
    struct rtc_sleep *sleep = &rtc->sleep;
    evq_cancel(dev->env->evq, &sleep->step);
    reg_put(dev, RTC_CNTL_STATE0_SLEEP_EN, 0);
    if (sleep->phase >= RTC_ASLEEP) {
        sleep->times[sleep->power.deep]++;
        sleep->spent[sleep->power.deep] += dev->now - sleep->since;
        watch_pads(rtc, false);
    }
    sleep->phase = RTC_AWAKE;
    if (!reg_get(dev, RTC_CNTL_SLP_TIMER1_MAIN_TIMER_ALARM_EN))
        evq_cancel(dev->env->evq, &rtc->alarm);
    dev->env->clocks->select.stopped = false;
    clock_tree_select(dev->env->clocks, dev->now);
    rtc_wdt_pause(rtc, false);
    show(rtc, "awake");
}

static void begin_to_wake(struct rtc_cntl *rtc)
{
    struct rtc_sleep *sleep = &rtc->sleep;
    uint32_t cause = active_sources(rtc);
    if (!cause)
        return;
    sleep->cause = cause;
    if (bits_test(cause, RTC_WAKE_EXT1))
        reg_put_word(&rtc->dev, RTC_CNTL_EXT_WAKEUP1_STATUS, ext1_pads(rtc));
    sleep->phase = RTC_WAKING;
    step_after(rtc, cycles_to_wake(rtc));
}

static void wake(struct rtc_cntl *rtc)
{
    struct rtc_sleep *sleep = &rtc->sleep;
    bool deep = sleep->power.deep;
    end_sleep(rtc);
    reg_put(&rtc->dev, RTC_CNTL_WAKEUP_STATE_WAKEUP_CAUSE, sleep->cause);
    rtc_interrupt(rtc, RTC_INT_SLP_WAKEUP);
    if (port_of(rtc)->wake)
        port_of(rtc)->wake(port_of(rtc)->ctx, deep, rtc->dev.now);
}

static void step_due(void *ctx, sim_time now)
{
    struct rtc_cntl *rtc = ctx;
    rtc->dev.now = now;
    if (rtc->sleep.phase == RTC_FALLING_ASLEEP)
        fall_asleep(rtc);
    else if (rtc->sleep.phase == RTC_ASLEEP)
        begin_to_wake(rtc);
    else if (rtc->sleep.phase == RTC_WAKING)
        wake(rtc);
}

/* Something that may wake has changed; before the shortest sleep is over nothing comes of it. */
void rtc_sleep_source_changed(struct rtc_cntl *rtc)
{
    if (rtc->sleep.phase == RTC_ASLEEP && rtc->dev.now >= rtc->sleep.least)
        begin_to_wake(rtc);
}

void rtc_cntl_pads_changed(struct rtc_cntl *rtc, sim_time now)
{
    rtc->dev.now = now;
    rtc_sleep_source_changed(rtc);
}

void rtc_cntl_uart_wakes(struct rtc_cntl *rtc, unsigned uart, sim_time now)
{
    sim_assert(uart < 2);
    rtc->dev.now = now;
    if (rtc->sleep.phase == RTC_ASLEEP)
        rtc->sleep.told |= 1u << (RTC_WAKE_UART0 + uart);
    rtc_sleep_source_changed(rtc);
}

bool rtc_cntl_sleeps(const struct rtc_cntl *rtc)
{
    return rtc->sleep.phase != RTC_AWAKE;
}

static bool is_rejected(struct rtc_cntl *rtc)
{
    struct dev *dev = &rtc->dev;
    bool deep = power_in_sleep(rtc).deep;
    bool may_reject = deep ? reg_get(dev, RTC_CNTL_SLP_REJECT_CONF_DEEP_SLP_REJECT_EN)
                           : reg_get(dev, RTC_CNTL_SLP_REJECT_CONF_LIGHT_SLP_REJECT_EN);
    if (!may_reject || !reg_get(dev, RTC_CNTL_SLP_REJECT_CONF_GPIO_REJECT_EN) || !gpio_wakes(rtc))
        return false;
    reg_put(dev, RTC_CNTL_SLP_REJECT_CONF_REJECT_CAUSE, REJECTED_BY_GPIO);
    return true;
}

void rtc_state_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    (void)index, (void)old;
    if (!reg_field_of(written, RTC_CNTL_STATE0_SLEEP_EN) || rtc->sleep.phase != RTC_AWAKE)
        return;
    if (is_rejected(rtc)) {
        reg_put(dev, RTC_CNTL_STATE0_SLEEP_EN, 0);
        rtc_interrupt(rtc, RTC_INT_SLP_REJECT);
        return;
    }
    bool stall = reg_get(dev, RTC_CNTL_TIMER1_CPU_STALL_EN);
    rtc->sleep.phase = RTC_FALLING_ASLEEP;
    step_after(rtc, 1 + (stall ? reg_get(dev, RTC_CNTL_TIMER1_CPU_STALL_WAIT) : 0));
}

/* ---- CRC over RTC fast memory ---------------------------------------------------------------------------------- */

uint32_t rtc_cntl_crc(const struct rtc_cntl *rtc)
{
    const struct dev *dev = &rtc->dev;
    uint32_t first = reg_get(dev, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_ADDR), crc = 0;
    uint32_t words = reg_get(dev, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_LEN) + 1;
    for (uint32_t i = 0; i < words; i++) {
        uint32_t word =
            port_of(rtc)->fast_memory ? port_of(rtc)->fast_memory(port_of(rtc)->ctx, (first + i) % 2048) : 0;
        const uint8_t bytes[] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24)};
        crc = crc32_extend(crc, bytes, sizeof bytes);
    }
    return crc;
}

static void crc_is_done(void *ctx, sim_time now)
{
    struct rtc_cntl *rtc = ctx;
    struct dev *dev = &rtc->dev;
    dev->now = now;
    reg_put_word(dev, RTC_CNTL_MEM_CRC_RES, rtc_cntl_crc(rtc));
    reg_put(dev, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_FINISH, 1);
}

void rtc_crc_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    const struct clock_domain *fast = &dev->env->clocks->clock[CLOCK_RTC_FAST];
    bool was = reg_field_of(old, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_START);
    (void)index;
    if (was || !reg_field_of(written, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_START))
        return;
    reg_put(dev, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_FINISH, 0);
    uint64_t words = reg_get(dev, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_LEN) + UINT64_C(1);
    evq_schedule(dev->env->evq, &rtc->crc_done, clock_time(fast, clock_cycles(fast, dev->now) + words));
}

/* ---- Life ------------------------------------------------------------------------------------------------------ */

/* A reset that is not part of falling asleep ends sleep. */
void rtc_sleep_reset(struct rtc_cntl *rtc)
{
    if (rtc->sleep.phase == RTC_AWAKE || rtc->sleep.powering_down)
        return;
    bool was_asleep = rtc->sleep.phase != RTC_FALLING_ASLEEP;
    end_sleep(rtc);
    if (was_asleep && port_of(rtc)->wake)
        port_of(rtc)->wake(port_of(rtc)->ctx, false, rtc->dev.now);
}

void rtc_sleep_init(struct rtc_cntl *rtc)
{
    evq_event_init(&rtc->sleep.step, step_due, rtc, EVQ_PHASE_CPU);
    evq_event_init(&rtc->crc_done, crc_is_done, rtc, EVQ_PHASE_DEVICE);
    show(rtc, "awake");
}

void rtc_sleep_fini(struct rtc_cntl *rtc)
{
    evq_cancel(rtc->dev.env->evq, &rtc->sleep.step);
    evq_cancel(rtc->dev.env->evq, &rtc->crc_done);
}
