/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/rsa/rsa.h"

#include <openssl/bn.h>
#include <string.h>

static void rsa_modexp_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void rsa_mult_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void rsa_interrupt_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/rsa/rsa_regs.def"
#define REG_PREFIX RSA
#define REG_TABLE rsa_regs
#define REG_BLOCK "RSA"
#define REG_SOURCE "ESP32 TRM, chapter RSA Accelerator"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

enum { MEMORY_M = 0x000, MEMORY_Z = 0x200, MEMORY_Y = 0x400, MEMORY_X = 0x600, MEMORY_END = 0x800 };
enum { PLAIN_MULTIPLICATION = 8, WORDS_OF_512_BITS = 16, MEMORY_WORDS = MEMORY_END / 4 };

static struct rsa *rsa_of(struct dev *dev)
{
    return (struct rsa *)dev; /* first member */
}

static const uint32_t *number(const struct rsa *rsa, uint32_t offset)
{
    return &rsa->dev.value[offset / 4];
}

/* ---- Arithmetic ------------------------------------------------------------------------------------------------ */

/* sum += a * factor, sum having one word more; returns the carry beyond that word. */
static uint32_t add_product(uint32_t *sum, const uint32_t *a, uint32_t factor, unsigned words)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < words; i++) {
        carry += (uint64_t)a[i] * factor + sum[i];
        sum[i] = (uint32_t)carry;
        carry >>= 32;
    }
    carry += sum[words];
    sum[words] = (uint32_t)carry;
    return (uint32_t)(carry >> 32);
}

static bool is_less(const uint32_t *a, const uint32_t *b, unsigned words)
{
    for (unsigned i = words; i-- > 0;)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

static void subtract(uint32_t *a, const uint32_t *b, unsigned words)
{
    uint32_t borrow = 0;
    for (unsigned i = 0; i < words; i++) {
        uint64_t difference = (uint64_t)a[i] - b[i] - borrow;
        a[i] = (uint32_t)difference;
        borrow = (uint32_t)(difference >> 32) & 1;
    }
}

/* out = a b / 2^(32 words) mod m with m' as given: Montgomery's multiplication, word by word. out may be a or b. */
static void montgomery(uint32_t *out, const uint32_t *a, const uint32_t *b, const uint32_t *m, uint32_t m_prime,
                       unsigned words)
{
    uint32_t sum[RSA_WORDS + 2] = {0};
    for (unsigned i = 0; i < words; i++) {
        sum[words + 1] = add_product(sum, a, b[i], words);
        sum[words + 1] += add_product(sum, m, sum[0] * m_prime, words);
        memmove(sum, sum + 1, (words + 1) * sizeof sum[0]); /* the lowest word is 0 where m' belongs to m */
    }
    if (sum[words] || !is_less(sum, m, words))
        subtract(sum, m, words);
    memcpy(out, sum, words * sizeof sum[0]);
}

static unsigned ones_of(const uint32_t *a, unsigned words)
{
    unsigned ones = 0;
    for (unsigned i = 0; i < words; i++)
        ones += (unsigned)__builtin_popcount(a[i]);
    return ones;
}

static void power_as_given(struct rsa *rsa, unsigned words)
{
    const uint32_t *m = number(rsa, MEMORY_M), *y = number(rsa, MEMORY_Y), *rr = number(rsa, MEMORY_Z);
    uint32_t m_prime = reg_word(&rsa->dev, RSA_M_PRIME), one[RSA_WORDS] = {1}, base[RSA_WORDS], z[RSA_WORDS];
    montgomery(base, number(rsa, MEMORY_X), rr, m, m_prime, words);
    montgomery(z, one, rr, m, m_prime, words);
    for (unsigned bit = 32 * words; bit-- > 0;) {
        montgomery(z, z, z, m, m_prime, words);
        if (bits_test(y[bit / 32], bit % 32))
            montgomery(z, z, base, m, m_prime, words);
    }
    montgomery(rsa->result, z, one, m, m_prime, words);
}

struct big_numbers {
    BN_CTX *ctx;
    BIGNUM *m, *x, *y, *z, *r2;
};

static void take(BIGNUM *to, const uint32_t *words, unsigned count)
{
    uint8_t bytes[4 * RSA_WORDS];
    for (unsigned i = 0; i < 4 * count; i++)
        bytes[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
    sim_assert(BN_lebin2bn(bytes, (int)(4 * count), to));
}

static void give(uint32_t *words, const BIGNUM *from, unsigned count)
{
    uint8_t bytes[4 * RSA_WORDS];
    sim_assert(BN_bn2lebinpad(from, bytes, (int)(4 * count)) >= 0);
    for (unsigned i = 0; i < count; i++)
        words[i] = (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 | (uint32_t)bytes[4 * i + 2] << 16 |
                   (uint32_t)bytes[4 * i + 3] << 24;
}

/* Whether the operands are those that Montgomery's algorithm needs: then the result is the true power. */
static bool power_is_true(const struct rsa *rsa, const struct big_numbers *n, unsigned words)
{
    const uint32_t *m = number(rsa, MEMORY_M);
    return m[0] * reg_word(&rsa->dev, RSA_M_PRIME) == UINT32_MAX && BN_cmp(n->x, n->m) < 0 && !BN_is_one(n->m) &&
           BN_set_word(n->r2, 1) && BN_lshift(n->r2, n->r2, (int)(64 * words)) && BN_mod(n->r2, n->r2, n->m, n->ctx) &&
           BN_cmp(n->r2, n->z) == 0;
}

static void power(struct rsa *rsa, unsigned words)
{
    struct big_numbers n = {.ctx = BN_CTX_new()};
    sim_assert(n.ctx);
    BN_CTX_start(n.ctx);
    BIGNUM **const all[] = {&n.m, &n.x, &n.y, &n.z, &n.r2};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sim_assert((*all[i] = BN_CTX_get(n.ctx)));
    take(n.m, number(rsa, MEMORY_M), words);
    take(n.x, number(rsa, MEMORY_X), words);
    take(n.y, number(rsa, MEMORY_Y), words);
    take(n.z, number(rsa, MEMORY_Z), words);
    if (power_is_true(rsa, &n, words)) {
        sim_assert(BN_mod_exp(n.z, n.x, n.y, n.m, n.ctx));
        give(rsa->result, n.z, words);
    } else {
        power_as_given(rsa, words);
    }
    BN_CTX_end(n.ctx);
    BN_CTX_free(n.ctx);
}

static void multiply_plain(struct rsa *rsa, unsigned words)
{
    const uint32_t *x = number(rsa, MEMORY_X), *y = number(rsa, MEMORY_Z) + words / 2;
    memset(rsa->result, 0, sizeof rsa->result);
    for (unsigned i = 0; i < words / 2; i++)
        add_product(rsa->result + i, x, y[i], words / 2);
}

/* ---- Operations ------------------------------------------------------------------------------------------------ */

static void begin(struct rsa *rsa, unsigned words, uint64_t multiplications)
{
    struct dev *dev = &rsa->dev;
    const struct clock_domain *apb = &dev->env->clocks->clock[CLOCK_APB];
    uint64_t cycles = multiplications * words * words * 3 / 4;
    rsa->words = words;
    evq_schedule(dev->env->evq, &rsa->done, clock_time(apb, clock_cycles(apb, dev->now) + cycles));
}

static bool may_start(const struct rsa *rsa, uint32_t written)
{
    return (written & 1) && !evq_is_scheduled(&rsa->done) && !evq_is_scheduled(&rsa->clean) && !rsa->down;
}

static void rsa_modexp_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rsa *rsa = rsa_of(dev);
    unsigned words = (reg_get(dev, RSA_MODEXP_MODE_MODEXP_MODE) + 1) * WORDS_OF_512_BITS;
    (void)index, (void)old;
    if (!may_start(rsa, written))
        return;
    power(rsa, words);
    begin(rsa, words, 32 * words + ones_of(number(rsa, MEMORY_Y), words) + 3);
}

static void rsa_mult_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rsa *rsa = rsa_of(dev);
    uint32_t mode = reg_get(dev, RSA_MULT_MODE_MULT_MODE);
    unsigned words = (mode % PLAIN_MULTIPLICATION + 1) * WORDS_OF_512_BITS;
    (void)index, (void)old;
    if (!may_start(rsa, written))
        return;
    if (mode >= PLAIN_MULTIPLICATION)
        multiply_plain(rsa, words);
    else
        montgomery(rsa->result, number(rsa, MEMORY_X), number(rsa, MEMORY_Z), number(rsa, MEMORY_M),
                   reg_word(dev, RSA_M_PRIME), words);
    begin(rsa, words, 1);
}

static void update_irq(struct rsa *rsa)
{
    line_set(rsa->irq, reg_get(&rsa->dev, RSA_INTERRUPT_INTERRUPT), rsa->dev.now);
}

static void operation_done(void *ctx, sim_time now)
{
    struct rsa *rsa = ctx;
    rsa->dev.now = now;
    memcpy(&rsa->dev.value[MEMORY_Z / 4], rsa->result, rsa->words * sizeof rsa->result[0]);
    reg_put(&rsa->dev, RSA_INTERRUPT_INTERRUPT, 1);
    update_irq(rsa);
}

static void rsa_interrupt_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_irq(rsa_of(dev));
}

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

static uint32_t read_gap(struct dev *dev, uint32_t offset)
{
    return offset < MEMORY_END && !rsa_of(dev)->down ? dev->value[offset / 4] : 0;
}

static void write_gap(struct dev *dev, uint32_t offset, uint32_t value)
{
    if (offset < MEMORY_END && !rsa_of(dev)->down)
        dev->value[offset / 4] = value;
}

static void memory_is_clean(void *ctx, sim_time now)
{
    struct rsa *rsa = ctx;
    rsa->dev.now = now;
    reg_put(&rsa->dev, RSA_CLEAN_CLEAN, 1);
}

/* Nobody may rely on what was there: it is gone at once, and said to be gone when the last word is. */
static void clean_memory(struct rsa *rsa)
{
    struct dev *dev = &rsa->dev;
    const struct clock_domain *apb = &dev->env->clocks->clock[CLOCK_APB];
    evq_cancel(dev->env->evq, &rsa->done);
    memset(dev->value, 0, MEMORY_END);
    reg_put(dev, RSA_CLEAN_CLEAN, 0);
    if (rsa->down)
        evq_cancel(dev->env->evq, &rsa->clean);
    else
        evq_schedule(dev->env->evq, &rsa->clean, clock_time(apb, clock_cycles(apb, dev->now) + MEMORY_WORDS));
}

void rsa_power(struct rsa *rsa, bool on, sim_time now)
{
    if (on != rsa->down)
        return;
    rsa->down = !on;
    rsa->dev.now = now;
    clean_memory(rsa);
}

/* ---- Device ---------------------------------------------------------------------------------------------------- */

static void reset(struct dev *dev, enum dev_reset kind)
{
    (void)kind;
    clean_memory(rsa_of(dev));
    update_irq(rsa_of(dev));
}

static const struct dev_ops ops = {.regs = &rsa_regs, .reset = reset, .read_gap = read_gap, .write_gap = write_gap};

enum sim_status rsa_init(struct rsa *rsa, const char *name, struct dev_env *env)
{
    memset(rsa, 0, sizeof *rsa);
    SIM_TRY(dev_init(&rsa->dev, &ops, name, env));
    evq_event_init(&rsa->done, operation_done, rsa, EVQ_PHASE_DEVICE);
    evq_event_init(&rsa->clean, memory_is_clean, rsa, EVQ_PHASE_DEVICE);
    dev_reset(&rsa->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void rsa_fini(struct rsa *rsa)
{
    evq_cancel(rsa->dev.env->evq, &rsa->done);
    evq_cancel(rsa->dev.env->evq, &rsa->clean);
    dev_fini(&rsa->dev);
}
