/* SPDX-License-Identifier: Apache-2.0 */
/* Between a node's baseband and its radio: looks at the air that wait in the air's queue until their time
 * (peripherals/baseband/baseband.h). While the MAC keeps the receiver off, energy is told and the channel is idle. */
#ifndef VESPER_SC_TOP_NODE_BASEBAND_PORT_H
#define VESPER_SC_TOP_NODE_BASEBAND_PORT_H

#include "peripherals/baseband/baseband.h"
#include "rf_channel/medium.h"

#ifdef __cplusplus
extern "C" {
#endif

struct node;
struct baseband_port;

/* The node's device, to connect before node_power_on. */
struct baseband *node_baseband(struct node *node);

/* Connects; number: the radio's node of the medium. owner goes no further than a look until the air has caught up; NULL
 * in tests of the device. All are borrowed. NULL without memory. */
struct baseband_port *baseband_port_create(struct baseband *bb, struct node *owner, struct rf_medium *medium,
                                           struct rf_radio *radio, unsigned number);

/* Before the medium goes, and when the node runs no more. NULL is accepted. */
void baseband_port_destroy(struct baseband_port *port);

#ifdef __cplusplus
}
#endif
#endif
