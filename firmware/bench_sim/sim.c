/* SPDX-License-Identifier: Apache-2.0 */
/* The platform below which there is nothing but a core, RAM and SIMCALL: Debian's QEMU (machine `sim`), and our
 * vesper_flat. Numbers of calls as in QEMU, target/xtensa/xtensa-semi.c. */
#include "firmware/runtime/panic.h"
#include "firmware/runtime/platform.h"

enum { SIM_EXIT = 1, SIM_WRITE = 4, SIM_STDOUT = 1, STATUS_PANIC = 99 };

int sim_call(int number, int a, int b, int c);

void platform_init(void)
{
}

void platform_console_write(const char *text, size_t length)
{
    (void)sim_call(SIM_WRITE, SIM_STDOUT, (int)text, (int)length);
}

void platform_exit(int status)
{
    for (;;)
        (void)sim_call(SIM_EXIT, status, 0, 0);
}

void platform_panic_begin(void)
{
}

void platform_panic_end(void)
{
    platform_exit(STATUS_PANIC);
}
