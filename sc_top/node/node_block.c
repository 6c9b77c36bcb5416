/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/node_block.h"

#include "sc_top/node/node_priv.h"

static const char *who_is_at(const struct node *node, uint32_t first, uint32_t last)
{
    for (unsigned i = 0; i < bus_map_target_count(node->map); i++) {
        const struct bus_target *target = bus_map_target(node->map, i);
        if (first <= target->last && last >= target->first)
            return target->name;
    }
    return NULL;
}

enum sim_status node_attach(struct node *node, const struct node_block *block, const char **taken)
{
    *taken = NULL;
    if (node->block_count == NODE_BLOCKS)
        return SIM_BUSY;
    *taken = who_is_at(node, block->first, block->last);
    if (*taken)
        return SIM_BUSY;
    SIM_TRY(bus_map_attach_port(node->map, block->name, block->first, block->last, block->port));
    node->block[node->block_count++] = *block;
    return SIM_OK;
}

void node_blocks_reset(struct node *node, sim_time now)
{
    for (unsigned i = 0; i < node->block_count; i++)
        if (node->block[i].reset)
            node->block[i].reset(node->block[i].ctx, now);
}

struct dev_env *node_env(struct node *node)
{
    return &node->env;
}

/* Sources that are driven at present; the rest of the matrix waits for devices that are not there. */
static const char *device_of(enum intmatrix_source source)
{
    switch (source) {
#define INTERRUPT(device, member, source)                                                                              \
    case INTMATRIX_##source:                                                                                           \
        return #device;
#include "sc_top/node/esp32_node.def"
    case INTMATRIX_FROM_CPU_0:
    case INTMATRIX_FROM_CPU_1:
    case INTMATRIX_FROM_CPU_2:
    case INTMATRIX_FROM_CPU_3:
    case INTMATRIX_CACHE_IA:
        return "dport";
    default:
        return NULL;
    }
}

struct line *node_take_interrupt(struct node *node, enum intmatrix_source source, const char *name, const char **taken)
{
    *taken = device_of(source);
    if (!*taken)
        *taken = node->interrupt_taken[source];
    if (*taken)
        return NULL;
    node->interrupt_taken[source] = name;
    return intmatrix_input(&node->intmatrix, source);
}

struct gpio *node_gpio(struct node *node)
{
    return &node->devices.gpio;
}
