/* SPDX-License-Identifier: Apache-2.0 */
/* Lines from the console, "name value", as commands to a program. */
#ifndef VESPER_FIRMWARE_APPS_COMMON_COMMANDS_H
#define VESPER_FIRMWARE_APPS_COMMON_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

struct command {
    const char *name;
    const char *(*run)(const char *value); /* NULL: done, else what is wrong */
};

/* Takes what the console has received and runs the lines that are complete; prints what is wrong with others. Never
 * waits. `commands` ends with a row without name. */
void commands_poll(const char *program, const struct command *commands);

/* Decimal, min..max, nothing behind it. */
bool command_number(const char *text, uint32_t min, uint32_t max, uint32_t *value);
/* As 24:0a:c4:00:00:04 */
bool command_address(const char *text, uint8_t address[6]);

#endif
