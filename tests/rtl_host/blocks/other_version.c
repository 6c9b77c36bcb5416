/* SPDX-License-Identifier: Apache-2.0 */
/* A block that was built for an interface to come. */
#include "verilog/host/rtl_abi.h"

const struct rtl_abi *vesper_rtl_abi(void);
const struct rtl_abi *vesper_rtl_abi(void)
{
    static const struct rtl_abi abi = {.magic = RTL_ABI_MAGIC, .version = RTL_ABI_VERSION + 1, .size = 4};
    return &abi;
}
