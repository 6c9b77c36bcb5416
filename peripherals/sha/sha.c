/* SPDX-License-Identifier: Apache-2.0 */
/* The compression functions are OpenSSL's. Its interface for whole messages does not give access to the hash between
 * two blocks; the low-level one does, and is declared deprecated for the sake of applications. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "peripherals/sha/sha.h"

#include <openssl/sha.h>
#include <string.h>

static void sha_command_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/sha/sha_regs.def"
#define REG_PREFIX SHA
#define REG_TABLE sha_regs
#define REG_BLOCK "SHA"
#define REG_SOURCE "ESP32 TRM, chapter SHA Accelerator"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

enum { ALGORITHMS = 4, ALGORITHM_STRIDE = SHA_SHA256_START - SHA_SHA1_START, BLOCK_MAX = 128 };

struct algorithm {
    unsigned engine;
    unsigned block_words, hash_words; /* as TEXT holds them */
    unsigned block_cycles, load_cycles;
    uint64_t initial[8]; /* FIPS 180-4, 5.3 */
};

static const struct algorithm algorithms[ALGORITHMS] = {
    {0, 16, 5, 84, 8, {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}},
    {1,
     16,
     8,
     68,
     12,
     {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}},
    {2,
     32,
     16,
     84,
     20,
     {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939, 0x67332667ffc00b31,
      0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4}},
    {2,
     32,
     16,
     84,
     20,
     {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
      0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179}},
};

static struct sha *sha_of(struct dev *dev)
{
    return (struct sha *)dev; /* first member */
}

/* ---- Compression functions ------------------------------------------------------------------------------------- */

static void compress_sha1(uint64_t hash[8], const uint8_t *block)
{
    SHA_CTX ctx = {.h0 = (SHA_LONG)hash[0],
                   .h1 = (SHA_LONG)hash[1],
                   .h2 = (SHA_LONG)hash[2],
                   .h3 = (SHA_LONG)hash[3],
                   .h4 = (SHA_LONG)hash[4]};
    SHA1_Transform(&ctx, block);
    const SHA_LONG after[] = {ctx.h0, ctx.h1, ctx.h2, ctx.h3, ctx.h4};
    for (unsigned i = 0; i < 5; i++)
        hash[i] = after[i];
}

static void compress_sha256(uint64_t hash[8], const uint8_t *block)
{
    SHA256_CTX ctx = {.md_len = SHA256_DIGEST_LENGTH};
    for (unsigned i = 0; i < 8; i++)
        ctx.h[i] = (SHA_LONG)hash[i];
    SHA256_Transform(&ctx, block);
    for (unsigned i = 0; i < 8; i++)
        hash[i] = ctx.h[i];
}

static void compress_sha512(uint64_t hash[8], const uint8_t *block)
{
    SHA512_CTX ctx = {.md_len = SHA512_DIGEST_LENGTH};
    for (unsigned i = 0; i < 8; i++)
        ctx.h[i] = hash[i];
    SHA512_Transform(&ctx, block);
    for (unsigned i = 0; i < 8; i++)
        hash[i] = ctx.h[i];
}

static void compress(struct sha_engine *engine, const struct algorithm *algorithm)
{
    static void (*const functions[SHA_ENGINES])(uint64_t *, const uint8_t *) = {compress_sha1, compress_sha256,
                                                                                compress_sha512};
    uint8_t block[BLOCK_MAX];
    for (unsigned i = 0; i < algorithm->block_words; i++) {
        uint32_t word = reg_word(&engine->sha->dev, SHA_TEXT + 4 * i);
        for (unsigned byte = 0; byte < 4; byte++)
            block[4 * i + byte] = (uint8_t)(word >> (24 - 8 * byte));
    }
    functions[algorithm->engine](engine->hash, block);
}

/* ---- Commands -------------------------------------------------------------------------------------------------- */

/* 64-bit words with their upper half first. */
static void load_hash(struct sha_engine *engine)
{
    struct dev *dev = &engine->sha->dev;
    bool wide = engine->words == 16;
    for (unsigned i = 0; i < engine->words; i++) {
        uint64_t word = engine->hash[wide ? i / 2 : i];
        reg_put_word(dev, SHA_TEXT + 4 * i, (uint32_t)(wide && i % 2 == 0 ? word >> 32 : word));
    }
}

static void command_done(void *ctx, sim_time now)
{
    struct sha_engine *engine = ctx;
    struct dev *dev = &engine->sha->dev;
    dev->now = now;
    if (engine->loads)
        load_hash(engine);
    reg_put_word(dev, engine->busy, 0);
}

static void sha_command_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    const struct algorithm *algorithm = &algorithms[(dev->offset - SHA_SHA1_START) / ALGORITHM_STRIDE];
    uint32_t first = dev->offset / ALGORITHM_STRIDE * ALGORITHM_STRIDE, command = dev->offset - first;
    struct sha_engine *engine = &sha_of(dev)->engine[algorithm->engine];
    (void)index, (void)old;
    if (!(written & 1) || evq_is_scheduled(&engine->done))
        return;
    engine->loads = command == SHA_SHA1_LOAD - SHA_SHA1_START;
    engine->words = algorithm->hash_words;
    engine->busy = first + (SHA_SHA1_BUSY - SHA_SHA1_START);
    if (command == 0)
        memcpy(engine->hash, algorithm->initial, sizeof engine->hash);
    if (!engine->loads)
        compress(engine, algorithm);
    reg_put_word(dev, engine->busy, 1);
    const struct clock_domain *apb = &dev->env->clocks->clock[CLOCK_APB];
    unsigned cycles = engine->loads ? algorithm->load_cycles : algorithm->block_cycles;
    evq_schedule(dev->env->evq, &engine->done, clock_time(apb, clock_cycles(apb, dev->now) + cycles));
}

/* ---- Device ---------------------------------------------------------------------------------------------------- */

static void reset(struct dev *dev, enum dev_reset kind)
{
    (void)kind;
    for (unsigned i = 0; i < SHA_ENGINES; i++) {
        struct sha_engine *engine = &sha_of(dev)->engine[i];
        evq_cancel(dev->env->evq, &engine->done);
        memset(engine->hash, 0, sizeof engine->hash);
    }
}

static const struct dev_ops ops = {.regs = &sha_regs, .reset = reset};

enum sim_status sha_init(struct sha *sha, const char *name, struct dev_env *env)
{
    memset(sha, 0, sizeof *sha);
    SIM_TRY(dev_init(&sha->dev, &ops, name, env));
    for (unsigned i = 0; i < SHA_ENGINES; i++) {
        sha->engine[i].sha = sha;
        evq_event_init(&sha->engine[i].done, command_done, &sha->engine[i], EVQ_PHASE_DEVICE);
    }
    dev_reset(&sha->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void sha_fini(struct sha *sha)
{
    for (unsigned i = 0; i < SHA_ENGINES; i++)
        evq_cancel(sha->dev.env->evq, &sha->engine[i].done);
    dev_fini(&sha->dev);
}
