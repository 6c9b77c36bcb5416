/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet: drivers/open_eth.h under lwIP. A received frame stays in the driver's buffer until lwIP lets go of it. */
#include "firmware/drivers/chip.h"
#include "firmware/drivers/open_eth.h"
#include "firmware/lwip/netif_queue.h"

#include "lwip/memp.h"
#include "lwip/stats.h"
#include "lwip/sys.h"

enum { LINK_MS = 1000, ADDRESS_OF_ETHERNET = 3 /* base address + 3, as on the chip: facts 3.6 */ };

struct received {
    struct pbuf_custom pbuf; /* first: a pbuf's address is this one's */
    void *buffer;
};

LWIP_MEMPOOL_DECLARE(ETH_RECEIVED, OPEN_ETH_RX_SPARE, sizeof(struct received), "Ethernet frames")

static bool send(struct pbuf *frame);
static struct netif_queue queue = {.send = send};
static struct netif *eth;
static u32_t looked_at_link;

static bool send(struct pbuf *frame)
{
    uint8_t *bytes = open_eth_tx_buffer();
    if (!bytes)
        return false;
    open_eth_tx_send(pbuf_copy_partial(frame, bytes, OPEN_ETH_MAX, 0));
    return true;
}

static err_t link_output(struct netif *netif, struct pbuf *frame)
{
    (void)netif;
    return netif_queue_send(&queue, frame);
}

static void release(struct pbuf *pbuf)
{
    struct received *received = (struct received *)pbuf;
    open_eth_release(received->buffer);
    LWIP_MEMPOOL_FREE(ETH_RECEIVED, received);
}

static void follow_link(void)
{
    if (open_eth_link().is_up) {
        if (!netif_is_link_up(eth))
            netif_set_link_up(eth);
    } else if (netif_is_link_up(eth)) {
        netif_queue_clear(&queue);
        netif_set_link_down(eth);
    }
}

err_t netif_eth_init(struct netif *netif)
{
    uint8_t address[6];
    if (!chip_mac(address))
        return ERR_IF;
    address[5] = (uint8_t)(address[5] + ADDRESS_OF_ETHERNET);
    if (!open_eth_init(address))
        return ERR_IF;
    LWIP_MEMPOOL_INIT(ETH_RECEIVED);
    netif_set_up_ethernet(netif, "et", address, link_output);
    eth = netif;
    looked_at_link = sys_now() - LINK_MS;
    return ERR_OK;
}

uint32_t netif_eth_poll(void)
{
    struct open_eth_received frame;
    u32_t since = sys_now() - looked_at_link;
    if (since >= LINK_MS) {
        follow_link();
        looked_at_link += since;
        since = 0;
    }
    while (open_eth_receive(&frame)) {
        struct received *received = LWIP_MEMPOOL_ALLOC(ETH_RECEIVED); /* as many as the driver has buffers */
        received->buffer = frame.buffer;
        received->pbuf.custom_free_function = release;
        netif_receive(eth, pbuf_alloced_custom(PBUF_RAW, (u16_t)frame.length, PBUF_REF, &received->pbuf, frame.frame,
                                               OPEN_ETH_BUFFER));
        netif_queue_run(&queue);
    }
    netif_queue_run(&queue);
    return (LINK_MS - since) * 1000;
}

bool netif_eth_has_work(void)
{
    return open_eth_has_received() || (queue.count > 0 && open_eth_can_send());
}
