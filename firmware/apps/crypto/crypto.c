/* SPDX-License-Identifier: Apache-2.0 */
/* The cryptographic accelerators against software: the same results, and how much sooner. In the way of ESP-IDF's
 * drivers: clock on, reset off, registers through DPORT. */
#include <stdio.h>
#include <string.h>

#include "firmware/apps/check.h"
#include "firmware/apps/crypto/software.h"
#include "firmware/drivers/chip.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/hw.h"
#include "firmware/drivers/regs/aes.h"
#include "firmware/drivers/regs/dport.h"
#include "firmware/drivers/regs/rsa.h"
#include "firmware/drivers/regs/sha.h"
#include "firmware/runtime/xtensa.h"

enum { BLOCK_AES = 1 << 0, BLOCK_SHA = 1 << 1, BLOCK_RSA = 1 << 2 }; /* of DPORT's PERI_CLK_EN and PERI_RST_EN */
enum { SHA_BLOCKS = 8, FACTOR_WORDS = 16, RSA_X = 0x600, RSA_Z = 0x200, PLAIN = 8 };

static struct checks checks;

static void switch_on(uint32_t blocks)
{
    uint32_t clocks = BASE_dport + DPORT_PERI_CLK_EN, resets = BASE_dport + DPORT_PERI_RST_EN;
    hw_write(clocks, dport_read(clocks) | blocks);
    hw_write(resets, dport_read(resets) | blocks);
    hw_write(resets, dport_read(resets) & ~blocks);
}

static void say(const char *what, uint32_t accelerator, uint32_t software)
{
    printf("crypto  %-24s %6u cycles, in software %7u\n", what, (unsigned)accelerator, (unsigned)software);
}

/* ---- SHA-256 ---- */

static void sha_command(uint32_t command)
{
    hw_write(BASE_sha + command, 1);
    while (dport_read(BASE_sha + SHA_SHA256_BUSY))
        ;
}

static void try_sha(void)
{
    static uint32_t message[SHA_BLOCKS][16];
    uint32_t hash[8], expected[8];
    for (unsigned i = 0; i < SHA_BLOCKS * 16; i++)
        message[i / 16][i % 16] = chip_random();
    switch_on(BLOCK_SHA);
    uint32_t begin = ccount();
    for (unsigned block = 0; block < SHA_BLOCKS; block++) {
        for (unsigned i = 0; i < 16; i++)
            hw_write(BASE_sha + SHA_TEXT + 4 * i, message[block][i]);
        sha_command(block == 0 ? SHA_SHA256_START : SHA_SHA256_CONTINUE);
    }
    sha_command(SHA_SHA256_LOAD);
    for (unsigned i = 0; i < 8; i++)
        hash[i] = dport_read(BASE_sha + SHA_TEXT + 4 * i);
    uint32_t accelerator = ccount() - begin;
    begin = ccount();
    memcpy(expected, software_sha256_initial, sizeof expected);
    for (unsigned block = 0; block < SHA_BLOCKS; block++)
        software_sha256_block(expected, message[block]);
    say("SHA-256, 512 bytes", accelerator, ccount() - begin);
    check_true(&checks, "SHA-256", memcmp(hash, expected, sizeof hash) == 0);
}

/* FIPS 180, the message "abc". */
static void try_sha_example(void)
{
    hw_write(BASE_sha + SHA_TEXT, 0x61626380);
    for (unsigned i = 1; i < 15; i++)
        hw_write(BASE_sha + SHA_TEXT + 4 * i, 0);
    hw_write(BASE_sha + SHA_TEXT + 4 * 15, 24);
    sha_command(SHA_SHA256_START);
    sha_command(SHA_SHA256_LOAD);
    check_equal(&checks, "SHA-256 of abc, first word", dport_read(BASE_sha + SHA_TEXT), 0xba7816bf);
    check_equal(&checks, "SHA-256 of abc, last word", dport_read(BASE_sha + SHA_TEXT + 28), 0xf20015ad);
}

/* ---- AES-128 ---- */

static void aes_write(uint32_t offset, const uint8_t *bytes)
{
    uint32_t words[4];
    memcpy(words, bytes, sizeof words);
    for (unsigned i = 0; i < 4; i++)
        hw_write(BASE_aes + offset + 4 * i, words[i]);
}

static void aes_block(uint32_t mode, const uint8_t in[16], uint8_t out[16])
{
    uint32_t words[4];
    hw_write(BASE_aes + AES_MODE, mode);
    aes_write(AES_TEXT, in);
    hw_write(BASE_aes + AES_START, 1);
    while (!dport_read(BASE_aes + AES_IDLE))
        ;
    for (unsigned i = 0; i < 4; i++)
        words[i] = dport_read(BASE_aes + AES_TEXT + 4 * i);
    memcpy(out, words, sizeof words);
}

static void try_aes(void)
{
    enum { ENCRYPT_128 = 0, DECRYPT_128 = 4 };
    uint8_t key[16], plain[16], coded[16], expected[16], again[16];
    for (unsigned i = 0; i < 16; i++) {
        key[i] = (uint8_t)i;
        plain[i] = (uint8_t)(0x11 * i);
    }
    switch_on(BLOCK_AES);
    aes_write(AES_KEY, key);
    uint32_t begin = ccount();
    aes_block(ENCRYPT_128, plain, coded);
    uint32_t accelerator = ccount() - begin;
    begin = ccount();
    software_aes128(key, plain, expected);
    say("AES-128, 16 bytes", accelerator, ccount() - begin);
    check_true(&checks, "AES-128", memcmp(coded, expected, 16) == 0);
    check_equal(&checks, "AES-128, FIPS 197 C.1", coded[0], 0x69);
    aes_block(DECRYPT_128, coded, again);
    check_true(&checks, "AES-128 back", memcmp(again, plain, 16) == 0);
}

/* ---- RSA ---- */

static volatile unsigned interrupts;

static void rsa_is_done(void *ctx)
{
    (void)ctx;
    interrupts++;
    hw_write(BASE_rsa + RSA_INTERRUPT, 1);
}

static void try_rsa(void)
{
    uint32_t a[FACTOR_WORDS], b[FACTOR_WORDS], product[2 * FACTOR_WORDS], have[2 * FACTOR_WORDS];
    for (unsigned i = 0; i < FACTOR_WORDS; i++) {
        a[i] = chip_random();
        b[i] = chip_random();
    }
    switch_on(BLOCK_RSA);
    while (!dport_read(BASE_rsa + RSA_CLEAN))
        ;
    check_true(&checks, "RSA has an interrupt", interrupt_connect(SOURCE_RSA, 1, rsa_is_done, NULL) >= 0);
    uint32_t begin = ccount();
    for (unsigned i = 0; i < FACTOR_WORDS; i++) {
        hw_write(BASE_rsa + RSA_X + 4 * i, a[i]);
        hw_write(BASE_rsa + RSA_Z + 4 * i, 0);
        hw_write(BASE_rsa + RSA_Z + 4 * (FACTOR_WORDS + i), b[i]);
    }
    hw_write(BASE_rsa + RSA_MULT_MODE, 2 * FACTOR_WORDS / 16 - 1 + PLAIN);
    hw_write(BASE_rsa + RSA_MULT_START, 1);
    while (interrupts == 0)
        ;
    for (unsigned i = 0; i < 2 * FACTOR_WORDS; i++)
        have[i] = dport_read(BASE_rsa + RSA_Z + 4 * i);
    uint32_t accelerator = ccount() - begin;
    interrupt_disconnect(SOURCE_RSA);
    begin = ccount();
    software_multiply(product, a, b, FACTOR_WORDS);
    say("512 by 512 bits", accelerator, ccount() - begin);
    check_true(&checks, "product", memcmp(have, product, sizeof have) == 0);
    check_equal(&checks, "interrupts", interrupts, 1);
}

int main(void)
{
    printf("\nVesper: accelerators and software\n");
    try_sha();
    try_sha_example();
    try_aes();
    try_rsa();
    return check_summary(&checks, "crypto");
}
