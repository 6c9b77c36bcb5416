/* SPDX-License-Identifier: Apache-2.0 */
/* Tries a network from the inside. Commands, a line each, are carried out one after the other, from when there is an
 * address:
 *
 *   ping ADDRESS [COUNT]        ICMP echo of 98-byte frames, one a second; round trip times
 *   lookup NAME                 asks the name server
 *   get HOST[:PORT]/PATH        fetches a page; its length, its Adler-32, and how long it took
 *
 *   end                         says "netcheck: done"
 *
 * and those of firmware/lwip/net.h, which are carried out at once. Ethernet by DHCP is there from the beginning. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/lwip/net.h"

#include "lwip/apps/http_client.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/icmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/ip4.h"
#include "lwip/raw.h"
#include "lwip/timeouts.h"

enum { JOBS = 8, ARGUMENT = 72 };

struct job {
    void (*run)(char *argument);
    char argument[ARGUMENT];
};

static struct job jobs[JOBS];
static unsigned first_job, job_count;
static bool has_address, is_busy;

static const char *add_job(void (*run)(char *argument), const char *argument)
{
    if (job_count == JOBS)
        return "too many at once";
    if (strlen(argument) >= ARGUMENT)
        return "too long";
    struct job *job = &jobs[(first_job + job_count++) % JOBS];
    job->run = run;
    strcpy(job->argument, argument);
    return NULL;
}

static uint32_t run_jobs(void)
{
    while (has_address && !is_busy && job_count > 0) {
        struct job *job = &jobs[first_job];
        first_job = (first_job + 1) % JOBS;
        job_count--;
        is_busy = true;
        job->run(job->argument);
    }
    return NET_NO_HURRY;
}

/* ---- ping ------------------------------------------------------------------------------------------------------- */

enum { PING_COUNT = 4, PING_ID = 0x7e57, PING_BYTES = 56 /* as ping(8): 98 bytes of Ethernet frame */, PING_MS = 1000 };

static struct {
    struct raw_pcb *pcb;
    ip_addr_t to;
    unsigned count, sent, received;
    uint64_t sent_us, sum_us, min_us, max_us;
} ping;

static u8_t ping_answered(void *ctx, struct raw_pcb *pcb, struct pbuf *packet, const ip_addr_t *from)
{
    struct {
        struct ip_hdr ip;
        struct icmp_echo_hdr echo;
    } head;
    (void)ctx;
    (void)pcb;
    if (pbuf_copy_partial(packet, &head, sizeof head, 0) < sizeof head || IPH_HL(&head.ip) != 5 ||
        head.echo.type != ICMP_ER || head.echo.id != lwip_htons(PING_ID) ||
        head.echo.seqno != lwip_htons((u16_t)ping.sent) || !ip_addr_cmp(from, &ping.to))
        return 0;
    uint64_t us = net_time_us() - ping.sent_us;
    ping.received++;
    ping.sum_us += us;
    ping.min_us = us < ping.min_us ? us : ping.min_us;
    ping.max_us = us > ping.max_us ? us : ping.max_us;
    printf("netcheck: ping %s seq=%u rtt_us=%u\n", ipaddr_ntoa(from), ping.sent, (unsigned)us);
    pbuf_free(packet);
    return 1;
}

static void ping_end(void)
{
    printf("netcheck: ping %s sent=%u received=%u min_us=%u mean_us=%u max_us=%u\n", ipaddr_ntoa(&ping.to), ping.sent,
           ping.received, ping.received ? (unsigned)ping.min_us : 0,
           ping.received ? (unsigned)(ping.sum_us / ping.received) : 0, (unsigned)ping.max_us);
    raw_remove(ping.pcb);
    is_busy = false;
}

static void ping_send(void *ctx)
{
    if (ping.sent == ping.count) {
        ping_end();
        return;
    }
    sys_timeout(PING_MS, ping_send, ctx);
    struct pbuf *packet = pbuf_alloc(PBUF_IP, sizeof(struct icmp_echo_hdr) + PING_BYTES, PBUF_RAM);
    if (!packet)
        return;
    struct icmp_echo_hdr *echo = packet->payload;
    memset(echo, 'v', packet->len);
    ICMPH_TYPE_SET(echo, ICMP_ECHO);
    ICMPH_CODE_SET(echo, 0);
    echo->id = lwip_htons(PING_ID);
    echo->seqno = lwip_htons((u16_t)++ping.sent);
    echo->chksum = 0;
    echo->chksum = inet_chksum(echo, packet->len);
    ping.sent_us = net_time_us();
    raw_sendto(ping.pcb, packet, &ping.to);
    pbuf_free(packet);
}

static void ping_begin(char *argument)
{
    char *count = strchr(argument, ' ');
    memset(&ping, 0, sizeof ping);
    ping.min_us = UINT64_MAX;
    ping.count = count ? (unsigned)strtoul(count + 1, NULL, 10) : PING_COUNT;
    if (count)
        *count = 0;
    ping.pcb = raw_new(IP_PROTO_ICMP);
    if (!ping.pcb || !ipaddr_aton(argument, &ping.to)) {
        printf("netcheck: ping %s: FAILED: no address, or no memory\n", argument);
        if (ping.pcb)
            raw_remove(ping.pcb);
        is_busy = false;
        return;
    }
    raw_recv(ping.pcb, ping_answered, NULL);
    ping_send(NULL);
}

/* ---- lookup ----------------------------------------------------------------------------------------------------- */

static void lookup_end(const char *name, const ip_addr_t *address, void *ctx)
{
    (void)ctx;
    if (address)
        printf("netcheck: lookup %s: %s\n", name, ipaddr_ntoa(address));
    else
        printf("netcheck: lookup %s: not found\n", name);
    is_busy = false;
}

static void lookup_begin(char *name)
{
    ip_addr_t address;
    err_t error = dns_gethostbyname(name, &address, lookup_end, NULL);
    if (error != ERR_INPROGRESS)
        lookup_end(name, error == ERR_OK ? &address : NULL, NULL);
}

/* ---- get -------------------------------------------------------------------------------------------------------- */

static struct {
    uint64_t begin_us;
    uint32_t a, b; /* Adler-32 */
    uint32_t bytes;
} get;

static void get_sum(const uint8_t *bytes, unsigned length)
{
    enum { MODULUS = 65521 };
    for (unsigned i = 0; i < length; i++) {
        get.a += bytes[i];
        get.b += get.a;
        if (i % 2048 == 2047) /* before 32 bits are full */
            get.b %= MODULUS;
    }
    get.a %= MODULUS;
    get.b %= MODULUS;
}

static err_t get_received(void *ctx, struct altcp_pcb *pcb, struct pbuf *data, err_t error)
{
    (void)ctx;
    (void)error;
    if (!data)
        return ERR_OK;
    for (const struct pbuf *part = data; part; part = part->next)
        get_sum(part->payload, part->len);
    get.bytes += data->tot_len;
    altcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

static void get_end(void *ctx, httpc_result_t result, u32_t length, u32_t status, err_t error)
{
    (void)ctx;
    (void)length;
    printf("netcheck: get result=%d error=%d status=%u bytes=%u adler32=%08x us=%u\n", (int)result, error,
           (unsigned)status, (unsigned)get.bytes, (unsigned)(get.b << 16 | get.a),
           (unsigned)(net_time_us() - get.begin_us));
    is_busy = false;
}

static void get_begin(char *argument)
{
    static const httpc_connection_t settings = {.result_fn = get_end};
    static char host[ARGUMENT], path[ARGUMENT];
    httpc_state_t *state;
    size_t length = strcspn(argument, "/");
    strcpy(path, argument[length] ? argument + length : "/");
    memcpy(host, argument, length);
    host[length] = 0;
    char *colon = strchr(host, ':');
    u16_t port = colon ? (u16_t)strtoul(colon + 1, NULL, 10) : HTTP_DEFAULT_PORT;
    if (colon)
        *colon = 0;
    get.begin_us = net_time_us();
    get.a = 1;
    get.b = get.bytes = 0;
    err_t error = httpc_get_file_dns(host, port, path, &settings, get_received, NULL, &state);
    if (error != ERR_OK)
        get_end(NULL, HTTPC_RESULT_ERR_UNKNOWN, 0, 0, error);
}

/* ---- The program ------------------------------------------------------------------------------------------------ */

static const char *command_ping(const char *argument)
{
    return add_job(ping_begin, argument);
}

static const char *command_lookup(const char *argument)
{
    return add_job(lookup_begin, argument);
}

static const char *command_get(const char *argument)
{
    return add_job(get_begin, argument);
}

static void end(char *argument)
{
    (void)argument;
    printf("netcheck: done\n");
    is_busy = false;
}

static const char *command_end(const char *argument)
{
    return add_job(end, argument);
}

static void on_address(struct netif *netif)
{
    const struct dhcp *dhcp = netif_dhcp_data(netif);
    printf("netcheck: %c%c address=%s", netif->name[0], netif->name[1], ip4addr_ntoa(netif_ip4_addr(netif)));
    printf(" gateway=%s", ip4addr_ntoa(netif_ip4_gw(netif)));
    printf(" dns=%s", ipaddr_ntoa(dns_getserver(0)));
    if (dhcp && dhcp->state != 0)
        printf(" lease_s=%u", (unsigned)dhcp->offered_t0_lease);
    printf("\n");
    has_address = true;
}

int main(void)
{
    static const struct command commands[] = {{"ping", command_ping}, {"lookup", command_lookup},
                                              {"get", command_get},   {"end", command_end},
                                              NET_COMMANDS,           {NULL, NULL}};
    printf("netcheck: starts\n");
    net_init("netcheck");
    net_on_address(on_address);
    const char *wrong = net_start_path(NET_ETH, "dhcp");
    if (wrong)
        printf("netcheck: eth: %s\n", wrong);
    net_loop(commands, run_jobs);
}
