/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the I2C controller share. */
#ifndef VESPER_PERIPHERALS_I2C_I2C_PRIV_H
#define VESPER_PERIPHERALS_I2C_I2C_PRIV_H

#include "peripherals/i2c/i2c.h"

/* Interrupts, as bits of INT_RAW. */
enum i2c_interrupt {
    I2C_INT_RXFIFO_FULL = 1 << 0,
    I2C_INT_TXFIFO_EMPTY = 1 << 1,
    I2C_INT_RXFIFO_OVF = 1 << 2,
    I2C_INT_END_DETECT = 1 << 3,
    I2C_INT_SLAVE_TRAN_COMP = 1 << 4,
    I2C_INT_ARBITRATION_LOST = 1 << 5,
    I2C_INT_MASTER_TRAN_COMP = 1 << 6,
    I2C_INT_TRANS_COMPLETE = 1 << 7,
    I2C_INT_TIME_OUT = 1 << 8,
    I2C_INT_TRANS_START = 1 << 9,
    I2C_INT_ACK_ERR = 1 << 10,
    I2C_INT_RX_REC_FULL = 1 << 11,
    I2C_INT_TX_SEND_EMPTY = 1 << 12
};

/* i2c.c: sets bits of INT_RAW, those that the FIFOs ask for too, and the interrupt line. */
void i2c_raise(struct i2c *i2c, unsigned interrupts);
/* A byte between wires and FIFOs, in the order of bits that CTR says. i2c_send: false when there is none. */
void i2c_receive(struct i2c *i2c, uint8_t byte);
bool i2c_send(struct i2c *i2c, uint8_t *byte);
/* Puts what master and slave say on SDA. */
void i2c_update_sda(struct i2c *i2c);

/* i2c_master.c */
void i2c_master_init(struct i2c *i2c);
void i2c_master_reset(struct i2c *i2c);
void i2c_master_start(struct i2c *i2c);
void i2c_master_scl(struct i2c *i2c);      /* SCL is high */
void i2c_master_has_byte(struct i2c *i2c); /* the transmit FIFO has one */

#endif
