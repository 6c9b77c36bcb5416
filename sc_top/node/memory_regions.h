/* SPDX-License-Identifier: Apache-2.0 */
/* What the address map says about where programs can lie. */
#ifndef VESPER_SC_TOP_NODE_MEMORY_REGIONS_H
#define VESPER_SC_TOP_NODE_MEMORY_REGIONS_H

#include "bus/map.h"
#include "sc_top/load/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The region that holds the address, as after reset; NULL: none. */
const struct bus_region *memory_region_at(uint32_t address);

/* RAM that can be written, and flash windows: for image_load. */
extern const struct image_memory node_image_memory;

#ifdef __cplusplus
}
#endif
#endif
