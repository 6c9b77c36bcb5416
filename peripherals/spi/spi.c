/* SPDX-License-Identifier: Apache-2.0 */
/* Registers, interrupts, reset. */
#include "peripherals/spi/spi.h"

#include <string.h>

#include "peripherals/spi/spi_priv.h"

static void cmd_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void slave_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void pin_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void dma_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void out_link_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void in_link_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void dma_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void dma_int_clear(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t dma_int_status(struct dev *dev, unsigned index, uint32_t stored);
static uint32_t state_read(struct dev *dev, unsigned index, uint32_t stored);

#define REG_FILE "peripherals/spi/spi_regs.def"
#define REG_PREFIX SPI
#define REG_TABLE spi_regs
#define REG_BLOCK "SPI"
#define REG_SOURCE "ESP32 TRM, chapter SPI Controller"
#define REG_SIZE 0x400
#include "bus/reg_expand.h"

/* Links hold the lower 20 bits of addresses of internal memory. Facts 4.8. */
#define LINK_BASE UINT32_C(0x3FF00000)

static struct spi *spi_of(struct dev *dev)
{
    return (struct spi *)dev; /* first member */
}

/* --- Interrupts ------------------------------------------------------------------------------------------------- */

static void update_irq(struct spi *spi)
{
    uint32_t slave = reg_word(&spi->dev, SPI_SLAVE);
    line_set(spi->irq, (slave & reg_get(&spi->dev, SPI_SLAVE_INT_EN) & 0x1F) != 0, spi->dev.now);
}

static void update_dma_irq(struct spi *spi)
{
    uint32_t pending = reg_word(&spi->dev, SPI_DMA_INT_RAW) & reg_word(&spi->dev, SPI_DMA_INT_ENA);
    line_set(spi->dma_irq, pending != 0, spi->dev.now);
}

void spi_dma_raise(struct spi *spi, uint32_t interrupts)
{
    reg_put_word(&spi->dev, SPI_DMA_INT_RAW, reg_word(&spi->dev, SPI_DMA_INT_RAW) | interrupts);
    update_dma_irq(spi);
}

static void dma_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_dma_irq(spi_of(dev));
}

static void dma_int_clear(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, SPI_DMA_INT_RAW, reg_word(dev, SPI_DMA_INT_RAW) & ~written);
    update_dma_irq(spi_of(dev));
}

static uint32_t dma_int_status(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return reg_word(dev, SPI_DMA_INT_RAW) & reg_word(dev, SPI_DMA_INT_ENA);
}

/* --- Transactions ----------------------------------------------------------------------------------------------- */

/* EXT2.ST: 0 idle; the numbers of the other states are not published: 2 stands for all. */
static uint32_t state_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return spi_of(dev)->command ? 2 : 0;
}

static void note_busy(struct spi *spi, bool busy)
{
    trace_change(spi->dev.env->trace, spi->busy_signal, spi->dev.now, busy);
}

/* The highest bit wins; software sets one. */
static void cmd_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct spi *spi = spi_of(dev);
    uint32_t commands = written & UINT32_C(0xFFFF0000);
    (void)index, (void)old;
    if (commands == 0 || spi->command)
        return;
    uint32_t command = UINT32_C(0x80000000) >> __builtin_clz(commands);
    if (reg_get(dev, SPI_SLAVE_MODE)) {
        dev_say_once(dev, LOG_UNIMPL, SPI_SLAVE, "slave mode: no master is there, the transaction will not end");
        reg_put_word(dev, SPI_CMD, command);
        return;
    }
    spi->command = command;
    reg_put_word(dev, SPI_CMD, command);
    note_busy(spi, true);
    if (spi_make_plan(spi, command))
        spi_line_begin(spi, dev->now);
    else
        spi_finished(spi, dev->now);
}

void spi_finished(struct spi *spi, sim_time now)
{
    struct dev *dev = &spi->dev;
    dev->now = now;
    bool is_user = spi->command == REG_PLACE_MASK(SPI_CMD_USR);
    spi->command = 0;
    reg_put_word(dev, SPI_CMD, 0);
    note_busy(spi, false);
    reg_put(dev, SPI_SLAVE_TRANS_CNT, reg_get(dev, SPI_SLAVE_TRANS_CNT) + 1);
    if (is_user)
        reg_put(dev, SPI_SLAVE_TRANS_DONE, 1);
    update_irq(spi);
}

/* Software clears TRANS_DONE by writing 0, and sets it to enter its interrupt routine. */
static void slave_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    if (reg_field_of(written, SPI_SLAVE_SYNC_RESET))
        spi_line_abort(spi_of(dev));
    update_irq(spi_of(dev));
}

static void pin_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct spi *spi = spi_of(dev);
    (void)index, (void)old;
    if (!spi->command && !reg_field_of(written, SPI_PIN_CS_KEEP_ACTIVE))
        spi_line_deselect(spi, dev->now);
}

/* --- DMA -------------------------------------------------------------------------------------------------------- */

/* Address 0: no list. ESP-IDF starts the receiver so, since DMA sends only while both directions are on (spi_hal). */
static uint32_t list_at(uint32_t address)
{
    return address ? LINK_BASE + address : 0;
}

static void show_links(struct spi *spi)
{
    reg_put(&spi->dev, SPI_DMA_STATUS_DMA_RX_EN, spi->in.active);
    reg_put(&spi->dev, SPI_DMA_STATUS_DMA_TX_EN, spi->out.active);
}

static void dma_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct spi *spi = spi_of(dev);
    (void)index, (void)old;
    if (reg_field_of(written, SPI_DMA_CONF_IN_RST))
        spi->in = (struct spi_link){0};
    if (reg_field_of(written, SPI_DMA_CONF_OUT_RST))
        spi->out = (struct spi_link){0};
    show_links(spi);
}

static void out_link_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct spi *spi = spi_of(dev);
    (void)index, (void)old;
    if (reg_field_of(written, SPI_DMA_OUT_LINK_OUTLINK_STOP))
        spi->out.active = false;
    if (reg_field_of(written, SPI_DMA_OUT_LINK_OUTLINK_START))
        spi_dma_start_out(spi, list_at(reg_field_of(written, SPI_DMA_OUT_LINK_OUTLINK_ADDR)));
    else if (reg_field_of(written, SPI_DMA_OUT_LINK_OUTLINK_RESTART))
        spi_dma_start_out(spi, spi->out.next);
    show_links(spi);
}

static void in_link_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct spi *spi = spi_of(dev);
    (void)index, (void)old;
    if (reg_field_of(written, SPI_DMA_IN_LINK_INLINK_STOP))
        spi->in.active = false;
    if (reg_field_of(written, SPI_DMA_IN_LINK_INLINK_START))
        spi_dma_start_in(spi, list_at(reg_field_of(written, SPI_DMA_IN_LINK_INLINK_ADDR)));
    else if (reg_field_of(written, SPI_DMA_IN_LINK_INLINK_RESTART))
        spi_dma_start_in(spi, spi->in.next);
    show_links(spi);
}

/* --- Device ----------------------------------------------------------------------------------------------------- */

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct spi *spi = spi_of(dev);
    (void)kind;
    spi_line_abort(spi);
    spi->in = spi->out = (struct spi_link){0};
    update_irq(spi);
    update_dma_irq(spi);
}

static const struct dev_ops ops = {.regs = &spi_regs, .reset = reset};

enum sim_status spi_init(struct spi *spi, unsigned number, const char *name, struct dev_env *env)
{
    char scope[96];
    memset(spi, 0, sizeof *spi);
    spi->number = number;
    evq_event_init(&spi->step, spi_step, spi, EVQ_PHASE_DEVICE);
    evq_event_init(&spi->fall, spi_line_fall, spi, EVQ_PHASE_DEVICE);
    SIM_TRY(dev_init(&spi->dev, &ops, name, env));
    dev_path(&spi->dev, scope, sizeof scope);
    spi->busy_signal = trace_declare(env->trace, scope, "busy", TRACE_WIRE, 1);
    trace_change(env->trace, spi->busy_signal, 0, false);
    dev_reset(&spi->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void spi_fini(struct spi *spi)
{
    if (spi->dev.env && spi->dev.env->evq) {
        evq_cancel(spi->dev.env->evq, &spi->step);
        evq_cancel(spi->dev.env->evq, &spi->fall);
    }
    dev_fini(&spi->dev);
}

enum sim_status spi_attach(struct spi *spi, unsigned chip_select, const struct spi_device *device)
{
    sim_assert(chip_select <= SPI_ANY_SELECT);
    if (device && spi->device[chip_select])
        return SIM_BUSY;
    spi->device[chip_select] = device;
    return SIM_OK;
}
