/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/propagation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rf_channel/num.h"

#define SPEED_OF_LIGHT 299792458.0
#define PI 3.14159265358979323846
#define DISTANCE_MIN 0.01 /* closer, the far-field formulas mean nothing */
#define HEIGHT_MIN 0.01

/* Blocks of random numbers reserved per frame of a link; a Rician draw takes one, seldom more. */
enum { FADING_BLOCKS_PER_FRAME = 256, CSV_LINE_MAX = 256 };

struct rf_propagation {
    struct rf_propagation_config config;
    unsigned nodes;
    uint64_t version;
    struct rf_mobility *mobility; /* per node */
    double *gain, *shield;        /* per node */
    float *matrix;                /* per direction; only for RF_PATH_MATRIX */
    float *attenuator;            /* per direction; NULL until one is set */
    float *kept;                  /* losses already worked out, NAN if not */
    struct rf_wall *wall;
    size_t walls;
};

struct rf_propagation_config rf_propagation_defaults(void)
{
    return (struct rf_propagation_config){
        .path = RF_PATH_FREE_SPACE, .frequency_hz = 2442e6, .exponent = 3.0, .reference_m = 1.0, .delay = true};
}

static bool config_is_sound(const struct rf_propagation_config *c)
{
    return (unsigned)c->path <= RF_PATH_MATRIX && (unsigned)c->fading <= RF_FADING_RICIAN && c->frequency_hz > 0 &&
           c->reference_m > 0 && c->exponent >= 0 && c->shadowing_sigma_db >= 0 && isfinite(c->fixed_loss_db) &&
           isfinite(c->reference_loss_db) && fabs(c->rician_k_db) <= 100;
}

static size_t link_index(const struct rf_propagation *p, unsigned from, unsigned to)
{
    return (size_t)from * p->nodes + to;
}

static void forget(struct rf_propagation *p)
{
    p->version++;
    for (size_t i = 0; i < (size_t)p->nodes * p->nodes; i++)
        p->kept[i] = NAN;
}

struct rf_propagation *rf_propagation_create(const struct rf_propagation_config *config, unsigned nodes)
{
    if (!config_is_sound(config) || nodes == 0 || nodes > RF_NODES_MAX)
        return NULL;
    struct rf_propagation *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    size_t links = (size_t)nodes * nodes;
    p->config = *config;
    p->nodes = nodes;
    p->mobility = calloc(nodes, sizeof *p->mobility);
    p->gain = calloc(nodes, sizeof *p->gain);
    p->shield = calloc(nodes, sizeof *p->shield);
    p->kept = calloc(links, sizeof *p->kept);
    if (config->path == RF_PATH_MATRIX)
        p->matrix = calloc(links, sizeof *p->matrix);
    if (!p->mobility || !p->gain || !p->shield || !p->kept || (config->path == RF_PATH_MATRIX && !p->matrix)) {
        rf_propagation_destroy(p);
        return NULL;
    }
    const struct rf_movement rest = {.kind = RF_MOBILITY_STATIC};
    for (unsigned node = 0; node < nodes; node++)
        rf_mobility_init(&p->mobility[node], &rest, config->seed, node);
    for (size_t i = 0; p->matrix && i < links; i++)
        p->matrix[i] = (float)RF_LOSS_NO_LINK_DB;
    forget(p);
    return p;
}

void rf_propagation_destroy(struct rf_propagation *p)
{
    if (!p)
        return;
    free(p->mobility);
    free(p->gain);
    free(p->shield);
    free(p->matrix);
    free(p->attenuator);
    free(p->kept);
    free(p->wall);
    free(p);
}

/* ---- Setters ---- */

enum sim_status rf_propagation_move(struct rf_propagation *p, unsigned node, const struct rf_movement *movement)
{
    struct rf_mobility mobility;
    if (node >= p->nodes || !rf_mobility_init(&mobility, movement, p->config.seed, node))
        return SIM_BAD_VALUE;
    p->mobility[node] = mobility;
    forget(p);
    return SIM_OK;
}

enum sim_status rf_propagation_add_wall(struct rf_propagation *p, const struct rf_wall *wall)
{
    if (!(wall->loss_db >= 0) || !(wall->z_low <= wall->z_high))
        return SIM_BAD_VALUE;
    struct rf_wall *grown = realloc(p->wall, (p->walls + 1) * sizeof *grown);
    if (!grown)
        return SIM_NO_MEMORY;
    p->wall = grown;
    p->wall[p->walls++] = *wall;
    forget(p);
    return SIM_OK;
}

enum sim_status rf_propagation_set_antenna(struct rf_propagation *p, unsigned node, double gain_db)
{
    if (node >= p->nodes || !isfinite(gain_db))
        return SIM_BAD_VALUE;
    p->gain[node] = gain_db;
    forget(p);
    return SIM_OK;
}

enum sim_status rf_propagation_set_shield(struct rf_propagation *p, unsigned node, double loss_db)
{
    if (node >= p->nodes || !(loss_db >= 0))
        return SIM_BAD_VALUE;
    p->shield[node] = loss_db;
    forget(p);
    return SIM_OK;
}

static bool is_link(const struct rf_propagation *p, unsigned from, unsigned to)
{
    return from < p->nodes && to < p->nodes && from != to;
}

enum sim_status rf_propagation_set_attenuator(struct rf_propagation *p, unsigned from, unsigned to, double loss_db)
{
    if (!is_link(p, from, to) || !(loss_db >= 0))
        return SIM_BAD_VALUE;
    if (!p->attenuator)
        p->attenuator = calloc((size_t)p->nodes * p->nodes, sizeof *p->attenuator);
    if (!p->attenuator)
        return SIM_NO_MEMORY;
    p->attenuator[link_index(p, from, to)] = (float)loss_db;
    forget(p);
    return SIM_OK;
}

/* Without the forgetting, which costs n^2 and is done once for a whole file. */
static enum sim_status put_link(struct rf_propagation *p, unsigned from, unsigned to, double loss_db)
{
    if (!p->matrix)
        return SIM_UNSUPPORTED;
    if (!is_link(p, from, to) || !isfinite(loss_db))
        return SIM_BAD_VALUE;
    p->matrix[link_index(p, from, to)] = (float)loss_db;
    return SIM_OK;
}

enum sim_status rf_propagation_set_link(struct rf_propagation *p, unsigned from, unsigned to, double loss_db)
{
    SIM_TRY(put_link(p, from, to, loss_db));
    forget(p);
    return SIM_OK;
}

/* One line of the CSV: empty and comment lines are fine. */
static enum sim_status read_row(struct rf_propagation *p, const char *row, bool heading_allowed)
{
    row += strspn(row, " \t\r");
    if (*row == '\0' || *row == '#')
        return SIM_OK;
    if (heading_allowed && strncmp(row, "from", 4) == 0)
        return SIM_OK;
    char *end;
    unsigned long node[2];
    for (int i = 0; i < 2; i++) {
        if (*row < '0' || *row > '9')
            return SIM_BAD_FORMAT;
        node[i] = strtoul(row, &end, 10);
        end += strspn(end, " \t");
        if (*end != ',')
            return SIM_BAD_FORMAT;
        row = end + 1 + strspn(end + 1, " \t");
    }
    double loss_db = strtod(row, &end);
    if (end == row || end[strspn(end, " \t\r")] != '\0')
        return SIM_BAD_FORMAT;
    if (node[0] >= p->nodes || node[1] >= p->nodes)
        return SIM_BAD_VALUE;
    return put_link(p, (unsigned)node[0], (unsigned)node[1], loss_db);
}

enum sim_status rf_propagation_read_matrix(struct rf_propagation *p, const char *text, unsigned *line)
{
    enum sim_status status = SIM_OK;
    bool heading_allowed = true;
    for (*line = 1; *text != '\0' && status == SIM_OK; ++*line) {
        size_t length = strcspn(text, "\n");
        char row[CSV_LINE_MAX];
        if (length >= sizeof row) {
            status = SIM_BAD_FORMAT;
            break;
        }
        memcpy(row, text, length);
        row[length] = '\0';
        status = read_row(p, row, heading_allowed);
        heading_allowed = heading_allowed && (row[0] == '#' || row[0] == '\0'); /* only above the rows */
        text += length + (text[length] == '\n');
        if (status != SIM_OK)
            break;
    }
    forget(p);
    return status;
}

/* ---- Losses ---- */

unsigned rf_propagation_nodes(const struct rf_propagation *p)
{
    return p->nodes;
}

uint64_t rf_propagation_version(const struct rf_propagation *p)
{
    return p->version;
}

struct rf_position rf_propagation_position(struct rf_propagation *p, unsigned node, sim_time now)
{
    sim_assert(node < p->nodes);
    return rf_mobility_at(&p->mobility[node], now);
}

bool rf_propagation_moves(const struct rf_propagation *p, unsigned node)
{
    sim_assert(node < p->nodes);
    return p->mobility[node].movement.kind != RF_MOBILITY_STATIC && p->config.path != RF_PATH_FIXED &&
           p->config.path != RF_PATH_MATRIX;
}

static double free_space_db(const struct rf_propagation *p, double distance)
{
    double db = 2.0 * num_to_db(4.0 * PI * distance * p->config.frequency_hz / SPEED_OF_LIGHT);
    return db > 0 ? db : 0;
}

static double two_ray_db(const struct rf_propagation *p, struct rf_position a, struct rf_position b, double distance)
{
    double ht = a.z > HEIGHT_MIN ? a.z : HEIGHT_MIN;
    double hr = b.z > HEIGHT_MIN ? b.z : HEIGHT_MIN;
    if (distance <= 4.0 * PI * ht * hr * p->config.frequency_hz / SPEED_OF_LIGHT)
        return free_space_db(p, distance);
    return 4.0 * num_to_db(distance) - 2.0 * num_to_db(ht * hr);
}

static double log_distance_db(const struct rf_propagation *p, double distance)
{
    const struct rf_propagation_config *c = &p->config;
    double reference = c->reference_loss_db != 0 ? c->reference_loss_db : free_space_db(p, c->reference_m);
    /* Nearer than the reference the model says nothing: its value there holds. */
    return distance > c->reference_m ? reference + c->exponent * num_to_db(distance / c->reference_m) : reference;
}

/* Does the ray a-b pass through the wall? Solves a + s (b - a) = wall1 + t (wall2 - wall1) in the plane. */
static bool crosses(const struct rf_wall *w, struct rf_position a, struct rf_position b)
{
    double rx = b.x - a.x;
    double ry = b.y - a.y;
    double wx = w->x2 - w->x1;
    double wy = w->y2 - w->y1;
    double determinant = rx * wy - ry * wx;
    if (determinant == 0.0) /* parallel: along a wall is not through it */
        return false;
    double s = ((w->x1 - a.x) * wy - (w->y1 - a.y) * wx) / determinant;
    double t = ((w->x1 - a.x) * ry - (w->y1 - a.y) * rx) / determinant;
    double z = a.z + s * (b.z - a.z);
    /* Half-open along the wall, so that a ray through the joint of two walls in line meets one of them. */
    return s >= 0 && s <= 1 && t >= 0 && t < 1 && z >= w->z_low && z <= w->z_high;
}

static double walls_db(const struct rf_propagation *p, struct rf_position a, struct rf_position b)
{
    double sum = 0;
    for (size_t i = 0; i < p->walls; i++)
        if (crosses(&p->wall[i], a, b))
            sum += p->wall[i].loss_db;
    return sum;
}

static double shadowing_db(const struct rf_propagation *p, unsigned from, unsigned to)
{
    if (p->config.shadowing_sigma_db == 0)
        return 0;
    struct rng rng;
    unsigned low = from < to ? from : to;
    unsigned high = from < to ? to : from;
    rng_init(&rng, p->config.seed, low << 16 | high, "rf.shadowing");
    return p->config.shadowing_sigma_db * num_normal(&rng);
}

/* Both orders of the two nodes give the same bits: rays are traced from the lower number. */
static double path_db(struct rf_propagation *p, unsigned from, unsigned to, sim_time now)
{
    if (p->config.path == RF_PATH_MATRIX)
        return p->matrix[link_index(p, from, to)];
    if (p->config.path == RF_PATH_FIXED)
        return p->config.fixed_loss_db;
    struct rf_position a = rf_mobility_at(&p->mobility[from < to ? from : to], now);
    struct rf_position b = rf_mobility_at(&p->mobility[from < to ? to : from], now);
    double distance = rf_distance(a, b);
    distance = distance > DISTANCE_MIN ? distance : DISTANCE_MIN;
    double db = p->config.path == RF_PATH_LOG_DISTANCE ? log_distance_db(p, distance)
                : p->config.path == RF_PATH_TWO_RAY    ? two_ray_db(p, a, b, distance)
                                                       : free_space_db(p, distance);
    return db + walls_db(p, a, b);
}

double rf_propagation_loss_db(struct rf_propagation *p, unsigned from, unsigned to, sim_time now)
{
    sim_assert(is_link(p, from, to));
    size_t index = link_index(p, from, to);
    bool changes = rf_propagation_moves(p, from) || rf_propagation_moves(p, to);
    if (!changes && !isnan(p->kept[index]))
        return p->kept[index];
    double db = path_db(p, from, to, now) + shadowing_db(p, from, to) + p->shield[from] + p->shield[to] -
                p->gain[from] - p->gain[to];
    if (p->attenuator)
        db += p->attenuator[index];
    float kept = (float)db; /* moving or not, the same precision */
    if (!changes)
        p->kept[index] = kept;
    return kept;
}

double rf_propagation_fading_db(const struct rf_propagation *p, unsigned from, unsigned to, uint64_t frame)
{
    if (p->config.fading == RF_FADING_NONE)
        return 0;
    struct rng rng;
    rng_init(&rng, p->config.seed, from << 16 | to, "rf.fading");
    rng.block = frame * FADING_BLOCKS_PER_FRAME;
    if (p->config.fading == RF_FADING_RAYLEIGH) /* the power is exponential */
        return num_to_db(-num_log(num_uniform(&rng)));
    /* Direct path sqrt(K/(K+1)) plus a complex normal of power 1/(K+1). */
    double k = num_from_db(p->config.rician_k_db);
    double scatter = sqrt(0.5 / (k + 1.0));
    double i = sqrt(k / (k + 1.0)) + scatter * num_normal(&rng);
    double q = scatter * num_normal(&rng);
    double power = i * i + q * q;
    return num_to_db(power > 1e-30 ? power : 1e-30);
}

sim_time rf_propagation_delay(struct rf_propagation *p, unsigned from, unsigned to, sim_time now)
{
    sim_assert(is_link(p, from, to));
    if (!p->config.delay || p->config.path == RF_PATH_FIXED || p->config.path == RF_PATH_MATRIX)
        return 0;
    double distance = rf_distance(rf_mobility_at(&p->mobility[from], now), rf_mobility_at(&p->mobility[to], now));
    return (sim_time)(distance * ((double)SIM_PS_PER_S / SPEED_OF_LIGHT) + 0.5);
}
