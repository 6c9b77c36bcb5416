/* SPDX-License-Identifier: Apache-2.0 */
/* iperf 2 over TCP: bytes until the sender closes. */
#ifndef VESPER_FIRMWARE_APPS_IPERF_TCP_H
#define VESPER_FIRMWARE_APPS_IPERF_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/ip_addr.h"

enum { IPERF_PORT = 5001 };

bool iperf_tcp_listen(void);
/* NULL: it has begun, and says when it is done; else what is wrong. */
const char *iperf_tcp_send(const ip_addr_t *to, u16_t port, uint32_t seconds);

/* The beginning of a line of results; the caller ends it. */
void iperf_report(const char *what, const ip_addr_t *other, uint64_t bytes, uint64_t us);

#endif
