/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/lwip/netif_queue.h"

#include <string.h>

#include "lwip/etharp.h"
#include "lwip/stats.h"

err_t netif_queue_send(struct netif_queue *queue, struct pbuf *frame)
{
    LINK_STATS_INC(link.xmit);
    if (queue->count == 0 && queue->send(frame))
        return ERR_OK;
    struct pbuf *kept = NULL;
    if (queue->count < NETIF_QUEUE) {
        /* Bytes that the caller may change after his call, anywhere in the chain, are copied. */
        bool is_volatile = false;
        for (const struct pbuf *p = frame; p; p = p->next)
            is_volatile = is_volatile || PBUF_NEEDS_COPY(p);
        if (is_volatile)
            kept = pbuf_clone(PBUF_RAW, PBUF_RAM, frame);
        else
            pbuf_ref(kept = frame);
    }
    if (!kept) {
        LINK_STATS_INC(link.drop);
        return ERR_MEM; /* TCP tries again */
    }
    queue->frame[(queue->first + queue->count++) % NETIF_QUEUE] = kept;
    return ERR_OK;
}

static void drop_first(struct netif_queue *queue)
{
    pbuf_free(queue->frame[queue->first]);
    queue->first = (queue->first + 1) % NETIF_QUEUE;
    queue->count--;
}

void netif_queue_run(struct netif_queue *queue)
{
    while (queue->count > 0 && queue->send(queue->frame[queue->first]))
        drop_first(queue);
}

void netif_queue_clear(struct netif_queue *queue)
{
    while (queue->count > 0)
        drop_first(queue);
}

void netif_receive(struct netif *netif, struct pbuf *frame)
{
    LINK_STATS_INC(link.recv);
    if (netif->input(frame, netif) != ERR_OK)
        pbuf_free(frame);
}

void netif_set_up_ethernet(struct netif *netif, const char name[2], const uint8_t address[6], netif_linkoutput_fn send)
{
    netif->name[0] = name[0];
    netif->name[1] = name[1];
    netif->hwaddr_len = 6;
    memcpy(netif->hwaddr, address, 6);
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    netif->output = etharp_output;
    netif->linkoutput = send;
}
