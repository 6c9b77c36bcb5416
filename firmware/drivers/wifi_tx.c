/* SPDX-License-Identifier: Apache-2.0 */
/* Sending: a queue for each of four slots, and for each the procedure of contention.h around the hardware's attempts.
 */
#include <stddef.h>

#include "firmware/drivers/wifi_local.h"
#include "firmware/runtime/xtensa.h"

struct queue {
    struct wifi_frame *first, *last; /* the first is with the hardware when is_busy */
    unsigned count;
    bool is_busy;
    struct contention contention;
};

static struct queue queues[WIFI_QUEUES];
static uint16_t sequence;

void wifi_tx_init(void)
{
    for (unsigned q = 0; q < WIFI_QUEUES; q++) {
        queues[q] = (struct queue){.first = NULL};
        contention_init(&queues[q].contention, &wifi_state.config.queue[q]);
    }
    sequence = (uint16_t)wifi_hw_random();
}

void wifi_set_contention(enum wifi_queue queue, const struct contention_config *config)
{
    uint32_t ps = mask_interrupts();
    struct contention *contention = &queues[queue].contention;
    unsigned rate = contention->rate;
    wifi_state.config.queue[queue] = *config;
    contention_init(contention, &wifi_state.config.queue[queue]);
    contention_begin(contention, rate);
    restore_interrupts(ps);
}

static unsigned psdu_of(const struct wifi_frame *frame)
{
    return frame->length + (unsigned)DOT11_FCS;
}

/* RTS, then SIFS CTS SIFS frame SIFS ACK (9.3.1.2). */
static uint16_t rts_duration(const struct wifi_frame *frame, unsigned rate)
{
    return (uint16_t)(rate_ack_duration_us(rate_of_answer(rate)) + RATE_SIFS_US +
                      rate_airtime_us(rate, psdu_of(frame)) + rate_ack_duration_us(rate));
}

static void attempt(unsigned q)
{
    struct queue *queue = &queues[q];
    struct wifi_frame *frame = queue->first;
    unsigned rate = queue->contention.rate;
    bool wants_ack = !dot11_is_group(frame->mpdu + 4);
    if (wants_ack)
        dot11_set_duration(frame->mpdu, (uint16_t)rate_ack_duration_us(rate));
    struct wifi_hw_attempt hw = {.descriptor = &frame->descriptor,
                                 .psdu = (uint16_t)psdu_of(frame),
                                 .rate = (uint8_t)rate,
                                 .aifsn = queue->contention.config->aifsn,
                                 .key = frame->key,
                                 .backoff = (uint16_t)contention_draw(&queue->contention, wifi_hw_random()),
                                 .wants_ack = wants_ack,
                                 .power_dbm = wifi_state.config.power_dbm,
                                 .protection_us = wants_ack && psdu_of(frame) >= wifi_state.config.rts_threshold
                                                      ? rts_duration(frame, rate)
                                                      : (uint16_t)0};
    wifi_hw_start(q, &hw);
}

/* The frame at the head is new to the hardware. */
static void begin(unsigned q)
{
    struct queue *queue = &queues[q];
    struct wifi_frame *frame = queue->first;
    queue->is_busy = true;
    contention_begin(&queue->contention, frame->rate);
    frame->attempts = 0;
    frame->descriptor = (struct wifi_descriptor){.control = WIFI_HW_OWNER | WIFI_HW_HAS_DATA |
                                                            (uint32_t)frame->length << WIFI_HW_LENGTH_SHIFT |
                                                            (uint32_t)frame->length << WIFI_HW_SIZE_SHIFT,
                                                 .buffer = frame->mpdu};
    dot11_set_sequence(frame->mpdu, sequence++ & 0xFFF);
    frame->mpdu[1] &= (uint8_t)~DOT11_RETRY;
    if (dot11_is_group(frame->mpdu + 4))
        dot11_set_duration(frame->mpdu, 0);
    attempt(q);
}

void wifi_send(struct wifi_frame *frame)
{
    uint32_t ps = mask_interrupts(), cycles = ccount();
    unsigned q = frame->queue % WIFI_QUEUES;
    struct queue *queue = &queues[q];
    frame->queued_us = wifi_hw_time_us();
    frame->next = NULL;
    if (queue->first)
        queue->last->next = frame;
    else
        queue->first = frame;
    queue->last = frame;
    queue->count++;
    wifi_state.counts.sent++;
    if (!queue->is_busy)
        begin(q);
    wifi_state.counts.send_cycles += ccount() - cycles;
    restore_interrupts(ps);
}

unsigned wifi_queued(enum wifi_queue queue)
{
    return queues[queue].count;
}

/* The next frame first: the medium does not wait, the callback may. */
static void finish(unsigned q, bool is_delivered, int8_t ack_snr, uint32_t time_us)
{
    struct queue *queue = &queues[q];
    struct wifi_frame *frame = queue->first;
    queue->first = frame->next;
    queue->count--;
    queue->is_busy = false;
    if (queue->first)
        begin(q);
    frame->is_delivered = is_delivered;
    frame->ack_snr = ack_snr;
    frame->last_rate = queue->contention.rate;
    frame->done_us = time_us;
    if (is_delivered)
        wifi_state.counts.delivered++;
    else
        wifi_state.counts.dropped++;
    if (frame->done)
        frame->done(frame);
}

/* A frame that was on the air and will be again is a repetition (9.2.4.1.6). */
static void repeat_or_drop(unsigned q, bool again, bool was_on_air, uint32_t time_us)
{
    if (!again) {
        finish(q, false, 127, time_us);
        return;
    }
    if (was_on_air)
        dot11_set_retry(queues[q].first->mpdu);
    attempt(q);
}

static void on_air(unsigned q)
{
    wifi_state.counts.attempts++;
    if (queues[q].first->attempts++ > 0)
        wifi_state.counts.retries++;
}

static void complete(unsigned q, uint32_t time_us)
{
    struct queue *queue = &queues[q];
    struct wifi_counts *counts = &wifi_state.counts;
    int8_t ack_snr;
    enum wifi_hw_result result = wifi_hw_result(q, &ack_snr);
    if (!queue->is_busy)
        return;
    on_air(q);
    switch (result) {
    case WIFI_HW_OK:
        contention_succeeded(&queue->contention);
        finish(q, true, ack_snr, time_us);
        break;
    case WIFI_HW_NO_CTS:
        counts->no_cts++;
        repeat_or_drop(q, contention_failed(&queue->contention), false, time_us);
        break;
    case WIFI_HW_NO_ACK:
        counts->no_ack++;
        repeat_or_drop(q, contention_failed(&queue->contention), true, time_us);
        break;
    default:
        counts->errors++;
        finish(q, false, 127, time_us);
    }
}

void wifi_tx_complete(uint32_t time_us)
{
    unsigned slots = wifi_hw_take_complete();
    for (unsigned q = 0; q < WIFI_QUEUES; q++)
        if (slots >> q & 1)
            complete(q, time_us);
}

void wifi_tx_failed(uint32_t time_us)
{
    unsigned collided, late;
    wifi_hw_take_failed(&collided, &late);
    for (unsigned q = 0; q < WIFI_QUEUES; q++) {
        if (!((collided | late) >> q & 1) || !queues[q].is_busy)
            continue;
        wifi_state.counts.internal_collisions += collided >> q & 1;
        wifi_state.counts.errors += late >> q & 1;
        repeat_or_drop(q, contention_collided_inside(&queues[q].contention), false, time_us);
    }
}

static struct wifi_frame *take_first(struct queue *queue)
{
    struct wifi_frame *frame = queue->first;
    queue->first = frame->next;
    queue->count--;
    return frame;
}

/* The hardware's reports of what it has ended meanwhile are of no interest any more. */
void wifi_flush(void)
{
    uint32_t ps = mask_interrupts(), now = wifi_hw_time_us();
    unsigned collided, late;
    for (unsigned q = 0; q < WIFI_QUEUES; q++)
        wifi_hw_cancel(q);
    wifi_hw_take_complete();
    wifi_hw_take_failed(&collided, &late);
    for (unsigned q = 0; q < WIFI_QUEUES; q++) {
        struct queue *queue = &queues[q];
        contention_init(&queue->contention, &wifi_state.config.queue[q]);
        queue->is_busy = true; /* a callback may send anew: that begins when all old ones are gone */
        for (unsigned n = queue->count; n > 0; n--) {
            struct wifi_frame *frame = take_first(queue);
            frame->is_delivered = false;
            frame->ack_snr = 127;
            frame->done_us = now;
            wifi_state.counts.dropped++;
            if (frame->done)
                frame->done(frame);
        }
        queue->is_busy = false;
        if (queue->first)
            begin(q);
    }
    restore_interrupts(ps);
}
