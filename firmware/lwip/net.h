/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a program: lwIP over one or more paths, and the main loop that serves them. Nothing is polled: between
 * frames, timers and console input the core sleeps.
 *
 *   net_init("hello");
 *   net_start_path(NET_ETH, "dhcp");
 *   net_loop(commands);
 *
 * Each path takes its settings from the console, too, a command a line ("eth dhcp"): net_commands. */
#ifndef VESPER_FIRMWARE_LWIP_NET_H
#define VESPER_FIRMWARE_LWIP_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/apps/common/commands.h"

#include "lwip/netif.h"

/* What is not local goes over the first that has an address. */
enum net_path { NET_ETH, NET_WIFI, NET_UART, NET_PATHS };
const char *net_path_name(enum net_path path);

/* Once, first. The program's name is for its messages; borrowed. */
void net_init(const char *program);

/* Starts a path, or starts it anew with other settings, in words that are also those of its command:
 *
 *   eth   dhcp | off | ADDRESS/BITS [GATEWAY]
 *   uart  dhcp | off | ADDRESS/BITS [GATEWAY]       the tunnel on UART1: netif_tunnel.c
 *         bridge                                    192.168.100.2, to a host without ARP at 192.168.100.1
 *   wifi  off | SSID [PASSPHRASE]                   a station; DHCP, unless then told
 *   wifi-address  dhcp | ADDRESS/BITS [GATEWAY]
 *
 * NULL: done, else what is wrong. */
const char *net_start_path(enum net_path path, const char *settings);
/* The rows of these commands, for programs with commands of their own; `dns ADDRESS` sets the name server. */
/* clang-format off */
#define NET_COMMANDS                                                                                                   \
    {"eth", net_command_eth}, {"uart", net_command_uart}, {"wifi", net_command_wifi},                                  \
    {"wifi-address", net_command_wifi_address}, {"dns", net_command_dns}
/* clang-format on */
const char *net_command_eth(const char *settings);
const char *net_command_uart(const char *settings);
const char *net_command_wifi(const char *settings);
const char *net_command_wifi_address(const char *settings);
const char *net_command_dns(const char *settings);

/* Called when a path has got an address, or another one. */
void net_on_address(void (*fn)(struct netif *netif));
/* NULL: not started. */
struct netif *net_path_netif(enum net_path path);
/* Of the access point, dBm; 0: no Wi-Fi. */
int net_rssi(void);

/* Runs for ever. `poll` is called after each time the core was woken, and wakes it again after the microseconds that it
 * returns (NET_NO_HURRY: it need not); NULL: nothing. */
enum { NET_NO_HURRY = 1000000 };
void net_loop(const struct command *commands, uint32_t (*poll)(void)) __attribute__((noreturn));

/* Microseconds since net_init. */
uint64_t net_time_us(void);

/* Of port.c, for net_init. */
void net_port_init(void);

#endif
