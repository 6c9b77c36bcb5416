/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL: clock selection, RTC timer, software resets and their causes, CPU stall, RTC watchdog, brown-out detector.
 * Source: ESP32 TRM, chapters "Reset and Clock", "Watchdog Timers", "Low-Power Management"; facts 3.1, 4.7.
 *
 * Modelled: SOC_CLK_SEL, FAST_CLK_RTC_SEL and ANA_CLK_RTC_SEL, effective with the next cycle of the slow clock; the
 * 48-bit RTC timer, its latch and alarm; scratch registers; reset bits; stall code 0x86 for each core; the watchdog's
 * four stages, write protection and flash boot mode; the supply against the brown-out detector's threshold, interrupt
 * and reset; light and deep sleep; hold of pads; the CRC over RTC fast memory; interrupts.
 *
 * Sleep: SLEEP_EN stops the cores after CPU_STALL_WAIT slow cycles. It is deep where the digital core loses power
 * (DG_WRAP_PD_EN without DG_WRAP_FORCE_PU), which the node answers with a reset of all but the RTC domain and with the
 * loss of memories; RTC memories keep their content unless PWC lets them be powered down. It lasts MIN_SLP_VAL slow
 * cycles at least and until a source wakes: the alarm; EXT0 (while the RTC peripherals have power); EXT1; in light
 * sleep GPIO levels, and UART0 and UART1 as the node tells them. Then oscillators and domains need CK8M_WAIT +
 * XTL_BUF_WAIT + 7 slow cycles, or the longest of the domains' own times (ESP-IDF, sleep_modes.c: what it takes off the
 * time asked for). GPIO may reject sleep. The watchdog pauses if told so.
 *
 * Not modelled: wake-up by SDIO, MAC, touch, ULP and Bluetooth (reported once); power and isolation beyond that;
 * switching oscillators off.
 *
 * Chosen where no document says: an RTC alarm that has been passed fires when it is armed, and wakes; a stage that is
 * off in flash boot mode resets the chip when it is stage 0; a source that is gone when the shortest sleep ends does
 * not wake; the CRC is that of IEEE 802.3, one word each cycle of the RTC fast clock (the ROM and ESP-IDF only compare
 * two results of the hardware, which any polynomial serves); REJECT_CAUSE has the bits in the order of the two enables,
 * GPIO_REJECT_EN and SDIO_REJECT_EN (ESP-IDF reads the interrupt, not the cause). */
#ifndef VESPER_PERIPHERALS_RTC_CNTL_RTC_CNTL_H
#define VESPER_PERIPHERALS_RTC_CNTL_RTC_CNTL_H

#include "bus/dev.h"
#include "bus/reset.h"
#include "peripherals/timing/watchdog.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RTC_CNTL_CORES = 2 }; /* 0 PRO, 1 APP */

/* What loses its power, and so its content, while the chip sleeps. */
struct rtc_sleep_power {
    bool deep; /* the digital core, and internal SRAM */
    bool fast_memory_lost, slow_memory_lost;
};

/* The node's side. Functions may be NULL; they are called from within a hook or event. */
struct rtc_cntl_port {
    void *ctx;
    /* The stall code of a core was written (it stands still) or taken away. */
    void (*stall)(void *ctx, unsigned core, bool stalled, sim_time now);

    /* The cores stand still from now on, and if deep all but the RTC domain is without power; then, that they go on,
     * and if it was deep that the chip is to be reset with cause RESET_CAUSE_DEEP_SLEEP. A reset may end sleep as well.
     */
    void (*sleep)(void *ctx, const struct rtc_sleep_power *power, sim_time now);
    void (*wake)(void *ctx, bool deep, sim_time now);

    /* RTC pads by bit, as gpio_rtc_levels(); the RTC pad of EXT0; whether a GPIO's level wakes. */
    uint32_t (*rtc_levels)(void *ctx, sim_time now);
    unsigned (*ext0_pad)(void *ctx);
    bool (*gpio_wakes)(void *ctx, sim_time now);

    /* Changes of these RTC pads, and of GPIOs that may wake, are to be told by rtc_cntl_pads_changed; or no more. */
    void (*watch)(void *ctx, uint32_t rtc_pads, bool gpio, sim_time now);

    /* Held from now on: these RTC pads; all other pads. */
    void (*hold)(void *ctx, uint32_t rtc_pads, bool digital, sim_time now);

    /* A word of RTC fast memory. */
    uint32_t (*fast_memory)(void *ctx, unsigned word);
};

/* Bits of WAKEUP_ENA and WAKEUP_CAUSE. */
enum rtc_wake {
    RTC_WAKE_EXT0,
    RTC_WAKE_EXT1,
    RTC_WAKE_GPIO,
    RTC_WAKE_TIMER,
    RTC_WAKE_SDIO,
    RTC_WAKE_MAC,
    RTC_WAKE_UART0,
    RTC_WAKE_UART1,
    RTC_WAKE_TOUCH,
    RTC_WAKE_ULP,
    RTC_WAKE_BT
};

enum rtc_sleep_phase { RTC_AWAKE, RTC_FALLING_ASLEEP, RTC_ASLEEP, RTC_WAKING };

struct rtc_sleep {
    enum rtc_sleep_phase phase;
    struct rtc_sleep_power power;
    bool powering_down; /* the node resets devices for it */
    uint32_t told;      /* sources that said so themselves: UARTs */
    uint32_t cause;     /* why it is waking */
    sim_time since, least;
    struct evq_event step; /* falls asleep; the shortest sleep is over; is awake */
    uint64_t times[2];     /* light, deep */
    sim_time spent[2];     /* from the last core's stop to its start */
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
    bool dog_is_paused;
    uint64_t dog_paused_at; /* slow clock cycle */
    unsigned supply_mv;
    struct evq_event brown_out;
    struct rtc_sleep sleep;
    struct evq_event crc_done;
    trace_id cpu_hz_signal, apb_hz_signal, slow_hz_signal, stage_signal, sleep_signal;
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

/* The chip's supply is this from now on; 3300 at first. */
void rtc_cntl_set_supply(struct rtc_cntl *rtc, unsigned millivolts, sim_time now);

/* A pad that port.watch asked for has changed. */
void rtc_cntl_pads_changed(struct rtc_cntl *rtc, sim_time now);

/* UART 0 or 1 has counted the edges that wake it. */
void rtc_cntl_uart_wakes(struct rtc_cntl *rtc, unsigned uart, sim_time now);

/* The CRC over RTC fast memory that MEM_CONF asks for, now. */
uint32_t rtc_cntl_crc(const struct rtc_cntl *rtc);

/* What it is in: light or deep sleep, falling asleep and waking included. */
bool rtc_cntl_sleeps(const struct rtc_cntl *rtc);

#ifdef __cplusplus
}
#endif
#endif
