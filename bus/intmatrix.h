/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt matrix: 71 peripheral sources to the 32 interrupt inputs of each of two cores.
 *
 * Each core has, for each source number, a map register that names one of its inputs; several sources may share one
 * (OR). The inputs that belong to the core's own timers, software interrupts and profiling take no peripheral: a source
 * routed there is disconnected, and that is the reset state. The registers themselves belong to DPORT, which calls the
 * functions below. Source: ESP32 TRM, chapter "Interrupt Matrix"; facts 1.4 and 4.2. */
#ifndef VESPER_BUS_INTMATRIX_H
#define VESPER_BUS_INTMATRIX_H

#include <stdint.h>

#include "bus/base/trace.h"
#include "bus/line.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One for each wire into the matrix. */
enum intmatrix_source {
#define INTMATRIX_SOURCE(name, number, cores) INTMATRIX_##name,
#include "bus/intmatrix.def"
#undef INTMATRIX_SOURCE
    INTMATRIX_SOURCE_COUNT /* 71 */
};

enum {
    INTMATRIX_CORES = 2,
    INTMATRIX_NUMBERS = 69,     /* sources that one core can have */
    INTMATRIX_STATUS_WORDS = 3, /* of 32 source numbers each */
    INTMATRIX_RESET_INPUT = 16  /* the core's CCOMPARE2 input: disconnected */
};

/* Inputs of a core that the matrix does not drive: 6, 7, 11, 15, 16, 29. */
#define INTMATRIX_INTERNAL_INPUTS UINT32_C(0x200188C0)

/* Who hears of changes: all 32 inputs of one core. Bits of INTMATRIX_INTERNAL_INPUTS are 0. */
struct intmatrix_out {
    void *ctx;
    void (*levels)(void *ctx, unsigned core, uint32_t levels, sim_time time);
};

struct intmatrix;

struct intmatrix_wire {
    struct line line;
    struct intmatrix *matrix;
    enum intmatrix_source source;
    trace_id signal;
};

struct intmatrix {
    struct intmatrix_wire wire[INTMATRIX_SOURCE_COUNT];
    uint8_t map[INTMATRIX_CORES][INTMATRIX_NUMBERS];
    uint32_t status[INTMATRIX_CORES][INTMATRIX_STATUS_WORDS];
    uint8_t active[INTMATRIX_CORES][32]; /* how many raised sources an input has */
    uint32_t levels[INTMATRIX_CORES];
    struct intmatrix_out out;
    const struct trace_sink *trace;
    trace_id levels_signal[INTMATRIX_CORES];
};

/* In the caller's storage, which stays in place. out->levels may be NULL; trace, scope ("node0"): as in dev_env. */
void intmatrix_init(struct intmatrix *matrix, const struct intmatrix_out *out, const struct trace_sink *trace,
                    const char *scope);

/* The wire that a device sets with line_set(). */
struct line *intmatrix_input(struct intmatrix *matrix, enum intmatrix_source source);

/* A map register: source number 0..68 goes to `input` 0..31 (5 bits) of the core. Out of range: a promise broken. */
void intmatrix_route(struct intmatrix *matrix, unsigned core, unsigned number, unsigned input, sim_time time);
unsigned intmatrix_routed(const struct intmatrix *matrix, unsigned core, unsigned number);

/* All map registers of both cores back to their reset value. Wires keep their levels. */
void intmatrix_reset(struct intmatrix *matrix, sim_time time);

/* Raw levels of source numbers 32 * word .. 32 * word + 31 as this core sees them, before mapping; word 0..2. */
uint32_t intmatrix_status(const struct intmatrix *matrix, unsigned core, unsigned word);

/* The core's 32 inputs as they are now. */
uint32_t intmatrix_levels(const struct intmatrix *matrix, unsigned core);

/* "UART0", "GPIO_APP"; the number 0..68; whether the core has it. */
const char *intmatrix_source_name(enum intmatrix_source source);
unsigned intmatrix_source_number(enum intmatrix_source source);
bool intmatrix_source_reaches(enum intmatrix_source source, unsigned core);

#ifdef __cplusplus
}
#endif
#endif
