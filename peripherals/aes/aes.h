/* SPDX-License-Identifier: Apache-2.0 */
/* AES accelerator: one block of 16 bytes at a time, with 128, 192 or 256 bits of key. Modes of operation are
 * software's. Source: ESP32 TRM, chapter "AES Accelerator"; facts 4.10; ESP-IDF, aes_ll.h.
 *
 * Time, of APB cycles: the manual says 11 to 15 for encryption and 21 or 22 for decryption. Taken: 11, 13 and 15 by
 * length of key, 21, 22 and 22 [inferred]. What is written while a block is being worked on has no effect on it.
 *
 * ENDIAN: which pair of bits is about what is documented; with the reset value the first byte is the lowest of the
 * first word, on which ESP-IDF relies. That clearing a bit reverses bytes or words is the manual's; that the lower bit
 * of a pair is about bytes and the upper about words is how the ROM's ets_aes_set_endian sets them. Modes 3 and 7 are
 * reserved, and count as 2 and 6. */
#ifndef VESPER_PERIPHERALS_AES_AES_H
#define VESPER_PERIPHERALS_AES_AES_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

struct aes {
    struct dev dev;
    void *cipher;       /* OpenSSL's; private to aes.c */
    uint8_t result[16]; /* of the block that is being worked on */
    struct evq_event done;
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. name and env are borrowed.
 * SIM_NO_MEMORY. */
enum sim_status aes_init(struct aes *aes, const char *name, struct dev_env *env);
void aes_fini(struct aes *aes);

#ifdef __cplusplus
}
#endif
#endif
