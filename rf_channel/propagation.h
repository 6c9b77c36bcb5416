/* SPDX-License-Identifier: Apache-2.0 */
/* What a signal loses between two nodes: path loss, walls, shadowing, fading, antennas, attenuators; and how long it
 * takes. Gains and losses in dB, distances in metres.
 *
 * Everything is a function of (seed, link, time or frame number), never of the order of queries: leaving a far receiver
 * out, or adding a node, changes nobody else's channel. */
#ifndef VESPER_RF_CHANNEL_PROPAGATION_H
#define VESPER_RF_CHANNEL_PROPAGATION_H

#include "bus/base/status.h"
#include "rf_channel/mobility.h"

#ifdef __cplusplus
extern "C" {
#endif

enum rf_path_loss {
    RF_PATH_FREE_SPACE,   /* Friis 1946 */
    RF_PATH_LOG_DISTANCE, /* reference_loss + 10 n log10(d / reference); free space's loss at the reference if 0 */
    RF_PATH_TWO_RAY,      /* ground reflection: free space up to 4 pi ht hr / lambda, then 40 log10 d - 20 log10(ht hr)
                             (Rappaport, "Wireless Communications", 2nd ed., 4.6); heights are z, at least 0.01 m */
    RF_PATH_FIXED,        /* the same loss on every link */
    RF_PATH_MATRIX        /* measured, per direction; links not given do not exist */
};

enum rf_fading { RF_FADING_NONE, RF_FADING_RAYLEIGH, RF_FADING_RICIAN };

struct rf_propagation_config {
    enum rf_path_loss path;
    double frequency_hz; /* > 0; one for the whole band: 2401..2495 MHz differ by 0.33 dB */
    double exponent;     /* log distance: 2 in the open, 2.7..4 indoors */
    double reference_m;  /* log distance, > 0 */
    double reference_loss_db;
    double fixed_loss_db;
    double shadowing_sigma_db; /* >= 0; log-normal, drawn once per link, the same in both directions */
    enum rf_fading fading;     /* flat, drawn per frame and receiver, mean power 1 */
    double rician_k_db;        /* power of the direct path over the scattered */
    bool delay;                /* distance / c; else signals arrive at once */
    uint64_t seed;
};

/* Free space at 2442 MHz with delay, no shadowing, no fading; exponent 3 from 1 m should log distance be chosen. */
struct rf_propagation_config rf_propagation_defaults(void);

/* A vertical wall over the segment (x1, y1)-(x2, y2) from z_low to z_high; a ray through it loses loss_db. */
struct rf_wall {
    double x1, y1, x2, y2, z_low, z_high, loss_db;
};

struct rf_propagation;

/* "No link": losses at or above this mean that nothing arrives. */
#define RF_LOSS_NO_LINK_DB 1000.0

enum { RF_NODES_MAX = 4096 };

/* nodes: 1..RF_NODES_MAX, all static at the origin. NULL when a value is outside its range or without memory. Keeps
 * 4 bytes per pair of nodes (losses of static links are worked out once). */
struct rf_propagation *rf_propagation_create(const struct rf_propagation_config *config, unsigned nodes);
void rf_propagation_destroy(struct rf_propagation *propagation);

/* Setters forget the losses kept; they may also be called during a run. BAD_VALUE for nodes or values out of range. */
enum sim_status rf_propagation_move(struct rf_propagation *p, unsigned node, const struct rf_movement *movement);
enum sim_status rf_propagation_add_wall(struct rf_propagation *p, const struct rf_wall *wall);
/* Antenna gain, both ways, dBi, and a shield or attenuator at the antenna, both ways, dB >= 0. */
enum sim_status rf_propagation_set_antenna(struct rf_propagation *p, unsigned node, double gain_db);
enum sim_status rf_propagation_set_shield(struct rf_propagation *p, unsigned node, double loss_db);
/* Extra loss of one direction of a link (an attenuator between two boxes; a closed door); in every model. */
enum sim_status rf_propagation_set_attenuator(struct rf_propagation *p, unsigned from, unsigned to, double loss_db);
/* Loss of one direction for RF_PATH_MATRIX. */
enum sim_status rf_propagation_set_link(struct rf_propagation *p, unsigned from, unsigned to, double loss_db);

/* Rows "from,to,loss_db", '#' starts a comment, a heading is skipped; each row is one direction. On BAD_FORMAT or
 * BAD_VALUE *line is the offending line, from 1; rows above it have been taken. */
enum sim_status rf_propagation_read_matrix(struct rf_propagation *p, const char *text, unsigned *line);

unsigned rf_propagation_nodes(const struct rf_propagation *p);
struct rf_position rf_propagation_position(struct rf_propagation *p, unsigned node, sim_time now);

/* True when the loss between the two can change with time. */
bool rf_propagation_moves(const struct rf_propagation *p, unsigned node);
/* Counts setters called: whoever keeps losses looks whether they still hold. */
uint64_t rf_propagation_version(const struct rf_propagation *p);

/* All losses minus antenna gains without fading; RF_LOSS_NO_LINK_DB or more: nothing arrives. from != to. */
double rf_propagation_loss_db(struct rf_propagation *p, unsigned from, unsigned to, sim_time now);

/* Fading of one frame at one receiver, dB to be added to the power (mean of the linear value is 1). */
double rf_propagation_fading_db(const struct rf_propagation *p, unsigned from, unsigned to, uint64_t frame);

/* 0 when the configuration has no delay, and for matrix and fixed loss, which know no distance. */
sim_time rf_propagation_delay(struct rf_propagation *p, unsigned from, unsigned to, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
