/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create */
#include "sc_top/node/flash_content.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sc_top/node/memory_regions.h"

enum { WINDOWS_MAX = 256 }; /* 16 MB in pages */

struct flash_content {
    const struct image *image;
    struct log *log;
    uint32_t size;
    int fd;         /* memory without a name, which views are mapped from */
    uint8_t *bytes; /* writable while it is being filled */
    struct flash_window window[WINDOWS_MAX];
    unsigned windows;
};

bool flash_content_holds(const struct image_segment *segment)
{
    const struct bus_region *region = memory_region_at(segment->address);
    return region && region->kind == BUS_KIND_WINDOW;
}

static enum sim_status no_room(const struct flash_content *content, uint64_t needed)
{
    log_at(content->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, content->image->path,
           "needs %" PRIu64 " bytes of flash; node.flash_size is %" PRIu32, needed, content->size);
    return SIM_BAD_VALUE;
}

/* --- ELF files: they say which addresses flash text has, but not where it lies in flash
 * -------------------------------- */

/* The page behind the virtual page of `address`, a new one if there is none yet; NULL when flash is full. */
static struct flash_window *page_of(struct flash_content *content, uint32_t address)
{
    uint32_t virtual_page = address & ~(uint32_t)(BUS_FLASH_PAGE - 1);
    for (unsigned i = 0; i < content->windows; i++)
        if (content->window[i].address == virtual_page)
            return &content->window[i];
    uint32_t offset = IMAGE_APP_FLASH_OFFSET + content->windows * (uint32_t)BUS_FLASH_PAGE;
    if (content->windows == WINDOWS_MAX || offset + BUS_FLASH_PAGE > content->size)
        return NULL;
    struct flash_window *page = &content->window[content->windows++];
    *page = (struct flash_window){.address = virtual_page, .offset = offset, .length = BUS_FLASH_PAGE};
    return page;
}

static enum sim_status place_segment(struct flash_content *content, const struct image_segment *segment)
{
    for (uint32_t done = 0; done < segment->size;) {
        uint32_t address = segment->address + done;
        uint32_t here = BUS_FLASH_PAGE - address % BUS_FLASH_PAGE, left = segment->size - done;
        uint32_t step = here < left ? here : left;
        uint32_t from_file = segment->file_size > done ? segment->file_size - done : 0;
        const struct flash_window *page = page_of(content, address);
        if (!page)
            return no_room(content, (uint64_t)(content->windows + 2) * BUS_FLASH_PAGE);
        uint8_t *target = content->bytes + page->offset + address % BUS_FLASH_PAGE;
        memset(target, 0, step);
        if (from_file)
            memcpy(target, segment->bytes + done, from_file < step ? from_file : step);
        done += step;
    }
    return SIM_OK;
}

static enum sim_status fill_from_elf(struct flash_content *content)
{
    for (size_t i = 0; i < content->image->segment_count; i++)
        if (flash_content_holds(&content->image->segments[i]))
            SIM_TRY(place_segment(content, &content->image->segments[i]));
    return SIM_OK;
}

/* --- images: they are flash
 * ------------------------------------------------------------------------------------------- */

static enum sim_status fill_from_image(struct flash_content *content)
{
    const struct image *image = content->image;
    if (image->file_size > content->size || image->flash_offset > content->size - image->file_size)
        return no_room(content, (uint64_t)image->flash_offset + image->file_size);
    memcpy(content->bytes + image->flash_offset, image->file, image->file_size);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        if (flash_content_holds(segment)) /* at most 16 */
            content->window[content->windows++] =
                (struct flash_window){.address = segment->address,
                                      .offset = image->flash_offset + (uint32_t)segment->file_offset,
                                      .length = segment->size};
    }
    return SIM_OK;
}

/* --- life
 * ------------------------------------------------------------------------------------------------------------- */

static enum sim_status host_refuses(const struct flash_content *content, const char *what)
{
    log_at(content->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, content->image->path, "%s: %s", what, strerror(errno));
    return SIM_NO_MEMORY;
}

static enum sim_status fill(struct flash_content *content)
{
    content->fd = memfd_create("vesper-flash", MFD_CLOEXEC);
    if (content->fd < 0 || ftruncate(content->fd, content->size) != 0)
        return host_refuses(content, "no memory for the flash chip");
    content->bytes = mmap(NULL, content->size, PROT_READ | PROT_WRITE, MAP_SHARED, content->fd, 0);
    if (content->bytes == MAP_FAILED) {
        content->bytes = NULL;
        return host_refuses(content, "no memory for the flash chip");
    }
    memset(content->bytes, 0xFF, content->size); /* erased */
    enum sim_status status = content->image->kind == IMAGE_ELF ? fill_from_elf(content) : fill_from_image(content);
    munmap(content->bytes, content->size);
    content->bytes = NULL;
    return status;
}

enum sim_status flash_content_create(const struct image *image, uint32_t size, struct log *log,
                                     struct flash_content **result)
{
    struct flash_content *content = calloc(1, sizeof *content);
    *result = NULL;
    if (!content)
        return SIM_NO_MEMORY;
    content->image = image;
    content->log = log;
    content->size = size;
    enum sim_status status = fill(content);
    if (status != SIM_OK) {
        flash_content_destroy(content);
        return status;
    }
    *result = content;
    return SIM_OK;
}

void flash_content_destroy(struct flash_content *content)
{
    if (!content)
        return;
    if (content->fd >= 0)
        close(content->fd);
    free(content);
}

uint32_t flash_content_size(const struct flash_content *content)
{
    return content->size;
}

const struct image *flash_content_image(const struct flash_content *content)
{
    return content->image;
}

uint8_t *flash_content_map(const struct flash_content *content)
{
    void *view = mmap(NULL, content->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, content->fd, 0);
    return view == MAP_FAILED ? NULL : view;
}

void flash_content_unmap(const struct flash_content *content, uint8_t *view)
{
    if (view)
        munmap(view, content->size);
}

bool flash_content_window(const struct flash_content *content, unsigned n, struct flash_window *window)
{
    if (n >= content->windows)
        return false;
    *window = content->window[n];
    return true;
}
