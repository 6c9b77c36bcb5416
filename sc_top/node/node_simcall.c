/* SPDX-License-Identifier: Apache-2.0 */
/* SIMCALL: what a test program may ask of the simulator itself. On the chip the instruction does nothing. The core
 * serves exit (1); here is write (4) to standard output and error, and the answer to everything else. Call numbers and
 * registers as Tensilica's and QEMU's simulators have them: number in a2, arguments in a3 to a5, result in a2, errno in
 * a3. */
#include "sc_top/node/node_priv.h"

enum { SIMCALL_WRITE = 4, SIMCALL_CHUNK = 64 };
enum { GUEST_EBADF = 9, GUEST_EFAULT = 14, GUEST_ENOSYS = 88 }; /* newlib's numbers */

static bool fail(uint32_t *result, uint32_t *error, uint32_t number)
{
    *result = UINT32_MAX;
    *error = number;
    return true;
}

static bool write_text(struct node_core *core, uint32_t address, uint32_t size, uint32_t *result, uint32_t *error)
{
    const struct node_observer *observer = &core->node->config.observer;
    sim_time now = node_core_time(core->node, core->index);
    uint8_t bytes[SIMCALL_CHUNK];
    for (uint32_t done = 0; done < size;) {
        uint32_t count = size - done < sizeof bytes ? size - done : (uint32_t)sizeof bytes;
        if (!xt_mem_read(core->cpu, address + done, bytes, count))
            return fail(result, error, GUEST_EFAULT);
        if (observer->text)
            observer->text(observer->ctx, bytes, count, now);
        done += count;
    }
    *result = size;
    *error = 0;
    return true;
}

bool node_simcall(void *ctx, const uint32_t argument[4], uint32_t *result, uint32_t *error)
{
    struct node_core *core = ctx;
    if (node_lacks_rom_at(core->node, xt_pc(core->cpu))) {
        node_rom_called(core);
        return false;
    }
    if (argument[0] != SIMCALL_WRITE)
        return fail(result, error, GUEST_ENOSYS);
    if (argument[1] != 1 && argument[1] != 2)
        return fail(result, error, GUEST_EBADF);
    return write_text(core, argument[2], argument[3], result, error);
}
