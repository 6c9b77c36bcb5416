/* SPDX-License-Identifier: Apache-2.0 */
/* Until firmware/net/sta.c is there. */
#include "firmware/lwip/netif_queue.h"
err_t netif_wifi_init(struct netif *netif)
{
    (void)netif;
    return ERR_IF;
}
const char *netif_wifi_settings(struct netif *netif, const char *text)
{
    (void)netif;
    (void)text;
    return "no";
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
