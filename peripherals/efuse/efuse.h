/* SPDX-License-Identifier: Apache-2.0 */
/* eFuse: 1024 one-time programmable bits in four blocks, and their controller.
 * Source: ESP32 TRM, chapter "eFuse Controller"; facts 3.2a, 3.6; protection bits as espefuse lists them.
 *
 * Modelled: read and program commands with their operation codes, which take time; fuses that only ever go from 0 to 1;
 * write protection of each field of block 0 and of blocks 1 to 3; read protection; interrupts. RDATA shows the fuses as
 * of the last read command or reset.
 *
 * Chosen where no document says: a read takes 10 us, burning 10 us and 10 us more for each bit; a command without its
 * operation code does nothing; while a command runs, others are ignored; new protection holds from the next command on.
 *
 * Blocks 1 to 3 are burnt as they are written: software encodes. They are read by CODING_SCHEME: none; 3/4 (six bytes
 * and two of code, as espefuse encodes them), of which words 0 to 5 show the data; repeat, of which words 0 to 3 do.
 * DEC_STATUS says which group of a readable block is not as its code says; nothing is corrected.
 *
 * Not modelled: timing and voltage registers, FORCE_NO_WR_RD_DIS. */
#ifndef VESPER_PERIPHERALS_EFUSE_EFUSE_H
#define VESPER_PERIPHERALS_EFUSE_EFUSE_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EFUSE_BLOCKS = 4, EFUSE_WORDS = 8 }; /* block 0 has 7 words */

/* What was burnt in the factory. */
struct efuse_config {
    uint8_t mac[6];         /* as it is written, first byte first */
    unsigned chip_revision; /* 0..3 */
    unsigned chip_minor;    /* 0..3 */
    unsigned package;       /* 0..15: 0 D0WDQ6, 1 D0WDQ5, 2 D2WD, 5 PICO-D4, ... */
    bool single_core;
    bool no_bluetooth;
    uint8_t ck8m_freq; /* in 100 kHz; the ROM finds the crystal's frequency with it */
    uint8_t adc_vref;  /* 5 bits */
    /* Further bits, ORed: keys, customer's data. */
    uint32_t fuses[EFUSE_BLOCKS][EFUSE_WORDS];
};

/* What flash encryption goes by, as it was when the fuses were last read. Read protection is only for software. */
struct efuse_flash_crypt {
    uint32_t key[EFUSE_WORDS]; /* block 1, decoded */
    bool is_short;             /* by coding scheme 3/4: 24 bytes */
    unsigned config;
    bool is_on; /* FLASH_CRYPT_CNT has an odd number of ones */
};

struct efuse {
    struct dev dev;
    uint32_t fuse[EFUSE_BLOCKS][EFUSE_WORDS];
    struct line *irq; /* EFUSE; set by the node, NULL: not connected */
    struct evq_event done;
    struct efuse_flash_crypt flash_crypt;
    void *ctx;
    void (*loaded)(void *ctx); /* the fuses have been read: at resets, and by command; set by the node, may be NULL */
};

/* A revision 3.0 chip in package D0WDQ6, all options open, with this address. */
struct efuse_config efuse_typical(const uint8_t mac[6]);

/* CRC-8 with polynomial x^8 + x^5 + x^4 + 1, least significant bit first, from 0: what MAC_CRC holds. */
uint8_t efuse_mac_crc(const uint8_t mac[6]);

/* Adds one burnt item, as a scenario has it: FIELD=number for a field of block 0 by its name in `vesper info regs
 * efuse` without RD_, or BLK1=, BLK2=, BLK3=hexadecimal bytes in the order of the registers. False: there is no such
 * item, or it does not fit. */
bool efuse_config_set(struct efuse_config *config, const char *text);

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset, none of which brings a fuse back.
 * config is copied; name and env are borrowed. SIM_NO_MEMORY. */
enum sim_status efuse_init(struct efuse *efuse, const struct efuse_config *config, const char *name,
                           struct dev_env *env);
void efuse_fini(struct efuse *efuse);

#ifdef __cplusplus
}
#endif
#endif
