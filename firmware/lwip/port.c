/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's clock and memory. */
#include <stdlib.h>

#include "firmware/drivers/timg.h"
#include "firmware/lwip/net.h"

#include "lwip/sys.h"

enum { CLOCK_TIMER = 3, HEAP_ENDS = 64 /* what mem.c puts around its heap */ };

unsigned char *lwip_heap;

void net_port_init(void)
{
    timer_start(CLOCK_TIMER);
    lwip_heap = malloc(MEM_SIZE + HEAP_ENDS);
    if (!lwip_heap)
        panic("no memory for lwIP");
}

uint64_t net_time_us(void)
{
    return timer_read(CLOCK_TIMER);
}

u32_t sys_now(void)
{
    return (u32_t)(net_time_us() / 1000);
}
