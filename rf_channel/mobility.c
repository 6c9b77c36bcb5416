/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/mobility.h"

#include <math.h>

#include "bus/base/status.h"
#include "rf_channel/num.h"

double rf_distance(struct rf_position a, struct rf_position b)
{
    double dx = a.x - b.x;
    double dy = a.y - b.y;
    double dz = a.z - b.z;
    return sqrt(dx * dx + dy * dy + dz * dz);
}

static struct rf_position between(struct rf_position a, struct rf_position b, sim_time start, sim_time end,
                                  sim_time now)
{
    double part = (double)(now - start) / (double)(end - start);
    return (struct rf_position){a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part, a.z + (b.z - a.z) * part};
}

static bool waypoints_ascend(const struct rf_movement *movement)
{
    if (!movement->waypoint || movement->waypoints == 0)
        return false;
    for (size_t i = 1; i < movement->waypoints; i++)
        if (movement->waypoint[i].time <= movement->waypoint[i - 1].time)
            return false;
    return true;
}

static bool box_is_sound(const struct rf_movement *movement)
{
    const struct rf_position low = movement->box_low;
    const struct rf_position high = movement->box_high;
    return low.x <= high.x && low.y <= high.y && low.z <= high.z && movement->speed_low > 0 &&
           movement->speed_low <= movement->speed_high;
}

static double draw(struct rng *rng, double low, double high)
{
    return low + (high - low) * num_uniform(rng);
}

/* The next leg begins where and when the last one's rest ended. */
static void next_leg(struct rf_mobility *mobility)
{
    const struct rf_movement *movement = &mobility->movement;
    mobility->from = mobility->to;
    mobility->to.x = draw(&mobility->rng, movement->box_low.x, movement->box_high.x);
    mobility->to.y = draw(&mobility->rng, movement->box_low.y, movement->box_high.y);
    mobility->to.z = draw(&mobility->rng, movement->box_low.z, movement->box_high.z);
    double speed = draw(&mobility->rng, movement->speed_low, movement->speed_high);
    double seconds = rf_distance(mobility->from, mobility->to) / speed;
    mobility->leg_start = mobility->rest_end;
    /* At least 1 us, so that a box of a single point does not stop time. */
    mobility->leg_end = mobility->leg_start + SIM_US(1) + (sim_time)(seconds * (double)SIM_PS_PER_S);
    mobility->rest_end = mobility->leg_end + movement->pause;
}

bool rf_mobility_init(struct rf_mobility *mobility, const struct rf_movement *movement, uint64_t seed, uint32_t node)
{
    if (movement->kind == RF_MOBILITY_WAYPOINTS && !waypoints_ascend(movement))
        return false;
    if (movement->kind == RF_MOBILITY_RANDOM_WAYPOINT && !box_is_sound(movement))
        return false;
    *mobility = (struct rf_mobility){.movement = *movement, .to = movement->start};
    rng_init(&mobility->rng, seed, node, "rf.mobility");
    if (movement->kind == RF_MOBILITY_RANDOM_WAYPOINT)
        next_leg(mobility);
    return true;
}

static struct rf_position on_waypoints(const struct rf_movement *movement, sim_time now)
{
    const struct rf_waypoint *point = movement->waypoint;
    if (now <= point[0].time)
        return point[0].position;
    for (size_t i = 1; i < movement->waypoints; i++)
        if (now < point[i].time)
            return between(point[i - 1].position, point[i].position, point[i - 1].time, point[i].time, now);
    return point[movement->waypoints - 1].position;
}

struct rf_position rf_mobility_at(struct rf_mobility *mobility, sim_time now)
{
    if (mobility->movement.kind == RF_MOBILITY_STATIC)
        return mobility->movement.start;
    if (mobility->movement.kind == RF_MOBILITY_WAYPOINTS)
        return on_waypoints(&mobility->movement, now);
    sim_assert(now >= mobility->leg_start);
    while (now >= mobility->rest_end)
        next_leg(mobility);
    if (now >= mobility->leg_end)
        return mobility->to;
    return between(mobility->from, mobility->to, mobility->leg_start, mobility->leg_end, now);
}
