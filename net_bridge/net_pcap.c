/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/net_pcap.h"

#include <pcap/pcap.h>
#include <stdlib.h>

struct net_pcap {
    pcap_t *format;
    pcap_dumper_t *file;
};

enum sim_status net_pcap_create(const char *path, struct log *log, struct net_pcap **pcap)
{
    struct net_pcap *made = calloc(1, sizeof *made);
    *pcap = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    made->format = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 65535, PCAP_TSTAMP_PRECISION_NANO);
    if (!made->format) {
        free(made);
        return SIM_NO_MEMORY;
    }
    made->file = pcap_dump_open(made->format, path);
    if (!made->file) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path, "cannot write: %s", pcap_geterr(made->format));
        pcap_close(made->format);
        free(made);
        return SIM_IO;
    }
    *pcap = made;
    return SIM_OK;
}

enum sim_status net_pcap_close(struct net_pcap *pcap)
{
    if (!pcap)
        return SIM_OK;
    bool is_complete = pcap_dump_flush(pcap->file) == 0 && !ferror(pcap_dump_file(pcap->file));
    pcap_dump_close(pcap->file);
    pcap_close(pcap->format);
    free(pcap);
    return is_complete ? SIM_OK : SIM_IO;
}

void net_pcap_flush(struct net_pcap *pcap)
{
    (void)pcap_dump_flush(pcap->file); /* an error shows when it is closed */
}

void net_pcap_write(struct net_pcap *pcap, const uint8_t *frame, unsigned length, sim_time time)
{
    struct pcap_pkthdr header = {.caplen = length, .len = length};
    header.ts.tv_sec = (time_t)(time / SIM_PS_PER_S);
    header.ts.tv_usec = (suseconds_t)(time % SIM_PS_PER_S / 1000); /* nanoseconds, as the file's magic number says */
    pcap_dump((u_char *)pcap->file, &header, frame);
}

static void write_frame(void *ctx, bool into_switch, const uint8_t *frame, unsigned length, sim_time time)
{
    (void)into_switch;
    net_pcap_write(ctx, frame, length, time);
}

void net_pcap_observe(struct net_pcap *pcap, struct net_port *port)
{
    const struct net_observer observer = {.ctx = pcap, .frame = write_frame};
    net_port_observe(port, &observer);
}
