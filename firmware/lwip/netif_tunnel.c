/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames over UART1 (pads 17 and 16) at 115200 baud: two bytes of length, most significant first, then the
 * frame.
 *
 * The form has neither a mark where a frame begins nor a check. So a frame must look like one: a possible length, to us
 * or to a group, from a single station. Where it does not, one byte is dropped and the next place tried. A frame that
 * stops for longer than a sender pauses is cut off. */
#include <string.h>

#include "firmware/drivers/chip.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/uart.h"
#include "firmware/lwip/netif_queue.h"

#include "lwip/etharp.h"
#include "lwip/stats.h"
#include "lwip/sys.h"

enum {
    UART = 1,
    TX_PAD = 17, /* the UART's own pads, 9 and 10, are those of the flash chip */
    RX_PAD = 16,
    SIGNAL = 17, /* U1TXD, U1RXD */
    BAUD = 115200,
    HEADER = 2,
    FRAME_MIN = 14,
    FRAME_MAX = 1514,
    LOOK = HEADER + 12, /* length and both addresses: what a frame is known by */
    BUFFER = 4096,
    SILENCE_MS = 20 /* two FIFOs at this rate */
};

static bool send(struct pbuf *frame);
static struct netif_queue queue = {.send = send};
static struct netif *tunnel;
static uint8_t rx_ring[BUFFER], tx_ring[BUFFER];

/* What has come of a frame, its length first. */
static struct {
    uint8_t bytes[HEADER + FRAME_MAX];
    unsigned have;
    u32_t last_ms; /* when the last of them came */
} in;

static bool send(struct pbuf *frame)
{
    uint8_t length[HEADER] = {(uint8_t)(frame->tot_len >> 8), (uint8_t)frame->tot_len};
    if (uart_buffered_room(UART) < HEADER + (size_t)frame->tot_len)
        return false;
    uart_buffered_write(UART, length, HEADER);
    for (const struct pbuf *part = frame; part; part = part->next)
        uart_buffered_write(UART, part->payload, part->len);
    return true;
}

static err_t link_output(struct netif *netif, struct pbuf *frame)
{
    (void)netif;
    return netif_queue_send(&queue, frame);
}

static bool own_address(uint8_t address[6])
{
    bool is_there = chip_mac(address);
    address[0] |= 2; /* locally administered: not one of the four that the chip has */
    return is_there;
}

err_t netif_tunnel_init(struct netif *netif)
{
    uint8_t address[6];
    if (!own_address(address))
        return ERR_IF;
    gpio_route_output(TX_PAD, SIGNAL);
    gpio_route_input(RX_PAD, SIGNAL, GPIO_PULL_UP);
    uart_init(UART, BAUD);
    uart_begin_buffered(UART, &(struct uart_buffers){rx_ring, tx_ring, BUFFER, BUFFER});
    netif_set_up_ethernet(netif, "ut", address, link_output);
    netif->flags |= NETIF_FLAG_LINK_UP;
    tunnel = netif;
    return ERR_OK;
}

void netif_tunnel_use_mac(struct netif *netif, bool of_bridge)
{
    static const uint8_t fixed[6] = {2, 0, 0, 0, 0, 2};
    if (of_bridge)
        memcpy(netif->hwaddr, fixed, 6);
    else
        (void)own_address(netif->hwaddr); /* was there when the path was started */
}

void netif_tunnel_know_bridge(struct netif *netif)
{
    struct eth_addr theirs = {{2, 0, 0, 0, 0, 1}};
    etharp_add_static_entry(netif_ip4_gw(netif), &theirs);
}

static unsigned frame_length(void)
{
    return (unsigned)in.bytes[0] << 8 | in.bytes[1];
}

/* As far as it can be told from what is there. */
static bool may_be_frame(void)
{
    const uint8_t *to = in.bytes + HEADER, *from = to + 6;
    if (in.have >= HEADER && (frame_length() < FRAME_MIN || frame_length() > FRAME_MAX))
        return false;
    return in.have < LOOK || (!(from[0] & 1) && (to[0] & 1 || memcmp(to, tunnel->hwaddr, 6) == 0));
}

/* The first byte was none of a length: the frame may begin at the next one. */
static void slip(void)
{
    LINK_STATS_INC(link.err);
    do
        memmove(in.bytes, in.bytes + 1, --in.have);
    while (in.have > 0 && !may_be_frame());
}

static void take_frame(void)
{
    u16_t length = (u16_t)frame_length();
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, length, PBUF_POOL);
    in.have = 0;
    if (!frame) {
        LINK_STATS_INC(link.memerr);
        return;
    }
    pbuf_take(frame, in.bytes + HEADER, length);
    netif_receive(tunnel, frame);
}

/* Byte by byte where a frame is to be recognised, then what is left of it at once. */
static size_t wanted(void)
{
    return in.have < LOOK ? 1 : HEADER + (size_t)frame_length() - in.have;
}

uint32_t netif_tunnel_poll(void)
{
    size_t count;
    u32_t now = sys_now();
    if (in.have > 0 && uart_buffered_count(UART) == 0 && now - in.last_ms >= SILENCE_MS) {
        LINK_STATS_INC(link.lenerr);
        in.have = 0;
    }
    while ((count = uart_buffered_read(UART, in.bytes + in.have, wanted())) > 0) {
        in.have += (unsigned)count;
        in.last_ms = now;
        if (!may_be_frame())
            slip();
        else if (in.have >= LOOK && in.have == HEADER + frame_length())
            take_frame();
    }
    netif_queue_run(&queue);
    return in.have > 0 ? SILENCE_MS * 1000 : UINT32_MAX;
}

bool netif_tunnel_has_work(void)
{
    return uart_buffered_count(UART) > 0 ||
           (queue.count > 0 && uart_buffered_room(UART) >= HEADER + (size_t)queue.frame[queue.first]->tot_len);
}
