/* SPDX-License-Identifier: Apache-2.0 */
/* All exec functions: one for each row of isa/lx6.def. */
#ifndef VESPER_CPU_ISS_EXEC_ALL_H
#define VESPER_CPU_ISS_EXEC_ALL_H

#include "cpu_iss/exec_branch.h"
#include "cpu_iss/exec_core.h"
#include "cpu_iss/exec_fp.h"
#include "cpu_iss/exec_mac16.h"
#include "cpu_iss/exec_mem.h"
#include "cpu_iss/exec_special.h"
#include "cpu_iss/exec_window.h"

#endif
