/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/mesh/routes.h"

#include <string.h>

enum { FORGET_FACTOR = 2 }; /* a broken route is remembered this many lifetimes, so that old news cannot revive it */

void routes_init(struct routes *routes, uint16_t self)
{
    memset(routes, 0, sizeof *routes);
    routes->self = self;
    routes->next_settling_us = UINT64_MAX;
}

static bool is_newer(uint16_t a, uint16_t b)
{
    return (int16_t)(uint16_t)(a - b) > 0;
}

/* Index of the destination, or of where it belongs. */
static unsigned place_of(const struct routes *routes, uint16_t destination)
{
    unsigned low = 0, high = routes->count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (routes->entry[middle].destination < destination)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct route *find(struct routes *routes, uint16_t destination)
{
    unsigned place = place_of(routes, destination);
    return place < routes->count && routes->entry[place].destination == destination ? &routes->entry[place] : NULL;
}

static struct route *add(struct routes *routes, uint16_t destination)
{
    if (routes->count == ROUTES_MAX)
        return NULL;
    unsigned place = place_of(routes, destination);
    memmove(&routes->entry[place + 1], &routes->entry[place], (routes->count - place) * sizeof routes->entry[0]);
    routes->count++;
    memset(&routes->entry[place], 0, sizeof routes->entry[place]);
    routes->entry[place].destination = destination;
    routes->entry[place].feasible = MESH_METRIC_BROKEN;
    return &routes->entry[place];
}

static void note_news(struct routes *routes, struct route *route)
{
    route->is_news = true;
    routes->has_news = true;
}

/* A destination that appears, returns or breaks is worth an update of its own; a better metric waits for the next. */
static void take(struct routes *routes, struct route *route, uint16_t next, uint16_t sequence, uint16_t metric)
{
    if (route->metric == MESH_METRIC_BROKEN || route->metric == 0)
        note_news(routes, route);
    if (sequence != route->sequence || metric < route->feasible)
        route->feasible = metric;
    route->next = next;
    route->sequence = sequence;
    route->metric = metric;
    if (route->has_candidate && !is_newer(route->candidate_sequence, sequence))
        route->has_candidate = false;
}

static void take_candidate(struct routes *routes, struct route *route)
{
    route->has_candidate = false;
    take(routes, route, route->candidate_next, route->candidate_sequence, route->candidate_metric);
}

static void consider(struct routes *routes, struct route *route, uint16_t next, uint16_t sequence, uint16_t metric,
                     uint64_t now_us)
{
    if (route->has_candidate && route->candidate_sequence == sequence) {
        if (metric >= route->candidate_metric)
            return;
    } else if (!route->has_candidate) {
        route->settle_us = now_us + ROUTE_SETTLE_US;
        if (route->settle_us < routes->next_settling_us)
            routes->next_settling_us = route->settle_us;
    }
    route->has_candidate = true;
    route->candidate_next = next;
    route->candidate_sequence = sequence;
    route->candidate_metric = metric;
}

static bool take_backup(struct route *route, uint16_t instead_of)
{
    if (!route->has_backup || route->backup_sequence != route->sequence || route->backup_next == instead_of ||
        route->backup_told >= route->feasible)
        return false;
    route->has_backup = false;
    route->next = route->backup_next;
    route->metric = route->backup_metric;
    return true;
}

/* An equally new route: taken when it is cheaper, kept when it is not, and neither when it might lead back here. */
static void hear_equal(struct routes *routes, struct route *route, uint16_t neighbour, uint16_t told, uint16_t metric)
{
    if (told >= route->feasible)
        return;
    if (metric < route->metric) {
        take(routes, route, neighbour, route->sequence, metric);
        return;
    }
    bool is_better = !route->has_backup || route->backup_sequence != route->sequence || metric < route->backup_metric ||
                     neighbour == route->backup_next;
    if (neighbour == route->next || !is_better)
        return;
    route->has_backup = true;
    route->backup_next = neighbour;
    route->backup_sequence = route->sequence;
    route->backup_metric = metric;
    route->backup_told = told;
}

/* Only who we go through can tell us that a way is broken: others may have lost theirs while ours is good. */
static void hear_break(struct routes *routes, struct route *route, uint16_t neighbour, uint16_t sequence)
{
    if (route->next != neighbour || !is_newer(sequence, route->sequence) || route->metric == MESH_METRIC_BROKEN)
        return;
    if (take_backup(route, neighbour))
        return;
    route->metric = MESH_METRIC_BROKEN;
    route->sequence = sequence;
    note_news(routes, route);
    if (route->has_candidate && is_newer(route->candidate_sequence, sequence) && route->candidate_next != neighbour)
        take_candidate(routes, route);
}

/* News of a newer number: at once if it comes the way we go already or by a cheaper one; otherwise it may only be the
 * first of several to arrive (DSDV's settling time). */
static void hear_newer(struct routes *routes, struct route *route, uint16_t neighbour, uint16_t sequence,
                       uint16_t metric, uint64_t now_us)
{
    bool usual = neighbour == route->next, better = metric <= route->metric;
    if (!usual && !better) {
        consider(routes, route, neighbour, sequence, metric, now_us);
    } else if (route->has_candidate && route->candidate_sequence == sequence && route->candidate_metric < metric) {
        take_candidate(routes, route);
    } else {
        take(routes, route, neighbour, sequence, metric);
    }
}

/* Somebody knows a newer number of ours than we do: a broken way that we top, or we began anew after a reset. */
static void hear_self(struct routes *routes, const struct mesh_routes_entry *entry)
{
    if (!is_newer(entry->sequence, routes->sequence))
        return;
    routes->sequence = (uint16_t)((entry->sequence | 1) + 1);
    routes->has_news = true;
}

void routes_heard(struct routes *routes, uint16_t neighbour, uint16_t cost, const struct mesh_routes_entry *entry,
                  uint64_t now_us)
{
    if (entry->destination == routes->self) {
        hear_self(routes, entry);
        return;
    }
    struct route *route = find(routes, entry->destination);
    if (entry->metric == MESH_METRIC_BROKEN) {
        if (route)
            hear_break(routes, route, neighbour, entry->sequence);
        return;
    }
    unsigned sum = (unsigned)entry->metric + cost;
    uint16_t metric = (uint16_t)(sum < MESH_METRIC_BROKEN ? sum : MESH_METRIC_BROKEN - 1);
    if (!route) {
        route = add(routes, entry->destination);
        if (!route)
            return;
        take(routes, route, neighbour, entry->sequence, metric);
    } else if (is_newer(entry->sequence, route->sequence)) {
        hear_newer(routes, route, neighbour, entry->sequence, metric, now_us);
    } else if (entry->sequence == route->sequence) {
        hear_equal(routes, route, neighbour, entry->metric, metric);
    } else {
        return;
    }
    route->heard_us = now_us;
}

/* Its own number is not known yet: what we had, or 0, so that its first update replaces this. */
void routes_link_up(struct routes *routes, uint16_t neighbour, uint16_t cost, uint64_t now_us)
{
    struct route *route = find(routes, neighbour);
    if (route)
        return;
    route = add(routes, neighbour);
    if (!route)
        return;
    take(routes, route, neighbour, 0, cost);
    route->heard_us = now_us;
}

static void break_route(struct routes *routes, struct route *route)
{
    route->metric = MESH_METRIC_BROKEN;
    route->sequence = (uint16_t)(route->sequence + 1);
    note_news(routes, route);
}

unsigned routes_link_down(struct routes *routes, uint16_t neighbour)
{
    unsigned broken = 0;
    for (unsigned i = 0; i < routes->count; i++) {
        struct route *route = &routes->entry[i];
        if (route->has_candidate && route->candidate_next == neighbour)
            route->has_candidate = false;
        if (route->has_backup && route->backup_next == neighbour)
            route->has_backup = false;
        if (route->next != neighbour || route->metric == MESH_METRIC_BROKEN)
            continue;
        broken++;
        if (take_backup(route, neighbour))
            continue;
        if (route->has_candidate) {
            take_candidate(routes, route);
            note_news(routes, route);
        } else {
            break_route(routes, route);
        }
    }
    return broken;
}

void routes_age(struct routes *routes, uint64_t now_us, uint64_t lifetime_us)
{
    routes->next_settling_us = UINT64_MAX;
    for (unsigned i = 0; i < routes->count;) {
        struct route *route = &routes->entry[i];
        if (route->has_candidate && now_us >= route->settle_us)
            take_candidate(routes, route);
        if (route->has_candidate && route->settle_us < routes->next_settling_us)
            routes->next_settling_us = route->settle_us;
        bool broken = route->metric == MESH_METRIC_BROKEN;
        if (broken && now_us > route->heard_us + FORGET_FACTOR * lifetime_us) {
            routes->count--;
            memmove(route, route + 1, (routes->count - i) * sizeof *route);
            continue;
        }
        if (!broken && now_us > route->heard_us + lifetime_us)
            break_route(routes, route);
        i++;
    }
}

uint64_t routes_next_settling(const struct routes *routes)
{
    return routes->next_settling_us;
}

const struct route *routes_to(const struct routes *routes, uint16_t destination)
{
    unsigned place = place_of(routes, destination);
    if (place == routes->count || routes->entry[place].destination != destination ||
        routes->entry[place].metric == MESH_METRIC_BROKEN)
        return NULL;
    return &routes->entry[place];
}

unsigned routes_reachable(const struct routes *routes)
{
    unsigned reachable = 0;
    for (unsigned i = 0; i < routes->count; i++)
        reachable += routes->entry[i].metric != MESH_METRIC_BROKEN;
    return reachable;
}

static unsigned tell(struct routes *routes, unsigned from, struct mesh_routes *out, bool news_only)
{
    out->node = routes->self;
    out->count = 0;
    if (from == 0) {
        out->entry[out->count++] = (struct mesh_routes_entry){routes->self, routes->sequence, 0};
        routes->has_news = false;
    }
    unsigned i = from;
    for (; i < routes->count && out->count < MESH_ROUTES_MAX; i++) {
        struct route *route = &routes->entry[i];
        if (news_only && !route->is_news)
            continue;
        out->entry[out->count++] = (struct mesh_routes_entry){route->destination, route->sequence, route->metric};
        route->is_news = false;
    }
    return i < routes->count ? i : 0;
}

unsigned routes_tell_all(struct routes *routes, unsigned from, struct mesh_routes *out)
{
    if (from == 0)
        routes->sequence = (uint16_t)(routes->sequence + 2);
    return tell(routes, from, out, false);
}

unsigned routes_tell_news(struct routes *routes, unsigned from, struct mesh_routes *out)
{
    return tell(routes, from, out, true);
}
