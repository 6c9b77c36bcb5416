/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL: clock selection, RTC timer, software resets and their causes, CPU stall, RTC watchdog, brown-out detector.
 * Source: ESP32 TRM, chapters "Reset and Clock", "Watchdog Timers", "Low-Power Management"; facts 3.1, 4.7.
 *
 * Modelled: SOC_CLK_SEL, FAST_CLK_RTC_SEL and ANA_CLK_RTC_SEL, effective with the next cycle of the slow clock; the
 * 48-bit RTC timer, its latch and alarm; scratch registers; reset bits; stall code 0x86 for each core; the watchdog's
 * four stages, write protection and flash boot mode; detection of low supply with interrupt and reset; interrupts.
 *
 * Not modelled: sleep (SLEEP_EN is reported in class "unimpl"), wake-up sources, power and isolation of domains, hold
 * of RTC pads, the CRC over RTC memory, switching oscillators off.
 *
 * Chosen where no document says: an RTC alarm that has been passed fires when it is armed; a stage that is off in
 * flash boot mode resets the chip when it is stage 0. */
#ifndef VESPER_PERIPHERALS_RTC_CNTL_RTC_CNTL_H
#define VESPER_PERIPHERALS_RTC_CNTL_RTC_CNTL_H

#include "bus/dev.h"
#include "bus/reset.h"
#include "peripherals/timing/watchdog.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RTC_CNTL_CORES = 2 }; /* 0 PRO, 1 APP */

/* The node's side. Functions may be NULL; they are called from within a hook or event. */
struct rtc_cntl_port {
    void *ctx;
    /* The stall code of a core was written (it stands still) or taken away. */
    void (*stall)(void *ctx, unsigned core, bool stalled, sim_time now);
};

struct rtc_cntl_config {
    bool flash_boot; /* the chip boots from flash: the watchdog protects it */
    struct reset_port reset;
    struct rtc_cntl_port port;
};

struct rtc_cntl {
    struct dev dev;
    struct rtc_cntl_config config;
    struct line *irq; /* RTC_CORE; set by the node, NULL: not connected */
    bool stalled[RTC_CNTL_CORES];
    struct evq_event clock_switch; /* with the next slow cycle */
    uint64_t time_origin;          /* slow clock cycle at which the RTC time was 0 */
    struct evq_event time_valid;
    struct evq_event alarm;
    struct watchdog dog;
    struct evq_event dog_event;
    bool supply_is_low;
    struct evq_event brown_out;
    trace_id cpu_hz_signal, apb_hz_signal, slow_hz_signal, stage_signal;
};

/* In its power-on state, with reset cause RESET_CAUSE_POWER_ON for both cores, and the clock tree set to what the
 * registers say. config is copied; name and env are borrowed. SIM_NO_MEMORY. */
enum sim_status rtc_cntl_init(struct rtc_cntl *rtc, const struct rtc_cntl_config *config, const char *name,
                              struct dev_env *env);
void rtc_cntl_fini(struct rtc_cntl *rtc);

/* What RESET_STATE shows for a core: the node calls it with each reset. */
void rtc_cntl_set_reset_cause(struct rtc_cntl *rtc, unsigned core, enum reset_cause cause);
enum reset_cause rtc_cntl_reset_cause(const struct rtc_cntl *rtc, unsigned core);

/* Where a core starts: 0x40000400 in ROM, or 0x50000000 in RTC slow memory (STAT_VECTOR_SEL). */
uint32_t rtc_cntl_reset_vector(const struct rtc_cntl *rtc, unsigned core);

/* RTC time in slow clock cycles, 48 bits. */
uint64_t rtc_cntl_time(const struct rtc_cntl *rtc, sim_time now);

/* The chip's supply falls below the detector's threshold, or is well again. */
void rtc_cntl_set_supply_low(struct rtc_cntl *rtc, bool low, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
