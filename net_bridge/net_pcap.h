/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames into a pcap file with nanoseconds, for Wireshark. */
#ifndef VESPER_NET_BRIDGE_NET_PCAP_H
#define VESPER_NET_BRIDGE_NET_PCAP_H

#include "bus/base/log.h"
#include "bus/base/status.h"
#include "net_bridge/net_switch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct net_pcap;

/* Creates the file. SIM_IO with a message, SIM_NO_MEMORY. */
enum sim_status net_pcap_create(const char *path, struct log *log, struct net_pcap **pcap);
/* Writes the rest. SIM_IO: the file is incomplete (disk full). NULL is accepted. */
enum sim_status net_pcap_close(struct net_pcap *pcap);

/* What was written so far is in the file, whatever happens to the program. */
void net_pcap_flush(struct net_pcap *pcap);

void net_pcap_write(struct net_pcap *pcap, const uint8_t *frame, unsigned length, sim_time time);

/* Both directions of a port, from now on; pcap outlives the port, or the port is told to forget its observer. */
void net_pcap_observe(struct net_pcap *pcap, struct net_port *port);

#ifdef __cplusplus
}
#endif
#endif
