/* SPDX-License-Identifier: Apache-2.0 */
/* What a device asks of its node when it resets something: watchdogs, RTC_CNTL's reset bits, the brown-out detector.
 * Source: ESP32 TRM, chapter "Reset and Clock", table of reset sources; facts 3.1. */
#ifndef VESPER_BUS_RESET_H
#define VESPER_BUS_RESET_H

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum reset_kind {
    RESET_CORES,  /* the cores named in reset_request.cores; devices and memory keep their state */
    RESET_SYSTEM, /* cores and the digital core: DEV_RESET_SYSTEM for every device */
    RESET_CHIP    /* the RTC domain too: DEV_RESET_POWER_ON */
};

/* As RTC_CNTL_RESET_STATE shows it; the first thing that boot code reads. */
enum reset_cause {
    RESET_CAUSE_POWER_ON = 1,
    RESET_CAUSE_SW_SYSTEM = 3,
    RESET_CAUSE_DEEP_SLEEP = 5,
    RESET_CAUSE_SDIO = 6,
    RESET_CAUSE_TG0_WDT_SYSTEM = 7,
    RESET_CAUSE_TG1_WDT_SYSTEM = 8,
    RESET_CAUSE_RTC_WDT_SYSTEM = 9,
    RESET_CAUSE_INTRUSION = 10,
    RESET_CAUSE_TG_WDT_CPU = 11,
    RESET_CAUSE_SW_CPU = 12,
    RESET_CAUSE_RTC_WDT_CPU = 13,
    RESET_CAUSE_APP_BY_PRO = 14, /* DPORT's APPCPU_RESETTING */
    RESET_CAUSE_BROWN_OUT = 15,
    RESET_CAUSE_RTC_WDT_CHIP = 16
};

enum { RESET_CORE_PRO = 1, RESET_CORE_APP = 2 }; /* bits of reset_request.cores */

struct reset_request {
    enum reset_kind kind;
    enum reset_cause cause;
    unsigned cores;  /* of RESET_CORES */
    sim_time start;  /* when the reset line is asserted */
    sim_time length; /* for how long */
};

/* Called from within a device's hook or event: the node notes the request, and resets devices and cores when that
 * call has returned. It writes the cause with rtc_cntl_set_reset_cause(). */
struct reset_port {
    void *ctx;
    void (*request)(void *ctx, const struct reset_request *request);
};

/* port or its function NULL: nobody listens. */
static inline void reset_ask(const struct reset_port *port, const struct reset_request *request)
{
    if (port && port->request)
        port->request(port->ctx, request);
}

#ifdef __cplusplus
}
#endif
#endif
