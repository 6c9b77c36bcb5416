/* SPDX-License-Identifier: Apache-2.0 */
/* Throughput, with iperf 2 (Debian's `iperf`) at the other end. It always takes in what comes at port 5001, by TCP and
 * UDP, and says how fast it came: `iperf -c ADDRESS`, `iperf -c ADDRESS -u -b 10M`. Commands make it the sender, to
 * `iperf -s` and `iperf -s -u`:
 *
 *   tcp ADDRESS[:PORT] [SECONDS]
 *   udp ADDRESS[:PORT] [SECONDS] [KBIT/S]
 *
 * and those of firmware/lwip/net.h. Ethernet by DHCP is there from the beginning. Not done: tests in both directions at
 * the wish of the other side (-d, -r), and reports at intervals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/apps/iperf/tcp.h"
#include "firmware/apps/iperf/udp.h"
#include "firmware/lwip/net.h"

enum { SECONDS = 10, KBITS = 1000 };

/* "ADDRESS[:PORT] [NUMBER] [NUMBER]"; numbers that are missing stay as they are. */
static const char *parse(const char *text, ip_addr_t *address, u16_t *port, uint32_t *first, uint32_t *second)
{
    char name[16];
    size_t length = strcspn(text, ": ");
    if (length >= sizeof name)
        return "no address";
    memcpy(name, text, length);
    name[length] = 0;
    if (!ipaddr_aton(name, address))
        return "no address";
    char *at = (char *)text + length;
    *port = IPERF_PORT;
    if (*at == ':')
        *port = (u16_t)strtoul(at + 1, &at, 10);
    if (*at == ' ')
        *first = strtoul(at + 1, &at, 10);
    if (*at == ' ')
        *second = strtoul(at + 1, &at, 10);
    return *at || *first == 0 || *second == 0 ? "ADDRESS[:PORT] [SECONDS]" : NULL;
}

static const char *command_tcp(const char *text)
{
    ip_addr_t to;
    u16_t port;
    uint32_t seconds = SECONDS, unused = 1;
    const char *wrong = parse(text, &to, &port, &seconds, &unused);
    return wrong ? wrong : iperf_tcp_send(&to, port, seconds);
}

static const char *command_udp(const char *text)
{
    ip_addr_t to;
    u16_t port;
    uint32_t seconds = SECONDS, kbits = KBITS;
    const char *wrong = parse(text, &to, &port, &seconds, &kbits);
    return wrong ? wrong : iperf_udp_send(&to, port, seconds, kbits);
}

void iperf_report(const char *what, const ip_addr_t *other, uint64_t bytes, uint64_t us)
{
    printf("iperf: %s %s bytes=%u us=%u kbit_s=%u", what, ipaddr_ntoa(other), (unsigned)bytes, (unsigned)us,
           us ? (unsigned)(bytes * 8000 / us) : 0);
}

static void on_address(struct netif *netif)
{
    printf("iperf: %s port %u\n", ip4addr_ntoa(netif_ip4_addr(netif)), IPERF_PORT);
}

/* The sender of datagrams has a timer of its own. */
static uint32_t go_on(void)
{
    iperf_udp_poll();
    return NET_NO_HURRY;
}

int main(void)
{
    static const struct command commands[] = {{"tcp", command_tcp}, {"udp", command_udp}, NET_COMMANDS, {NULL, NULL}};
    printf("iperf: starts\n");
    net_init("iperf");
    net_on_address(on_address);
    if (!iperf_tcp_listen() || !iperf_udp_listen()) {
        printf("iperf: FAILED: no memory\n");
        return 1;
    }
    const char *wrong = net_start_path(NET_ETH, "dhcp");
    if (wrong)
        printf("iperf: eth: %s\n", wrong);
    net_loop(commands, go_on);
}
