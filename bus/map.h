/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's memory system: banks, the address map for each initiator, the MMU tables, and the devices that a node
 * attaches. Serves struct bus_port to cores and DMA engines. The map itself is data: bus/esp32_map.def. What an access
 * costs is data as well: bus/access_cost.def.
 *
 * Guest errors end in a bus_result and one line in class "guest" for each page, initiator and kind; they are counted.
 * Peripheral space without a device reads 0 and ignores writes, as hardware does, and is reported in class "unimpl". */
#ifndef VESPER_BUS_MAP_H
#define VESPER_BUS_MAP_H

#include "bus/bus_port.h"
#include "bus/dev.h"
#include "bus/mem.h"

#ifdef __cplusplus
extern "C" {
#endif

enum bus_bank {
#define BANK(id, size, text) BUS_BANK_##id,
#include "bus/esp32_map.def"
    BUS_BANK_COUNT
};

enum bus_cost {
#define ACCESS_COST(id, clock, read, write, source) BUS_COST_##id,
#include "bus/access_cost.def"
#undef ACCESS_COST
    BUS_COST_COUNT
};

enum bus_region_kind { BUS_KIND_MEMORY, BUS_KIND_REMAP, BUS_KIND_WINDOW, BUS_KIND_PORT };
enum bus_view { BUS_VIEW_PLAIN, BUS_VIEW_WORDS, BUS_VIEW_REVERSED };
enum bus_rights { BUS_RIGHTS_R = 1, BUS_RIGHTS_RW = 3, BUS_RIGHTS_RX = 5, BUS_RIGHTS_RWX = 7 };
enum { BUS_RIGHT_READ = 1, BUS_RIGHT_WRITE = 2, BUS_RIGHT_FETCH = 4 };
enum {
    BUS_INITIATORS = 4,
    BUS_MMU_ENTRIES = 2048,
    BUS_FLASH_PAGE = 0x10000,
    BUS_PSRAM_PAGE = 0x8000,
    BUS_FLASH_SECTOR = 0x1000
};

/* A row of the map. */
struct bus_region {
    const char *name;
    uint32_t first, last;
    enum bus_region_kind kind;
    enum bus_bank bank;
    uint32_t place; /* offset in the bank; MMU entry of `first`; device address of `first` */
    enum bus_view view;
    unsigned rights;
    unsigned initiators; /* bit n: enum bus_initiator n */
    unsigned mask_bit;   /* windows: bit of DPORT's CACHE_CTRL1 */
    enum bus_cost cost;
    const char *text;
};

struct bus_map;

/* How long the line of a cache takes between the cache and the chip, from `now` on, and when the lines to the chips are
 * free for it. */
enum bus_line { BUS_LINE_FLASH, BUS_LINE_RAM_READ, BUS_LINE_RAM_WRITE };
struct bus_line_port {
    void *ctx;
    sim_time (*duration)(void *ctx, enum bus_line line, sim_time now);
    sim_time (*busy_until)(void *ctx, sim_time now); /* by others than the caches */
};

/* Flash decryption: what the caches are given instead of the flash's bytes while it is on. offset and length are
 * multiples of BUS_FLASH_SECTOR. */
struct bus_flash_filter {
    void *ctx;
    void (*decrypt)(void *ctx, uint32_t offset, const uint8_t *cipher, uint8_t *plain, uint32_t length);
};

struct bus_map_config {
    uint32_t flash_size;  /* multiple of 64 KB, 0: none */
    uint8_t *flash_bytes; /* flash_size bytes, borrowed; NULL: zeroed memory of the map's own */
    uint32_t psram_size;  /* multiple of 32 KB, 0: none */
    uint8_t *rom_bytes;   /* ROM 0 and then ROM 1, borrowed, not written; NULL: zeroed memory of the map's own */
    uint8_t *rom_app;     /* ROM 0 for the APP CPU, likewise; NULL: as for the PRO CPU */
    struct line
        *cache_illegal; /* raised on access to a closed or unmapped window (interrupt source CACHE_IA); may be NULL */
    struct bus_line_port lines;           /* duration NULL: caches hit always */
    struct bus_flash_filter flash_filter; /* decrypt NULL: flash is never decrypted */
};

/* NULL without memory. env: borrowed; needs clocks; log and scope as everywhere. All memory is zero, MMU entries are
 * invalid, caches are off and remap is off. */
struct bus_map *bus_map_create(const struct bus_map_config *config, struct dev_env *env);
void bus_map_destroy(struct bus_map *map);

/* What this initiator sees. Belongs to the map. The port ignores access->initiator and fills it in. */
struct bus_port *bus_map_port(struct bus_map *map, enum bus_initiator who);

/* The memory itself, for loaders, flash controllers, snapshots; NULL when its size is 0. */
struct bus_mem *bus_map_bank(struct bus_map *map, enum bus_bank bank);

/* --- Devices ------------------------------------------------------------------------------------------------- */

/* A device at an address of 0x3FF00000..0x3FF7FFFF, multiple of 256; its alias on AHB follows by itself. The map keeps
 * the pointer. SIM_BAD_VALUE: no such place; SIM_BUSY: somebody is there; SIM_NO_MEMORY. */
enum sim_status bus_map_attach(struct bus_map *map, uint32_t base, struct dev *dev);

/* Anything else that answers at [first, last]: either in peripheral space, with bounds at multiples of 256, or where
 * nothing is, with bounds at multiples of 8 KB. It gets absolute addresses, adds its own cost, and may grant direct
 * pointers. Open to cores and debugger. */
enum sim_status bus_map_attach_port(struct bus_map *map, const char *name, uint32_t first, uint32_t last,
                                    struct bus_port *port);

/* Takes over all accesses to attached targets and to peripheral space, e.g. to send them over TLM; whoever it is ends
 * in bus_map_access() or decodes with bus_map_decode(). NULL: direct calls again. Debug accesses stay direct. */
struct bus_mmio {
    void *ctx;
    enum bus_result (*access)(void *ctx, struct bus_access *access);
};
void bus_map_set_mmio(struct bus_map *map, const struct bus_mmio *mmio);

/* As the port's access, but never through the mmio hook. */
enum bus_result bus_map_access(struct bus_map *map, enum bus_initiator who, struct bus_access *access);

/* Where an access would end. Nothing is carried out, logged or counted. */
struct bus_hit {
    const struct bus_region *region; /* NULL: none, or an attached target outside the regions */
    int target;                      /* number of the attached target, -1: none */
    uint32_t offset;                 /* from the target's base, or in mem */
    struct bus_mem *mem;             /* NULL: not memory, or a window that is closed there */
    sim_time cost;                   /* of buses and memory */
};
enum bus_result bus_map_decode(struct bus_map *map, enum bus_initiator who, const struct bus_access *access,
                               struct bus_hit *hit);

/* --- What guests and nodes change ------------------------------------------------------------------------------- */

/* Bit 0 of DPORT's PRO/APP_BOOT_REMAP_CTRL. core: 0 PRO, 1 APP. */
void bus_map_set_remap(struct bus_map *map, unsigned core, bool remapped);

/* DPORT's CACHE_CTRL bit 3 and CACHE_CTRL1 bits 5:0 (1: closed) of one core. */
void bus_map_set_cache(struct bus_map *map, unsigned core, bool enabled, unsigned masks);

/* CACHE_CTRL1's FLASH_PAGE_MODE (0..3) and SRAM_PAGE_MODE (0..4) of one core: pages of 64 KB >> flash and 32 KB >> ram.
 * A window keeps its number of MMU entries, and so covers as much less; what is behind is illegal. Both 0 at first. */
void bus_map_set_page_modes(struct bus_map *map, unsigned core, unsigned flash, unsigned ram);

/* Flash windows show what the filter makes of the flash, from now on, by the key of now; or the flash as it is. */
void bus_map_decrypt_flash(struct bus_map *map, bool on);

/* The flash chip has changed bytes [offset, offset + length), length > 0, of the bank. */
void bus_map_flash_written(struct bus_map *map, uint32_t offset, uint32_t length);

/* CACHE_CTRL bit 4: the core's cache forgets its lines. */
void bus_map_flush_cache(struct bus_map *map, unsigned core);

/* How external RAM is shared out between the caches: CACHE_CTRL's DRAM_HL and DRAM_SPLIT, as in ESP-IDF's PSRAM driver.
 * NORMAL: a core goes through its own; LOW_HIGH: PRO's holds the lower 2 MB of the window, APP's the upper; EVEN_ODD is
 * treated as NORMAL. */
enum bus_ram_mode { BUS_RAM_NORMAL, BUS_RAM_LOW_HIGH };
void bus_map_set_ram_mode(struct bus_map *map, enum bus_ram_mode mode);

/* Lines fetched into, and written back from, a core's cache so far. */
void bus_map_cache_counts(const struct bus_map *map, unsigned core, uint64_t *fills, uint64_t *write_backs);

/* One MMU entry as software writes it: bit 8 invalid, bits 7:0 physical page. */
void bus_map_set_page(struct bus_map *map, unsigned core, unsigned entry, uint32_t value);

/* What a boot loader does with a flash segment: both cores see flash bytes [flash_offset, +length) at `address`, and
 * the window's bus is open. SIM_BAD_VALUE: not in one flash window, beyond the flash, or address and offset differ
 * modulo 64 KB. */
enum sim_status bus_map_show_flash(struct bus_map *map, uint32_t address, uint32_t flash_offset, uint32_t length);

/* The last access of this core to a closed or unmapped window; false: none since the last clear. */
bool bus_map_illegal(const struct bus_map *map, unsigned core, uint32_t *address);
void bus_map_clear_illegal(struct bus_map *map, unsigned core, sim_time time);

/* Remap and caches off on every reset; MMU entries invalid on power-on. Memory keeps its content. */
void bus_map_reset(struct bus_map *map, enum dev_reset kind, sim_time now);

/* Told when what an initiator sees at [first, last] changes, so that direct pointers there are void: connect it to
 * xt_memory_changed. At most four listeners. */
void bus_map_listen(struct bus_map *map,
                    void (*changed)(void *ctx, enum bus_initiator who, uint32_t first, uint32_t last), void *ctx);

/* An attached port withdraws the direct pointers that it granted in [first, last]. */
void bus_map_invalidate(struct bus_map *map, uint32_t first, uint32_t last);

/* --- Looking at it ---------------------------------------------------------------------------------------------- */

unsigned bus_map_region_count(void);
const struct bus_region *bus_map_region(unsigned n);
const char *bus_bank_name(enum bus_bank bank);
const char *bus_result_text(enum bus_result result);
const char *bus_initiator_name(enum bus_initiator who);

/* "APB", its clock, cycles for read and write, and where they are known from. */
struct bus_access_cost {
    const char *name;
    enum clock_id clock;
    unsigned read, write;
    const char *source;
};
const struct bus_access_cost *bus_cost_row(enum bus_cost cost);

/* Attached targets in the order of attaching. dev: NULL for attach_port. */
struct bus_target {
    const char *name;
    uint32_t first, last;
    struct dev *dev;
    struct bus_port *port;
};
unsigned bus_map_target_count(const struct bus_map *map);
const struct bus_target *bus_map_target(const struct bus_map *map, unsigned n);

/* Counts and reports a guest error that a target reached by another way (TLM) answered with. */
void bus_map_note_error(struct bus_map *map, enum bus_initiator who, const struct bus_access *access,
                        enum bus_result result);

/* Guest errors so far. */
uint64_t bus_map_errors(const struct bus_map *map, enum bus_initiator who, enum bus_result result);

#ifdef __cplusplus
}
#endif
#endif
