/* SPDX-License-Identifier: Apache-2.0 */
/* The cable between an access point (rf_channel/ap.h) and a port of a switch, 100 Mbit/s both ways. The air and the
 * switch share an event queue. */
#ifndef VESPER_SC_TOP_NET_AP_CABLE_H
#define VESPER_SC_TOP_NET_AP_CABLE_H

#include "net_bridge/net_switch.h"
#include "rf_channel/ap.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ap_cable;

/* At first it leads nowhere. NULL without memory. */
struct ap_cable *ap_cable_create(void);
/* Unplugs it. After the access point is gone. NULL is accepted. */
void ap_cable_destroy(struct ap_cable *cable);

/* To make the access point with. */
struct ap_port ap_cable_port(struct ap_cable *cable);

/* name is borrowed; q: of both. SIM_NO_MEMORY. */
enum sim_status ap_cable_plug(struct ap_cable *cable, struct ap *ap, struct net_switch *net, struct evq *q,
                              const char *name, uint32_t id);
/* Before the switch is destroyed. */
void ap_cable_unplug(struct ap_cable *cable);

/* NULL: not plugged in. */
struct net_port *ap_cable_net_port(struct ap_cable *cable);

#ifdef __cplusplus
}
#endif
#endif
