/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a flash chip when it is soldered in: made once from an image, and shared by all nodes that run it. A
 * node has a private view, of which only the pages that it writes cost memory. */
#ifndef VESPER_SC_TOP_NODE_FLASH_CONTENT_H
#define VESPER_SC_TOP_NODE_FLASH_CONTENT_H

#include "sc_top/load/image.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flash_content;

/* size: of the chip, a multiple of 64 KB. An image that does not fit, and a host that refuses, are reported once in
 * class "host". image, log: borrowed for the content's life. */
enum sim_status flash_content_create(const struct image *image, uint32_t size, struct log *log,
                                     struct flash_content **content);
void flash_content_destroy(struct flash_content *content);

uint32_t flash_content_size(const struct flash_content *content);
const struct image *flash_content_image(const struct flash_content *content);

/* A view of a node's own: reads see the content, writes stay private. NULL without memory. */
uint8_t *flash_content_map(const struct flash_content *content);
void flash_content_unmap(const struct flash_content *content, uint8_t *view);

/* Where flash is to be seen by the cores, as a bootloader maps it: row n of the list; false past its end. */
struct flash_window {
    uint32_t address; /* of the cores */
    uint32_t offset;  /* in flash */
    uint32_t length;
};
bool flash_content_window(const struct flash_content *content, unsigned n, struct flash_window *window);

/* Whether a segment lies in a flash window (and is mapped), or in RAM (and is copied). */
bool flash_content_holds(const struct image_segment *segment);

#ifdef __cplusplus
}
#endif
#endif
