/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames over a serial line: a length of 2 bytes, most significant first, then the frame. Source: seed
 * document 004, "Frame Format".
 *
 * The form has neither a mark where a frame begins nor a check. What is taken for a frame must therefore look like one:
 * length 14 to 1518, a source address of a single station, and a payload that agrees with its type (IPv4, IPv6, ARP);
 * for other types, the same source as the frame before. Where it does not, one byte is dropped and the next place
 * tried, so nothing that was a frame is lost. */
#ifndef VESPER_NET_BRIDGE_TUNNEL_H
#define VESPER_NET_BRIDGE_TUNNEL_H

#include "net_bridge/ether.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TUNNEL_LENGTH = 2, TUNNEL_MAX = TUNNEL_LENGTH + ETHER_MAX };

struct tunnel_counts {
    uint64_t frames;
    uint64_t zero_lengths, long_lengths, short_lengths; /* at places where a frame could have begun */
    uint64_t implausible;                               /* headers that are none */
    uint64_t garbage_bytes;                             /* dropped */
    uint64_t cut_off;                                   /* frames that ended in silence */
    uint64_t resynchronised;                            /* good frames after garbage */
};

struct tunnel_decoder {
    void *ctx;
    void (*frame)(void *ctx, const uint8_t *frame, unsigned length);
    struct tunnel_counts counts;
    bool lost; /* garbage since the last good frame */
    uint8_t last_source[ETHER_ADDRESS];
    unsigned have;
    uint8_t bytes[TUNNEL_MAX];
};

void tunnel_decoder_init(struct tunnel_decoder *decoder,
                         void (*frame)(void *ctx, const uint8_t *frame, unsigned length), void *ctx);
void tunnel_decoder_push(struct tunnel_decoder *decoder, uint8_t byte);
/* The line was silent for longer than a sender pauses within a frame: what is incomplete stays so. */
void tunnel_decoder_silence(struct tunnel_decoder *decoder);
/* In the middle of something, so that silence would mean something. */
bool tunnel_decoder_waits(const struct tunnel_decoder *decoder);

/* Writes TUNNEL_LENGTH + length bytes; length up to ETHER_MAX. Returns their number. */
unsigned tunnel_encode(const uint8_t *frame, unsigned length, uint8_t bytes[TUNNEL_MAX]);

#ifdef __cplusplus
}
#endif
#endif
