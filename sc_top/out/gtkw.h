/* SPDX-License-Identifier: Apache-2.0 */
/* A save file for GTKWave: the signals of a waveform, in groups of each node: firmware, bus, RTL, radio. */
#ifndef VESPER_SC_TOP_OUT_GTKW_H
#define VESPER_SC_TOP_OUT_GTKW_H

#include "sc_top/out/vcd.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gtkw_names {
    const char *const *node; /* scopes: "node0" */
    size_t nodes;
    const char *const *rtl; /* scopes of blocks: "node0.timer" */
    size_t rtls;
    const char *const *port; /* their ports, in the order in which to show them: "node0.timer.psel" */
    size_t ports;
};

/* Writes the file, before vcd_finish and after the last change: signals that never move are left out, except ports of
 * RTL, which come first. wave: path of the waveform. On failure there was a message. */
enum sim_status gtkw_write(const char *path, const char *wave, const struct vcd *vcd, const struct gtkw_names *names,
                           struct log *log);

#ifdef __cplusplus
}
#endif
#endif
