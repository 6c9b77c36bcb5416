/* SPDX-License-Identifier: Apache-2.0 */
/* The Wi-Fi MAC and its driver, alone on the channel: time, TSF, sending to nobody and to all, order of frames and of
 * queues, settings. With another station about, fewer things are certain: run it alone. */
#include "firmware/apps/check.h"

#include <string.h>

#include "firmware/drivers/clock.h"
#include "firmware/drivers/wifi.h"
#include "firmware/runtime/xtensa.h"

enum { FRAMES = 6, BYTES = 100, PATIENCE_US = 500000, RETRY_LIMIT = 7 };

static struct checks checks;
static struct wifi_frame frames[FRAMES];
static uint8_t bytes[FRAMES][BYTES] __attribute__((aligned(4)));
static volatile unsigned done_count;
static unsigned done_order[FRAMES];

static void on_done(struct wifi_frame *frame)
{
    done_order[done_count % FRAMES] = (unsigned)(frame - frames);
    done_count++;
}

static void prepare(unsigned n, uint8_t first_byte, enum wifi_queue queue, unsigned rate)
{
    struct dot11_frame header = {.type = DOT11_DATA, .subtype = DOT11_DATA_PLAIN};
    memset(header.receiver, first_byte, DOT11_ADDRESS);
    memcpy(header.transmitter, wifi_defaults().address, DOT11_ADDRESS);
    memset(header.address3, 0xFF, DOT11_ADDRESS);
    dot11_pack(bytes[n], &header);
    frames[n] = (struct wifi_frame){
        .mpdu = bytes[n], .length = BYTES, .queue = (uint8_t)queue, .rate = (uint8_t)rate, .done = on_done};
}

static bool wait_for(unsigned count)
{
    uint32_t begin = wifi_time_us();
    while (done_count < count)
        if (wifi_time_us() - begin > PATIENCE_US)
            return false;
    return true;
}

enum { TO_NOBODY = 0x22, TO_ALL = 0xFF };

static void check_time(void)
{
    uint32_t us = wifi_time_us(), cycles = ccount();
    delay_us(1000);
    us = wifi_time_us() - us;
    cycles = (ccount() - cycles) / (clock_cpu_hz() / 1000000);
    check_true(&checks, "MAC time agrees with CCOUNT", us + 2 >= cycles && us <= cycles + 2);
    uint64_t extended = wifi_time64_us();
    check_true(&checks, "MAC time is extended", (uint32_t)(wifi_time64_us() - extended) < 10);
    check_true(&checks, "a time of the past is extended", wifi_extend_us((uint32_t)extended) == extended);
}

static void check_tsf(void)
{
    const uint64_t start = 0x1FFFFFF00ull; /* the low half wraps in 256 us */
    wifi_set_tsf(start);
    uint64_t first = wifi_tsf();
    check_true(&checks, "TSF is what was loaded", first >= start && first < start + 5);
    delay_us(300);
    uint64_t second = wifi_tsf();
    check_true(&checks, "TSF goes on over 32 bits", second >= first + 300 && second < first + 310);
}

/* All attempts, the frame a repetition from the second on, the window wider each time. */
static void check_nobody(void)
{
    done_count = 0;
    struct wifi_counts before = wifi_get_counts();
    prepare(0, TO_NOBODY, WIFI_BEST_EFFORT, RATE_6M);
    wifi_send(&frames[0]);
    check_true(&checks, "a frame to nobody comes back", wait_for(1));
    check_true(&checks, "undelivered", !frames[0].is_delivered);
    check_equal(&checks, "its attempts", frames[0].attempts, RETRY_LIMIT);
    check_true(&checks, "its retry bit", bytes[0][1] & DOT11_RETRY);
    check_equal(&checks, "its Duration", get16(bytes[0] + 2), rate_ack_duration_us(RATE_6M));
    uint32_t took = frames[0].done_us - frames[0].queued_us;
    uint32_t least = RETRY_LIMIT * (rate_airtime_us(RATE_6M, BYTES + DOT11_FCS) + 37);
    check_true(&checks, "its time",
               took >= least && took < least + RETRY_LIMIT * 100 + 9 * (15 + 31 + 63 + 127 + 255 + 511 + 1023));
    struct wifi_counts after = wifi_get_counts();
    check_equal(&checks, "missing ACKs", after.no_ack - before.no_ack, RETRY_LIMIT);
    check_equal(&checks, "retries", after.retries - before.retries, RETRY_LIMIT - 1);
    check_equal(&checks, "dropped", after.dropped - before.dropped, 1);
}

static void check_rts(void)
{
    done_count = 0;
    struct wifi_counts before = wifi_get_counts();
    wifi_set_rts_threshold(0);
    prepare(0, TO_NOBODY, WIFI_BEST_EFFORT, RATE_54M);
    wifi_send(&frames[0]);
    check_true(&checks, "a frame with RTS to nobody comes back", wait_for(1));
    wifi_set_rts_threshold(WIFI_RTS_NEVER);
    struct wifi_counts after = wifi_get_counts();
    check_equal(&checks, "missing CTSs", after.no_cts - before.no_cts, RETRY_LIMIT);
    check_true(&checks, "the frame itself was never sent: no repetition", !(bytes[0][1] & DOT11_RETRY));
}

static void check_all(void)
{
    done_count = 0;
    for (unsigned n = 0; n < FRAMES; n++)
        prepare(n, TO_ALL, WIFI_BEST_EFFORT, n % 2 ? RATE_1M : RATE_MCS0 + n);
    for (unsigned n = 0; n < FRAMES; n++)
        wifi_send(&frames[n]);
    check_equal(&checks, "frames in the queue", wifi_queued(WIFI_BEST_EFFORT), FRAMES);
    check_true(&checks, "frames to all are sent", wait_for(FRAMES));
    for (unsigned n = 0; n < FRAMES; n++) {
        check_equal(&checks, "order", done_order[n], n);
        check_true(&checks, "delivered", frames[n].is_delivered);
        check_equal(&checks, "attempts", frames[n].attempts, 1);
        check_equal(&checks, "Duration", get16(bytes[n] + 2), 0);
        if (n > 0)
            check_equal(&checks, "sequence number", get16(bytes[n] + 22) >> 4,
                        ((get16(bytes[n - 1] + 22) >> 4) + 1) & 0xFFF);
    }
    check_equal(&checks, "the queue is empty", wifi_queued(WIFI_BEST_EFFORT), 0);
}

/* Voice and background always want the same slots: whoever has to give way tries again, and both get through. */
static void check_queues(void)
{
    const struct contention_config eager = {.aifsn = 2, .cw_min_exponent = 0, .cw_max_exponent = 6, .retry_limit = 7};
    struct wifi_counts before = wifi_get_counts();
    done_count = 0;
    wifi_set_contention(WIFI_VOICE, &eager);
    wifi_set_contention(WIFI_BACKGROUND, &eager);
    for (unsigned n = 0; n < FRAMES; n++)
        prepare(n, TO_ALL, n % 2 ? WIFI_VOICE : WIFI_BACKGROUND, RATE_24M);
    uint32_t ps = mask_interrupts();
    for (unsigned n = 0; n < FRAMES; n++)
        wifi_send(&frames[n]);
    restore_interrupts(ps);
    check_true(&checks, "two queues are sent", wait_for(FRAMES));
    struct wifi_counts after = wifi_get_counts();
    check_true(&checks, "one of them had to give way", after.internal_collisions > before.internal_collisions);
    check_equal(&checks, "delivered", after.delivered - before.delivered, FRAMES);
    check_equal(&checks, "on the air", after.attempts - before.attempts, FRAMES);
    check_equal(&checks, "the last is not voice", done_order[FRAMES - 1] % 2, 0);
}

static void check_fallback(void)
{
    const struct contention_config falling = {
        .aifsn = 3, .cw_min_exponent = 4, .cw_max_exponent = 10, .retry_limit = 7, .fallback_after = 2};
    done_count = 0;
    wifi_set_contention(WIFI_BEST_EFFORT, &falling);
    prepare(0, TO_NOBODY, WIFI_BEST_EFFORT, RATE_54M);
    wifi_send(&frames[0]);
    check_true(&checks, "a frame falls back", wait_for(1));
    check_equal(&checks, "to its last rate", frames[0].last_rate, RATE_24M);
    check_equal(&checks, "with that rate's Duration", get16(bytes[0] + 2), rate_ack_duration_us(RATE_24M));
}

/* Frames that wait come back at once, and the queue works on. */
static void check_flush(void)
{
    done_count = 0;
    for (unsigned n = 0; n < FRAMES - 1; n++) {
        prepare(n, TO_NOBODY, n % 2 ? WIFI_VOICE : WIFI_BEST_EFFORT, RATE_6M);
        wifi_send(&frames[n]);
    }
    delay_us(300);
    wifi_flush();
    check_equal(&checks, "frames taken back", done_count, FRAMES - 1);
    check_true(&checks, "undelivered", !frames[0].is_delivered && !frames[FRAMES - 2].is_delivered);
    check_equal(&checks, "the queues are empty", wifi_queued(WIFI_BEST_EFFORT) + wifi_queued(WIFI_VOICE), 0);
    done_count = 0;
    prepare(FRAMES - 1, TO_ALL, WIFI_BEST_EFFORT, RATE_6M);
    wifi_send(&frames[FRAMES - 1]);
    check_true(&checks, "a later frame is sent", wait_for(1) && frames[FRAMES - 1].is_delivered);
    check_equal(&checks, "and only that", done_count, 1);
}

static void check_settings(void)
{
    struct wifi_received received;
    for (unsigned channel = 1; channel <= 14; channel++)
        wifi_set_channel(channel);
    wifi_set_promiscuous(true);
    wifi_set_power(2);
    done_count = 0;
    prepare(0, TO_ALL, WIFI_BEST_EFFORT, RATE_11M_SHORT);
    wifi_send(&frames[0]);
    check_true(&checks, "sent on channel 14", wait_for(1));
    check_true(&checks, "nobody hears himself", !wifi_receive(&received));
    wifi_set_promiscuous(false);
    wifi_set_channel(1);
}

int main(void)
{
    struct wifi_config config = wifi_defaults();
    check_true(&checks, "the MAC answers", wifi_init(&config));
    check_time();
    check_tsf();
    check_nobody();
    check_rts();
    check_all();
    check_queues();
    check_fallback();
    check_flush();
    check_settings();
    return check_summary(&checks, "wifi");
}
