/* SPDX-License-Identifier: Apache-2.0 */
/* Shared objects that hold a block of RTL. */
#ifndef VESPER_VERILOG_HOST_RTL_LOAD_H
#define VESPER_VERILOG_HOST_RTL_LOAD_H

#include "bus/base/log.h"
#include "bus/base/status.h"
#include "verilog/host/rtl_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rtl_library;

/* Opens the file and checks what it says of itself. On failure *library is NULL and there was one message. */
enum sim_status rtl_library_open(const char *path, struct log *log, struct rtl_library **library);

/* When no instance is left. NULL is accepted. */
void rtl_library_close(struct rtl_library *library);

const struct rtl_abi *rtl_library_abi(const struct rtl_library *library);

#ifdef __cplusplus
}
#endif
#endif
