/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbours and routes of the mesh. */
#include "firmware/net/mesh/internal.h"

enum {
    /* Full announcements without a word of a destination. A number takes up to one of them for each hop; breaks are
     * told at once, so this only clears up. */
    LIFETIME_UPDATES = 30,
    UPDATE_GAP_US = 1000000 /* least time between two of them */
};

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Changes wait a little for more of their kind, and for those of the neighbours, which heard the same. */
static void plan_news(struct mesh *mesh, uint64_t now_us)
{
    if (!mesh->routes.has_news || mesh->news_us != 0)
        return;
    uint64_t from = now_us > mesh->news_from_us ? now_us : mesh->news_from_us;
    mesh->news_us = mesh_jittered(mesh, from, mesh->config.news_us / 2);
}

/* It does not know what we know: a full announcement soon, one for all newcomers of a second. */
static void tell_newcomer(struct mesh *mesh, uint64_t now_us)
{
    uint64_t from = now_us > mesh->update_from_us ? now_us : mesh->update_from_us;
    uint64_t soon = mesh_jittered(mesh, from, mesh->config.news_us);
    mesh->update_us = earlier(mesh->update_us, soon);
}

void mesh_judge(struct mesh *mesh, struct neighbour *neighbour, uint64_t now_us)
{
    int change = neighbour_judge(neighbour, now_us);
    if (change > 0) {
        mesh->counts.links_up++;
        routes_link_up(&mesh->routes, neighbour->node, neighbour_cost(neighbour), now_us);
        tell_newcomer(mesh, now_us);
    } else if (change < 0) {
        mesh->counts.links_down++;
        routes_link_down(&mesh->routes, neighbour->node);
    }
    if (change != 0 && mesh->ops->link)
        mesh->ops->link(mesh->ctx, neighbour, change > 0);
    plan_news(mesh, now_us);
}

void mesh_hello_heard(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us)
{
    struct mesh_hello hello;
    if (!mesh_parse_hello(arrival->bytes, arrival->length, &hello) || hello.node == mesh->node) {
        mesh->counts.damaged++;
        return;
    }
    mesh->counts.hellos_heard++;
    struct neighbour *neighbour =
        neighbours_heard(&mesh->neighbours, mesh->node, &hello, arrival->transmitter, arrival->rssi, arrival->rx_us);
    if (neighbour)
        mesh_judge(mesh, neighbour, now_us);
}

void mesh_routes_heard(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us)
{
    struct mesh_routes heard;
    if (!mesh_parse_routes(arrival->bytes, arrival->length, &heard)) {
        mesh->counts.damaged++;
        return;
    }
    mesh->counts.updates_heard++;
    struct neighbour *neighbour = neighbours_find(&mesh->neighbours, heard.node);
    if (!neighbour || !neighbour->is_up)
        return;
    uint16_t cost = neighbour_cost(neighbour);
    for (unsigned i = 0; i < heard.count; i++)
        routes_heard(&mesh->routes, neighbour->node, cost, &heard.entry[i], now_us);
    plan_news(mesh, now_us);
}

static void send_hello(struct mesh *mesh)
{
    struct mesh_hello hello = {.node = mesh->node,
                               .sequence = ++mesh->hello_sequence,
                               .interval_ms = (uint16_t)(mesh->config.hello_us / 1000),
                               .previous_us = mesh->hello_done_us,
                               .count = mesh->neighbours.count};
    for (unsigned i = 0; i < hello.count; i++) {
        const struct neighbour *neighbour = &mesh->neighbours.entry[i];
        hello.entry[i] = (struct mesh_hello_entry){neighbour->node, neighbour_quality_in(neighbour),
                                                   (int8_t)neighbour_rssi(neighbour)};
    }
    mesh->hello_done_us = 0;
    size_t length = mesh_pack_hello(mesh->packet, &hello);
    if (mesh_transmit(mesh, mesh_everybody, true, mesh->packet, length))
        mesh->counts.hellos_sent++;
}

static void send_updates(struct mesh *mesh, unsigned (*tell)(struct routes *, unsigned, struct mesh_routes *))
{
    struct mesh_routes routes;
    unsigned from = 0;
    do {
        from = tell(&mesh->routes, from, &routes);
        size_t length = mesh_pack_routes(mesh->packet, &routes);
        if (mesh_transmit(mesh, mesh_everybody, true, mesh->packet, length))
            mesh->counts.updates_sent++;
    } while (from != 0);
    mesh->news_us = 0;
}

static void check_neighbours(struct mesh *mesh, uint64_t now_us)
{
    for (unsigned i = 0; i < mesh->neighbours.count; i++)
        mesh_judge(mesh, &mesh->neighbours.entry[i], now_us);
    neighbours_expire(&mesh->neighbours, now_us);
}

uint64_t mesh_run_control(struct mesh *mesh, uint64_t now_us)
{
    bool is_hello_due = now_us >= mesh->hello_us;
    if (is_hello_due) {
        check_neighbours(mesh, now_us);
        send_hello(mesh);
        mesh->hello_us = mesh_jittered(mesh, now_us, mesh->config.hello_us);
    }
    if (is_hello_due || now_us >= routes_next_settling(&mesh->routes))
        routes_age(&mesh->routes, now_us, (uint64_t)mesh->config.update_us * LIFETIME_UPDATES);
    plan_news(mesh, now_us);
    if (now_us >= mesh->update_us) {
        send_updates(mesh, routes_tell_all);
        mesh->update_us = mesh_jittered(mesh, now_us, mesh->config.update_us);
        mesh->update_from_us = now_us + UPDATE_GAP_US;
    } else if (mesh->news_us != 0 && now_us >= mesh->news_us) {
        send_updates(mesh, routes_tell_news);
        mesh->news_from_us = now_us + mesh->config.news_us;
    }
    uint64_t next = earlier(mesh->hello_us, mesh->update_us);
    if (mesh->news_us != 0)
        next = earlier(next, mesh->news_us);
    return earlier(next, routes_next_settling(&mesh->routes));
}
