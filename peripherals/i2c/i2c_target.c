/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/i2c/i2c_target.h"

#include <string.h>

static void pull(struct i2c_target *target, bool low, sim_time now)
{
    if (target->low == low)
        return;
    target->low = low;
    target->ops->pull(target->ctx, low, now);
}

static void change_due(void *ctx, sim_time now)
{
    struct i2c_target *target = ctx;
    pull(target, target->low_next, now);
}

/* After SCL's falling edge. */
static void say(struct i2c_target *target, bool bit, sim_time now)
{
    target->low_next = !bit;
    evq_schedule(target->evq, &target->change, now + I2C_TARGET_DATA_VALID);
}

static void let_go(struct i2c_target *target, sim_time now)
{
    evq_cancel(target->evq, &target->change);
    pull(target, false, now);
}

static void end_transfer(struct i2c_target *target, sim_time now)
{
    bool was_addressed = target->addressed;
    let_go(target, now);
    target->addressed = false;
    target->state = I2C_TARGET_IDLE;
    if (was_addressed && target->ops->stop)
        target->ops->stop(target->ctx, now);
}

static void begin_transfer(struct i2c_target *target, sim_time now)
{
    end_transfer(target, now);
    target->state = I2C_TARGET_ADDRESS;
    target->bits = 0;
}

static void next_byte(struct i2c_target *target, sim_time now)
{
    target->state = I2C_TARGET_READ;
    target->shift = target->ops->read(target->ctx, now);
    target->bits = 0;
    say(target, target->shift >> 7, now);
}

static void acknowledge(struct i2c_target *target, bool yes, sim_time now)
{
    say(target, !yes, now);
    target->state = yes ? I2C_TARGET_ACK_OUT : I2C_TARGET_IDLE;
}

/* SCL fell: what was said or sampled is over, what comes next is put on SDA. */
static void bit_over(struct i2c_target *target, sim_time now)
{
    switch (target->state) {
    case I2C_TARGET_ADDRESS:
        if (target->bits < 8)
            break;
        target->reading = target->shift & 1;
        target->addressed = target->ops->address(target->ctx, target->shift >> 1, target->reading, now);
        acknowledge(target, target->addressed, now);
        break;
    case I2C_TARGET_WRITE:
        if (target->bits == 8)
            acknowledge(target, target->ops->write(target->ctx, target->shift, now), now);
        break;
    case I2C_TARGET_ACK_OUT:
        if (target->reading) {
            next_byte(target, now);
            break;
        }
        say(target, true, now);
        target->state = I2C_TARGET_WRITE;
        target->bits = 0;
        break;
    case I2C_TARGET_READ:
        if (target->bits < 8) {
            say(target, target->shift >> (7 - target->bits) & 1, now);
            break;
        }
        say(target, true, now);
        target->state = I2C_TARGET_ACK_IN;
        break;
    case I2C_TARGET_ACK_IN:
        if (target->acknowledged)
            next_byte(target, now);
        else
            target->state = I2C_TARGET_IDLE;
        break;
    case I2C_TARGET_IDLE:
        break;
    }
}

static void bit_sampled(struct i2c_target *target)
{
    switch (target->state) {
    case I2C_TARGET_ADDRESS:
    case I2C_TARGET_WRITE:
        target->shift = (uint8_t)(target->shift << 1 | target->sda);
        target->bits++;
        break;
    case I2C_TARGET_READ:
        target->bits++;
        break;
    case I2C_TARGET_ACK_IN:
        target->acknowledged = !target->sda;
        break;
    case I2C_TARGET_ACK_OUT:
    case I2C_TARGET_IDLE:
        break;
    }
}

void i2c_target_scl(struct i2c_target *target, bool level, sim_time now)
{
    if (target->scl == level)
        return;
    target->scl = level;
    if (level)
        bit_sampled(target);
    else
        bit_over(target, now);
}

void i2c_target_sda(struct i2c_target *target, bool level, sim_time now)
{
    if (target->sda == level)
        return;
    target->sda = level;
    if (!target->scl)
        return;
    if (level)
        end_transfer(target, now);
    else
        begin_transfer(target, now);
}

void i2c_target_init(struct i2c_target *target, const struct i2c_target_ops *ops, void *ctx, struct evq *evq)
{
    memset(target, 0, sizeof *target);
    target->ops = ops;
    target->ctx = ctx;
    target->evq = evq;
    target->scl = target->sda = true;
    evq_event_init(&target->change, change_due, target, EVQ_PHASE_DEVICE);
}

void i2c_target_reset(struct i2c_target *target, sim_time now)
{
    let_go(target, now);
    target->addressed = false;
    target->state = I2C_TARGET_IDLE;
}

void i2c_target_fini(struct i2c_target *target)
{
    evq_cancel(target->evq, &target->change);
}
