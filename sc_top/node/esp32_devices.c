/* SPDX-License-Identifier: Apache-2.0 */
/* Making, wiring and resetting the devices of esp32_node.def. */
#include "sc_top/node/node_priv.h"

/* --- what each device is told
 * ----------------------------------------------------------------------------------------- */

static enum sim_status init_frc(struct node *node, struct frc *frc, const char *name)
{
    return frc_init(frc, name, &node->env);
}

static void stall_core(void *ctx, unsigned core, bool stalled, sim_time now)
{
    struct node *node = ctx;
    node_core_set_hold(&node->core[core], NODE_HOLD_SW_STALL, stalled, now);
}

/* Flash boot protection is what a bootloader switches off before it starts the program, and the node stands in for the
 * bootloader. */
static enum sim_status init_rtc_cntl(struct node *node, struct rtc_cntl *rtc, const char *name)
{
    const struct rtc_cntl_config config = {
        .flash_boot = false, .reset = node->reset_port, .port = {.ctx = node, .stall = stall_core}};
    return rtc_cntl_init(rtc, &config, name, &node->env);
}

static enum sim_status init_i2c_ana(struct node *node, struct i2c_ana *i2c, const char *name)
{
    return i2c_ana_init(i2c, name, &node->env);
}

static enum sim_status init_timg0(struct node *node, struct timg *timg, const char *name)
{
    const struct timg_config config = {.group = 0, .flash_boot = false, .reset = node->reset_port};
    return timg_init(timg, &config, name, &node->env);
}

static enum sim_status init_timg1(struct node *node, struct timg *timg, const char *name)
{
    const struct timg_config config = {.group = 1, .flash_boot = false, .reset = node->reset_port};
    return timg_init(timg, &config, name, &node->env);
}

/* --- all of them
 * ------------------------------------------------------------------------------------------------------ */

enum sim_status esp32_devices_init(struct node *node)
{
    struct esp32_devices *devices = &node->devices;
#define DEVICE(name, type, base)                                                                                       \
    SIM_TRY(init_##name(node, &devices->name, #name));                                                                 \
    SIM_TRY(bus_map_attach(node->map, base, &devices->name.dev));
#include "sc_top/node/esp32_node.def"
#define INTERRUPT(device, member, source)                                                                              \
    devices->device.member = intmatrix_input(&node->intmatrix, INTMATRIX_##source);
#include "sc_top/node/esp32_node.def"
    return SIM_OK;
}

void esp32_devices_fini(struct node *node)
{
    struct esp32_devices *devices = &node->devices;
#define DEVICE(name, type, base)                                                                                       \
    if (devices->name.dev.value)                                                                                       \
        type##_fini(&devices->name);
#include "sc_top/node/esp32_node.def"
}

void esp32_devices_reset(struct node *node, enum dev_reset kind, sim_time now)
{
    struct esp32_devices *devices = &node->devices;
    bus_map_reset(node->map, kind, now);
#define DEVICE(name, type, base) dev_reset(&devices->name.dev, kind, now);
#include "sc_top/node/esp32_node.def"
}

void esp32_devices_set_cause(struct node *node, unsigned core, enum reset_cause cause)
{
    rtc_cntl_set_reset_cause(&node->devices.rtc_cntl, core, cause);
}

void esp32_devices_app_released(struct node *node, sim_time now)
{
    (void)node;
    (void)now;
}

void esp32_devices_boot_clock(struct node *node)
{
    (void)node;
}

bool node_listens(const struct node *node)
{
    (void)node;
    return false;
}

size_t node_uart_input(struct node *node, unsigned uart, const uint8_t *bytes, size_t size, sim_time at)
{
    (void)node, (void)uart, (void)bytes, (void)at;
    return size;
}

void node_drive_pad(struct node *node, unsigned pad, int level, sim_time at)
{
    (void)node, (void)pad, (void)level, (void)at;
}
