/* SPDX-License-Identifier: Apache-2.0 */
/* The master: commands to bits, bits to wires. One event for each change of a wire and each sample of SDA; all times
 * are counts of APB cycles from SCL's last falling edge, so a transfer does not drift. */
#include "peripherals/i2c/i2c_priv.h"

#define REG_FILE "peripherals/i2c/i2c_regs.def"
#define REG_PREFIX I2C
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static const struct clock_domain *apb_of(const struct i2c *i2c)
{
    return &i2c->dev.env->clocks->clock[CLOCK_APB];
}

static uint64_t cycle_now(const struct i2c *i2c)
{
    return clock_cycles(apb_of(i2c), i2c->dev.now);
}

static void wait_until(struct i2c *i2c, enum i2c_step step, uint64_t cycle)
{
    i2c->master.step = step;
    evq_schedule(i2c->dev.env->evq, &i2c->master.event, clock_time(apb_of(i2c), cycle));
}

static void wait(struct i2c *i2c, enum i2c_step step, uint64_t cycles)
{
    wait_until(i2c, step, cycle_now(i2c) + cycles);
}

static uint64_t cycles_of(const struct i2c *i2c, uint32_t place)
{
    return reg_get(&i2c->dev, place);
}

/* ESP-IDF takes 7 cycles off, or with the filter 8 or 6 + threshold: that is what the hardware adds (i2c_ll.h). */
static uint64_t high_cycles(const struct i2c *i2c)
{
    uint64_t threshold = cycles_of(i2c, I2C_SCL_FILTER_CFG_SCL_FILTER_THRES), added = 7;
    if (reg_get(&i2c->dev, I2C_SCL_FILTER_CFG_SCL_FILTER_EN))
        added = threshold <= 2 ? 8 : 6 + threshold;
    return cycles_of(i2c, I2C_SCL_HIGH_PERIOD_SCL_HIGH_PERIOD) + added;
}

static void drive_sda(struct i2c *i2c, bool level)
{
    i2c->sda_master = level;
    i2c_update_sda(i2c);
}

static void drive_scl(struct i2c *i2c, bool level)
{
    line_set(i2c->scl_out, level, i2c->dev.now);
}

/* --- Commands ---------------------------------------------------------------------------------------------------- */

static uint32_t command_field(const struct i2c *i2c, uint32_t place)
{
    return reg_get_at(&i2c->dev, place, i2c->master.command, 4);
}

static void halt(struct i2c *i2c)
{
    i2c->master.step = I2C_STEP_NONE;
    evq_cancel(i2c->dev.env->evq, &i2c->master.event);
}

static void let_bus_go(struct i2c *i2c)
{
    i2c->master.owner = false;
    halt(i2c);
    drive_sda(i2c, true);
    drive_scl(i2c, true);
}

static void begin_bit(struct i2c *i2c)
{
    wait_until(i2c, I2C_STEP_SDA, i2c->master.low + cycles_of(i2c, I2C_SDA_HOLD_TIME));
}

/* SCL is low, or the bus is free. */
static void begin_byte(struct i2c *i2c)
{
    struct i2c_master *master = &i2c->master;
    master->bit = 0;
    master->shift = 0;
    if (master->op == I2C_WRITE && !i2c_send(i2c, &master->shift)) {
        master->step = I2C_STEP_FIFO;
        i2c_raise(i2c, I2C_INT_TX_SEND_EMPTY);
        return;
    }
    /* After a wait for the FIFO, SCL has been low for long: its low time begins anew. */
    if (master->step == I2C_STEP_FIFO)
        master->low = cycle_now(i2c);
    begin_bit(i2c);
}

static void begin_stop(struct i2c *i2c)
{
    i2c->master.op = I2C_STOP;
    begin_bit(i2c);
}

static void begin_command(struct i2c *i2c);

static void end_command(struct i2c *i2c)
{
    struct i2c_master *master = &i2c->master;
    reg_put_at(&i2c->dev, I2C_COMD_DONE, master->command, 4, 1);
    if (++master->command < I2C_COMMANDS)
        begin_command(i2c);
    else
        halt(i2c);
}

static void begin_command(struct i2c *i2c)
{
    struct i2c_master *master = &i2c->master;
    master->op = (enum i2c_opcode)command_field(i2c, I2C_COMD_OP_CODE);
    master->bytes = command_field(i2c, I2C_COMD_BYTE_NUM);
    switch (master->op) {
    case I2C_RSTART:
        if (master->owner)
            begin_bit(i2c);
        else
            wait(i2c, I2C_STEP_START_SETUP, cycles_of(i2c, I2C_SCL_RSTART_SETUP_TIME));
        return;
    case I2C_WRITE:
    case I2C_READ:
        if (master->bytes)
            begin_byte(i2c);
        else
            end_command(i2c);
        return;
    case I2C_STOP:
        begin_stop(i2c);
        return;
    case I2C_END:
        reg_put_at(&i2c->dev, I2C_COMD_DONE, master->command, 4, 1);
        halt(i2c);
        i2c_raise(i2c, I2C_INT_END_DETECT);
        return;
    }
    dev_say_once(&i2c->dev, LOG_GUEST, I2C_COMD, "I2C command with an unknown operation: the transfer ends");
    halt(i2c);
}

void i2c_master_start(struct i2c *i2c)
{
    struct i2c_master *master = &i2c->master;
    if (master->step != I2C_STEP_NONE) {
        dev_say_once(&i2c->dev, LOG_GUEST, I2C_CTR, "I2C transfer started while one is under way");
        return;
    }
    master->command = 0;
    master->nacked = false;
    if (master->owner)
        master->low = cycle_now(i2c);
    reg_put(&i2c->dev, I2C_SR_TIME_OUT, 0);
    reg_put(&i2c->dev, I2C_SR_ARB_LOST, 0);
    i2c_raise(i2c, I2C_INT_TRANS_START);
    begin_command(i2c);
}

/* --- Bits -------------------------------------------------------------------------------------------------------- */

/* What the master says in this bit; high is saying nothing. */
static bool sda_of_bit(const struct i2c *i2c)
{
    const struct i2c_master *master = &i2c->master;
    switch (master->op) {
    case I2C_WRITE:
        return master->bit == 8 || (master->shift >> (7 - master->bit) & 1);
    case I2C_READ:
        return master->bit < 8 || command_field(i2c, I2C_COMD_ACK_VALUE);
    case I2C_STOP:
        return false;
    case I2C_RSTART:
    case I2C_END:
        break;
    }
    return true;
}

static void lose_arbitration(struct i2c *i2c)
{
    reg_put(&i2c->dev, I2C_SR_ARB_LOST, 1);
    let_bus_go(i2c);
    i2c_raise(i2c, I2C_INT_ARBITRATION_LOST);
}

static void sample(struct i2c *i2c)
{
    struct i2c_master *master = &i2c->master;
    if (master->bit < 8) {
        if (master->op == I2C_WRITE && sda_of_bit(i2c) && !i2c->sda_in) {
            lose_arbitration(i2c);
            return;
        }
        if (master->op == I2C_READ)
            master->shift = (uint8_t)(master->shift << 1 | i2c->sda_in);
    } else if (master->op == I2C_WRITE) {
        reg_put(&i2c->dev, I2C_SR_ACK_REC, i2c->sda_in);
        master->nacked =
            command_field(i2c, I2C_COMD_ACK_CHECK_EN) && i2c->sda_in != (bool)command_field(i2c, I2C_COMD_ACK_EXP);
    }
    uint64_t sampled = cycles_of(i2c, I2C_SDA_SAMPLE_TIME), high = high_cycles(i2c);
    wait(i2c, I2C_STEP_FALL, high > sampled ? high - sampled : 0);
}

static void byte_over(struct i2c *i2c)
{
    struct i2c_master *master = &i2c->master;
    if (master->op == I2C_READ)
        i2c_receive(i2c, master->shift);
    reg_put(&i2c->dev, I2C_SR_BYTE_TRANS, 1);
    i2c_raise(i2c, I2C_INT_MASTER_TRAN_COMP | (master->nacked ? I2C_INT_ACK_ERR : 0u));
    if (master->nacked)
        begin_stop(i2c);
    else if (--master->bytes)
        begin_byte(i2c);
    else
        end_command(i2c);
}

static void scl_fell(struct i2c *i2c)
{
    struct i2c_master *master = &i2c->master;
    drive_scl(i2c, false);
    master->low = cycle_now(i2c);
    if (++master->bit <= 8)
        begin_bit(i2c);
    else
        byte_over(i2c);
}

/* SCL is high, for whoever waited for that. */
void i2c_master_scl(struct i2c *i2c)
{
    if (i2c->master.step != I2C_STEP_STRETCH)
        return;
    switch (i2c->master.op) {
    case I2C_RSTART:
        wait(i2c, I2C_STEP_START_SETUP, cycles_of(i2c, I2C_SCL_RSTART_SETUP_TIME));
        break;
    case I2C_STOP:
        wait(i2c, I2C_STEP_STOP_SETUP, cycles_of(i2c, I2C_SCL_STOP_SETUP_TIME));
        break;
    case I2C_WRITE:
    case I2C_READ:
    case I2C_END:
        wait(i2c, I2C_STEP_SAMPLE, cycles_of(i2c, I2C_SDA_SAMPLE_TIME));
        break;
    }
}

static void let_scl_go(struct i2c *i2c)
{
    uint64_t limit = cycles_of(i2c, I2C_TO_TIME_OUT);
    i2c->master.step = I2C_STEP_STRETCH;
    drive_scl(i2c, true);
    if (i2c->scl_in)
        i2c_master_scl(i2c);
    else if (limit)
        wait(i2c, I2C_STEP_STRETCH, limit);
}

static void time_out(struct i2c *i2c)
{
    reg_put(&i2c->dev, I2C_SR_TIME_OUT, 1);
    let_bus_go(i2c);
    i2c_raise(i2c, I2C_INT_TIME_OUT);
}

static void start_over(struct i2c *i2c)
{
    drive_scl(i2c, false);
    i2c->master.low = cycle_now(i2c);
    end_command(i2c);
}

static void stop_over(struct i2c *i2c)
{
    i2c->master.owner = false;
    if (!i2c->master.nacked)
        reg_put_at(&i2c->dev, I2C_COMD_DONE, i2c->master.command, 4, 1);
    halt(i2c);
    i2c_raise(i2c, I2C_INT_TRANS_COMPLETE);
}

static void step_due(void *ctx, sim_time now)
{
    struct i2c *i2c = ctx;
    struct i2c_master *master = &i2c->master;
    i2c->dev.now = now;
    switch (master->step) {
    case I2C_STEP_SDA:
        drive_sda(i2c, sda_of_bit(i2c));
        wait_until(i2c, I2C_STEP_SCL, master->low + cycles_of(i2c, I2C_SCL_LOW_PERIOD_SCL_LOW_PERIOD) + 1);
        break;
    case I2C_STEP_SCL:
        let_scl_go(i2c);
        break;
    case I2C_STEP_STRETCH:
        time_out(i2c);
        break;
    case I2C_STEP_SAMPLE:
        sample(i2c);
        break;
    case I2C_STEP_FALL:
        scl_fell(i2c);
        break;
    case I2C_STEP_START_SETUP:
        master->owner = true;
        drive_sda(i2c, false);
        wait(i2c, I2C_STEP_START_HOLD, cycles_of(i2c, I2C_SCL_START_HOLD_TIME));
        break;
    case I2C_STEP_START_HOLD:
        start_over(i2c);
        break;
    case I2C_STEP_STOP_SETUP:
        drive_sda(i2c, true);
        wait(i2c, I2C_STEP_STOP_HOLD, cycles_of(i2c, I2C_SCL_STOP_HOLD_TIME));
        break;
    case I2C_STEP_STOP_HOLD:
        stop_over(i2c);
        break;
    case I2C_STEP_NONE:
    case I2C_STEP_FIFO:
        break;
    }
}

void i2c_master_has_byte(struct i2c *i2c)
{
    if (i2c->master.step == I2C_STEP_FIFO)
        begin_byte(i2c);
}

void i2c_master_init(struct i2c *i2c)
{
    evq_event_init(&i2c->master.event, step_due, i2c, EVQ_PHASE_DEVICE);
}

void i2c_master_reset(struct i2c *i2c)
{
    let_bus_go(i2c);
    i2c->master.command = 0;
    i2c->master.nacked = false;
}
