/* SPDX-License-Identifier: Apache-2.0 */
/* Registers, FIFOs, interrupts, wires, and the slave. */
#include "peripherals/i2c/i2c.h"

#include <string.h>

#include "peripherals/i2c/i2c_priv.h"

static void i2c_control_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t i2c_status_read(struct dev *dev, unsigned index, uint32_t stored);
static uint32_t i2c_positions_read(struct dev *dev, unsigned index, uint32_t stored);
static void i2c_fifo_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t i2c_data_read(struct dev *dev, unsigned index, uint32_t stored);
static void i2c_data_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void i2c_int_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void i2c_int_enable_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t i2c_int_status_read(struct dev *dev, unsigned index, uint32_t stored);

#define REG_FILE "peripherals/i2c/i2c_regs.def"
#define REG_PREFIX I2C
#define REG_TABLE i2c_regs
#define REG_BLOCK "I2C"
#define REG_SOURCE "ESP32 TRM, I2C Controller"
#define REG_SIZE 0x200
#include "bus/reg_expand.h"

/* --- Interrupts -------------------------------------------------------------------------------------------------- */

/* Thresholds hold as long as their condition does. */
static unsigned fifo_interrupts(const struct i2c *i2c)
{
    unsigned raised = 0;
    if (i2c->rx.count > reg_get(&i2c->dev, I2C_FIFO_CONF_RXFIFO_FULL_THRHD))
        raised |= I2C_INT_RXFIFO_FULL;
    if (i2c->tx.count <= reg_get(&i2c->dev, I2C_FIFO_CONF_TXFIFO_EMPTY_THRHD))
        raised |= I2C_INT_TXFIFO_EMPTY;
    return raised;
}

void i2c_raise(struct i2c *i2c, unsigned interrupts)
{
    struct dev *dev = &i2c->dev;
    uint32_t raw = reg_word(dev, I2C_INT_RAW) | interrupts | fifo_interrupts(i2c);
    reg_put_word(dev, I2C_INT_RAW, raw);
    line_set(i2c->irq, (raw & reg_word(dev, I2C_INT_ENA)) != 0, dev->now);
}

static void i2c_int_clear_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, I2C_INT_RAW, reg_word(dev, I2C_INT_RAW) & ~written);
    i2c_raise((struct i2c *)dev, 0);
}

static void i2c_int_enable_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    i2c_raise((struct i2c *)dev, 0);
}

static uint32_t i2c_int_status_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return reg_word(dev, I2C_INT_RAW) & reg_word(dev, I2C_INT_ENA);
}

/* --- FIFOs ------------------------------------------------------------------------------------------------------- */

static bool fifo_put(struct i2c_fifo *fifo, uint8_t byte)
{
    if (fifo->count == I2C_FIFO_SIZE)
        return false;
    fifo->byte[(fifo->first + fifo->count++) % I2C_FIFO_SIZE] = byte;
    return true;
}

static bool fifo_take(struct i2c_fifo *fifo, uint8_t *byte)
{
    if (fifo->count == 0)
        return false;
    *byte = fifo->byte[fifo->first];
    fifo->first = (uint8_t)((fifo->first + 1) % I2C_FIFO_SIZE);
    fifo->count--;
    return true;
}

static uint8_t turned_around(uint8_t byte)
{
    uint8_t turned = 0;
    for (unsigned i = 0; i < 8; i++)
        turned = (uint8_t)(turned << 1 | (byte >> i & 1));
    return turned;
}

void i2c_receive(struct i2c *i2c, uint8_t byte)
{
    const struct dev *dev = &i2c->dev;
    unsigned raised = 0;
    if (!fifo_put(&i2c->rx, reg_get(dev, I2C_CTR_RX_LSB_FIRST) ? turned_around(byte) : byte))
        raised |= I2C_INT_RXFIFO_OVF;
    if (++i2c->received >= reg_get(dev, I2C_FIFO_CONF_NONFIFO_RX_THRES)) {
        i2c->received = 0;
        raised |= I2C_INT_RX_REC_FULL;
    }
    i2c_raise(i2c, raised);
}

bool i2c_send(struct i2c *i2c, uint8_t *byte)
{
    const struct dev *dev = &i2c->dev;
    unsigned raised = 0;
    if (!fifo_take(&i2c->tx, byte))
        return false;
    if (reg_get(dev, I2C_CTR_TX_LSB_FIRST))
        *byte = turned_around(*byte);
    if (++i2c->sent >= reg_get(dev, I2C_FIFO_CONF_NONFIFO_TX_THRES)) {
        i2c->sent = 0;
        raised |= I2C_INT_TX_SEND_EMPTY;
    }
    i2c_raise(i2c, raised);
    return true;
}

static uint32_t i2c_data_read(struct dev *dev, unsigned index, uint32_t stored)
{
    struct i2c *i2c = (struct i2c *)dev;
    uint8_t byte = 0;
    (void)index, (void)stored;
    if (!fifo_take(&i2c->rx, &byte))
        dev_say_once(dev, LOG_GUEST, I2C_DATA, "I2C receive FIFO read while empty");
    return byte;
}

static void i2c_data_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct i2c *i2c = (struct i2c *)dev;
    (void)index, (void)old;
    if (!fifo_put(&i2c->tx, (uint8_t)written))
        dev_say_once(dev, LOG_GUEST, I2C_DATA + 1, "I2C transmit FIFO written while full: the byte is lost");
    i2c_master_has_byte(i2c);
}

static void i2c_fifo_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct i2c *i2c = (struct i2c *)dev;
    (void)index, (void)old;
    if (reg_field_of(written, I2C_FIFO_CONF_RX_FIFO_RST))
        i2c->rx = (struct i2c_fifo){.first = 0};
    if (reg_field_of(written, I2C_FIFO_CONF_TX_FIFO_RST))
        i2c->tx = (struct i2c_fifo){.first = 0};
    if (reg_field_of(written, I2C_FIFO_CONF_NONFIFO_EN) || reg_field_of(written, I2C_FIFO_CONF_FIFO_ADDR_CFG_EN))
        dev_say_once(dev, LOG_UNIMPL, I2C_FIFO_CONF, "I2C RAM access without FIFO is not modelled");
    i2c_raise(i2c, 0);
}

static uint32_t i2c_positions_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct i2c *i2c = (struct i2c *)dev;
    (void)index, (void)stored;
    return i2c->rx.first | (i2c->rx.first + (uint32_t)i2c->rx.count) % I2C_FIFO_SIZE << 5 |
           (uint32_t)i2c->tx.first << 10 | (i2c->tx.first + (uint32_t)i2c->tx.count) % I2C_FIFO_SIZE << 15;
}

/* --- Control ----------------------------------------------------------------------------------------------------- */

static void i2c_control_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct i2c *i2c = (struct i2c *)dev;
    (void)index;
    if (!reg_field_of(written, I2C_CTR_MS_MODE) && reg_field_of(old, I2C_CTR_MS_MODE))
        i2c_master_reset(i2c);
    if (reg_field_of(written, I2C_CTR_TRANS_START) && reg_get(dev, I2C_CTR_MS_MODE))
        i2c_master_start(i2c);
}

static uint32_t i2c_status_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct i2c *i2c = (struct i2c *)dev;
    (void)index;
    stored = bits_set(stored, 4, 1, i2c->busy);
    stored = bits_set(stored, 5, 1, i2c->slave.addressed);
    stored = bits_set(stored, 8, 6, i2c->rx.count);
    return bits_set(stored, 18, 6, i2c->tx.count);
}

/* --- Wires ------------------------------------------------------------------------------------------------------- */

void i2c_update_sda(struct i2c *i2c)
{
    line_set(i2c->sda_out, i2c->sda_master && !i2c->slave.low, i2c->dev.now);
}

void i2c_scl_changed(void *ctx, bool level, sim_time now)
{
    struct i2c *i2c = ctx;
    i2c->dev.now = now;
    i2c->scl_in = level;
    i2c_target_scl(&i2c->slave, level, now);
    if (level)
        i2c_master_scl(i2c);
}

void i2c_sda_changed(void *ctx, bool level, sim_time now)
{
    struct i2c *i2c = ctx;
    i2c->dev.now = now;
    i2c->sda_in = level;
    if (i2c->scl_in)
        i2c->busy = !level;
    i2c_target_sda(&i2c->slave, level, now);
}

/* --- Slave ------------------------------------------------------------------------------------------------------- */

static bool slave_address(void *ctx, unsigned address, bool read, sim_time now)
{
    struct i2c *i2c = ctx;
    i2c->dev.now = now;
    if (reg_get(&i2c->dev, I2C_CTR_MS_MODE) || address != (reg_get(&i2c->dev, I2C_SLAVE_ADDR_SLAVE_ADDR) & 0x7F))
        return false;
    reg_put(&i2c->dev, I2C_SR_SLAVE_RW, read);
    return true;
}

static bool slave_write(void *ctx, uint8_t byte, sim_time now)
{
    struct i2c *i2c = ctx;
    i2c->dev.now = now;
    i2c_receive(i2c, byte);
    i2c_raise(i2c, I2C_INT_SLAVE_TRAN_COMP);
    return true;
}

static uint8_t slave_read(void *ctx, sim_time now)
{
    struct i2c *i2c = ctx;
    uint8_t byte = 0xFF; /* nothing to say: SDA stays high */
    i2c->dev.now = now;
    if (!i2c_send(i2c, &byte))
        i2c_raise(i2c, I2C_INT_TX_SEND_EMPTY);
    i2c_raise(i2c, I2C_INT_SLAVE_TRAN_COMP);
    return byte;
}

static void slave_stop(void *ctx, sim_time now)
{
    struct i2c *i2c = ctx;
    i2c->dev.now = now;
    i2c_raise(i2c, I2C_INT_TRANS_COMPLETE);
}

static void slave_pull(void *ctx, bool low, sim_time now)
{
    struct i2c *i2c = ctx;
    (void)low;
    i2c->dev.now = now;
    i2c_update_sda(i2c);
}

static const struct i2c_target_ops slave_ops = {
    .address = slave_address, .write = slave_write, .read = slave_read, .stop = slave_stop, .pull = slave_pull};

/* --- Life -------------------------------------------------------------------------------------------------------- */

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct i2c *i2c = (struct i2c *)dev;
    (void)kind;
    i2c->rx = i2c->tx = (struct i2c_fifo){.first = 0};
    i2c->received = i2c->sent = 0;
    i2c->busy = false;
    i2c_master_reset(i2c);
    i2c_target_reset(&i2c->slave, dev->now);
    i2c_raise(i2c, 0);
}

static const struct dev_ops ops = {.regs = &i2c_regs, .reset = reset};

enum sim_status i2c_init(struct i2c *i2c, const char *name, struct dev_env *env)
{
    memset(i2c, 0, sizeof *i2c);
    SIM_TRY(dev_init(&i2c->dev, &ops, name, env));
    i2c->scl_in = i2c->sda_in = i2c->sda_master = true;
    i2c_master_init(i2c);
    i2c_target_init(&i2c->slave, &slave_ops, i2c, env->evq);
    dev_reset(&i2c->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void i2c_fini(struct i2c *i2c)
{
    evq_cancel(i2c->dev.env->evq, &i2c->master.event);
    i2c_target_fini(&i2c->slave);
    dev_fini(&i2c->dev);
}
