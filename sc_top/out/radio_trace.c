/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/radio_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rf_channel/channels.h"
#include "rf_channel/mpdu.h"

enum { ON_AIR_BITS = 8, NUMBER_BITS = 32, TEXT_MAX = 96, ENDS_MAX = 255, NAV_ENDS = 16 };

struct node_signals {
    char *name;
    uint8_t address[MPDU_ADDRESS];
    trace_id state, nav, tx, tx_frame, rx, rx_frame;
    sim_time nav_end[NAV_ENDS]; /* that were announced */
    unsigned nav_ends;
};

struct channel_signals {
    trace_id on_air, frame, number;
    sim_time end[ENDS_MAX]; /* of the frames on the air, ascending */
    unsigned ends;
};

struct radio_trace {
    const struct trace_sink *sink;
    unsigned nodes;
    struct node_signals *node;
    struct channel_signals channel[RF_CHANNEL_LAST + 1];
    struct rf_medium_observer medium_observer;
    struct dcf_observer mac_observer;
};

/* --- In words ---------------------------------------------------------------------------------------------------- */

static void describe_receiver(const struct radio_trace *trace, const struct mpdu *mpdu, char text[TEXT_MAX])
{
    const uint8_t *a = mpdu->receiver;
    if (mpdu_is_group(a)) {
        snprintf(text, TEXT_MAX, "all");
        return;
    }
    for (unsigned n = 0; n < trace->nodes; n++)
        if (trace->node[n].name && memcmp(trace->node[n].address, a, MPDU_ADDRESS) == 0) {
            snprintf(text, TEXT_MAX, "%.32s", trace->node[n].name);
            return;
        }
    snprintf(text, TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* "QoS_Data_OFDM_54_1000B_->mesh4_retry" */
static void describe(const struct radio_trace *trace, const struct rf_frame *frame, char text[TEXT_MAX])
{
    struct mpdu mpdu;
    char to[TEXT_MAX] = "";
    const char *kind = "frame", *again = "";
    if (frame->payload && frame->psdu > MPDU_FCS && mpdu_parse(frame->payload, frame->psdu - MPDU_FCS, &mpdu)) {
        kind = mpdu_name(mpdu.type, mpdu.subtype);
        again = mpdu.flags & MPDU_FLAG_RETRY ? " retry" : "";
        if (mpdu.receiver)
            describe_receiver(trace, &mpdu, to);
    }
    snprintf(text, TEXT_MAX, "%s %s%s %" PRIu32 "B%s%.32s%s", kind, rf_rate_of(frame->mode.rate)->name,
             frame->mode.short_form ? " short" : "", frame->psdu, *to ? " ->" : "", to, again);
}

/* --- The channels ------------------------------------------------------------------------------------------------ */

static void insert_end(struct channel_signals *channel, sim_time now, sim_time end)
{
    unsigned over = 0;
    while (over < channel->ends && channel->end[over] <= now)
        over++;
    channel->ends -= over;
    memmove(channel->end, channel->end + over, channel->ends * sizeof *channel->end);
    if (channel->ends == ENDS_MAX)
        return;
    unsigned at = channel->ends;
    for (; at > 0 && channel->end[at - 1] > end; at--)
        channel->end[at] = channel->end[at - 1];
    channel->end[at] = end;
    channel->ends++;
}

static bool is_shown(const struct channel_signals *channel)
{
    return channel->on_air || channel->frame || channel->number;
}

/* Ends lie ahead, and stand in the waveform already: a later frame only changes how many there are then. */
static void show_channel(struct radio_trace *trace, const struct rf_frame *frame, sim_time now, sim_time end,
                         const char *what)
{
    struct channel_signals *channel = &trace->channel[frame->channel];
    if (!is_shown(channel))
        return;
    char text[2 * TEXT_MAX];
    const char *name = trace->node[frame->from].name;
    snprintf(text, sizeof text, "%.32s %s", name ? name : "?", what);
    insert_end(channel, now, end);
    trace_change(trace->sink, channel->on_air, now, channel->ends);
    trace_change(trace->sink, channel->number, now, frame->number);
    trace_change_text(trace->sink, channel->frame, now, text);
    for (unsigned i = 0; i < channel->ends; i++) {
        unsigned left = channel->ends - 1 - i;
        trace_change(trace->sink, channel->on_air, channel->end[i], left);
        trace_change(trace->sink, channel->number, channel->end[i], left ? frame->number : 0);
        trace_change_text(trace->sink, channel->frame, channel->end[i], left ? text : "-");
    }
}

/* --- What the observers are told --------------------------------------------------------------------------------- */

static void transmitted(void *ctx, sim_time now, const struct rf_frame *frame)
{
    struct radio_trace *trace = ctx;
    const struct rf_airtime *t = &frame->airtime;
    const struct node_signals *sender = &trace->node[frame->from];
    sim_time end = frame->start + t->preamble + t->header + t->data;
    char what[TEXT_MAX];
    trace_change(trace->sink, sender->tx_frame, now, frame->number);
    trace_change(trace->sink, sender->tx_frame, end, 0);
    if (!sender->tx && !is_shown(&trace->channel[frame->channel]))
        return;
    describe(trace, frame, what);
    trace_change_text(trace->sink, sender->tx, now, what);
    trace_change_text(trace->sink, sender->tx, end, "-");
    show_channel(trace, frame, now, end, what);
}

static const char *result_name(enum rf_rx_result result)
{
    static const char *const name[] = {"ok", "header error", "fcs error", "aborted"};
    return name[result];
}

static void received(void *ctx, sim_time now, unsigned node, const struct rf_rx *rx)
{
    struct radio_trace *trace = ctx;
    trace_change(trace->sink, trace->node[node].rx_frame, now, rx->frame->number);
    trace_change_text(trace->sink, trace->node[node].rx, now, result_name(rx->result));
}

static void change_state(void *ctx, sim_time now, unsigned node, enum dcf_state state)
{
    struct radio_trace *trace = ctx;
    trace_change_text(trace->sink, trace->node[node].state, now, dcf_state_name(state));
}

/* Ends lie ahead, stand in the waveform already, and may have to be taken back. */
static void change_nav(void *ctx, sim_time now, unsigned node, sim_time until)
{
    struct radio_trace *trace = ctx;
    struct node_signals *signals = &trace->node[node];
    if (!signals->nav)
        return;
    unsigned kept = 0;
    for (unsigned i = 0; i < signals->nav_ends; i++)
        if (signals->nav_end[i] > now)
            signals->nav_end[kept++] = signals->nav_end[i];
    trace_change(trace->sink, signals->nav, now, until > now);
    for (unsigned i = 0; i < kept; i++)
        trace_change(trace->sink, signals->nav, signals->nav_end[i], signals->nav_end[i] < until);
    if (until > now) {
        trace_change(trace->sink, signals->nav, until, 0);
        signals->nav_end[kept < NAV_ENDS ? kept++ : 0] = until;
    }
    signals->nav_ends = kept;
}

/* --- Making ------------------------------------------------------------------------------------------------------ */

static void declare_node(struct radio_trace *trace, struct node_signals *node)
{
    char scope[128];
    snprintf(scope, sizeof scope, "%.100s.radio", node->name);
    node->state = trace_declare(trace->sink, scope, "state", TRACE_TEXT, 1);
    node->nav = trace_declare(trace->sink, scope, "nav", TRACE_WIRE, 1);
    node->tx = trace_declare(trace->sink, scope, "tx", TRACE_TEXT, 1);
    node->tx_frame = trace_declare(trace->sink, scope, "tx_frame", TRACE_BITS, NUMBER_BITS);
    node->rx = trace_declare(trace->sink, scope, "rx", TRACE_TEXT, 1);
    node->rx_frame = trace_declare(trace->sink, scope, "rx_frame", TRACE_BITS, NUMBER_BITS);
    trace_change_text(trace->sink, node->state, 0, dcf_state_name(DCF_STATE_OFF));
    trace_change(trace->sink, node->nav, 0, 0);
    trace_change_text(trace->sink, node->tx, 0, "-");
    trace_change(trace->sink, node->tx_frame, 0, 0);
    trace_change_text(trace->sink, node->rx, 0, "-");
    trace_change(trace->sink, node->rx_frame, 0, 0);
}

static void declare_channel(struct radio_trace *trace, unsigned number)
{
    char scope[16];
    struct channel_signals *channel = &trace->channel[number];
    snprintf(scope, sizeof scope, "air.ch%u", number);
    channel->on_air = trace_declare(trace->sink, scope, "on_air", TRACE_BITS, ON_AIR_BITS);
    channel->frame = trace_declare(trace->sink, scope, "frame", TRACE_TEXT, 1);
    channel->number = trace_declare(trace->sink, scope, "frame_number", TRACE_BITS, NUMBER_BITS);
    trace_change(trace->sink, channel->on_air, 0, 0);
    trace_change_text(trace->sink, channel->frame, 0, "-");
    trace_change(trace->sink, channel->number, 0, 0);
}

void radio_trace_destroy(struct radio_trace *trace)
{
    if (!trace)
        return;
    for (unsigned n = 0; trace->node && n < trace->nodes; n++)
        free(trace->node[n].name);
    free(trace->node);
    free(trace);
}

struct radio_trace *radio_trace_create(const struct radio_trace_config *config)
{
    struct radio_trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return NULL;
    trace->sink = config->sink;
    trace->nodes = config->nodes;
    trace->node = calloc(config->nodes + 1, sizeof *trace->node);
    for (unsigned n = 0; trace->node && n < config->nodes; n++) {
        struct node_signals *node = &trace->node[n];
        if (config->address)
            memcpy(node->address, config->address[n], MPDU_ADDRESS);
        if (!config->name || !config->name[n])
            continue;
        node->name = strdup(config->name[n]);
        if (!node->name) {
            radio_trace_destroy(trace);
            return NULL;
        }
        declare_node(trace, node);
    }
    if (!trace->node) {
        radio_trace_destroy(trace);
        return NULL;
    }
    for (unsigned number = RF_CHANNEL_FIRST; number <= RF_CHANNEL_LAST; number++)
        declare_channel(trace, number);
    trace->medium_observer =
        (struct rf_medium_observer){.ctx = trace, .transmitted = transmitted, .received = received};
    trace->mac_observer = (struct dcf_observer){.ctx = trace, .state = change_state, .nav = change_nav};
    return trace;
}

const struct rf_medium_observer *radio_trace_medium_observer(const struct radio_trace *trace)
{
    return &trace->medium_observer;
}

const struct dcf_observer *radio_trace_mac_observer(const struct radio_trace *trace)
{
    return &trace->mac_observer;
}
