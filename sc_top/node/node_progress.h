/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware waits for when it makes no progress: which register a core reads again and again, and for what
 * (poll_test.h); which lock or place in memory; what could wake a core that sleeps for good; which interrupt is raised
 * but not enabled.
 *
 * A node is looked at about once a millisecond of simulated time. A core that is always found in the same few places is
 * spinning; from then on its register reads are recorded for a while. Looking changes nothing in the simulation, and
 * costs two comparisons while all is well. */
#ifndef VESPER_SC_TOP_NODE_NODE_PROGRESS_H
#define VESPER_SC_TOP_NODE_NODE_PROGRESS_H

#include "sc_top/node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One look; the owner's turn, not from within node_run. True: a core has now been reading the same unchanged register
 * for NODE_PROGRESS_PATIENCE, and that has not been said of this wait before. */
#define NODE_PROGRESS_PATIENCE SIM_S(3)
bool node_progress_look(struct node *node);

/* Lines on what the cores wait for; none when nothing is conspicuous. */
void node_progress_report(struct node *node, void (*line)(void *ctx, const char *text), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
