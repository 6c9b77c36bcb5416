/* SPDX-License-Identifier: Apache-2.0 */
/* Reception: the hardware fills a chain of buffers, wifi_receive walks behind it, wifi_release hangs a buffer on at the
 * end again. */
#include <stddef.h>

#include "firmware/drivers/wifi_local.h"
#include "firmware/net/duplicates.h"
#include "firmware/runtime/xtensa.h"

/* As the vendor's driver has it: a header, a frame of the greatest size, and to spare; a multiple of 4. */
enum { BUFFER_BYTES = 1600 };

static struct wifi_descriptor descriptors[WIFI_RX_BUFFERS];
static uint8_t buffers[WIFI_RX_BUFFERS][BUFFER_BYTES] __attribute__((aligned(4)));
static struct wifi_descriptor *head, *tail; /* next to be read, last of the chain */
static struct duplicates duplicates;

static void make_empty(struct wifi_descriptor *descriptor)
{
    descriptor->control = WIFI_HW_OWNER | BUFFER_BYTES << WIFI_HW_SIZE_SHIFT;
    descriptor->next = NULL;
}

void wifi_rx_init(void)
{
    for (unsigned i = 0; i < WIFI_RX_BUFFERS; i++) {
        make_empty(&descriptors[i]);
        descriptors[i].buffer = buffers[i];
        descriptors[i].next = i + 1 < WIFI_RX_BUFFERS ? &descriptors[i + 1] : NULL;
    }
    head = &descriptors[0];
    tail = &descriptors[WIFI_RX_BUFFERS - 1];
    duplicates = (struct duplicates){.uses = 0};
    memw();
    wifi_hw_start_reception(head);
}

/* The last of the chain is never read: it is what the hardware goes on from when something is hung on. */
bool wifi_has_received(void)
{
    return head != tail && (*(volatile uint32_t *)&head->control & WIFI_HW_HAS_DATA);
}

static void recycle(struct wifi_descriptor *descriptor)
{
    make_empty(descriptor);
    memw();
    *(struct wifi_descriptor *volatile *)&tail->next = descriptor;
    tail = descriptor;
    memw();
    wifi_hw_chain_grew(descriptor);
}

void wifi_release(const struct wifi_received *received)
{
    recycle(received->handle);
}

/* The frame in the buffer; false: nothing in it for a program. */
static bool look(struct wifi_descriptor *descriptor, struct wifi_received *received)
{
    uint32_t length = wifi_hw_descriptor_length(descriptor);
    if (length < WIFI_HW_RX_HEADER)
        return false;
    received->handle = descriptor;
    received->mpdu = descriptor->buffer + WIFI_HW_RX_HEADER;
    if (!wifi_hw_read_header(descriptor->buffer, length, received) ||
        !dot11_parse(received->mpdu, received->length, &received->header)) {
        wifi_state.counts.malformed++;
        return false;
    }
    wifi_state.counts.received++;
    if (!wifi_state.config.is_promiscuous && duplicates_check(&duplicates, &received->header)) {
        wifi_state.counts.duplicates++;
        return false;
    }
    return true;
}

bool wifi_receive(struct wifi_received *received)
{
    while (wifi_has_received()) {
        struct wifi_descriptor *descriptor = head;
        head = *(struct wifi_descriptor *volatile *)&descriptor->next;
        if (look(descriptor, received))
            return true;
        recycle(descriptor);
    }
    return false;
}
