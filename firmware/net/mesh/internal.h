/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the mesh: mesh.c times and dispatches, control.c has HELLOs and routes, data.c messages. */
#ifndef VESPER_FIRMWARE_NET_MESH_INTERNAL_H
#define VESPER_FIRMWARE_NET_MESH_INTERNAL_H

#include "firmware/net/mesh/mesh.h"

/* now + period +- a quarter of it */
uint64_t mesh_jittered(struct mesh *mesh, uint64_t now_us, uint32_t period_us);
bool mesh_transmit(struct mesh *mesh, const uint8_t *receiver, bool is_control, const uint8_t *bytes, size_t length);
extern const uint8_t mesh_everybody[DOT11_ADDRESS];

void mesh_hello_heard(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us);
void mesh_routes_heard(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us);
/* Judges the link and draws the consequences. */
void mesh_judge(struct mesh *mesh, struct neighbour *neighbour, uint64_t now_us);
uint64_t mesh_run_control(struct mesh *mesh, uint64_t now_us);

void mesh_data_heard(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us);
void mesh_data_failed(struct mesh *mesh, const struct mesh_departure *departure);
uint64_t mesh_run_data(struct mesh *mesh, uint64_t now_us);

#endif
