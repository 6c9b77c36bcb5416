/* SPDX-License-Identifier: Apache-2.0 */
/* What lwIP asks of compiler and platform. */
#ifndef VESPER_FIRMWARE_LWIP_ARCH_CC_H
#define VESPER_FIRMWARE_LWIP_ARCH_CC_H

#include <stdio.h>

#include "firmware/drivers/chip.h"
#include "firmware/runtime/panic.h"

#define LWIP_PLATFORM_DIAG(arguments)                                                                                  \
    do {                                                                                                               \
        printf arguments;                                                                                              \
    } while (0)
#define LWIP_PLATFORM_ASSERT(text) panic("lwIP: %s", text)

/* For transaction ids, ports and sequence numbers: the chip's generator. */
#define LWIP_RAND() chip_random()

#endif
