/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated time: integer picoseconds since power-on. 64 bits last 213 days. */
#ifndef VESPER_BUS_BASE_SIM_TIME_H
#define VESPER_BUS_BASE_SIM_TIME_H

#include <stdint.h>

typedef uint64_t sim_time;

/* clang-format takes (sim_time)(n) for a call. */
/* clang-format off */
#define SIM_PS(n) ((sim_time)(n))
#define SIM_NS(n) ((sim_time)(n) * UINT64_C(1000))
#define SIM_US(n) ((sim_time)(n) * UINT64_C(1000000))
#define SIM_MS(n) ((sim_time)(n) * UINT64_C(1000000000))
#define SIM_S(n) ((sim_time)(n) * UINT64_C(1000000000000))
/* clang-format on */

/* No event: later than every time that a run can reach. */
#define SIM_TIME_NEVER UINT64_MAX

#define SIM_PS_PER_S UINT64_C(1000000000000)

#endif
