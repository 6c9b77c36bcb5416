/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/aes/aes.h"

#include <openssl/evp.h>
#include <string.h>

static void aes_start_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/aes/aes_regs.def"
#define REG_PREFIX AES
#define REG_TABLE aes_regs
#define REG_BLOCK "AES"
#define REG_SOURCE "ESP32 TRM, chapter AES Accelerator"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

enum { BLOCK = 16, BLOCK_WORDS = BLOCK / 4, KEY_WORDS = 8 };
enum { FIRST_BYTE_LOWEST = 1, FIRST_WORD_FIRST = 2 }; /* bits of a field of ENDIAN */

/* Words of registers and the bytes that they stand for. */
static void place(uint32_t order, unsigned words, unsigned i, unsigned *word, unsigned *shift)
{
    *word = order & FIRST_WORD_FIRST ? i / 4 : words - 1 - i / 4;
    *shift = 8 * (order & FIRST_BYTE_LOWEST ? i % 4 : 3 - i % 4);
}

static void take_bytes(const struct dev *dev, uint32_t offset, unsigned words, uint32_t order, uint8_t *bytes)
{
    for (unsigned i = 0; i < 4 * words; i++) {
        unsigned word, shift;
        place(order, words, i, &word, &shift);
        bytes[i] = (uint8_t)(reg_word(dev, offset + 4 * word) >> shift);
    }
}

static void show_bytes(struct dev *dev, uint32_t offset, unsigned words, uint32_t order, const uint8_t *bytes)
{
    uint32_t value[KEY_WORDS] = {0};
    for (unsigned i = 0; i < 4 * words; i++) {
        unsigned word, shift;
        place(order, words, i, &word, &shift);
        value[word] |= (uint32_t)bytes[i] << shift;
    }
    for (unsigned word = 0; word < words; word++)
        reg_put_word(dev, offset + 4 * word, value[word]);
}

static void transform(struct aes *aes, unsigned size, bool decrypt)
{
    const struct dev *dev = &aes->dev;
    const EVP_CIPHER *const ciphers[] = {EVP_aes_128_ecb(), EVP_aes_192_ecb(), EVP_aes_256_ecb()};
    uint8_t key[4 * KEY_WORDS], block[BLOCK];
    int made = 0;
    take_bytes(dev, AES_KEY, 4 + 2 * size, reg_get(dev, AES_ENDIAN_KEY), key);
    take_bytes(dev, AES_TEXT, BLOCK_WORDS, reg_get(dev, AES_ENDIAN_TEXT_IN), block);
    sim_assert(EVP_CipherInit_ex(aes->cipher, ciphers[size], NULL, key, NULL, !decrypt));
    sim_assert(EVP_CIPHER_CTX_set_padding(aes->cipher, 0));
    sim_assert(EVP_CipherUpdate(aes->cipher, aes->result, &made, block, BLOCK) && made == BLOCK);
}

static void block_done(void *ctx, sim_time now)
{
    struct aes *aes = ctx;
    struct dev *dev = &aes->dev;
    dev->now = now;
    show_bytes(dev, AES_TEXT, BLOCK_WORDS, reg_get(dev, AES_ENDIAN_TEXT_OUT), aes->result);
    reg_put(dev, AES_IDLE_IDLE, 1);
}

static void aes_start_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    static const uint8_t cycles[2][3] = {{11, 13, 15}, {21, 22, 22}};
    struct aes *aes = (struct aes *)dev; /* first member */
    uint32_t mode = reg_get(dev, AES_MODE_MODE), size = mode & 3;
    (void)index, (void)old;
    if (!(written & 1) || evq_is_scheduled(&aes->done))
        return;
    size = size > 2 ? 2 : size;
    transform(aes, size, mode >> 2);
    reg_put(dev, AES_IDLE_IDLE, 0);
    const struct clock_domain *apb = &dev->env->clocks->clock[CLOCK_APB];
    evq_schedule(dev->env->evq, &aes->done, clock_time(apb, clock_cycles(apb, dev->now) + cycles[mode >> 2][size]));
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    (void)kind;
    evq_cancel(dev->env->evq, &((struct aes *)dev)->done);
}

static const struct dev_ops ops = {.regs = &aes_regs, .reset = reset};

enum sim_status aes_init(struct aes *aes, const char *name, struct dev_env *env)
{
    memset(aes, 0, sizeof *aes);
    SIM_TRY(dev_init(&aes->dev, &ops, name, env));
    aes->cipher = EVP_CIPHER_CTX_new();
    if (!aes->cipher) {
        dev_fini(&aes->dev);
        memset(aes, 0, sizeof *aes);
        return SIM_NO_MEMORY;
    }
    evq_event_init(&aes->done, block_done, aes, EVQ_PHASE_DEVICE);
    dev_reset(&aes->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void aes_fini(struct aes *aes)
{
    evq_cancel(aes->dev.env->evq, &aes->done);
    EVP_CIPHER_CTX_free(aes->cipher);
    dev_fini(&aes->dev);
}
