/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/mesh/neighbours.h"

#include <string.h>

enum {
    WINDOW_MASK = (1 << NEIGHBOUR_WINDOW) - 1,
    COST_MAX = 16 * NEIGHBOUR_COST_ONE,
    FORGET_HELLOS = 20,
    RSSI_WEIGHT = 4
};

struct neighbour *neighbours_find(struct neighbours *neighbours, uint16_t node)
{
    for (unsigned i = 0; i < neighbours->count; i++)
        if (neighbours->entry[i].node == node)
            return &neighbours->entry[i];
    return NULL;
}

struct neighbour *neighbours_find_mac(struct neighbours *neighbours, const uint8_t mac[DOT11_ADDRESS])
{
    for (unsigned i = 0; i < neighbours->count; i++)
        if (memcmp(neighbours->entry[i].mac, mac, DOT11_ADDRESS) == 0)
            return &neighbours->entry[i];
    return NULL;
}

/* In a full table the weakest link that is not in use makes room, for a stronger one only. */
static struct neighbour *make_room(struct neighbours *neighbours, int rssi)
{
    if (neighbours->count < NEIGHBOURS_MAX)
        return &neighbours->entry[neighbours->count++];
    struct neighbour *weakest = NULL;
    for (unsigned i = 0; i < NEIGHBOURS_MAX; i++) {
        struct neighbour *entry = &neighbours->entry[i];
        if (!entry->is_up && (!weakest || entry->rssi_16 < weakest->rssi_16))
            weakest = entry;
    }
    return weakest && neighbour_rssi(weakest) < rssi ? weakest : NULL;
}

/* Shifts the missed ones in. A sequence that goes back is that of a neighbour that began anew. */
static void count_hello(struct neighbour *neighbour, uint16_t sequence)
{
    uint16_t step = (uint16_t)(sequence - neighbour->last_sequence);
    if (neighbour->counted == 0 || step == 0 || step > INT16_MAX) {
        neighbour->received = 1;
        neighbour->counted = 1;
    } else {
        neighbour->received = step < NEIGHBOUR_WINDOW ? (neighbour->received << step | 1) & WINDOW_MASK : 1;
        unsigned counted = (unsigned)neighbour->counted + step;
        neighbour->counted = (uint8_t)(counted < NEIGHBOUR_WINDOW ? counted : NEIGHBOUR_WINDOW);
    }
}

static void learn_quality_out(struct neighbour *neighbour, uint16_t self, const struct mesh_hello *hello)
{
    neighbour->quality_out = 0;
    for (unsigned i = 0; i < hello->count; i++)
        if (hello->entry[i].node == self)
            neighbour->quality_out = hello->entry[i].quality;
}

struct neighbour *neighbours_heard(struct neighbours *neighbours, uint16_t self, const struct mesh_hello *hello,
                                   const uint8_t mac[DOT11_ADDRESS], int rssi, uint64_t rx_us)
{
    struct neighbour *neighbour = neighbours_find(neighbours, hello->node);
    if (!neighbour) {
        neighbour = make_room(neighbours, rssi);
        if (!neighbour)
            return NULL;
        memset(neighbour, 0, sizeof *neighbour);
        neighbour->node = hello->node;
        neighbour->rssi_16 = (int16_t)(rssi * 16);
    }
    /* This HELLO tells when the one before it ended there; when it ended here was noted then. */
    bool follows = neighbour->counted > 0 && (uint16_t)(hello->sequence - neighbour->last_sequence) == 1;
    if (follows && hello->previous_us != 0) {
        neighbour->offset_us = (uint32_t)neighbour->heard_us - hello->previous_us;
        neighbour->knows_offset = true;
    }
    memcpy(neighbour->mac, mac, DOT11_ADDRESS);
    count_hello(neighbour, hello->sequence);
    learn_quality_out(neighbour, self, hello);
    neighbour->last_sequence = hello->sequence;
    neighbour->heard_us = rx_us;
    neighbour->interval_us = hello->interval_ms * 1000u;
    neighbour->rssi_16 = (int16_t)(neighbour->rssi_16 + (rssi * 16 - neighbour->rssi_16) / RSSI_WEIGHT);
    return neighbour;
}

uint8_t neighbour_quality_in(const struct neighbour *neighbour)
{
    if (neighbour->counted < NEIGHBOUR_FIRST)
        return 0;
    unsigned received = 0;
    for (uint32_t bits = neighbour->received; bits; bits &= bits - 1)
        received++;
    return (uint8_t)(received * 255 / neighbour->counted);
}

int neighbour_rssi(const struct neighbour *neighbour)
{
    return (neighbour->rssi_16 - 8) / 16; /* negative: rounds to the nearest */
}

uint16_t neighbour_cost(const struct neighbour *neighbour)
{
    unsigned both = (unsigned)neighbour_quality_in(neighbour) * neighbour->quality_out;
    if (both < NEIGHBOUR_COST_ONE * 255 * 255 / COST_MAX)
        return COST_MAX;
    return (uint16_t)(NEIGHBOUR_COST_ONE * 255 * 255 / both);
}

static bool is_silent(const struct neighbour *neighbour, uint64_t now_us, unsigned hellos)
{
    return now_us > neighbour->heard_us + (uint64_t)neighbour->interval_us * hellos;
}

int neighbour_judge(struct neighbour *neighbour, uint64_t now_us)
{
    uint8_t in = neighbour_quality_in(neighbour), out = neighbour->quality_out;
    uint8_t least = in < out ? in : out;
    if (neighbour->is_up) {
        if (least >= NEIGHBOUR_DOWN_QUALITY && neighbour->failures < NEIGHBOUR_FAILURES &&
            !is_silent(neighbour, now_us, NEIGHBOUR_SILENT_HELLOS))
            return 0;
        neighbour->is_up = false;
        neighbour->failures = 0;
        neighbour->counted = 0; /* proves itself anew */
        return -1;
    }
    if (least < NEIGHBOUR_UP_QUALITY || is_silent(neighbour, now_us, NEIGHBOUR_SILENT_HELLOS))
        return 0;
    neighbour->is_up = true;
    neighbour->failures = 0;
    return 1;
}

void neighbours_expire(struct neighbours *neighbours, uint64_t now_us)
{
    for (unsigned i = 0; i < neighbours->count;)
        if (!neighbours->entry[i].is_up && is_silent(&neighbours->entry[i], now_us, FORGET_HELLOS))
            neighbours->entry[i] = neighbours->entry[--neighbours->count];
        else
            i++;
}
