/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/net_forward.h"

#include <stdio.h>
#include <string.h>

enum { LOOPBACK = 0x7F000001 };

/* A decimal number up to `most`, and on to what follows it. */
static bool number(const char **text, uint32_t most, uint32_t *value)
{
    const char *at = *text;
    for (*value = 0; *at >= '0' && *at <= '9'; at++) {
        *value = *value * 10 + (uint32_t)(*at - '0');
        if (*value > most)
            return false;
    }
    bool is_number = at != *text;
    *text = at;
    return is_number;
}

static bool skip(const char **text, char expected)
{
    if (**text != expected)
        return false;
    (*text)++;
    return true;
}

static bool address(const char **text, uint32_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint32_t byte;
        if ((i && !skip(text, '.')) || !number(text, 255, &byte))
            return false;
        *value = *value << 8 | byte;
    }
    return true;
}

static bool port(const char **text, uint16_t *value)
{
    uint32_t port_number;
    if (!number(text, 65535, &port_number) || port_number == 0)
        return false;
    *value = (uint16_t)port_number;
    return true;
}

/* "127.0.0.1:8000", ":8000" or "8000". */
static bool host_end(const char **text, struct net_forward *forward)
{
    forward->host_address = LOOPBACK;
    bool has_address = memchr(*text, '.', strcspn(*text, "-"));
    if (has_address && !address(text, &forward->host_address))
        return false;
    if (**text == ':')
        (*text)++;
    else if (has_address)
        return false;
    return port(text, &forward->host_port);
}

enum sim_status net_forward_parse(const char *text, struct net_forward *forward)
{
    memset(forward, 0, sizeof *forward);
    forward->udp = strncmp(text, "udp:", 4) == 0;
    if (!forward->udp && strncmp(text, "tcp:", 4) != 0)
        return SIM_BAD_FORMAT;
    text += 4;
    bool is_good = host_end(&text, forward) && skip(&text, '-') && address(&text, &forward->guest_address) &&
                   skip(&text, ':') && port(&text, &forward->guest_port) && *text == '\0';
    return is_good ? SIM_OK : SIM_BAD_FORMAT;
}

enum sim_status net_network_parse(const char *text, uint32_t *network, uint32_t *mask)
{
    uint32_t prefix;
    if (!address(&text, network) || !skip(&text, '/') || !number(&text, 29, &prefix) || prefix < 8 || *text)
        return SIM_BAD_FORMAT;
    *mask = ~(UINT32_MAX >> prefix);
    return *network & ~*mask ? SIM_BAD_FORMAT : SIM_OK;
}

enum sim_status net_address_parse(const char *text, uint32_t *value)
{
    return address(&text, value) && *text == '\0' ? SIM_OK : SIM_BAD_FORMAT;
}

void net_address_print(uint32_t value, char *text, size_t size)
{
    snprintf(text, size, "%u.%u.%u.%u", value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255);
}
