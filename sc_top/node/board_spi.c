/* SPDX-License-Identifier: Apache-2.0 */
/* SPI parts on a node's board: who is connected with whom over which pads, chip selects, bits that software turns by
 * itself, and when a display's picture is told. */
#include <stdlib.h>
#include <string.h>

#include "sc_top/node/board.h"
#include "sc_top/node/node_priv.h"

/* Signals of the GPIO matrix. Source: ESP32 TRM, chapter "IO_MUX and GPIO Matrix", table of peripheral signals. */
struct spi_signals {
    int clock, from_part, to_part;
};

enum { SPI_MASTERS = 2 };
static const struct spi_signals signals[SPI_MASTERS] = {{8, 9, 10}, {63, 64, 65}};

struct board_spi_master {
    struct node *node;
    const struct spi_signals *signals;
    struct spi_device device; /* sees all that the controller does */
};

/* A clock pad, which software may turn by itself, and the wire back to the chip for it. */
struct board_spi_clock {
    struct board_spi_clock *next;
    struct node *node;
    unsigned pad;
};

struct board_display {
    struct node_display config;
    struct lcd lcd;
    struct evq_event event;
    sim_time drawn; /* the last change */
    bool is_new;    /* since the last frame */
};

struct board_spi_part {
    struct board_spi_part *next;
    struct node *node;
    struct node_spi_pads pads;
    const struct spi_device *device;
    struct line *miso; /* for software that reads the pad */
    bool is_selected;
    union {
        struct at25 at25;
        struct max31855 max31855;
        struct board_display display;
    } model;
    bool is_display;
    double celsius;
    uint8_t memory[];
};

/* --- Transfers --------------------------------------------------------------------------------------------------- */

/* What a part sees of the controller's data line: that of its pad, whose level stands in `still` when another signal is
 * on it. */
static const uint8_t *seen_by(const struct board_spi_part *part, const struct spi_signals *from,
                              const struct spi_transfer *transfer, uint8_t still[SPI_CHUNK])
{
    struct gpio *gpio = &part->node->devices.gpio;
    if (!transfer->out || gpio_signal_at(gpio, part->pads.mosi) == from->to_part)
        return transfer->out;
    memset(still, gpio_level(gpio, part->pads.mosi, transfer->start) ? 0xFF : 0, SPI_CHUNK);
    return still;
}

static void say_mode(const struct board_spi_part *part, const struct spi_transfer *transfer)
{
    if (transfer->mode == 1 || transfer->mode == 2)
        log_once(part->node->config.log, LOG_GUEST, transfer->start, part->node->name, 0x2000 + part->pads.cs,
                 "the SPI part at chip select pad %u wants mode 0 or 3, and the transfer is in mode %u", part->pads.cs,
                 transfer->mode);
}

/* Parts only pull bits of the answer low, and so several may be given the same one. */
static void play(void *ctx, const struct spi_transfer *transfer)
{
    const struct board_spi_master *master = ctx;
    struct gpio *gpio = &master->node->devices.gpio;
    for (struct board_spi_part *part = master->node->board.spi_parts; part; part = part->next) {
        if (!part->is_selected || gpio_signal_at(gpio, part->pads.sclk) != master->signals->clock)
            continue;
        struct spi_transfer own = *transfer;
        uint8_t still[SPI_CHUNK];
        own.out = seen_by(part, master->signals, transfer, still);
        if (gpio_pad_of(gpio, (unsigned)master->signals->from_part) != (int)part->pads.miso)
            own.in = NULL;
        say_mode(part, transfer);
        if (own.out || own.in || !(transfer->out || transfer->in))
            part->device->transfer(part->device->ctx, &own);
    }
}

/* The edges of a clock pad are software's: those of the controllers' clocks are not made. */
static void clock_changed(void *ctx, bool level, sim_time now)
{
    const struct board_spi_clock *clock = ctx;
    if (!level)
        return;
    for (struct board_spi_part *part = clock->node->board.spi_parts; part; part = part->next) {
        if (!part->is_selected || part->pads.sclk != clock->pad)
            continue;
        uint8_t out = gpio_level(&clock->node->devices.gpio, part->pads.mosi, now) ? 0x80 : 0, in = 0xFF;
        const struct spi_transfer bit = {.out = &out, .in = &in, .bits = 1, .lines = 1, .start = now, .period = 0};
        part->device->transfer(part->device->ctx, &bit);
        line_set(part->miso, in >> 7, now);
    }
}

static void select_changed(void *ctx, bool level, sim_time now)
{
    struct board_spi_part *part = ctx;
    part->is_selected = !level;
    void (*tell)(void *device, sim_time at) = level ? part->device->deselect : part->device->select;
    if (tell)
        tell(part->device->ctx, now);
    if (level)
        line_set(part->miso, true, now);
}

/* --- Attaching --------------------------------------------------------------------------------------------------- */

static bool are_pads(const struct node_spi_pads *pads)
{
    const unsigned all[] = {pads->sclk, pads->mosi, pads->miso, pads->cs};
    for (unsigned i = 0; i < 4; i++) {
        if (all[i] >= GPIO_PADS)
            return false;
        for (unsigned other = 0; other < i; other++)
            if (all[i] == all[other])
                return false;
    }
    return true;
}

static enum sim_status connect_masters(struct node *node)
{
    struct spi *const spi[SPI_MASTERS] = {&node->devices.spi2, &node->devices.spi3};
    struct node_board *board = &node->board;
    if (board->spi_masters)
        return SIM_OK;
    board->spi_masters = calloc(SPI_MASTERS, sizeof *board->spi_masters);
    if (!board->spi_masters)
        return SIM_NO_MEMORY;
    for (unsigned i = 0; i < SPI_MASTERS; i++) {
        struct board_spi_master *master = &board->spi_masters[i];
        *master = (struct board_spi_master){
            .node = node, .signals = &signals[i], .device = {.ctx = master, .transfer = play}};
        SIM_TRY(spi_attach(spi[i], SPI_ANY_SELECT, &master->device));
    }
    return SIM_OK;
}

static enum sim_status connect_clock(struct node *node, unsigned pad)
{
    for (const struct board_spi_clock *clock = node->board.spi_clocks; clock; clock = clock->next)
        if (clock->pad == pad)
            return SIM_OK;
    struct board_spi_clock *clock = calloc(1, sizeof *clock);
    if (!clock)
        return SIM_NO_MEMORY;
    *clock = (struct board_spi_clock){node->board.spi_clocks, node, pad};
    node->board.spi_clocks = clock;
    gpio_watch(&node->devices.gpio, pad, clock_changed, clock);
    return SIM_OK;
}

/* The line of a data pad, which parts of one bus share. */
static struct line *miso_line(struct node *node, unsigned pad)
{
    for (const struct board_spi_part *part = node->board.spi_parts; part; part = part->next)
        if (part->pads.miso == pad)
            return part->miso;
    if (node->devices.gpio.pad[pad].board_connected)
        return NULL;
    return gpio_board_wire(&node->devices.gpio, pad, NULL);
}

static enum sim_status may_attach(const struct node *node, const struct node_spi_pads *pads)
{
    if (!are_pads(pads))
        return SIM_BAD_VALUE;
    for (const struct board_spi_part *part = node->board.spi_parts; part; part = part->next)
        if (part->pads.cs == pads->cs)
            return SIM_BUSY;
    return SIM_OK;
}

/* Frees the part when it cannot be attached. part->device is set. */
static enum sim_status attach(struct node *node, struct board_spi_part *part, const struct node_spi_pads *pads)
{
    struct gpio *gpio = &node->devices.gpio;
    part->node = node;
    part->pads = *pads;
    enum sim_status status = connect_masters(node);
    status = status == SIM_OK ? connect_clock(node, pads->sclk) : status;
    part->miso = status == SIM_OK ? miso_line(node, pads->miso) : NULL;
    if (!part->miso) {
        free(part);
        return status == SIM_OK ? SIM_BUSY : status;
    }
    part->next = node->board.spi_parts;
    node->board.spi_parts = part;
    gpio_drive(gpio, pads->cs, GPIO_PULL_HIGH, node->now);
    gpio_watch(gpio, pads->cs, select_changed, part);
    part->is_selected = !gpio_level(gpio, pads->cs, node->now);
    return SIM_OK;
}

/* --- The parts --------------------------------------------------------------------------------------------------- */

static double celsius_of(void *ctx, sim_time now)
{
    (void)now;
    return ((const struct board_spi_part *)ctx)->celsius;
}

static double celsius_of_chip(void *ctx, sim_time now)
{
    (void)now;
    return ((const struct board_spi_part *)ctx)->node->board.celsius;
}

enum sim_status node_attach_max31855(struct node *node, const struct node_spi_pads *pads, double celsius)
{
    SIM_TRY(may_attach(node, pads));
    struct board_spi_part *part = calloc(1, sizeof *part);
    if (!part)
        return SIM_NO_MEMORY;
    part->celsius = celsius;
    max31855_init(&part->model.max31855, &(struct max31855_config){part, celsius_of, celsius_of_chip});
    part->device = &part->model.max31855.port;
    return attach(node, part, pads);
}

enum sim_status node_attach_at25(struct node *node, const struct node_spi_pads *pads, uint32_t size,
                                 const uint8_t *content, size_t content_size)
{
    SIM_TRY(may_attach(node, pads));
    if (size < 1024 || size > 65536 || (size & (size - 1)) || content_size > size)
        return SIM_BAD_VALUE;
    struct board_spi_part *part = calloc(1, sizeof *part + size);
    if (!part)
        return SIM_NO_MEMORY;
    memset(part->memory, 0xFF, size);
    if (content_size)
        memcpy(part->memory, content, content_size);
    unsigned page = size == 65536 ? 128 : size > 8192 ? 64 : 32;
    at25_init(&part->model.at25, &(struct at25_config){part->memory, size, page});
    part->device = &part->model.at25.port;
    return attach(node, part, pads);
}

/* --- Displays ---------------------------------------------------------------------------------------------------- */

static bool is_data(void *ctx, sim_time now)
{
    const struct board_spi_part *part = ctx;
    return gpio_level(&part->node->devices.gpio, part->model.display.config.dc, now);
}

static sim_time next_frame(const struct board_display *display, sim_time now)
{
    sim_time interval = display->config.interval;
    return interval ? (now / interval + 1) * interval : display->drawn + NODE_FRAME_QUIET;
}

static void changed(void *ctx, sim_time now)
{
    struct board_spi_part *part = ctx;
    struct board_display *display = &part->model.display;
    struct evq *evq = part->node->evq;
    display->drawn = now > evq_now(evq) ? now : evq_now(evq);
    if (display->is_new)
        return;
    display->is_new = true;
    evq_schedule(evq, &display->event, next_frame(display, display->drawn));
}

static void tell_frame(struct board_display *display, sim_time now)
{
    display->is_new = false;
    display->config.frame(display->config.ctx, &display->lcd, now);
}

static void frame_due(void *ctx, sim_time now)
{
    struct board_spi_part *part = ctx;
    struct board_display *display = &part->model.display;
    if (!display->config.interval && now < display->drawn + NODE_FRAME_QUIET)
        evq_schedule(part->node->evq, &display->event, next_frame(display, now));
    else
        tell_frame(display, now);
}

static void reset_changed(void *ctx, bool level, sim_time now)
{
    struct board_spi_part *part = ctx;
    if (!level)
        lcd_reset(&part->model.display.lcd, now);
}

enum sim_status node_attach_display(struct node *node, const struct node_spi_pads *pads,
                                    const struct node_display *display)
{
    struct gpio *gpio = &node->devices.gpio;
    SIM_TRY(may_attach(node, pads));
    if (display->dc >= GPIO_PADS)
        return SIM_BAD_VALUE;
    if (display->reset < GPIO_PADS && gpio->pad[display->reset].wire.listeners == LINE_LISTENERS)
        return SIM_BUSY;
    struct board_spi_part *part = calloc(1, sizeof *part);
    if (!part)
        return SIM_NO_MEMORY;
    struct board_display *model = &part->model.display;
    part->is_display = true;
    model->config = *display;
    evq_event_init(&model->event, frame_due, part, EVQ_PHASE_DEVICE);
    lcd_init(&model->lcd, &(struct lcd_config){display->chip, part, is_data, changed});
    part->device = &model->lcd.port;
    SIM_TRY(attach(node, part, pads));
    if (display->reset < GPIO_PADS) {
        gpio_drive(gpio, display->reset, GPIO_PULL_HIGH, node->now);
        gpio_watch(gpio, display->reset, reset_changed, part);
    }
    return SIM_OK;
}

void node_frames_finish(struct node *node, sim_time time)
{
    for (struct board_spi_part *part = node->board.spi_parts; part; part = part->next)
        if (part->is_display && part->model.display.is_new) {
            evq_cancel(node->evq, &part->model.display.event);
            tell_frame(&part->model.display, time);
        }
}

void node_board_spi_fini(struct node *node)
{
    struct node_board *board = &node->board;
    while (board->spi_parts) {
        struct board_spi_part *part = board->spi_parts;
        board->spi_parts = part->next;
        if (part->is_display)
            evq_cancel(node->evq, &part->model.display.event);
        free(part);
    }
    while (board->spi_clocks) {
        struct board_spi_clock *clock = board->spi_clocks;
        board->spi_clocks = clock->next;
        free(clock);
    }
    free(board->spi_masters);
    board->spi_masters = NULL;
}
