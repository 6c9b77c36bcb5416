/* SPDX-License-Identifier: Apache-2.0 */
/* Sends back what UART0 receives, in capitals, by interrupts; the core sleeps in between. A line "quit" ends it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "firmware/drivers/uart.h"

enum { LINE = 80, BUFFER = 512 };

static uint8_t received[BUFFER], to_send[BUFFER];

static void send(const char *bytes, size_t length)
{
    while (length > 0) {
        size_t taken = uart_buffered_write(0, bytes, length);
        bytes += taken;
        length -= taken;
        if (length > 0)
            wait_for_interrupt();
    }
}

int main(void)
{
    char line[LINE + 1], bytes[32];
    size_t length = 0;
    printf("echo: ready\n");
    uart_drain(0);
    uart_begin_buffered(0, &(struct uart_buffers){received, to_send, BUFFER, BUFFER});
    for (;;) {
        /* Looks with interrupts masked, and WAITI unmasks: none gets lost in between. */
        uint32_t ps = mask_interrupts();
        size_t count = uart_buffered_read(0, bytes, sizeof bytes);
        if (count == 0)
            wait_for_interrupt();
        restore_interrupts(ps);
        for (size_t i = 0; i < count; i++) {
            if (length < LINE && bytes[i] != '\r' && bytes[i] != '\n')
                line[length++] = bytes[i];
            if (bytes[i] == '\n') {
                line[length] = 0;
                if (strcmp(line, "quit") == 0) {
                    send("echo: done\n", 11);
                    return 0;
                }
                length = 0;
            }
            bytes[i] = (char)toupper((unsigned char)bytes[i]);
        }
        send(bytes, count);
    }
}
