/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/wifi_port.h"

#include <stdlib.h>
#include <string.h>

#include "sc_top/node/node.h"

/* Requests that the device has made for times that the air has not reached yet: those of one latency. A core makes one
 * access a cycle at most, 240 in that time; two cores fill the ring to the brim and no further. */
enum { REQUESTS = 512 };

enum request_kind {
    REQUEST_START,
    REQUEST_ABORT,
    REQUEST_ACKNOWLEDGE,
    REQUEST_ADDRESS,
    REQUEST_NO_ADDRESS,
    REQUEST_TUNE,
    REQUEST_LISTEN,
    REQUEST_ANSWER_RATES,
    REQUEST_OPEN_BLOCK_ACK,
    REQUEST_CLOSE_BLOCK_ACK
};

struct request {
    sim_time at;
    enum request_kind kind;
    uint32_t number; /* slot, interface, frame, channel, on, tid */
    uint16_t start;
    union {
        struct {
            uint8_t address[WIFI_MAC_ADDRESS], mask[WIFI_MAC_ADDRESS];
        };
        uint8_t answer_rate[RF_RATE_COUNT]; /* of struct dcf_config */
    };
};

struct wifi_port {
    struct wifi_mac *mac;
    struct wifi_port_config config;
    struct dcf_config engine; /* as it is set at present */
    struct dcf *dcf;
    struct evq *q;
    struct evq_event due; /* the first request */
    struct request request[REQUESTS];
    unsigned first, count;
    struct dcf_attempt attempt[DCF_SLOTS]; /* asked for, one a slot at most */
    uint32_t frames;                       /* told so far: the number of the last */
};

/* --- Rates ------------------------------------------------------------------------------------------------------- */

struct rf_mode wifi_port_mode(const struct wifi_mac_rate *rate)
{
    static const enum rf_rate first[] = {
        [WIFI_MAC_DSSS] = RF_RATE_DSSS_1, [WIFI_MAC_OFDM] = RF_RATE_OFDM_6, [WIFI_MAC_HT] = RF_RATE_HT_MCS0};
    return (struct rf_mode){.rate = (enum rf_rate)(first[rate->phy] + rate->index), .short_form = rate->short_form};
}

struct wifi_mac_rate wifi_port_rate(struct rf_mode mode)
{
    struct wifi_mac_rate rate = {.short_form = mode.short_form};
    if (mode.rate >= RF_RATE_HT_MCS0) {
        rate.phy = WIFI_MAC_HT;
        rate.index = (uint8_t)(mode.rate - RF_RATE_HT_MCS0);
    } else if (mode.rate >= RF_RATE_OFDM_6) {
        rate.phy = WIFI_MAC_OFDM;
        rate.index = (uint8_t)(mode.rate - RF_RATE_OFDM_6);
    } else {
        rate.phy = WIFI_MAC_DSSS;
        rate.index = (uint8_t)(mode.rate - RF_RATE_DSSS_1);
    }
    return rate;
}

static unsigned slot_of_engine(unsigned slot)
{
    return (slot + 1) % DCF_SLOTS;
}

static unsigned slot_of_device(unsigned slot)
{
    return (slot + DCF_SLOTS - 1) % DCF_SLOTS;
}

/* --- Requests in the air's time ---------------------------------------------------------------------------------- */

static void start(struct wifi_port *port, unsigned slot)
{
    struct dcf_attempt *attempt = &port->attempt[slot];
    attempt->protection_mode = dcf_answer_to(&port->engine, attempt->mode);
    dcf_start(port->dcf, slot, attempt);
}

static void set_answer_rates(struct wifi_port *port, const uint8_t answer_rate[RF_RATE_COUNT])
{
    memcpy(port->engine.answer_rate, answer_rate, sizeof port->engine.answer_rate);
    dcf_configure(port->dcf, &port->engine);
}

static void carry_out(struct wifi_port *port, const struct request *request)
{
    struct dcf *dcf = port->dcf;
    switch (request->kind) {
    case REQUEST_START:
        start(port, request->number);
        break;
    case REQUEST_ABORT: /* what is on the air, or over, is told anyway */
        dcf_cancel(dcf, request->number);
        break;
    case REQUEST_ACKNOWLEDGE:
        if (request->number == port->frames)
            dcf_acknowledge(dcf);
        break;
    case REQUEST_ADDRESS:
        dcf_set_address(dcf, request->number, request->address, request->mask);
        break;
    case REQUEST_NO_ADDRESS:
        dcf_set_address(dcf, request->number, NULL, NULL);
        break;
    case REQUEST_TUNE:
        dcf_set_channel(dcf, request->number);
        break;
    case REQUEST_LISTEN:
        dcf_set_listening(dcf, request->number != 0);
        break;
    case REQUEST_ANSWER_RATES:
        set_answer_rates(port, request->answer_rate);
        break;
    case REQUEST_OPEN_BLOCK_ACK:
        dcf_block_ack_open(dcf, request->address, request->number, request->start);
        break;
    case REQUEST_CLOSE_BLOCK_ACK:
        dcf_block_ack_close(dcf, request->address, request->number);
        break;
    }
}

static void requests_due(void *ctx, sim_time now)
{
    struct wifi_port *port = ctx;
    while (port->count > 0 && port->request[port->first].at <= now) {
        struct request request = port->request[port->first];
        port->first = (port->first + 1) % REQUESTS;
        port->count--;
        carry_out(port, &request);
    }
    if (port->count > 0)
        evq_schedule(port->q, &port->due, port->request[port->first].at);
}

/* --- Requests in the node's time --------------------------------------------------------------------------------- */

static struct request *ask(struct wifi_port *port, enum request_kind kind, uint32_t number, sim_time at)
{
    sim_assert(port->count < REQUESTS);
    struct request *request = &port->request[(port->first + port->count) % REQUESTS];
    *request = (struct request){.at = at, .kind = kind, .number = number};
    if (port->count++ == 0)
        evq_schedule(port->q, &port->due, at);
    if (port->config.owner)
        node_limit(port->config.owner, at);
    return request;
}

static void on_start(void *ctx, unsigned slot, const struct wifi_mac_attempt *attempt, sim_time at)
{
    static const enum dcf_answer answer[] = {[WIFI_MAC_ANSWER_NONE] = DCF_ANSWER_NONE,
                                             [WIFI_MAC_ANSWER_ACK] = DCF_ANSWER_ACK,
                                             [WIFI_MAC_ANSWER_BLOCK_ACK] = DCF_ANSWER_BLOCK_ACK};
    static const enum dcf_protection protection[] = {[WIFI_MAC_PROTECT_NONE] = DCF_PROTECT_NONE,
                                                     [WIFI_MAC_PROTECT_RTS] = DCF_PROTECT_RTS,
                                                     [WIFI_MAC_PROTECT_CTS_TO_SELF] = DCF_PROTECT_CTS_TO_SELF};
    struct wifi_port *port = ctx;
    unsigned power = attempt->power_quarter_dbm;
    port->attempt[slot_of_engine(slot)] = (struct dcf_attempt){
        .mpdu = attempt->mpdu,
        .bytes = attempt->bytes,
        .mode = wifi_port_mode(&attempt->rate),
        .power_dbm = power ? power / 4.0 : port->config.power_dbm,
        .aifsn = attempt->aifsn,
        .backoff = attempt->backoff,
        .answer = answer[attempt->answer],
        .protection = protection[attempt->protection],
        .protection_duration = attempt->protection_duration,
        .access_limit = attempt->access_limit,
    };
    ask(port, REQUEST_START, slot_of_engine(slot), at);
}

static void on_abort(void *ctx, unsigned slot, sim_time at)
{
    ask(ctx, REQUEST_ABORT, slot_of_engine(slot), at);
}

static void on_acknowledge(void *ctx, uint32_t number, sim_time at)
{
    ask(ctx, REQUEST_ACKNOWLEDGE, number, at);
}

static void on_set_address(void *ctx, unsigned interface, const uint8_t *address, const uint8_t *mask, sim_time at)
{
    struct request *request = ask(ctx, address ? REQUEST_ADDRESS : REQUEST_NO_ADDRESS, interface, at);
    if (!address)
        return;
    memcpy(request->address, address, sizeof request->address);
    memcpy(request->mask, mask, sizeof request->mask);
}

static void on_tune(void *ctx, unsigned channel, sim_time at)
{
    ask(ctx, REQUEST_TUNE, channel, at);
}

static void on_listen(void *ctx, bool on, sim_time at)
{
    ask(ctx, REQUEST_LISTEN, on, at);
}

static void on_set_answer_rates(void *ctx, const struct wifi_mac_answer_rate *rates, unsigned count, sim_time at)
{
    const struct wifi_port *port = ctx;
    struct request *request = ask(ctx, REQUEST_ANSWER_RATES, 0, at);
    if (count == 0)
        memcpy(request->answer_rate, port->config.dcf.answer_rate, sizeof request->answer_rate);
    for (unsigned i = 0; i < count; i++)
        request->answer_rate[wifi_port_mode(&rates[i].frame).rate] =
            (uint8_t)(1 + wifi_port_mode(&rates[i].answer).rate);
}

static void on_block_ack(void *ctx, bool open, const uint8_t *peer, unsigned tid, uint16_t start, sim_time at)
{
    struct request *request = ask(ctx, open ? REQUEST_OPEN_BLOCK_ACK : REQUEST_CLOSE_BLOCK_ACK, tid, at);
    memcpy(request->address, peer, sizeof request->address);
    request->start = start;
}

/* --- Reports ----------------------------------------------------------------------------------------------------- */

static void attempt_done(void *ctx, sim_time now, unsigned slot, const struct dcf_outcome *outcome)
{
    static const enum wifi_mac_result result[] = {
        [DCF_OK] = WIFI_MAC_OK,
        [DCF_NO_CTS] = WIFI_MAC_NO_CTS,
        [DCF_NO_ACK] = WIFI_MAC_NO_ACK,
        [DCF_INTERNAL_COLLISION] = WIFI_MAC_COLLISION,
        [DCF_ACCESS_LIMIT] = WIFI_MAC_ACCESS_TIMEOUT,
        [DCF_CANCELLED] = WIFI_MAC_CANCELLED,
    };
    struct wifi_port *port = ctx;
    const struct wifi_mac_outcome told = {
        .result = result[outcome->result],
        .answered = outcome->result == DCF_OK && port->attempt[slot].answer != DCF_ANSWER_NONE,
        .rssi_dbm = outcome->rssi_dbm,
        .snr_db = outcome->snr_db,
        .block_ack_start = outcome->block_ack_start,
        .block_ack_bitmap = outcome->block_ack_bitmap,
    };
    wifi_mac_finished(port->mac, slot_of_device(slot), &told, now);
}

static void frame_received(void *ctx, sim_time now, const struct dcf_rx *rx)
{
    struct wifi_port *port = ctx;
    const struct rf_frame *frame = rx->rx->frame;
    bool has_bytes = frame->payload && frame->psdu >= MPDU_FCS && frame->psdu <= WIFI_MAC_LONGEST + MPDU_FCS;
    const struct wifi_mac_frame told = {
        .number = ++port->frames,
        .mpdu = has_bytes ? frame->payload : NULL,
        .bytes = has_bytes ? frame->psdu - MPDU_FCS : 0,
        .good = rx->rx->result == RF_RX_OK && has_bytes,
        .rate = wifi_port_rate(frame->mode),
        .rssi_dbm = rx->rx->rssi_dbm,
        .noise_dbm = rx->rx->noise_dbm,
        .channel = rf_radio_channel(dcf_radio(port->dcf)),
        .start = rx->start,
        .end = rx->end,
    };
    wifi_mac_received(port->mac, &told, now);
}

/* --- Life -------------------------------------------------------------------------------------------------------- */

static const struct dcf_ops engine_ops = {.done = attempt_done, .received = frame_received};

struct wifi_port *wifi_port_create(struct wifi_mac *mac, const struct wifi_port_config *config)
{
    struct wifi_port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    port->mac = mac;
    port->config = *config;
    port->engine = config->dcf;
    port->engine.power_dbm = config->power_dbm;
    port->q = rf_medium_evq(config->medium);
    port->dcf =
        dcf_create(config->medium, config->node, config->channel, &port->engine, &engine_ops, port, config->observer);
    if (!port->dcf) {
        free(port);
        return NULL;
    }
    dcf_set_listening(port->dcf, false);
    /* First of what happens at its time: the engine then never decides between a request and its own events. */
    evq_event_init(&port->due, requests_due, port, EVQ_PHASE_CLOCK);
    port->due.node = config->node;
    const struct wifi_mac_air air = {.ctx = port,
                                     .start = on_start,
                                     .abort = on_abort,
                                     .acknowledge = on_acknowledge,
                                     .set_address = on_set_address,
                                     .tune = on_tune,
                                     .listen = on_listen,
                                     .set_answer_rates = on_set_answer_rates,
                                     .block_ack = on_block_ack};
    wifi_mac_connect(mac, &air);
    return port;
}

void wifi_port_destroy(struct wifi_port *port)
{
    if (!port)
        return;
    evq_cancel(port->q, &port->due);
    dcf_destroy(port->dcf);
    free(port);
}

struct dcf *wifi_port_dcf(const struct wifi_port *port)
{
    return port->dcf;
}
