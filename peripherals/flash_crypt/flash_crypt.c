/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/flash_crypt/flash_crypt.h"

#include <openssl/evp.h>
#include <string.h>

static void start_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/flash_crypt/flash_crypt_regs.def"
#define REG_PREFIX FLASH_CRYPT
#define REG_TABLE flash_crypt_regs
#define REG_BLOCK "FLASH_CRYPT"
#define REG_SOURCE "ESP32 TRM, chapter External Memory Encryption and Decryption"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

enum { AES_BLOCK = 16, ADDRESS_LSB = 5, ADDRESS_MSB = 23 };

/* --- The cipher -------------------------------------------------------------------------------------------------- */

/* The key's bits, from the most significant on, in four groups, one for each bit of FLASH_CRYPT_CONFIG. A group is
 * inverted by bits 23 to 5 of the address, three times over, and then by its bits 14, 12, 10 or 8 to 5: 67, 65, 63 and
 * 61 bits. */
static void tweak_key(const struct flash_crypt *crypt, uint32_t offset, uint8_t key[FLASH_CRYPT_KEY])
{
    unsigned place = 0;
    memcpy(key, crypt->key, FLASH_CRYPT_KEY);
    for (unsigned group = 0; group < 4; group++) {
        bool is_tweaked = crypt->config >> group & 1;
        for (unsigned run = 0; run < 4; run++) {
            unsigned first = run < 3 ? ADDRESS_MSB : 14 - 2 * group;
            for (unsigned bit = first; bit >= ADDRESS_LSB; bit--, place++)
                if (is_tweaked && (offset >> bit & 1))
                    key[place / 8] ^= (uint8_t)(0x80u >> place % 8);
        }
    }
    sim_assert(place == 8 * FLASH_CRYPT_KEY);
}

static void reverse_block(const uint8_t *from, uint8_t *to)
{
    for (unsigned i = 0; i < AES_BLOCK; i++)
        to[i] = from[AES_BLOCK - 1 - i];
}

static void transform(struct flash_crypt *crypt, bool enciphers, uint32_t offset, const uint8_t *from, uint8_t *to,
                      uint32_t length)
{
    sim_assert(offset % FLASH_CRYPT_UNIT == 0 && length % FLASH_CRYPT_UNIT == 0);
    for (uint32_t done = 0; done < length; done += FLASH_CRYPT_UNIT) {
        uint8_t key[FLASH_CRYPT_KEY], unit[FLASH_CRYPT_UNIT];
        int made = 0;
        tweak_key(crypt, offset + done, key);
        for (unsigned i = 0; i < FLASH_CRYPT_UNIT; i += AES_BLOCK)
            reverse_block(from + done + i, unit + i);
        sim_assert(EVP_CipherInit_ex(crypt->cipher, NULL, NULL, key, NULL, enciphers));
        sim_assert(EVP_CIPHER_CTX_set_padding(crypt->cipher, 0));
        sim_assert(EVP_CipherUpdate(crypt->cipher, unit, &made, unit, FLASH_CRYPT_UNIT) && made == FLASH_CRYPT_UNIT);
        for (unsigned i = 0; i < FLASH_CRYPT_UNIT; i += AES_BLOCK)
            reverse_block(unit + i, to + done + i);
    }
}

void flash_crypt_encrypt(struct flash_crypt *crypt, uint32_t offset, const uint8_t *from, uint8_t *to, uint32_t length)
{
    transform(crypt, false, offset, from, to, length);
}

void flash_crypt_decrypt(struct flash_crypt *crypt, uint32_t offset, const uint8_t *from, uint8_t *to, uint32_t length)
{
    transform(crypt, true, offset, from, to, length);
}

void flash_crypt_set_key(struct flash_crypt *crypt, const uint32_t words[8], bool is_short, unsigned config)
{
    unsigned size = is_short ? 24 : FLASH_CRYPT_KEY;
    for (unsigned i = 0; i < size; i++) /* the last fuse of the key is its first bit */
        crypt->key[i] = (uint8_t)(words[(size - 1 - i) / 4] >> 8 * ((size - 1 - i) % 4));
    if (is_short)
        memcpy(crypt->key + 24, crypt->key + 8, 8);
    crypt->config = config;
}

/* --- The device -------------------------------------------------------------------------------------------------- */

static void start_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct flash_crypt *crypt = (struct flash_crypt *)dev; /* first member */
    uint8_t buffer[FLASH_CRYPT_UNIT];
    (void)index, (void)old;
    if (!reg_field_of(written, FLASH_CRYPT_START_START))
        return;
    for (unsigned i = 0; i < FLASH_CRYPT_UNIT; i++)
        buffer[i] = (uint8_t)(reg_word(dev, FLASH_CRYPT_BUFFER + (i & ~3u)) >> 8 * (i % 4));
    uint32_t offset = reg_word(dev, FLASH_CRYPT_ADDRESS) & ~(uint32_t)(FLASH_CRYPT_UNIT - 1);
    flash_crypt_encrypt(crypt, offset, buffer, crypt->result, FLASH_CRYPT_UNIT);
    reg_put(dev, FLASH_CRYPT_DONE_DONE, 1);
}

bool flash_crypt_fetch(void *ctx, uint32_t first, uint8_t *bytes, unsigned count)
{
    const struct flash_crypt *crypt = ctx;
    if (!crypt->sends_result)
        return false;
    for (unsigned i = 0; i < count; i++)
        bytes[i] = crypt->result[(first + i) % FLASH_CRYPT_UNIT];
    return true;
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    (void)kind;
    memset(((struct flash_crypt *)dev)->result, 0, FLASH_CRYPT_UNIT);
}

static const struct dev_ops ops = {.regs = &flash_crypt_regs, .reset = reset};

enum sim_status flash_crypt_init(struct flash_crypt *crypt, const char *name, struct dev_env *env)
{
    memset(crypt, 0, sizeof *crypt);
    SIM_TRY(dev_init(&crypt->dev, &ops, name, env));
    crypt->cipher = EVP_CIPHER_CTX_new();
    if (!crypt->cipher || !EVP_CipherInit_ex(crypt->cipher, EVP_aes_256_ecb(), NULL, NULL, NULL, 1)) {
        flash_crypt_fini(crypt);
        return SIM_NO_MEMORY;
    }
    return SIM_OK;
}

void flash_crypt_fini(struct flash_crypt *crypt)
{
    EVP_CIPHER_CTX_free(crypt->cipher);
    dev_fini(&crypt->dev);
    memset(crypt, 0, sizeof *crypt);
}
