/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's clock. */
#include "firmware/drivers/timg.h"
#include "firmware/lwip/net.h"

#include "lwip/sys.h"

enum { CLOCK_TIMER = 3 };

void net_clock_start(void)
{
    timer_start(CLOCK_TIMER);
}

uint64_t net_time_us(void)
{
    return timer_read(CLOCK_TIMER);
}

u32_t sys_now(void)
{
    return (u32_t)(net_time_us() / 1000);
}
