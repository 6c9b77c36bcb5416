/* SPDX-License-Identifier: Apache-2.0 */
/* The mesh's packets as vendor-specific action frames through the Wi-Fi driver. */
#ifndef VESPER_FIRMWARE_APPS_MESH_RADIO_H
#define VESPER_FIRMWARE_APPS_MESH_RADIO_H

#include "firmware/drivers/wifi.h"
#include "firmware/net/mesh/mesh.h"

bool radio_init(unsigned channel, int power_dbm);

/* As mesh_ops has it. */
bool radio_send(void *ctx, const struct mesh_frame *frame);

/* Hands all that has come and gone to the mesh. */
void radio_poll(struct mesh *mesh);
/* Whether radio_poll is worth a call; with interrupts masked too. */
bool radio_has_work(void);

/* Of the chip, for mesh_init: the base address counts by four from chip to chip. */
uint16_t radio_node(void);
void radio_set_rate(unsigned rate);

#endif
