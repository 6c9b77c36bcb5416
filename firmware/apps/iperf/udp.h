/* SPDX-License-Identifier: Apache-2.0 */
/* iperf 2 over UDP: numbered datagrams at a rate; the last has a negative number, and the receiver answers with what it
 * has seen. */
#ifndef VESPER_FIRMWARE_APPS_IPERF_UDP_H
#define VESPER_FIRMWARE_APPS_IPERF_UDP_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/ip_addr.h"

bool iperf_udp_listen(void);
/* NULL: it has begun, and says when it is done; else what is wrong. */
const char *iperf_udp_send(const ip_addr_t *to, u16_t port, uint32_t seconds, uint32_t kbits);
/* Sends what is due. */
void iperf_udp_poll(void);

#endif
