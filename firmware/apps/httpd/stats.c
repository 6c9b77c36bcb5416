/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/httpd/stats.h"

#include <stdarg.h>
#include <stdio.h>

#include "firmware/lwip/net.h"

#include "lwip/memp.h"
#include "lwip/stats.h"

struct text {
    char *bytes;
    size_t size, used;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (text->used < text->size)
        text->used += (size_t)vsnprintf(text->bytes + text->used, text->size - text->used, format, args);
    va_end(args);
}

static void add_paths(struct text *text)
{
    const char *separator = "";
    add(text, "\"paths\":{");
    for (enum net_path path = 0; path < NET_PATHS; path++) {
        const struct netif *netif = net_path_netif(path);
        if (!netif)
            continue;
        add(text, "%s\"%s\":{\"address\":\"%s\",\"up\":%s", separator, net_path_name(path),
            ip4addr_ntoa(netif_ip4_addr(netif)), netif_is_up(netif) && netif_is_link_up(netif) ? "true" : "false");
        if (path == NET_WIFI)
            add(text, ",\"rssi\":%d", net_rssi());
        add(text, "}");
        separator = ",";
    }
    add(text, "}");
}

static void add_protocol(struct text *text, const char *name, const struct stats_proto *p)
{
    add(text, "\"%s\":{\"sent\":%u,\"received\":%u,\"dropped\":%u,\"checksum_errors\":%u},", name, (unsigned)p->xmit,
        (unsigned)p->recv, (unsigned)p->drop, (unsigned)p->chkerr);
}

void stats_format(char *bytes, size_t size, const struct httpd_counts *counts)
{
    struct text text = {bytes, size, 0};
    const struct stats_mem *pool = lwip_stats.memp[MEMP_PBUF_POOL];
    add(&text, "{\"uptime_ms\":%u,\"requests\":%u,\"answered\":%u,\"errors\":%u,", (unsigned)(net_time_us() / 1000),
        (unsigned)counts->requests, (unsigned)counts->answered, (unsigned)counts->errors);
    add(&text, "\"connections\":{\"open\":%u,\"accepted\":%u,\"refused\":%u,\"timed_out\":%u},", (unsigned)counts->open,
        (unsigned)counts->connections, (unsigned)counts->refused, (unsigned)counts->timed_out);
    add(&text, "\"heap\":{\"size\":%u,\"used\":%u,\"most\":%u},", (unsigned)lwip_stats.mem.avail,
        (unsigned)lwip_stats.mem.used, (unsigned)lwip_stats.mem.max);
    add(&text, "\"buffers\":{\"size\":%u,\"used\":%u,\"most\":%u},", (unsigned)pool->avail, (unsigned)pool->used,
        (unsigned)pool->max);
    add_protocol(&text, "link", &lwip_stats.link);
    add_protocol(&text, "ip", &lwip_stats.ip);
    add_protocol(&text, "tcp", &lwip_stats.tcp);
    add_paths(&text);
    add(&text, "}\n");
}
