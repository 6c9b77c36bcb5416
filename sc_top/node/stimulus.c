/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/stimulus.h"

#include "sc_top/node/board.h"

/* A UART takes a bounded number of bytes ahead; the rest is offered again after about ten characters at 115200 baud. */
#define STIMULUS_RETRY SIM_MS(1)

static void input_due(void *ctx, sim_time now)
{
    struct stimulus *stimulus = ctx;
    size_t taken = node_uart_input(stimulus->node, stimulus->place, stimulus->text, stimulus->size, now);
    stimulus->text += taken;
    stimulus->size -= taken;
    if (stimulus->size)
        evq_schedule(node_evq(stimulus->node), &stimulus->event, now + STIMULUS_RETRY);
}

static void drive_due(void *ctx, sim_time now)
{
    struct stimulus *stimulus = ctx;
    node_drive_pad(stimulus->node, stimulus->place, stimulus->level, now);
}

static void volts_due(void *ctx, sim_time now)
{
    const struct stimulus *stimulus = ctx;
    (void)now;
    node_set_volts(stimulus->node, stimulus->place, stimulus->volts);
}

static void supply_due(void *ctx, sim_time now)
{
    const struct stimulus *stimulus = ctx;
    node_set_supply(stimulus->node, (unsigned)(stimulus->volts * 1000 + 0.5), now);
}

void stimulus_input(struct stimulus *stimulus, struct node *node, unsigned uart, const void *text, size_t size,
                    sim_time at)
{
    *stimulus = (struct stimulus){.node = node, .place = uart, .text = text, .size = size};
    evq_event_init(&stimulus->event, input_due, stimulus, EVQ_PHASE_DEVICE);
    evq_schedule(node_evq(node), &stimulus->event, at);
}

void stimulus_drive(struct stimulus *stimulus, struct node *node, unsigned pad, int level, sim_time at)
{
    *stimulus = (struct stimulus){.node = node, .place = pad, .level = level};
    evq_event_init(&stimulus->event, drive_due, stimulus, EVQ_PHASE_DEVICE);
    evq_schedule(node_evq(node), &stimulus->event, at);
}

void stimulus_volts(struct stimulus *stimulus, struct node *node, unsigned pad, double volts, sim_time at)
{
    *stimulus = (struct stimulus){.node = node, .place = pad, .volts = volts};
    evq_event_init(&stimulus->event, volts_due, stimulus, EVQ_PHASE_DEVICE);
    evq_schedule(node_evq(node), &stimulus->event, at);
}

void stimulus_supply(struct stimulus *stimulus, struct node *node, double volts, sim_time at)
{
    *stimulus = (struct stimulus){.node = node, .volts = volts};
    evq_event_init(&stimulus->event, supply_due, stimulus, EVQ_PHASE_DEVICE);
    evq_schedule(node_evq(node), &stimulus->event, at);
}
