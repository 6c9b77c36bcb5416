/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/mesh/radio.h"

#include <string.h>

#include "firmware/runtime/xtensa.h"

#ifndef MESH_RATE
#define MESH_RATE RATE_6M
#endif

enum {
    BODY = DOT11_HEADER + DOT11_ACTION,
    SMALL = 256, /* data; the rest is for HELLOs and routes */
    LARGE = 1280,
    SMALL_COUNT = 24,
    LARGE_COUNT = 4
};
_Static_assert(BODY + MESH_PACKET_MAX <= LARGE, "an announcement fits");

struct buffer {
    struct wifi_frame frame; /* first: a frame's address is its buffer's */
    struct buffer *next;     /* free, or sent and not yet told */
    uint16_t size;
};

static uint8_t small[SMALL_COUNT][SMALL] __attribute__((aligned(4)));
static uint8_t large[LARGE_COUNT][LARGE] __attribute__((aligned(4)));
static struct buffer buffers[SMALL_COUNT + LARGE_COUNT];
static struct buffer *free_small, *free_large;
static struct buffer *volatile sent, **sent_end; /* the interrupt handler's list */
static uint8_t address[DOT11_ADDRESS], rate = MESH_RATE;

static void add_free(struct buffer *buffer)
{
    struct buffer **list = buffer->size == SMALL ? &free_small : &free_large;
    buffer->next = *list;
    *list = buffer;
}

bool radio_init(unsigned channel, int power_dbm)
{
    struct wifi_config config = wifi_defaults();
    config.channel = (uint8_t)channel;
    config.power_dbm = (int8_t)power_dbm;
    /* HELLOs and routes go before data, but nearly all are sent to groups, without a second attempt: a wide window. */
    config.queue[WIFI_VOICE] = (struct contention_config){
        .aifsn = 2, .cw_min_exponent = 5, .cw_max_exponent = 10, .retry_limit = 7, .fallback_after = 0};
    memcpy(address, config.address, DOT11_ADDRESS);
    for (unsigned i = 0; i < SMALL_COUNT + LARGE_COUNT; i++) {
        bool is_small = i < SMALL_COUNT;
        buffers[i].size = is_small ? SMALL : LARGE;
        buffers[i].frame.mpdu = is_small ? small[i] : large[i - SMALL_COUNT];
        add_free(&buffers[i]);
    }
    sent = NULL;
    sent_end = (struct buffer **)&sent;
    return wifi_init(&config);
}

uint16_t radio_node(void)
{
    struct wifi_config config = wifi_defaults();
    return (uint16_t)(((uint32_t)config.address[3] << 16 | (uint32_t)config.address[4] << 8 | config.address[5]) >> 2);
}

void radio_set_rate(unsigned new_rate)
{
    rate = (uint8_t)new_rate;
}

/* In the interrupt handler. */
static void on_done(struct wifi_frame *frame)
{
    struct buffer *buffer = (struct buffer *)frame;
    buffer->next = NULL;
    *sent_end = buffer;
    sent_end = &buffer->next;
}

bool radio_send(void *ctx, const struct mesh_frame *frame)
{
    (void)ctx;
    size_t length = BODY + frame->length;
    struct buffer **list = length <= SMALL && free_small ? &free_small : &free_large;
    /* Data leaves the large ones to those that need them. */
    if (!*list || length > LARGE || (!frame->is_control && list == &free_large))
        return false;
    struct buffer *buffer = *list;
    *list = buffer->next;
    struct dot11_frame header = {.type = DOT11_MANAGEMENT, .subtype = DOT11_MANAGEMENT_ACTION};
    memcpy(header.receiver, frame->receiver, DOT11_ADDRESS);
    memcpy(header.transmitter, address, DOT11_ADDRESS);
    memset(header.address3, 0xFF, DOT11_ADDRESS); /* of no BSS, as in ESP-NOW */
    dot11_pack(buffer->frame.mpdu, &header);
    dot11_pack_vendor_action(buffer->frame.mpdu + DOT11_HEADER, MESH_OUI);
    memcpy(buffer->frame.mpdu + BODY, frame->bytes, frame->length);
    buffer->frame.length = (uint16_t)length;
    buffer->frame.queue = frame->is_control ? WIFI_VOICE : WIFI_BEST_EFFORT;
    buffer->frame.rate = rate;
    buffer->frame.done = on_done;
    wifi_send(&buffer->frame);
    return true;
}

static struct buffer *take_sent(void)
{
    uint32_t ps = mask_interrupts();
    struct buffer *buffer = sent;
    if (buffer) {
        sent = buffer->next;
        if (!sent)
            sent_end = (struct buffer **)&sent;
    }
    restore_interrupts(ps);
    return buffer;
}

/* done_us is the end of the exchange: what the answer took is taken off, so that it is the end of the frame. */
static void tell_sent(struct mesh *mesh, struct buffer *buffer)
{
    const struct wifi_frame *frame = &buffer->frame;
    bool is_group = dot11_is_group(frame->mpdu + 4);
    struct mesh_departure departure = {.bytes = frame->mpdu + BODY,
                                       .length = (size_t)frame->length - BODY,
                                       .is_delivered = frame->is_delivered,
                                       .attempts = frame->attempts,
                                       .done_us = wifi_extend_us(frame->done_us) -
                                                  (is_group ? 0 : rate_ack_duration_us(frame->last_rate))};
    memcpy(departure.receiver, frame->mpdu + 4, DOT11_ADDRESS);
    mesh_sent(mesh, &departure, wifi_time64_us());
}

static void tell_received(struct mesh *mesh, const struct wifi_received *received)
{
    if (!dot11_is_vendor_action(received->mpdu, received->length, &received->header, MESH_OUI))
        return;
    struct mesh_arrival arrival = {.bytes = received->mpdu + BODY,
                                   .length = (size_t)received->length - BODY,
                                   .rssi = received->rssi,
                                   .rx_us = wifi_extend_us(received->time_us)};
    memcpy(arrival.transmitter, received->header.transmitter, DOT11_ADDRESS);
    mesh_receive(mesh, &arrival, wifi_time64_us());
}

void radio_poll(struct mesh *mesh)
{
    struct buffer *buffer;
    while ((buffer = take_sent()) != NULL) {
        tell_sent(mesh, buffer);
        add_free(buffer);
    }
    struct wifi_received received;
    while (wifi_receive(&received)) {
        tell_received(mesh, &received);
        wifi_release(&received);
    }
}

bool radio_has_work(void)
{
    return sent != NULL || wifi_has_received();
}
