/* SPDX-License-Identifier: Apache-2.0 */
/* Where a node is at a time. Metres; z is the height above ground. */
#ifndef VESPER_RF_CHANNEL_MOBILITY_H
#define VESPER_RF_CHANNEL_MOBILITY_H

#include <stdbool.h>
#include <stddef.h>

#include "bus/base/rng.h"
#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rf_position {
    double x, y, z;
};

struct rf_waypoint {
    sim_time time;
    struct rf_position position;
};

enum rf_mobility_kind {
    RF_MOBILITY_STATIC,
    RF_MOBILITY_WAYPOINTS, /* straight lines at constant speed between points in time; rests at the first and last */
    /* Broch, Maltz et al., MobiCom 1998: pick a point of the box and a speed, go there, rest, repeat. */
    RF_MOBILITY_RANDOM_WAYPOINT
};

/* Description of a movement. */
struct rf_movement {
    enum rf_mobility_kind kind;
    struct rf_position start; /* static, random waypoint */

    const struct rf_waypoint *waypoint; /* times strictly ascending; owned by the caller, outlives the mobility */
    size_t waypoints;                   /* at least 1 */

    struct rf_position box_low, box_high; /* box_low <= box_high in each coordinate */
    double speed_low, speed_high;         /* m/s, 0 < low <= high: a low of 0 would freeze the network over time */
    sim_time pause;
};

/* State; initialise with rf_mobility_init. Random waypoint remembers the current leg. */
struct rf_mobility {
    struct rf_movement movement;
    struct rng rng;
    sim_time leg_start, leg_end, rest_end;
    struct rf_position from, to;
};

/* False when the description breaks one of the rules above. The path depends on seed and node only. */
bool rf_mobility_init(struct rf_mobility *mobility, const struct rf_movement *movement, uint64_t seed, uint32_t node);

/* now must not go back by more than the current leg (queries of one simulation ascend). */
struct rf_position rf_mobility_at(struct rf_mobility *mobility, sim_time now);

double rf_distance(struct rf_position a, struct rf_position b);

#ifdef __cplusplus
}
#endif
#endif
