/* SPDX-License-Identifier: Apache-2.0 */
/* Has a block of Verilog copy memory by DMA (verilog/axil_copy.v, scenarios/rtl_copy.toml): the words, their sum, the
 * time, and what happens when the block reaches for an address that it cannot have. */
#include <inttypes.h>
#include <stdio.h>

#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"

#define REG_FILE "firmware/apps/rtl_copy/axil_copy_regs.def"
#define REG_PREFIX COPY
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

enum { BASE = 0x3FF70000, WORDS = 256 };
#define ROM UINT32_C(0x40000000)

static uint32_t from[WORDS], to[WORDS];
static volatile bool done;
static volatile uint32_t done_at;

static void on_interrupt(void *ctx)
{
    (void)ctx;
    done_at = ccount();
    hw_write(BASE + COPY_STATUS, hw_field(COPY_STATUS_DONE, 1));
    done = true;
}

/* Returns CPU cycles from start to interrupt. */
static uint32_t copy(uint32_t source, uint32_t destination, uint32_t words)
{
    done = false;
    hw_write(BASE + COPY_SRC, source);
    hw_write(BASE + COPY_DST, destination);
    hw_write(BASE + COPY_WORDS, words);
    uint32_t begin = ccount();
    hw_write(BASE + COPY_CTRL, hw_field(COPY_CTRL_START, 1) | hw_field(COPY_CTRL_IE, 1));
    while (!done)
        wait_for_interrupt();
    return done_at - begin;
}

int main(void)
{
    uint32_t sum = 0, wrong = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        from[i] = i * 0x9E3779B9u;
        sum += from[i];
    }
    interrupt_connect(SOURCE_PWM3, 1, on_interrupt, NULL);
    uint32_t cycles = copy((uint32_t)from, (uint32_t)to, WORDS);
    for (uint32_t i = 0; i < WORDS; i++)
        wrong += to[i] != from[i];
    bool good = wrong == 0 && hw_read(BASE + COPY_SUM) == sum && !hw_get(BASE, COPY_STATUS_ERROR);
    printf("rtl_copy: %d words, %" PRIu32 " wrong, %" PRIu32 " cycles of %" PRIu32 " MHz, %.2f a word\n", WORDS, wrong,
           cycles, clock_cpu_hz() / 1000000, (double)cycles / WORDS);
    copy(ROM, (uint32_t)to, 1);
    bool refused = hw_get(BASE, COPY_STATUS_ERROR);
    printf("rtl_copy: ROM is %s\n", refused ? "out of its reach" : "READ");
    good = good && refused && to[0] == from[0];
    printf("rtl_copy: %s\n", good ? "all as expected" : "FAILED");
    return !good;
}
