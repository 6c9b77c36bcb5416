/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a line for each frame on the channel, whoever it is for, and answers none. Frames that come faster than the
 * console can tell are counted. Commands, one a line: channel N, seconds N (0: for ever). */
#include <stdio.h>

#include "firmware/apps/common/commands.h"
#include "firmware/drivers/alarm.h"
#include "firmware/drivers/uart.h"
#include "firmware/drivers/wifi.h"
#include "firmware/runtime/xtensa.h"

#ifndef SNIFFER_CHANNEL
#define SNIFFER_CHANNEL 1
#endif
#ifndef SNIFFER_SECONDS
#define SNIFFER_SECONDS 10
#endif

enum { CONSOLE = 0, BAUD = 921600, LOOK_US = 10000, SECOND_US = 1000000, LOG = 128 };

/* What is printed of a frame: buffers go back to the hardware at once. */
struct entry {
    struct dot11_frame header;
    uint32_t time_us;
    uint16_t length;
    uint8_t rate, channel;
    int8_t rssi, noise_floor;
};

static struct entry log[LOG];
static unsigned log_first, log_count;
static uint32_t frames, not_told, seconds = SNIFFER_SECONDS;
static uint32_t by_type[3];

static const char *set_channel(const char *text)
{
    uint32_t channel;
    if (!command_number(text, 1, 14, &channel))
        return "1 to 14";
    wifi_set_channel(channel);
    return NULL;
}

static const char *set_seconds(const char *text)
{
    return command_number(text, 0, 1000000, &seconds) ? NULL : "a number out of range";
}

static const struct command commands[] = {{"channel", set_channel}, {"seconds", set_seconds}, {NULL, NULL}};

static void note(const struct wifi_received *received)
{
    frames++;
    by_type[received->header.type]++;
    if (log_count == LOG) {
        not_told++;
        return;
    }
    log[(log_first + log_count++) % LOG] = (struct entry){.header = received->header,
                                                          .time_us = received->time_us,
                                                          .length = received->length,
                                                          .rate = received->rate,
                                                          .channel = received->channel,
                                                          .rssi = received->rssi,
                                                          .noise_floor = received->noise_floor};
}

static int put_address(char *to, const char *name, const uint8_t a[DOT11_ADDRESS])
{
    return sprintf(to, " %s=%02x:%02x:%02x:%02x:%02x:%02x", name, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void tell(const struct entry *entry)
{
    const struct dot11_frame *header = &entry->header;
    char text[160], *at = text;
    at += sprintf(at, "sniffer: us=%u ch=%u rssi=%d noise=%d rate=%s len=%u %s", (unsigned)entry->time_us,
                  entry->channel, entry->rssi, entry->noise_floor, rate_name(entry->rate), entry->length + DOT11_FCS,
                  dot11_name(header->type, header->subtype));
    at += put_address(at, "ra", header->receiver);
    if (header->header > DOT11_ACK)
        at += put_address(at, "ta", header->transmitter);
    if (header->type != DOT11_CONTROL)
        at += sprintf(at, " seq=%u%s", header->sequence, header->flags & DOT11_RETRY ? " retry" : "");
    sprintf(at, " dur=%u", header->duration);
    puts(text);
}

static void take_all(void)
{
    struct wifi_received received;
    while (wifi_receive(&received)) {
        note(&received);
        wifi_release(&received);
    }
}

/* One line, then what has come meanwhile; sleeps when there is nothing to do. */
static void step(void)
{
    take_all();
    if (log_count > 0) {
        tell(&log[log_first]);
        log_first = (log_first + 1) % LOG;
        log_count--;
        return;
    }
    alarm_set(LOOK_US);
    uint32_t ps = mask_interrupts();
    if (!wifi_has_received())
        wait_for_interrupt();
    restore_interrupts(ps);
}

int main(void)
{
    struct wifi_config config = wifi_defaults();
    config.channel = SNIFFER_CHANNEL;
    config.is_promiscuous = true;
    uart_init(CONSOLE, BAUD);
    alarm_init();
    if (!wifi_init(&config)) {
        printf("sniffer: FAILED: the MAC does not answer\n");
        return 1;
    }
    printf("sniffer: channel=%u\n", config.channel);
    while (seconds == 0 || wifi_time64_us() < (uint64_t)seconds * SECOND_US) {
        commands_poll("sniffer", commands);
        step();
    }
    while (log_count > 0)
        step();
    printf("sniffer: done frames=%u management=%u control=%u data=%u not_told=%u\n", (unsigned)frames,
           (unsigned)by_type[DOT11_MANAGEMENT], (unsigned)by_type[DOT11_CONTROL], (unsigned)by_type[DOT11_DATA],
           (unsigned)not_told);
    return 0;
}
