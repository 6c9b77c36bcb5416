/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* fopencookie: libpcap writes to a stdio stream */
#include "sc_top/out/radio_pcap.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/base/crc32.h"
#include "rf_channel/channels.h"
#include "rf_channel/mpdu.h"
#include "sc_top/out/out_file.h"
#include "sc_top/out/radiotap.h"

enum {
    PSDU_MAX = 4095,
    RECORD_MAX = RADIOTAP_MAX + PSDU_MAX,
    FLUSH = 128 * 1024 /* half of out_file's buffer, so that a record never straddles two writes */
};

struct capture {
    struct out_file *file; /* NULL: none */
    pcap_dumper_t *dumper;
};

/* The frame that a node sent last, to know a repetition. */
struct last_sent {
    uint8_t receiver[MPDU_ADDRESS];
    uint16_t sequence;
    uint8_t fragment;
    unsigned retries;
};

struct radio_pcap {
    struct log *log;
    char *folder;
    pcap_t *format; /* link type and time stamps */
    unsigned nodes;
    bool channels;
    struct capture *of_node;
    struct capture of_channel[RF_CHANNEL_LAST + 1];
    struct last_sent *last_sent;
    enum sim_status status; /* of opening a channel's file */
    uint64_t records;
    struct rf_medium_observer observer;
};

/* --- Files ------------------------------------------------------------------------------------------------------- */

static ssize_t write_to_file(void *cookie, const char *bytes, size_t size)
{
    out_file_write(cookie, bytes, size);
    return (ssize_t)size; /* errors are kept by the file */
}

static enum sim_status open_capture(struct radio_pcap *pcap, const char *stem, struct capture *capture)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s.pcap", pcap->folder, stem);
    sim_assert(length > 0 && (size_t)length < sizeof path);
    SIM_TRY(out_file_open(path, pcap->log, &capture->file));
    FILE *stream = fopencookie(capture->file, "w", (cookie_io_functions_t){.write = write_to_file});
    if (!stream)
        return SIM_NO_MEMORY;
    setvbuf(stream, NULL, _IONBF, 0); /* out_file has the buffer */
    capture->dumper = pcap_dump_fopen(pcap->format, stream);
    if (!capture->dumper) {
        fclose(stream);
        return SIM_NO_MEMORY;
    }
    return SIM_OK;
}

static void close_dumper(struct capture *capture)
{
    if (capture->dumper)
        pcap_dump_close(capture->dumper);
    capture->dumper = NULL;
}

static struct capture *channel_capture(struct radio_pcap *pcap, unsigned channel)
{
    struct capture *capture = &pcap->of_channel[channel];
    if (!pcap->channels || capture->dumper || pcap->status != SIM_OK)
        return capture;
    char stem[24];
    snprintf(stem, sizeof stem, "radio.%u", channel);
    pcap->status = open_capture(pcap, stem, capture);
    return capture;
}

/* --- Records ----------------------------------------------------------------------------------------------------- */

/* `start` is that of the PPDU where the record is made. */
static void record(struct radio_pcap *pcap, struct capture *capture, sim_time start, struct radiotap_frame *tap,
                   const struct rf_frame *frame)
{
    if (!capture->dumper)
        return;
    uint8_t bytes[RECORD_MAX];
    tap->mode = frame->mode;
    tap->channel = frame->channel;
    tap->mpdu = start + frame->airtime.preamble + frame->airtime.header;
    size_t size = radiotap_write(tap, bytes), mpdu = frame->psdu - MPDU_FCS;
    memcpy(bytes + size, frame->payload, mpdu);
    size += mpdu;
    uint32_t fcs = crc32_extend(0, frame->payload, mpdu) ^ (tap->received && tap->bad_fcs ? UINT32_MAX : 0);
    for (unsigned i = 0; i < MPDU_FCS; i++)
        bytes[size++] = (uint8_t)(fcs >> 8 * i);
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)size, .len = (bpf_u_int32)size};
    header.ts.tv_sec = (time_t)(start / SIM_PS_PER_S);
    header.ts.tv_usec = (suseconds_t)(start % SIM_PS_PER_S / SIM_NS(1)); /* nanoseconds, by the file's format */
    pcap_dump((u_char *)capture->dumper, &header, bytes);
    pcap->records++;
    if (out_file_pending(capture->file) > FLUSH)
        out_file_flush(capture->file);
}

static bool has_bytes(const struct rf_frame *frame)
{
    return frame->payload && frame->psdu > MPDU_FCS && frame->psdu <= PSDU_MAX;
}

static unsigned count_retries(struct last_sent *last, const struct mpdu *mpdu)
{
    bool again = (mpdu->flags & MPDU_FLAG_RETRY) != 0;
    bool same = mpdu->sequence == last->sequence && mpdu->fragment == last->fragment &&
                memcmp(mpdu->receiver, last->receiver, MPDU_ADDRESS) == 0;
    last->retries = again ? (same ? last->retries + 1 : 1) : 0;
    last->sequence = mpdu->sequence;
    last->fragment = mpdu->fragment;
    memcpy(last->receiver, mpdu->receiver, MPDU_ADDRESS);
    return last->retries;
}

static void transmitted(void *ctx, sim_time now, const struct rf_frame *frame)
{
    struct radio_pcap *pcap = ctx;
    if (!has_bytes(frame))
        return;
    struct mpdu mpdu;
    struct radiotap_frame tap = {.power_dbm = frame->power_dbm, .no_answer = true};
    if (mpdu_parse(frame->payload, frame->psdu - MPDU_FCS, &mpdu)) {
        tap.no_answer = !mpdu_wants_ack(&mpdu);
        if (mpdu.has_sequence)
            tap.retries = count_retries(&pcap->last_sent[frame->from], &mpdu);
    }
    record(pcap, channel_capture(pcap, frame->channel), now, &tap, frame);
    record(pcap, &pcap->of_node[frame->from], now, &tap, frame);
}

static void received(void *ctx, sim_time now, unsigned node, const struct rf_rx *rx)
{
    struct radio_pcap *pcap = ctx;
    bool to_the_end = rx->result == RF_RX_OK || rx->result == RF_RX_FCS_ERROR;
    if (!to_the_end || !has_bytes(rx->frame))
        return;
    struct radiotap_frame tap = {.received = true,
                                 .signal_dbm = rx->rssi_dbm,
                                 .noise_dbm = rx->noise_dbm,
                                 .bad_fcs = rx->result == RF_RX_FCS_ERROR};
    record(pcap, &pcap->of_node[node], now - rf_txtime(rx->frame->mode, rx->frame->psdu), &tap, rx->frame);
}

/* --- The captures ------------------------------------------------------------------------------------------------ */

static void for_each(struct radio_pcap *pcap, void (*act)(struct capture *capture))
{
    for (unsigned channel = RF_CHANNEL_FIRST; channel <= RF_CHANNEL_LAST; channel++)
        act(&pcap->of_channel[channel]);
    for (unsigned n = 0; pcap->of_node && n < pcap->nodes; n++)
        act(&pcap->of_node[n]);
}

static void abandon(struct capture *capture)
{
    close_dumper(capture);
    out_file_abandon(capture->file);
}

static void release(struct radio_pcap *pcap)
{
    if (pcap->format)
        pcap_close(pcap->format);
    free(pcap->of_node);
    free(pcap->last_sent);
    free(pcap->folder);
    free(pcap);
}

void radio_pcap_abandon(struct radio_pcap *pcap)
{
    if (!pcap)
        return;
    for_each(pcap, abandon);
    release(pcap);
}

enum sim_status radio_pcap_create(const struct radio_pcap_config *config, struct radio_pcap **result)
{
    *result = NULL;
    struct radio_pcap *pcap = calloc(1, sizeof *pcap);
    if (!pcap)
        return SIM_NO_MEMORY;
    pcap->log = config->log;
    pcap->nodes = config->nodes;
    pcap->channels = config->channels;
    pcap->observer = (struct rf_medium_observer){.ctx = pcap, .transmitted = transmitted, .received = received};
    pcap->folder = strdup(config->folder);
    pcap->format = pcap_open_dead_with_tstamp_precision(DLT_IEEE802_11_RADIO, RECORD_MAX, PCAP_TSTAMP_PRECISION_NANO);
    pcap->of_node = calloc(config->nodes + 1, sizeof *pcap->of_node);
    pcap->last_sent = calloc(config->nodes + 1, sizeof *pcap->last_sent);
    enum sim_status status = pcap->folder && pcap->format && pcap->of_node && pcap->last_sent ? SIM_OK : SIM_NO_MEMORY;
    for (unsigned n = 0; status == SIM_OK && n < config->nodes; n++)
        if (config->name && config->name[n])
            status = open_capture(pcap, config->name[n], &pcap->of_node[n]);
    if (status != SIM_OK) {
        radio_pcap_abandon(pcap);
        return status;
    }
    *result = pcap;
    return SIM_OK;
}

const struct rf_medium_observer *radio_pcap_observer(const struct radio_pcap *pcap)
{
    return &pcap->observer;
}

static void flush(struct capture *capture)
{
    if (capture->file)
        out_file_flush(capture->file);
}

void radio_pcap_flush(struct radio_pcap *pcap)
{
    for_each(pcap, flush);
}

static void keep_first(enum sim_status *first, enum sim_status status)
{
    if (*first == SIM_OK)
        *first = status;
}

enum sim_status radio_pcap_status(const struct radio_pcap *pcap)
{
    enum sim_status status = pcap->status;
    for (unsigned channel = RF_CHANNEL_FIRST; channel <= RF_CHANNEL_LAST; channel++)
        if (pcap->of_channel[channel].file)
            keep_first(&status, out_file_status(pcap->of_channel[channel].file));
    for (unsigned n = 0; n < pcap->nodes; n++)
        if (pcap->of_node[n].file)
            keep_first(&status, out_file_status(pcap->of_node[n].file));
    return status;
}

uint64_t radio_pcap_records(const struct radio_pcap *pcap)
{
    return pcap->records;
}

enum sim_status radio_pcap_finish(struct radio_pcap *pcap)
{
    if (!pcap)
        return SIM_OK;
    enum sim_status status = pcap->status;
    for_each(pcap, close_dumper);
    for (unsigned channel = RF_CHANNEL_FIRST; channel <= RF_CHANNEL_LAST; channel++)
        keep_first(&status, out_file_finish(pcap->of_channel[channel].file));
    for (unsigned n = 0; n < pcap->nodes; n++)
        keep_first(&status, out_file_finish(pcap->of_node[n].file));
    release(pcap);
    return status;
}
