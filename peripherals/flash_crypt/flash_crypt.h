/* SPDX-License-Identifier: Apache-2.0 */
/* Flash encryption: the block between the flash controllers and the flash chip.
 *
 * AES-256 is used the other way round: what goes to flash is deciphered, what comes from flash is enciphered. A block
 * of AES is 16 bytes, the last one in flash first; for each 32 bytes of flash some bits of the key are inverted, by the
 * bits of its address (flash_crypt.c) as far as FLASH_CRYPT_CONFIG says. The key is eFuse block 1; with coding scheme
 * 3/4 its bytes 8 to 15 (of the key file) are used twice.
 *
 * Reads: what the caches fetch is decrypted while an odd number of bits of FLASH_CRYPT_CNT is set; when the chip was
 * started for download, while DPORT's SPI_DECRYPT_ENABLE is set and DISABLE_DL_DECRYPT is not. What software reads by
 * SPI1 is as in flash. Writes: software puts 32 bytes and their address here and starts; as long as DPORT's
 * SPI_ENCRYPT_ENABLE is set, the data of SPI1's transactions are what came out (not so in download with
 * DISABLE_DL_ENCRYPT). External RAM is never encrypted.
 *
 * Chosen: encryption is done at once, and decryption adds nothing to the time of a cache line.
 * Source: ESP32 TRM, chapter "External Memory Encryption and Decryption"; ESP-IDF, security guide "Flash Encryption";
 * the format is that of espsecure, with which tests/device/flash_crypt_test.cpp compares it. */
#ifndef VESPER_PERIPHERALS_FLASH_CRYPT_FLASH_CRYPT_H
#define VESPER_PERIPHERALS_FLASH_CRYPT_FLASH_CRYPT_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FLASH_CRYPT_KEY = 32, FLASH_CRYPT_UNIT = 32 };

struct flash_crypt {
    struct dev dev;
    uint8_t key[FLASH_CRYPT_KEY]; /* as in a key file: most significant byte first */
    unsigned config;              /* FLASH_CRYPT_CONFIG */
    uint8_t result[FLASH_CRYPT_UNIT];
    bool sends_result; /* the data of SPI1's transactions */
    void *cipher;      /* OpenSSL's; private to flash_crypt.c */
};

/* name and env are borrowed. SIM_NO_MEMORY. */
enum sim_status flash_crypt_init(struct flash_crypt *crypt, const char *name, struct dev_env *env);
void flash_crypt_fini(struct flash_crypt *crypt);

/* Takes the key from the words of eFuse block 1, decoded; is_short: 24 bytes of it, coding scheme 3/4. */
void flash_crypt_set_key(struct flash_crypt *crypt, const uint32_t words[8], bool is_short, unsigned config);

/* offset, length: in bytes, multiples of FLASH_CRYPT_UNIT. from and to may be the same. */
void flash_crypt_encrypt(struct flash_crypt *crypt, uint32_t offset, const uint8_t *from, uint8_t *to, uint32_t length);
void flash_crypt_decrypt(struct flash_crypt *crypt, uint32_t offset, const uint8_t *from, uint8_t *to, uint32_t length);

/* Bytes [first, first + count) of a transaction's data; false: it sends its own. For spi.h's struct spi_source. */
bool flash_crypt_fetch(void *crypt, uint32_t first, uint8_t *bytes, unsigned count);

#ifdef __cplusplus
}
#endif
#endif
