/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/common/commands.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/drivers/uart.h"

enum { CONSOLE = 0, LINE = 80 };

static char line[LINE + 1];
static unsigned length;

static void run_line(const char *program, const struct command *commands)
{
    char *value = strchr(line, ' ');
    if (value)
        *value++ = 0;
    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(line, command->name) != 0)
            continue;
        const char *wrong = command->run(value ? value : "");
        if (wrong)
            printf("%s: %s: %s\n", program, line, wrong);
        return;
    }
    printf("%s: %s: no such command\n", program, line);
}

void commands_poll(const char *program, const struct command *commands)
{
    char byte;
    while (uart_read(CONSOLE, &byte, 1) == 1) {
        if (byte != '\n' && byte != '\r') {
            if (length < LINE)
                line[length++] = byte;
            continue;
        }
        line[length] = 0;
        if (length > 0)
            run_line(program, commands);
        length = 0;
    }
}

bool command_number(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
    char *end;
    if (!isdigit((unsigned char)text[0]))
        return false;
    uint32_t number = strtoul(text, &end, 10);
    if (*end || number < min || number > max)
        return false;
    *value = number;
    return true;
}

bool command_address(const char *text, uint8_t address[6])
{
    for (unsigned i = 0; i < 6; i++) {
        char *end;
        if (!isxdigit((unsigned char)text[0]))
            return false;
        address[i] = (uint8_t)strtoul(text, &end, 16);
        if (end != text + 2 || *end != (i < 5 ? ':' : 0))
            return false;
        text = end + 1;
    }
    return true;
}
