/* SPDX-License-Identifier: Apache-2.0 */
/* An I2C controller: 16 commands, two FIFOs of 32 bytes, and the wires bit by bit.
 * Source: ESP32 TRM, chapter "I2C Controller"; facts 4.10; periods, commands and what happens after a missing
 * acknowledge as ESP-IDF's i2c_ll.h and i2c_master.c expect them.
 *
 * Modelled: master with all commands, timing registers, clock stretching by others, the time-out, arbitration; slave
 * with 7-bit address; all interrupts; both bit orders. SDA and SCL are wires of the board: what the other end says is
 * what the pads show, so bit-banging software and this controller meet the same parts, and a bus without pull-ups stays
 * low and times out.
 *
 * Chosen where no document says: WRITE with an empty FIFO holds SCL low until a byte comes; a byte that is not
 * acknowledged as expected ends with a STOP of the hardware's own, ACK_ERR, then TRANS_COMPLETE; the 16 commands begin
 * anew after END; START on a free bus waits for the setup time too; a transfer without STOP or END ends with SCL low.
 *
 * Not modelled: RAM access with NONFIFO_EN, 10-bit addresses of the slave, glitches (the filter is a delay only). */
#ifndef VESPER_PERIPHERALS_I2C_I2C_H
#define VESPER_PERIPHERALS_I2C_I2C_H

#include "bus/dev.h"
#include "peripherals/i2c/i2c_target.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { I2C_FIFO_SIZE = 32, I2C_COMMANDS = 16 };

struct i2c_fifo {
    uint8_t byte[I2C_FIFO_SIZE];
    uint8_t first, count;
};

/* What the master waits for. */
enum i2c_step {
    I2C_STEP_NONE,        /* nothing: idle, or holding SCL low after END */
    I2C_STEP_FIFO,        /* a byte to send */
    I2C_STEP_SDA,         /* SCL is low: time to change SDA */
    I2C_STEP_SCL,         /* time to let SCL go */
    I2C_STEP_STRETCH,     /* SCL to be high; the event is the time-out */
    I2C_STEP_SAMPLE,      /* time to look at SDA */
    I2C_STEP_FALL,        /* time to pull SCL low */
    I2C_STEP_START_SETUP, /* time to pull SDA low */
    I2C_STEP_START_HOLD,  /* time to pull SCL low */
    I2C_STEP_STOP_SETUP,  /* time to let SDA go */
    I2C_STEP_STOP_HOLD    /* time to be over */
};

enum i2c_opcode { I2C_RSTART, I2C_WRITE, I2C_READ, I2C_STOP, I2C_END };

struct i2c_master {
    struct evq_event event;
    enum i2c_step step;
    enum i2c_opcode op; /* of the command under way */
    unsigned command;   /* its number */
    unsigned bytes;     /* that it still has to transfer, this one included */
    unsigned bit;       /* 0..7, 8 the acknowledge bit */
    uint8_t shift;
    bool owner;   /* of the bus: between its START and STOP */
    bool nacked;  /* STOP of the hardware's own */
    uint64_t low; /* APB cycle at which SCL fell */
};

struct i2c {
    struct dev dev;
    struct line *irq;     /* set by the node, NULL: not connected */
    struct line *scl_out; /* true: let go */
    struct line *sda_out; /* */
    bool scl_in, sda_in;  /* as the pads show them */
    bool sda_master;      /* the master lets SDA go */
    bool busy;            /* between START and STOP on the wires */
    struct i2c_fifo rx, tx;
    unsigned received, sent; /* since RX_REC_FULL, TX_SEND_EMPTY */
    struct i2c_master master;
    struct i2c_target slave;
};

/* In its power-on state. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status i2c_init(struct i2c *i2c, const char *name, struct dev_env *env);
void i2c_fini(struct i2c *i2c);

/* What the pads show; line_fn's, with a struct i2c *. */
void i2c_scl_changed(void *i2c, bool level, sim_time now);
void i2c_sda_changed(void *i2c, bool level, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
