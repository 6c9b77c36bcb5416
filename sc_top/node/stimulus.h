/* SPDX-License-Identifier: Apache-2.0 */
/* What a scenario does to a node at a given simulated time: text that arrives on a UART, a level on a pad. An event of
 * the node's own queue, so that it happens at its picosecond. */
#ifndef VESPER_SC_TOP_NODE_STIMULUS_H
#define VESPER_SC_TOP_NODE_STIMULUS_H

#include "sc_top/node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stimulus {
    struct node *node;
    struct evq_event event;
    unsigned place; /* UART or pad */
    int level;      /* of a pad: 0, 1, -1 released */
    double volts;   /* at a pad */
    const uint8_t *text;
    size_t size;
};

/* In the caller's storage, which stays in place while the node lives. text: borrowed. */
void stimulus_input(struct stimulus *stimulus, struct node *node, unsigned uart, const void *text, size_t size,
                    sim_time at);
void stimulus_drive(struct stimulus *stimulus, struct node *node, unsigned pad, int level, sim_time at);
void stimulus_supply(struct stimulus *stimulus, struct node *node, double volts, sim_time at);
void stimulus_volts(struct stimulus *stimulus, struct node *node, unsigned pad, double volts, sim_time at);

#ifdef __cplusplus
}
#endif
#endif
