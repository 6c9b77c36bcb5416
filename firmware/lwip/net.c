/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/lwip/net.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/drivers/alarm.h"
#include "firmware/drivers/uart.h"
#include "firmware/lwip/netif_queue.h"

#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/init.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

enum { CONSOLE = 0, LONGEST_SLEEP_US = 10000000 };

struct path {
    const char *name;
    err_t (*init)(struct netif *netif);
    uint32_t (*poll)(void);
    bool (*has_work)(void);
    const char *(*settings)(struct netif *netif, const char *text);
};

static const char *address_settings(struct netif *netif, const char *text);
static const char *tunnel_settings(struct netif *netif, const char *text);

static const struct path paths[NET_PATHS] = {
    [NET_ETH] = {"eth", netif_eth_init, netif_eth_poll, netif_eth_has_work, address_settings},
    [NET_UART] = {"uart", netif_tunnel_init, netif_tunnel_poll, netif_tunnel_has_work, tunnel_settings},
    [NET_WIFI] = {"wifi", netif_wifi_init, netif_wifi_poll, netif_wifi_has_work, netif_wifi_settings},
};

static struct netif netifs[NET_PATHS];
static bool is_started[NET_PATHS];
static ip4_addr_t announced[NET_PATHS];
static const char *program;
static void (*on_address)(struct netif *netif);

const char *net_path_name(enum net_path path)
{
    return paths[path].name;
}

struct netif *net_path_netif(enum net_path path)
{
    return is_started[path] ? &netifs[path] : NULL;
}

void net_init(const char *name)
{
    program = name;
    net_port_init();
    alarm_init();
    uart_wake_by_input(CONSOLE);
    lwip_init();
}

void net_on_address(void (*fn)(struct netif *netif))
{
    on_address = fn;
}

/* ---- Addresses -------------------------------------------------------------------------------------------------- */

static bool is_usable(const struct netif *netif)
{
    return netif_is_up(netif) && netif_is_link_up(netif) && !ip4_addr_isany(netif_ip4_addr(netif));
}

/* What is not local goes over the first path that works. */
static void choose_default(void)
{
    for (unsigned i = 0; i < NET_PATHS; i++) {
        if (is_started[i] && is_usable(&netifs[i])) {
            netif_set_default(&netifs[i]);
            return;
        }
    }
}

static void status_changed(struct netif *netif)
{
    ip4_addr_t *last = &announced[netif - netifs];
    choose_default();
    if (!is_usable(netif) || ip4_addr_cmp(last, netif_ip4_addr(netif)))
        return;
    *last = *netif_ip4_addr(netif);
    if (on_address)
        on_address(netif);
}

static void use_addresses(struct netif *netif, const ip4_addr_t *address, const ip4_addr_t *mask,
                          const ip4_addr_t *gateway)
{
    dhcp_release_and_stop(netif);
    netif_set_up(netif);
    netif_set_addr(netif, address, mask, gateway);
}

/* "10.0.2.15/24 10.0.2.2" */
static bool parse_addresses(const char *text, ip4_addr_t *address, ip4_addr_t *mask, ip4_addr_t *gateway)
{
    char part[16];
    size_t length = strcspn(text, "/");
    ip4_addr_set_zero(gateway);
    if (length >= sizeof part || text[length] != '/')
        return false;
    memcpy(part, text, length);
    part[length] = 0;
    if (!ip4addr_aton(part, address))
        return false;
    char *end;
    unsigned long bits = strtoul(text + length + 1, &end, 10);
    if (bits < 1 || bits > 30 || (*end && *end != ' '))
        return false;
    ip4_addr_set_u32(mask, lwip_htonl(0xFFFFFFFFu << (32 - bits)));
    return !*end || ip4addr_aton(end + 1, gateway);
}

static const char *address_settings(struct netif *netif, const char *text)
{
    ip4_addr_t address, mask, gateway;
    ip4_addr_set_zero(&announced[netif - netifs]);
    if (strcmp(text, "off") == 0) {
        dhcp_release_and_stop(netif);
        netif_set_down(netif);
    } else if (strcmp(text, "dhcp") == 0) {
        use_addresses(netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4);
        return dhcp_start(netif) == ERR_OK ? NULL : "no memory for DHCP";
    } else if (parse_addresses(text, &address, &mask, &gateway)) {
        use_addresses(netif, &address, &mask, &gateway);
    } else {
        return "dhcp, off, or ADDRESS/BITS [GATEWAY]";
    }
    return NULL;
}

static const char *tunnel_settings(struct netif *netif, const char *text)
{
    bool is_bridge = strcmp(text, "bridge") == 0;
    uint8_t before[6];
    memcpy(before, netif->hwaddr, 6);
    netif_tunnel_use_mac(netif, is_bridge);
    const char *wrong = address_settings(netif, is_bridge ? "192.168.100.2/24 192.168.100.1" : text);
    if (wrong)
        memcpy(netif->hwaddr, before, 6);
    else if (is_bridge)
        netif_tunnel_know_bridge(netif);
    return wrong;
}

/* ---- Paths ------------------------------------------------------------------------------------------------------ */

const char *net_start_path(enum net_path path, const char *settings)
{
    struct netif *netif = &netifs[path];
    if (!is_started[path]) {
        if (strcmp(settings, "off") == 0)
            return NULL;
        if (!netif_add(netif, NULL, NULL, NULL, NULL, paths[path].init, ethernet_input))
            return "no such hardware, or no memory";
        is_started[path] = true;
        netif_set_status_callback(netif, status_changed);
        netif_set_link_callback(netif, status_changed);
    }
    return paths[path].settings(netif, settings);
}

int net_rssi(void)
{
    return is_started[NET_WIFI] ? netif_wifi_rssi() : 0;
}

const char *net_command_eth(const char *settings)
{
    return net_start_path(NET_ETH, settings);
}

const char *net_command_uart(const char *settings)
{
    return net_start_path(NET_UART, settings);
}

const char *net_command_wifi(const char *settings)
{
    return net_start_path(NET_WIFI, settings);
}

const char *net_command_wifi_address(const char *settings)
{
    return is_started[NET_WIFI] ? address_settings(&netifs[NET_WIFI], settings) : "wifi comes first";
}

const char *net_command_dns(const char *settings)
{
    ip_addr_t server;
    if (!ipaddr_aton(settings, &server))
        return "an IP address";
    dns_setserver(0, &server);
    return NULL;
}

/* ---- The main loop ---------------------------------------------------------------------------------------------- */

static uint32_t poll_paths(void)
{
    uint32_t soonest = LONGEST_SLEEP_US;
    for (unsigned i = 0; i < NET_PATHS; i++) {
        if (!is_started[i])
            continue;
        uint32_t us = paths[i].poll();
        soonest = us < soonest ? us : soonest;
    }
    return soonest;
}

static bool has_work(void)
{
    for (unsigned i = 0; i < NET_PATHS; i++)
        if (is_started[i] && paths[i].has_work())
            return true;
    return false;
}

/* Looks with interrupts masked, and WAITI unmasks: what comes after the look ends the sleep. */
static void sleep_at_most(uint32_t us)
{
    u32_t timer_ms = sys_timeouts_sleeptime();
    if (timer_ms < us / 1000)
        us = timer_ms * 1000;
    if (us == 0)
        return;
    alarm_set(us);
    uint32_t ps = mask_interrupts();
    if (!has_work())
        wait_for_interrupt();
    restore_interrupts(ps);
}

void __attribute__((noreturn)) net_loop(const struct command *commands, uint32_t (*poll)(void))
{
    for (;;) {
        uint32_t us = poll_paths(), wish = NET_NO_HURRY;
        sys_check_timeouts();
        commands_poll(program, commands);
        if (poll)
            wish = poll();
        sleep_at_most(wish < us ? wish : us);
    }
}
