/* SPDX-License-Identifier: Apache-2.0 */
/* The memories on the board beside the chip: flash. They know no reset but loss of power. */
#include "bus/base/rng.h"
#include "sc_top/node/node_priv.h"

static void flash_written(void *ctx, uint32_t offset, uint32_t length)
{
    struct node *node = ctx;
    bus_mem_wrote(bus_map_bank(node->map, BUS_BANK_FLASH), offset, length);
}

/* Any sizes of memory will do for a program that is only mapped; a chip has one of those that are made. */
static enum sim_status init_flash(struct node *node)
{
    if (!node->flash)
        return SIM_OK;
    struct flash_chip_config config = {.part = flash_part_of_size(flash_content_size(node->flash)),
                                       .bytes = node->flash_view,
                                       .ctx = node,
                                       .written = flash_written};
    struct rng rng;
    rng_init(&rng, node->config.seed, node->config.number, "flash.unique_id");
    for (unsigned i = 0; i < FLASH_UNIQUE_ID_SIZE; i++)
        config.unique_id[i] = (uint8_t)rng_u32(&rng);
    return config.part ? flash_chip_init(&node->flash_chip, &config, "flash", &node->env) : SIM_OK;
}

enum sim_status node_chips_init(struct node *node)
{
    return init_flash(node);
}

void node_chips_fini(struct node *node)
{
    flash_chip_fini(&node->flash_chip);
}
