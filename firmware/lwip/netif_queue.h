/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that wait for room in a driver. A frame of TCP is not copied: lwIP leaves a segment alone while somebody else
 * holds a reference to it. */
#ifndef VESPER_FIRMWARE_LWIP_NETIF_QUEUE_H
#define VESPER_FIRMWARE_LWIP_NETIF_QUEUE_H

#include <stdbool.h>

#include "lwip/netif.h"

enum { NETIF_QUEUE = 64 };

struct netif_queue {
    bool (*send)(struct pbuf *frame); /* false: no room now */
    struct pbuf *frame[NETIF_QUEUE];
    unsigned first, count;
};

/* As netif->linkoutput wants it. */
err_t netif_queue_send(struct netif_queue *queue, struct pbuf *frame);
/* Sends what has room by now. */
void netif_queue_run(struct netif_queue *queue);
void netif_queue_clear(struct netif_queue *queue);

/* Hands a received frame up; the pbuf is lwIP's or gone afterwards. */
void netif_receive(struct netif *netif, struct pbuf *frame);

/* What all our Ethernet-like netifs have in common; for their init functions. */
void netif_set_up_ethernet(struct netif *netif, const char name[2], const uint8_t address[6], netif_linkoutput_fn send);

/* ---- The paths: each is started once; after that its netif can be taken down and up. --------------------------------
 */

/* lwIP's netif init functions; ERR_IF: the hardware is not there. */
err_t netif_eth_init(struct netif *netif);
err_t netif_tunnel_init(struct netif *netif);
err_t netif_wifi_init(struct netif *netif);

/* Seed document 004's bridge knows no ARP: both ends' MAC addresses are fixed. Ours is to be changed before an IP
 * address is, which lwIP then announces with it; nodes that are not at a bridge have one of their own each. */
void netif_tunnel_use_mac(struct netif *netif, bool of_bridge);
void netif_tunnel_know_bridge(struct netif *netif);
/* "SSID [PASSPHRASE]"; NULL, or what is wrong. */
const char *netif_wifi_settings(struct netif *netif, const char *text);
int netif_wifi_rssi(void);

/* Moves frames. The result: in how many microseconds it wants to be called again, UINT32_MAX: when it has work. */
uint32_t netif_eth_poll(void);
uint32_t netif_tunnel_poll(void);
uint32_t netif_wifi_poll(void);

/* Whether polling is worth it; with interrupts masked too. */
bool netif_eth_has_work(void);
bool netif_tunnel_has_work(void);
bool netif_wifi_has_work(void);

#endif
