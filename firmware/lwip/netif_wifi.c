/* SPDX-License-Identifier: Apache-2.0 */
/* Wi-Fi: the station of net/sta.h under lwIP. It finds and keeps its network by itself; DHCP follows it up and down. */
#include <stdio.h>
#include <string.h>

#include "firmware/lwip/netif_queue.h"
#include "firmware/net/sta.h"

#include "lwip/dhcp.h"
#include "lwip/stats.h"

static bool send(struct pbuf *frame);
static struct netif_queue queue = {.send = send};
static struct netif *wifi;

static bool send(struct pbuf *frame)
{
    uint8_t whole[STA_ETHERNET_MAX];
    if (!sta_is_up())
        return true; /* lost, as on a cable that is pulled */
    if (sta_send_room() == 0)
        return false;
    if (!frame->next)
        return sta_send(frame->payload, frame->len);
    return sta_send(whole, pbuf_copy_partial(frame, whole, sizeof whole, 0));
}

static err_t link_output(struct netif *netif, struct pbuf *frame)
{
    (void)netif;
    return netif_queue_send(&queue, frame);
}

static void on_receive(void *ctx, const uint8_t *bytes, unsigned length)
{
    (void)ctx;
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL);
    if (!frame) {
        LINK_STATS_INC(link.memerr);
        return;
    }
    pbuf_take(frame, bytes, (u16_t)length);
    netif_receive(wifi, frame);
}

static void on_event(void *ctx, const struct sta_event *event)
{
    (void)ctx;
    if (event->kind == STA_EVENT_UP) {
        printf("wifi: up ssid=%s channel=%u rssi=%d\n", event->bss->ssid, event->bss->channel, event->bss->rssi);
        memcpy(wifi->hwaddr, sta_address(), DOT11_ADDRESS);
        netif_set_link_up(wifi);
    } else if (event->kind == STA_EVENT_DOWN) {
        printf("wifi: down: %s\n", sta_reason_name(event->reason));
        netif_queue_clear(&queue);
        netif_set_link_down(wifi);
    }
}

err_t netif_wifi_init(struct netif *netif)
{
    static const uint8_t later[DOT11_ADDRESS];
    netif_set_up_ethernet(netif, "wl", later, link_output);
    wifi = netif;
    return ERR_OK;
}

const char *netif_wifi_settings(struct netif *netif, const char *text)
{
    char ssid[STA_SSID_MAX + 1] = "";
    size_t length = strcspn(text, " ");
    if (sta_get_state() != STA_OFF)
        sta_stop();
    dhcp_release_and_stop(netif);
    netif_set_link_down(netif);
    if (strcmp(text, "off") == 0)
        return NULL;
    if (length == 0 || length > STA_SSID_MAX)
        return "SSID [PASSPHRASE]";
    memcpy(ssid, text, length);
    const struct sta_config config = {.ssid = ssid,
                                      .passphrase = text[length] ? text + length + 1 : NULL,
                                      .on_event = on_event,
                                      .on_receive = on_receive};
    if (!sta_start(&config))
        return "the MAC does not answer, or the passphrase is too short or too long";
    netif_set_up(netif);
    return dhcp_start(netif) == ERR_OK ? NULL : "no memory for DHCP";
}

int netif_wifi_rssi(void)
{
    return sta_rssi();
}

uint32_t netif_wifi_poll(void)
{
    uint32_t us = sta_poll();
    netif_queue_run(&queue);
    return us;
}

bool netif_wifi_has_work(void)
{
    return sta_has_work();
}
