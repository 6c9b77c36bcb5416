/* SPDX-License-Identifier: Apache-2.0 */
/* Paths whose hardware the board does not have: they cannot be started, so the rest is never called. */
#include "firmware/lwip/netif_queue.h"

err_t netif_tunnel_init(struct netif *netif)
{
    (void)netif;
    return ERR_IF;
}

void netif_tunnel_use_mac(struct netif *netif, bool of_bridge)
{
    (void)netif;
    (void)of_bridge;
}

void netif_tunnel_know_bridge(struct netif *netif)
{
    (void)netif;
}

uint32_t netif_tunnel_poll(void)
{
    return UINT32_MAX;
}

bool netif_tunnel_has_work(void)
{
    return false;
}

err_t netif_wifi_init(struct netif *netif)
{
    (void)netif;
    return ERR_IF;
}

const char *netif_wifi_settings(struct netif *netif, const char *text)
{
    (void)netif;
    (void)text;
    return "no such hardware";
}

int netif_wifi_rssi(void)
{
    return 0;
}

uint32_t netif_wifi_poll(void)
{
    return UINT32_MAX;
}

bool netif_wifi_has_work(void)
{
    return false;
}
