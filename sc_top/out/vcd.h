/* SPDX-License-Identifier: Apache-2.0 */
/* Value change dump: the waveform file that GTKWave reads (IEEE Std 1364-2005, clause 18; strings as GTKWave has
 * them). One is a struct trace_sink for all nodes of a run.
 *
 * Changes are kept until vcd_advance says that nothing earlier can come, then sorted by (time, signal, arrival) and
 * written: the file is a function of the simulation alone. Of several changes of a signal at the same picosecond the
 * last one counts. What is on the disk always ends with a whole line, so that a killed run leaves a file that opens. */
#ifndef VESPER_SC_TOP_OUT_VCD_H
#define VESPER_SC_TOP_OUT_VCD_H

#include <stddef.h>

#include "bus/base/log.h"
#include "bus/base/status.h"
#include "bus/base/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vcd;

/* Opens the file. patterns: see pattern.h; copied. On failure *vcd is NULL and there was a message. */
enum sim_status vcd_create(const char *path, const char *const *patterns, size_t pattern_count, struct log *log,
                           struct vcd **vcd);

/* Valid until vcd_finish. Signals may be declared until the first vcd_advance; later ones are not wanted. */
const struct trace_sink *vcd_sink(struct vcd *vcd);

/* No change before `safe` will arrive any more; those that still do are moved to `safe`. */
void vcd_advance(struct vcd *vcd, sim_time safe);

/* Puts what is complete on the disk; vcd_advance does so by itself when much has gathered. */
void vcd_flush(struct vcd *vcd);

/* SIM_OK, or the first error of writing. */
enum sim_status vcd_status(const struct vcd *vcd);

/* Signals that are recorded, and changes written so far. */
size_t vcd_signal_count(const struct vcd *vcd);
uint64_t vcd_change_count(const struct vcd *vcd);

/* A recorded signal, 0 .. vcd_signal_count() - 1 in the order of declaration; names are valid until vcd_finish. */
struct vcd_signal_info {
    const char *scope, *name;
    enum trace_kind kind;
    unsigned width;
    bool moved; /* has changed since its first value */
};
struct vcd_signal_info vcd_signal_at(const struct vcd *vcd, size_t n);

/* Writes everything up to and including `end`, closes the file and frees. NULL is accepted. */
enum sim_status vcd_finish(struct vcd *vcd, sim_time end);

/* Frees, and removes the unfinished file. NULL is accepted. */
void vcd_abandon(struct vcd *vcd);

#ifdef __cplusplus
}
#endif
#endif
