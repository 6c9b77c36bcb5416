/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/dhcp_server.h"

#include <stdlib.h>
#include <string.h>

#include "net_bridge/ether.h"

/* Offsets: IPv4 and UDP behind the Ethernet header, BOOTP behind UDP (RFC 2131, figure 1). */
enum {
    IP = ETHER_HEADER,
    IP_HEADER = 20,
    UDP_HEADER = 8,
    BOOTP = IP + IP_HEADER + UDP_HEADER,
    OP = 0,
    HTYPE = 1,
    HLEN = 2,
    XID = 4,
    FLAGS = 10,
    CIADDR = 12,
    YIADDR = 16,
    SIADDR = 20,
    CHADDR = 28,
    COOKIE = 236,
    OPTIONS = 240,
    ANSWER = 300 /* bytes from BOOTP on: the least that old clients take */
};

enum { SERVER_PORT = 67, CLIENT_PORT = 68, UDP = 17, REQUEST_OP = 1, REPLY_OP = 2 };

enum message { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };

/* RFC 2132. */
enum option {
    OPTION_PAD = 0,
    OPTION_MASK = 1,
    OPTION_ROUTER = 3,
    OPTION_DNS = 6,
    OPTION_DOMAIN = 15,
    OPTION_REQUESTED = 50,
    OPTION_LEASE_TIME = 51,
    OPTION_MESSAGE = 53,
    OPTION_SERVER = 54,
    OPTION_END = 255
};

enum { COOKIE_VALUE = 0x63825363, LEASE_SECONDS = 86400 };

struct lease {
    uint32_t address;
    uint8_t mac[ETHER_ADDRESS];
    bool declined;
};

struct dhcp_server {
    struct dhcp_server_config config;
    struct dhcp_server_sink sink;
    struct lease *lease;
    unsigned leases, room;
    uint64_t refused;
};

struct query {
    const uint8_t *bootp;
    const uint8_t *mac;
    enum message message;
    uint32_t requested, server; /* 0: not said */
    uint32_t client;            /* the address that it has already, else 0 */
};

static uint32_t get_be(const uint8_t *bytes, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void put_be(uint8_t *bytes, unsigned count, uint32_t value)
{
    for (unsigned i = count; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
}

/* --- Questions --------------------------------------------------------------------------------------------------- */

static bool read_options(struct query *query, const uint8_t *option, const uint8_t *end)
{
    while (option < end && *option != OPTION_END) {
        if (*option == OPTION_PAD) {
            option++;
            continue;
        }
        if (end - option < 2 || end - option - 2 < option[1])
            return false;
        const uint8_t *value = option + 2;
        if (option[0] == OPTION_MESSAGE && option[1] == 1)
            query->message = (enum message)value[0];
        if (option[0] == OPTION_REQUESTED && option[1] == 4)
            query->requested = get_be(value, 4);
        if (option[0] == OPTION_SERVER && option[1] == 4)
            query->server = get_be(value, 4);
        option += 2 + option[1];
    }
    return query->message != 0;
}

static bool is_for_server(const uint8_t *frame, unsigned length)
{
    const uint8_t *ip = frame + IP;
    return length >= BOOTP && ether_type(frame) == ETHER_TYPE_IPV4 && ip[0] == 0x45 && ip[9] == UDP &&
           !(get_be(ip + 6, 2) & 0x3FFF) && get_be(ip + IP_HEADER + 2, 2) == SERVER_PORT;
}

static bool read_query(struct query *query, const uint8_t *frame, unsigned length)
{
    unsigned datagram = get_be(frame + IP + 2, 2);
    const uint8_t *bootp = frame + BOOTP;
    *query = (struct query){.bootp = bootp};
    if (datagram > length - IP || datagram < IP_HEADER + UDP_HEADER + OPTIONS)
        return false;
    if (bootp[OP] != REQUEST_OP || bootp[HTYPE] != 1 || bootp[HLEN] != ETHER_ADDRESS ||
        get_be(bootp + COOKIE, 4) != COOKIE_VALUE)
        return false;
    query->mac = bootp + CHADDR;
    query->client = get_be(bootp + CIADDR, 4);
    return read_options(query, bootp + OPTIONS, frame + IP + datagram);
}

/* --- Leases ------------------------------------------------------------------------------------------------------ */

static struct lease *find(struct dhcp_server *server, const uint8_t *mac)
{
    for (unsigned i = 0; i < server->leases; i++)
        if (!server->lease[i].declined && memcmp(server->lease[i].mac, mac, ETHER_ADDRESS) == 0)
            return &server->lease[i];
    return NULL;
}

static bool is_free(const struct dhcp_server *server, uint32_t address)
{
    const struct dhcp_server_config *config = &server->config;
    if (address == config->server || address == config->router || address == config->dns)
        return false;
    for (unsigned i = 0; i < server->leases; i++)
        if (server->lease[i].address == address)
            return false;
    return address >= config->first && address <= config->last;
}

static struct lease *add(struct dhcp_server *server, const uint8_t *mac, uint32_t address)
{
    if (server->leases == server->room) {
        unsigned room = server->room ? 2 * server->room : 16;
        struct lease *lease = realloc(server->lease, room * sizeof *lease);
        if (!lease)
            return NULL;
        server->lease = lease;
        server->room = room;
    }
    struct lease *lease = &server->lease[server->leases++];
    *lease = (struct lease){.address = address};
    memcpy(lease->mac, mac, ETHER_ADDRESS);
    return lease;
}

/* The one that it has, the one that it asks for, or the first that is free. NULL: none is. */
static struct lease *find_or_add(struct dhcp_server *server, const struct query *query)
{
    struct lease *lease = find(server, query->mac);
    uint32_t address = query->requested;
    if (lease)
        return lease;
    if (!is_free(server, address))
        for (address = server->config.first; address <= server->config.last && !is_free(server, address);)
            address++;
    if (address <= server->config.last)
        lease = add(server, query->mac, address);
    if (!lease)
        server->refused++;
    return lease;
}

/* --- Answers ----------------------------------------------------------------------------------------------------- */

static uint32_t add_words(uint32_t sum, const uint8_t *bytes, unsigned length)
{
    for (unsigned i = 0; i + 1 < length; i += 2)
        sum += get_be(bytes + i, 2);
    return length & 1 ? sum + ((uint32_t)bytes[length - 1] << 8) : sum;
}

static uint32_t checksum(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return ~sum & 0xFFFF;
}

static uint8_t *put_option(uint8_t *option, enum option code, unsigned length, uint32_t value)
{
    option[0] = (uint8_t)code;
    option[1] = (uint8_t)length;
    put_be(option + 2, length, value);
    return option + 2 + length;
}

static void put_options(const struct dhcp_server *server, uint8_t *option, enum message message, bool with_lease)
{
    const struct dhcp_server_config *config = &server->config;
    option = put_option(option, OPTION_MESSAGE, 1, message);
    option = put_option(option, OPTION_SERVER, 4, config->server);
    if (message != NAK) {
        if (with_lease)
            option = put_option(option, OPTION_LEASE_TIME, 4, LEASE_SECONDS);
        option = put_option(option, OPTION_MASK, 4, config->mask);
        option = put_option(option, OPTION_ROUTER, 4, config->router);
        option = put_option(option, OPTION_DNS, 4, config->dns);
        size_t length = config->hostname ? strlen(config->hostname) : 0;
        if (length > 0 && length <= 16) { /* what fits into ANSWER */
            option[0] = OPTION_DOMAIN;
            option[1] = (uint8_t)length;
            memcpy(option + 2, config->hostname, length);
            option += 2 + length;
        }
    }
    *option = OPTION_END;
}

static void put_headers(const struct dhcp_server *server, uint8_t *frame, const uint8_t *mac, uint32_t to)
{
    uint8_t *ip = frame + IP, *udp = ip + IP_HEADER;
    unsigned udp_length = UDP_HEADER + ANSWER;
    memcpy(frame, mac, ETHER_ADDRESS);
    memcpy(frame + ETHER_ADDRESS, server->config.mac, ETHER_ADDRESS);
    put_be(frame + 12, 2, ETHER_TYPE_IPV4);
    ip[0] = 0x45;
    put_be(ip + 2, 2, IP_HEADER + udp_length);
    ip[8] = 64;
    ip[9] = UDP;
    put_be(ip + 12, 4, server->config.server);
    put_be(ip + 16, 4, to);
    put_be(ip + 10, 2, checksum(add_words(0, ip, IP_HEADER)));
    put_be(udp, 2, SERVER_PORT);
    put_be(udp + 2, 2, CLIENT_PORT);
    put_be(udp + 4, 2, udp_length);
    put_be(udp + 6, 2, checksum(add_words(UDP + udp_length, ip + 12, 8 + udp_length)));
}

static void answer(const struct dhcp_server *server, const struct query *query, enum message message, uint32_t address)
{
    static const uint8_t everybody[ETHER_ADDRESS] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    uint8_t frame[BOOTP + ANSWER] = {0};
    uint8_t *bootp = frame + BOOTP;
    /* RFC 2131, 4.1: to the client's address if it has one; else broadcast when it wants that, or for a NAK. */
    bool broadcast = !query->client && (query->bootp[FLAGS] & 0x80 || message == NAK);
    bootp[OP] = REPLY_OP;
    bootp[HTYPE] = 1;
    bootp[HLEN] = ETHER_ADDRESS;
    memcpy(bootp + XID, query->bootp + XID, 4);
    memcpy(bootp + FLAGS, query->bootp + FLAGS, 2);
    memcpy(bootp + CHADDR, query->mac, 16);
    put_be(bootp + CIADDR, 4, message == NAK ? 0 : query->client);
    put_be(bootp + YIADDR, 4, address);
    put_be(bootp + SIADDR, 4, message == NAK ? 0 : server->config.server);
    put_be(bootp + COOKIE, 4, COOKIE_VALUE);
    put_options(server, bootp + OPTIONS, message, address != 0);
    put_headers(server, frame, broadcast ? everybody : query->mac,
                broadcast       ? 0xFFFFFFFF
                : query->client ? query->client
                                : address);
    server->sink.frame(server->sink.ctx, frame, sizeof frame);
}

static void requested(struct dhcp_server *server, const struct query *query)
{
    uint32_t address = query->requested ? query->requested : query->client;
    if (query->server && query->server != server->config.server)
        return; /* it took another server's offer */
    const struct lease *lease = find(server, query->mac);
    /* After a restart of the run a guest may still know an address: it gets it if nobody else has. */
    if (!lease && is_free(server, address))
        lease = add(server, query->mac, address);
    if (lease && lease->address == address)
        answer(server, query, ACK, address);
    else
        answer(server, query, NAK, 0);
}

static void declined(struct dhcp_server *server, const struct query *query)
{
    struct lease *lease = find(server, query->mac);
    if (lease && lease->address == query->requested)
        lease->declined = true;
}

bool dhcp_server_input(struct dhcp_server *server, const uint8_t *frame, unsigned length)
{
    struct query query;
    const struct lease *lease;
    if (!is_for_server(frame, length))
        return false;
    if (!read_query(&query, frame, length))
        return true;
    switch (query.message) {
    case DISCOVER:
        lease = find_or_add(server, &query);
        if (lease)
            answer(server, &query, OFFER, lease->address);
        break;
    case REQUEST:
        requested(server, &query);
        break;
    case DECLINE:
        declined(server, &query);
        break;
    case INFORM:
        answer(server, &query, ACK, 0);
        break;
    case OFFER:
    case ACK:
    case NAK:
    case RELEASE: /* it gets the same address again */
        break;
    }
    return true;
}

unsigned dhcp_server_leases(const struct dhcp_server *server)
{
    return server->leases;
}

uint64_t dhcp_server_refused(const struct dhcp_server *server)
{
    return server->refused;
}

enum sim_status dhcp_server_create(const struct dhcp_server_config *config, const struct dhcp_server_sink *sink,
                                   struct dhcp_server **result)
{
    if (config->first > config->last)
        return SIM_BAD_VALUE;
    struct dhcp_server *server = calloc(1, sizeof *server);
    if (!server)
        return SIM_NO_MEMORY;
    server->config = *config;
    server->sink = *sink;
    *result = server;
    return SIM_OK;
}

void dhcp_server_destroy(struct dhcp_server *server)
{
    if (!server)
        return;
    free(server->lease);
    free(server);
}
