/* SPDX-License-Identifier: Apache-2.0 */
/* The cryptographic accelerators against the published examples of NIST and against OpenSSL, as ESP-IDF's drivers use
 * them; how long they take, and what a command does that comes at the wrong time. */
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "peripherals/aes/aes.h"
#include "peripherals/flash_crypt/flash_crypt.h"
#include "peripherals/rsa/rsa.h"
#include "peripherals/sha/sha.h"
#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/sha/sha_regs.def"
#define REG_PREFIX SHA
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/aes/aes_regs.def"
#define REG_PREFIX AES
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/rsa/rsa_regs.def"
#define REG_PREFIX RSA
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

using bytes = std::vector<uint8_t>;

bytes from_hex(const std::string &text)
{
    bytes result;
    for (size_t i = 0; i + 1 < text.size(); i += 2)
        result.push_back((uint8_t)std::stoul(text.substr(i, 2), nullptr, 16));
    return result;
}

std::string to_hex(const bytes &value)
{
    std::string text;
    for (uint8_t byte : value) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

bytes random_bytes(struct rng *rng, size_t size)
{
    bytes result(size);
    for (uint8_t &byte : result)
        byte = (uint8_t)rng_u32(rng);
    return result;
}

template <class device, enum sim_status (*init)(device *, const char *, struct dev_env *), void (*fini)(device *)>
class Accelerator : public ::testing::Test
{
  protected:
    device_bench bench;
    device unit;
    struct rng rng;

    void SetUp() override
    {
        rng_init(&rng, 1, 0, "test");
        bench.set_hz(CLOCK_APB, 80000000);
        ASSERT_EQ(init(&unit, "unit", &bench.env), SIM_OK);
    }
    void TearDown() override
    {
        fini(&unit);
        EXPECT_TRUE(bench.is_idle());
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&unit.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&unit.dev, offset, 4, bench.now);
    }
    sim_time cycles(uint64_t count)
    {
        return count * SIM_NS(25) / 2;
    }
};

/* ---- SHA ------------------------------------------------------------------------------------------------------- */

struct sha_kind {
    const char *name;
    uint32_t start; /* CONTINUE, LOAD, BUSY follow */
    size_t block, digest;
    const EVP_MD *(*reference)();
};

const sha_kind sha1 = {"SHA-1", SHA_SHA1_START, 64, 20, EVP_sha1};
const sha_kind sha256 = {"SHA-256", SHA_SHA256_START, 64, 32, EVP_sha256};
const sha_kind sha384 = {"SHA-384", SHA_SHA384_START, 128, 48, EVP_sha384};
const sha_kind sha512 = {"SHA-512", SHA_SHA512_START, 128, 64, EVP_sha512};

class Sha : public Accelerator<struct sha, sha_init, sha_fini>
{
  protected:
    static bytes padded(const sha_kind &kind, const std::string &message)
    {
        bytes result(message.begin(), message.end());
        result.push_back(0x80);
        while (result.size() % kind.block != kind.block - 8)
            result.push_back(0);
        for (int shift = 56; shift >= 0; shift -= 8)
            result.push_back((uint8_t)((uint64_t)message.size() * 8 >> shift));
        return result;
    }
    void write_block(const uint8_t *block, size_t size)
    {
        for (size_t i = 0; i < size; i += 4)
            write(SHA_TEXT + (uint32_t)i,
                  (uint32_t)block[i] << 24 | (uint32_t)block[i + 1] << 16 | (uint32_t)block[i + 2] << 8 | block[i + 3]);
    }
    sim_time wait(const sha_kind &kind)
    {
        const sim_time start = bench.now;
        EXPECT_EQ(read(kind.start + 0xC), 1u) << "busy";
        bench.run_to_next_event();
        EXPECT_EQ(read(kind.start + 0xC), 0u);
        return bench.now - start;
    }
    bytes load(const sha_kind &kind)
    {
        write(kind.start + 8, 1);
        wait(kind);
        bytes result;
        for (uint32_t i = 0; i < kind.digest; i++)
            result.push_back((uint8_t)(read(SHA_TEXT + i / 4 * 4) >> (24 - 8 * (i % 4))));
        return result;
    }
    bytes hash(const sha_kind &kind, const std::string &message)
    {
        const bytes text = padded(kind, message);
        for (size_t at = 0; at < text.size(); at += kind.block) {
            write_block(&text[at], kind.block);
            write(kind.start + (at ? 4 : 0), 1);
            wait(kind);
        }
        return load(kind);
    }
    static bytes reference(const sha_kind &kind, const std::string &message)
    {
        bytes result(kind.digest);
        unsigned size = 0;
        EXPECT_TRUE(EVP_Digest(message.data(), message.size(), result.data(), &size, kind.reference(), nullptr));
        return result;
    }
};

/* FIPS 180, examples "abc" and the message of two blocks. */
TEST_F(Sha, GivesTheExamplesOfFips180)
{
    EXPECT_EQ(to_hex(hash(sha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(to_hex(hash(sha256, "abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(hash(sha384, "abc")), "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                                           "8086072ba1e7cc2358baeca134c825a7");
    EXPECT_EQ(to_hex(hash(sha512, "abc")), "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                           "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    EXPECT_EQ(to_hex(hash(sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_F(Sha, HashesMessagesOfAnyLength)
{
    for (const sha_kind *kind : {&sha1, &sha256, &sha384, &sha512})
        for (size_t size : {0u, 1u, 55u, 56u, 111u, 120u, 1000u}) {
            const bytes message = random_bytes(&rng, size);
            const std::string text(message.begin(), message.end());
            EXPECT_EQ(to_hex(hash(*kind, text)), to_hex(reference(*kind, text))) << kind->name << ", " << size;
        }
}

TEST_F(Sha, TakesTheManualsTime)
{
    const struct {
        const sha_kind *kind;
        unsigned block, digest;
    } rows[] = {{&sha1, 84, 8}, {&sha256, 68, 12}, {&sha384, 84, 20}, {&sha512, 84, 20}};
    for (const auto &row : rows) {
        write(row.kind->start, 1);
        EXPECT_EQ(wait(*row.kind), cycles(row.block)) << row.kind->name;
        write(row.kind->start + 8, 1);
        EXPECT_EQ(wait(*row.kind), cycles(row.digest)) << row.kind->name;
    }
}

/* ESP-IDF lets tasks hash side by side, one for each engine. */
TEST_F(Sha, EnginesKeepTheirHashesApart)
{
    const bytes first = padded(sha1, "one"), second = padded(sha256, "two"), third = padded(sha512, "three");
    write_block(first.data(), 64);
    write(SHA_SHA1_START, 1);
    write_block(second.data(), 64); /* the block before has been taken over */
    write(SHA_SHA256_START, 1);
    write_block(third.data(), 128);
    write(SHA_SHA512_START, 1);
    EXPECT_EQ(read(SHA_SHA1_BUSY), 1u);
    EXPECT_EQ(read(SHA_SHA256_BUSY), 1u);
    EXPECT_EQ(read(SHA_SHA384_BUSY), 0u);
    EXPECT_EQ(read(SHA_SHA512_BUSY), 1u);
    bench.run_for(SIM_US(2));
    EXPECT_EQ(to_hex(load(sha256)), to_hex(reference(sha256, "two")));
    EXPECT_EQ(to_hex(load(sha1)), to_hex(reference(sha1, "one")));
    EXPECT_EQ(to_hex(load(sha512)), to_hex(reference(sha512, "three")));
}

TEST_F(Sha, ABusyEngineIgnoresCommands)
{
    const bytes text = padded(sha256, "abc");
    write_block(text.data(), 64);
    write(SHA_SHA256_START, 1);
    write(SHA_SHA256_CONTINUE, 1);
    bench.run_for(SIM_US(2));
    EXPECT_EQ(to_hex(load(sha256)), to_hex(reference(sha256, "abc")));
    write(SHA_SHA256_START, 0);
    EXPECT_TRUE(bench.is_idle()) << "only 1 is a command";
}

TEST_F(Sha, AResetForgets)
{
    write(SHA_TEXT, 5);
    write(SHA_SHA1_START, 1);
    dev_reset(&unit.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(read(SHA_SHA1_BUSY), 0u);
    EXPECT_EQ(read(SHA_TEXT), 0u);
    EXPECT_EQ(to_hex(load(sha1)), std::string(40, '0'));
}

TEST_F(Sha, WithoutClockReadsZeroAndSaysSo)
{
    write(SHA_TEXT, 5);
    dev_switch(&unit.dev, false);
    EXPECT_EQ(read(SHA_TEXT), 0u);
    write(SHA_SHA1_START, 1);
    EXPECT_TRUE(bench.is_idle());
    EXPECT_EQ(log_count(bench.env.log, LOG_GUEST), 1u);
    dev_switch(&unit.dev, true);
    EXPECT_EQ(read(SHA_TEXT), 5u);
}

/* ---- AES ------------------------------------------------------------------------------------------------------- */

class Aes : public Accelerator<struct aes, aes_init, aes_fini>
{
  protected:
    static uint32_t word(const bytes &from, size_t at)
    {
        return (uint32_t)from[at] | (uint32_t)from[at + 1] << 8 | (uint32_t)from[at + 2] << 16 |
               (uint32_t)from[at + 3] << 24;
    }
    void write_bytes(uint32_t offset, const bytes &from)
    {
        for (size_t at = 0; at < from.size(); at += 4)
            write(offset + (uint32_t)at, word(from, at));
    }
    bytes read_block()
    {
        bytes result;
        for (uint32_t i = 0; i < 16; i++)
            result.push_back((uint8_t)(read(AES_TEXT + i / 4 * 4) >> 8 * (i % 4)));
        return result;
    }
    sim_time start()
    {
        const sim_time begin = bench.now;
        write(AES_START, 1);
        EXPECT_EQ(read(AES_IDLE), 0u);
        bench.run_to_next_event();
        EXPECT_EQ(read(AES_IDLE), 1u);
        return bench.now - begin;
    }
    bytes crypt(const bytes &key, bool decrypt, const bytes &block)
    {
        write_bytes(AES_KEY, key);
        write(AES_MODE, (uint32_t)key.size() / 8 - 2 + (decrypt ? 4 : 0));
        write_bytes(AES_TEXT, block);
        start();
        return read_block();
    }
};

/* FIPS 197, appendix C. */
TEST_F(Aes, GivesTheExamplesOfFips197)
{
    const std::string key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const bytes plain = from_hex("00112233445566778899aabbccddeeff");
    const char *const coded[] = {"69c4e0d86a7b0430d8cdb78070b4c55a", "dda97ca4864cdfe06eaf70a0ec0d7191",
                                 "8ea2b7ca516745bfeafc49904b496089"};
    for (size_t size = 0; size < 3; size++) {
        const bytes k = from_hex(key.substr(0, 32 + 16 * size));
        EXPECT_EQ(to_hex(crypt(k, false, plain)), coded[size]);
        EXPECT_EQ(crypt(k, true, from_hex(coded[size])), plain);
    }
}

TEST_F(Aes, DecryptsWhatOpensslEncrypted)
{
    const EVP_CIPHER *const ciphers[] = {EVP_aes_128_ecb(), EVP_aes_192_ecb(), EVP_aes_256_ecb()};
    for (int round = 0; round < 30; round++) {
        const bytes key = random_bytes(&rng, 16 + 8 * (size_t)(round % 3)), plain = random_bytes(&rng, 16);
        bytes coded(16);
        int size = 0;
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        ASSERT_TRUE(EVP_EncryptInit_ex(ctx, ciphers[round % 3], nullptr, key.data(), nullptr));
        ASSERT_TRUE(EVP_EncryptUpdate(ctx, coded.data(), &size, plain.data(), 16));
        EVP_CIPHER_CTX_free(ctx);
        EXPECT_EQ(crypt(key, false, plain), coded);
        EXPECT_EQ(crypt(key, true, coded), plain);
    }
}

TEST_F(Aes, TakesTheManualsTime)
{
    const unsigned expected[] = {11, 13, 15, 15, 21, 22, 22, 22};
    for (uint32_t mode = 0; mode < 8; mode++) {
        write(AES_MODE, mode);
        EXPECT_EQ(start(), cycles(expected[mode])) << "mode " << mode;
    }
}

TEST_F(Aes, EndianReversesBytesAndWords)
{
    const bytes key = random_bytes(&rng, 16), plain = random_bytes(&rng, 16);
    const bytes coded = crypt(key, false, plain);
    auto swapped = [](bytes block, bool in_words, bool of_words) {
        if (in_words)
            for (size_t at = 0; at < block.size(); at += 4)
                std::reverse(block.begin() + (long)at, block.begin() + (long)at + 4);
        if (of_words)
            for (size_t at = 0; at < block.size() / 2; at += 4)
                std::swap_ranges(block.begin() + (long)at, block.begin() + (long)at + 4, block.end() - (long)at - 4);
        return block;
    };
    EXPECT_EQ(read(AES_ENDIAN), 0x3Fu);
    for (unsigned order = 0; order < 4; order++) {
        const bool in_words = !(order & 1), of_words = !(order & 2);
        write(AES_ENDIAN, order << 4 | order << 2 | order);
        EXPECT_EQ(crypt(swapped(key, in_words, of_words), false, swapped(plain, in_words, of_words)),
                  swapped(coded, in_words, of_words));
    }
}

TEST_F(Aes, WhatIsWrittenMeanwhileDoesNotMatter)
{
    const bytes key = random_bytes(&rng, 32), plain = random_bytes(&rng, 16), coded = crypt(key, false, plain);
    write_bytes(AES_TEXT, plain);
    write(AES_START, 1);
    write(AES_KEY, 0);
    write(AES_START, 1);
    bench.run_to_next_event();
    EXPECT_EQ(read_block(), coded);
    EXPECT_TRUE(bench.is_idle()) << "the second START was ignored";
}

TEST_F(Aes, AResetStopsIt)
{
    write(AES_START, 1);
    dev_reset(&unit.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(read(AES_IDLE), 1u);
    EXPECT_TRUE(bench.is_idle());
}

/* ---- RSA ------------------------------------------------------------------------------------------------------- */

using words = std::vector<uint32_t>;

struct bn_deleter {
    void operator()(BIGNUM *n) const
    {
        BN_free(n);
    }
};
using bignum = std::unique_ptr<BIGNUM, bn_deleter>;

class Rsa : public Accelerator<struct rsa, rsa_init, rsa_fini>
{
  protected:
    probe irq;
    BN_CTX *ctx = BN_CTX_new();

    void SetUp() override
    {
        Accelerator::SetUp();
        unit.irq = &irq.line;
        bench.run_for(SIM_US(20));
    }
    ~Rsa() override
    {
        BN_CTX_free(ctx);
    }

    words random_words(size_t count)
    {
        words result(count);
        for (uint32_t &w : result)
            w = rng_u32(&rng);
        return result;
    }
    /* A modulus with its highest bit set, and odd. */
    words modulus(size_t count)
    {
        words m = random_words(count);
        m[0] |= 1;
        m.back() |= 1u << 31;
        return m;
    }
    words less_than(const words &m)
    {
        words a = random_words(m.size());
        a.back() &= 0x7FFFFFFF;
        return a;
    }
    static bignum big(const words &from)
    {
        bytes raw;
        for (uint32_t w : from)
            for (int shift = 0; shift < 32; shift += 8)
                raw.push_back((uint8_t)(w >> shift));
        return bignum(BN_lebin2bn(raw.data(), (int)raw.size(), nullptr));
    }
    static words small(const bignum &from, size_t count)
    {
        bytes raw(4 * count);
        EXPECT_GE(BN_bn2lebinpad(from.get(), raw.data(), (int)raw.size()), 0);
        words result(count);
        for (size_t i = 0; i < raw.size(); i++)
            result[i / 4] |= (uint32_t)raw[i] << 8 * (i % 4);
        return result;
    }
    /* r^2 mod m, r = 2^(32 words). */
    words r_squared(const words &m)
    {
        bignum r2(BN_new());
        BN_set_bit(r2.get(), (int)(64 * m.size()));
        BN_mod(r2.get(), r2.get(), big(m).get(), ctx);
        return small(r2, m.size());
    }
    static uint32_t m_prime(uint32_t m0)
    {
        uint32_t inverse = 1;
        for (int i = 0; i < 5; i++)
            inverse *= 2 - m0 * inverse; /* Newton: each round doubles the number of right bits */
        return 0 - inverse;
    }
    void put(uint32_t memory, const words &number)
    {
        for (size_t i = 0; i < number.size(); i++)
            write(memory + 4 * (uint32_t)i, number[i]);
    }
    words z(size_t count)
    {
        words result;
        for (uint32_t i = 0; i < count; i++)
            result.push_back(read(0x200 + 4 * i));
        return result;
    }
    sim_time run(uint32_t start)
    {
        const sim_time begin = bench.now;
        write(start, 1);
        EXPECT_EQ(read(RSA_INTERRUPT), 0u);
        bench.run_to_next_event();
        EXPECT_EQ(read(RSA_INTERRUPT), 1u);
        EXPECT_TRUE(irq.level());
        write(RSA_INTERRUPT, 1);
        EXPECT_FALSE(irq.level());
        return bench.now - begin;
    }
    words power(const words &x, const words &y, const words &m, uint32_t mp, const words &r2)
    {
        put(0x000, m);
        put(0x200, r2);
        put(0x400, y);
        put(0x600, x);
        write(RSA_M_PRIME, mp);
        write(RSA_MODEXP_MODE, (uint32_t)m.size() / 16 - 1);
        run(RSA_MODEXP_START);
        return z(m.size());
    }
};

TEST_F(Rsa, RaisesToPowers)
{
    for (size_t count = 16; count <= 128; count += 16) {
        const words m = modulus(count), x = less_than(m), y = random_words(count);
        bignum expected(BN_new());
        BN_mod_exp(expected.get(), big(x).get(), big(y).get(), big(m).get(), ctx);
        EXPECT_EQ(power(x, y, m, m_prime(m[0]), r_squared(m)), small(expected, count)) << count * 32 << " bits";
    }
}

/* x >= m makes the model take Montgomery's way step by step, with a true power all the same. */
TEST_F(Rsa, BothWaysOfRaisingToPowersAgree)
{
    const words m = [this] {
        words n = modulus(16);
        n.back() = 0x80000000;
        return n;
    }();
    words x = less_than(m);
    x.back() = 0x90000000;
    const words y = random_words(16);
    bignum expected(BN_new());
    BN_mod_exp(expected.get(), big(x).get(), big(y).get(), big(m).get(), ctx);
    EXPECT_EQ(power(x, y, m, m_prime(m[0]), r_squared(m)), small(expected, 16));
}

TEST_F(Rsa, WrongOperandsGiveWrongPowers)
{
    const words m = modulus(16), x = less_than(m), y = random_words(16), r2 = r_squared(m);
    const words right = power(x, y, m, m_prime(m[0]), r2);
    const words wrong = power(x, y, m, m_prime(m[0]) + 2, r2);
    EXPECT_NE(wrong, right);
    EXPECT_EQ(power(x, y, m, m_prime(m[0]) + 2, r2), wrong) << "but always the same";
    EXPECT_NE(power(x, y, m, m_prime(m[0]), less_than(m)), right);
}

/* TRM, "Large number modular multiplication": first X r mod M, then times Y. */
TEST_F(Rsa, MultipliesModuloInTwoSteps)
{
    for (size_t count : {16u, 48u, 128u}) {
        const words m = modulus(count), x = less_than(m), y = less_than(m);
        put(0x000, m);
        put(0x200, r_squared(m));
        put(0x600, x);
        write(RSA_M_PRIME, m_prime(m[0]));
        write(RSA_MULT_MODE, (uint32_t)count / 16 - 1);
        run(RSA_MULT_START);
        put(0x600, y);
        run(RSA_MULT_START);
        bignum expected(BN_new());
        BN_mod_mul(expected.get(), big(x).get(), big(y).get(), big(m).get(), ctx);
        EXPECT_EQ(z(count), small(expected, count)) << count * 32 << " bits";
    }
}

/* How ESP-IDF multiplies numbers that are too long for the plain way: modulo 2^n - 1, with r = 1. */
TEST_F(Rsa, MultipliesModuloAllOnesInOneStep)
{
    const size_t count = 128;
    const words ones(count, UINT32_MAX);
    words x = random_words(count), y = random_words(count);
    for (size_t i = 64; i < count; i++)
        x[i] = y[i] = 0;
    put(0x000, ones);
    put(0x600, x);
    put(0x200, y);
    write(RSA_M_PRIME, 1);
    write(RSA_MULT_MODE, count / 16 - 1);
    run(RSA_MULT_START);
    bignum expected(BN_new());
    BN_mul(expected.get(), big(x).get(), big(y).get(), ctx);
    EXPECT_EQ(z(count), small(expected, count));
}

TEST_F(Rsa, MultipliesPlainly)
{
    for (uint32_t count : {16u, 32u, 64u}) { /* words of each factor */
        const words x = random_words(count), y = random_words(count);
        put(0x600, x);
        put(0x200, words(count, 0));
        put(0x200 + 4 * count, y);
        write(RSA_MULT_MODE, 2 * count / 16 - 1 + 8);
        run(RSA_MULT_START);
        bignum expected(BN_new());
        BN_mul(expected.get(), big(x).get(), big(y).get(), ctx);
        EXPECT_EQ(z(2 * count), small(expected, 2 * count)) << count * 32 << " bits";
    }
}

TEST_F(Rsa, TimeGrowsWithLengthAndOnes)
{
    words y(64, 0);
    y[0] = 65537;
    put(0x400, y);
    write(RSA_MODEXP_MODE, 3);
    EXPECT_EQ(run(RSA_MODEXP_START), cycles((2048 + 2 + 3) * 64 * 64 * 3 / 4)) << "78.8 ms";
    write(RSA_MULT_MODE, 3);
    EXPECT_EQ(run(RSA_MULT_START), cycles(64 * 64 * 3 / 4)) << "38.4 us";
}

TEST_F(Rsa, MemoryIsCleanAfterResetAndAfterPowerUp)
{
    EXPECT_EQ(read(RSA_CLEAN), 1u);
    write(0x7FC, 77);
    dev_reset(&unit.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(read(RSA_CLEAN), 0u);
    write(RSA_MULT_START, 1);
    const sim_time start = bench.now;
    EXPECT_EQ(bench.run_to_next_event(), start + cycles(512));
    EXPECT_EQ(read(RSA_CLEAN), 1u);
    EXPECT_TRUE(bench.is_idle()) << "an operation before that is ignored";
    EXPECT_EQ(read(0x7FC), 0u);

    write(0x000, 77);
    rsa_power(&unit, false, bench.now);
    write(0x000, 78);
    EXPECT_EQ(read(0x000), 0u);
    EXPECT_EQ(read(RSA_CLEAN), 0u);
    EXPECT_TRUE(bench.is_idle());
    rsa_power(&unit, true, bench.now);
    bench.run_to_next_event();
    EXPECT_EQ(read(RSA_CLEAN), 1u);
    EXPECT_EQ(read(0x000), 0u);
}

/* --- Flash encryption ----------------------------------------------------------------------------------------------
 */

// Expected: espsecure 3.1 of esptool, `espsecure.py encrypt_flash_data -k KEY -a ADDRESS --flash_crypt_conf CONFIG -o
// OUT IN`, where KEY is the bytes 00 to 1f, or 40 to 57 for the short one, and IN is 96 bytes 7 n + 3.
class FlashCrypt : public ::testing::Test
{
  protected:
    device_bench bench;
    struct flash_crypt crypt = {};
    bytes plain = bytes(96);

    void SetUp() override
    {
        for (size_t i = 0; i < plain.size(); i++)
            plain[i] = (uint8_t)(7 * i + 3);
        ASSERT_EQ(flash_crypt_init(&crypt, "flash_crypt", &bench.env), SIM_OK);
    }
    void TearDown() override
    {
        flash_crypt_fini(&crypt);
    }
    // As espefuse burns a key file: its last byte first.
    void burn(uint8_t first, unsigned size, unsigned config)
    {
        uint32_t fuses[8] = {};
        for (unsigned i = 0; i < size; i++)
            fuses[(size - 1 - i) / 4] |= (uint32_t)(first + i) << 8 * ((size - 1 - i) % 4);
        flash_crypt_set_key(&crypt, fuses, size == 24, config);
    }
    std::string encrypt(uint32_t offset, uint32_t length)
    {
        bytes out(length);
        flash_crypt_encrypt(&crypt, offset, plain.data(), out.data(), length);
        bytes again(length);
        flash_crypt_decrypt(&crypt, offset, out.data(), again.data(), length);
        EXPECT_TRUE(std::equal(again.begin(), again.end(), plain.begin()));
        return to_hex(out);
    }
};

TEST_F(FlashCrypt, MakesOfAFlashImageWhatEspsecureMakes)
{
    burn(0, 32, 15);
    EXPECT_EQ(encrypt(0xABCDE0, 96), "a14ffecd0b463ed96c452130bbd1bf9d5a55ab3c2a9ddd9021e2e21ab8a2178a"
                                     "329bc46f256ce37f83fc62c3f424cc8b5f6bb0bdc0f0e0c4a942bed927b507ea"
                                     "32829eb0ad7013dc19375106d1ade70b71d2515f226f3d9208460e08ae3aec4d");
}

TEST_F(FlashCrypt, EachBitOfTheConfigurationMakesTheAddressCountInItsPartOfTheKey)
{
    static const struct {
        unsigned config;
        const char *expected;
    } rows[] = {{0, "ad26982ddf1e69ae0aaaaeda0d1865da0f62364372d64085cf74732e74cc2349"},
                {1, "afac6581ba70c79f8e0bd121feb004acb8124f9124440b607d5ab02e7a746401"},
                {2, "304ed3c558bc0b6986501ea0f0fb8f4b81db8809d9311b49b0e4b2a0df534a7f"},
                {4, "de9132c2b5fec1d2f4d0a96907a2d199d84a61ef99fd7c3fb1676d8a81e22e48"},
                {8, "f0b0231173b0c1078aa3f91270884305f8080e6afb8e456be801028c228e75c3"}};
    for (const auto &row : rows) {
        burn(0, 32, row.config);
        EXPECT_EQ(encrypt(0xFFFFE0, 32), row.expected) << row.config;
    }
}

TEST_F(FlashCrypt, AKeyOfCodingScheme34UsesSomeOfItsBytesTwice)
{
    burn(0x40, 24, 15);
    EXPECT_EQ(encrypt(0x1000, 32), "393a1a0dab08916f50f6b26a20304f2101d6841917712aa4db13964510a342cc");
}

TEST_F(FlashCrypt, EncryptsForTheFlashControllerWhatSoftwarePutsIntoItsRegisters)
{
    burn(0, 32, 15);
    EXPECT_EQ(dev_read(&crypt.dev, 0x28, 4, bench.now), 0u);
    for (unsigned i = 0; i < 8; i++) {
        uint32_t word;
        std::memcpy(&word, &plain[4 * i], 4);
        dev_write(&crypt.dev, 4 * i, 4, word, bench.now);
    }
    dev_write(&crypt.dev, 0x24, 4, 0xABCDE0, bench.now);
    dev_write(&crypt.dev, 0x20, 4, 1, bench.now);
    EXPECT_EQ(dev_read(&crypt.dev, 0x28, 4, bench.now), 1u);
    bytes sent(32);
    EXPECT_FALSE(flash_crypt_fetch(&crypt, 0, sent.data(), 32)) << "not while SPI_ENCRYPT_ENABLE is off";
    crypt.sends_result = true;
    EXPECT_TRUE(flash_crypt_fetch(&crypt, 0, sent.data(), 20));
    EXPECT_TRUE(flash_crypt_fetch(&crypt, 20, sent.data() + 20, 12));
    EXPECT_EQ(to_hex(sent), "a14ffecd0b463ed96c452130bbd1bf9d5a55ab3c2a9ddd9021e2e21ab8a2178a");
}

} // namespace
