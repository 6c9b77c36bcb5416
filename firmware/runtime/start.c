/* SPDX-License-Identifier: Apache-2.0 */
/* From start.S to main. */
#include <stdlib.h>

#include "firmware/runtime/core_local.h"
#include "firmware/runtime/platform.h"
#include "firmware/runtime/xtensa.h"

enum { PANIC_STACK = 2048 };

extern int main(void);
void start_first_core(void) __attribute__((noreturn)); /* called by start.S */

struct core_local core_local[CORE_COUNT];
static uint32_t panic_stack[CORE_COUNT][PANIC_STACK / 4] __attribute__((aligned(16)));

void start_first_core(void)
{
    for (unsigned i = 0; i < CORE_COUNT; i++)
        core_local[i].panic_stack = (uint32_t)&panic_stack[i][PANIC_STACK / 4];
    platform_init();
    restore_interrupts(PS_WOE | PS_UM);
    exit(main());
}
