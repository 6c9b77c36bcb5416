/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/tunnel.h"

enum {
    LOOK = TUNNEL_LENGTH + ETHER_HEADER, /* bytes from which a header can be judged, */
    LOOK_INTO = LOOK + 8,                /* and a payload */
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    ARP_SIZE = 28
};

enum verdict { PLAUSIBLE, TOO_FEW_BYTES, IMPLAUSIBLE };

void tunnel_decoder_init(struct tunnel_decoder *decoder,
                         void (*frame)(void *ctx, const uint8_t *frame, unsigned length), void *ctx)
{
    memset(decoder, 0, sizeof *decoder);
    decoder->ctx = ctx;
    decoder->frame = frame;
}

static unsigned word(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

/* A payload of `size` bytes, of which the first 8 are there, against its type. */
static bool agrees(unsigned type, const uint8_t *payload, unsigned size)
{
    switch (type) {
    case ETHER_TYPE_IPV4:
        return payload[0] >> 4 == 4 && (payload[0] & 15) >= 5 && word(payload + 2) >= IPV4_HEADER &&
               word(payload + 2) <= size;
    case ETHER_TYPE_IPV6:
        return payload[0] >> 4 == 6 && IPV6_HEADER + word(payload + 4) <= size;
    default: /* ARP: Ethernet and IPv4, request or reply */
        return size >= ARP_SIZE && word(payload) == 1 && word(payload + 2) == ETHER_TYPE_IPV4 && payload[4] == 6 &&
               payload[5] == 4;
    }
}

static enum verdict judge(const struct tunnel_decoder *decoder, unsigned length)
{
    static const uint8_t nobody[ETHER_ADDRESS] = {0};
    const uint8_t *frame = decoder->bytes + TUNNEL_LENGTH;
    const uint8_t *source = ether_source(frame);
    if (decoder->have < LOOK)
        return TOO_FEW_BYTES;
    if (ether_is_group(source) || memcmp(source, nobody, ETHER_ADDRESS) == 0)
        return IMPLAUSIBLE;
    unsigned type = ether_type(frame);
    if (type != ETHER_TYPE_IPV4 && type != ETHER_TYPE_IPV6 && type != ETHER_TYPE_ARP)
        return memcmp(source, decoder->last_source, ETHER_ADDRESS) == 0 ? PLAUSIBLE : IMPLAUSIBLE;
    if (length < ETHER_HEADER + IPV4_HEADER)
        return IMPLAUSIBLE;
    if (decoder->have < LOOK_INTO)
        return TOO_FEW_BYTES;
    return agrees(type, frame + ETHER_HEADER, length - ETHER_HEADER) ? PLAUSIBLE : IMPLAUSIBLE;
}

static void drop(struct tunnel_decoder *decoder, unsigned count)
{
    decoder->have -= count;
    memmove(decoder->bytes, decoder->bytes + count, decoder->have);
}

static void skip_byte(struct tunnel_decoder *decoder)
{
    decoder->counts.garbage_bytes++;
    decoder->lost = true;
    drop(decoder, 1);
}

static void take(struct tunnel_decoder *decoder, unsigned length)
{
    uint8_t frame[ETHER_MAX];
    memcpy(frame, decoder->bytes + TUNNEL_LENGTH, length);
    memcpy(decoder->last_source, ether_source(frame), ETHER_ADDRESS);
    drop(decoder, TUNNEL_LENGTH + length);
    decoder->counts.frames++;
    decoder->counts.resynchronised += decoder->lost;
    decoder->lost = false;
    decoder->frame(decoder->ctx, frame, length);
}

/* Whether a frame can begin with this length; counts why not. */
static bool is_length(struct tunnel_counts *counts, unsigned length)
{
    counts->zero_lengths += length == 0;
    counts->short_lengths += length > 0 && length < ETHER_HEADER;
    counts->long_lengths += length > ETHER_MAX;
    return length >= ETHER_HEADER && length <= ETHER_MAX;
}

/* Takes and drops until more bytes are needed. */
static void advance(struct tunnel_decoder *decoder)
{
    while (decoder->have >= TUNNEL_LENGTH) {
        unsigned length = word(decoder->bytes);
        if (!is_length(&decoder->counts, length)) {
            skip_byte(decoder);
            continue;
        }
        enum verdict verdict = judge(decoder, length);
        if (verdict == IMPLAUSIBLE) {
            decoder->counts.implausible++;
            skip_byte(decoder);
        } else if (decoder->have >= TUNNEL_LENGTH + length && verdict == PLAUSIBLE) {
            take(decoder, length);
        } else {
            return;
        }
    }
}

void tunnel_decoder_push(struct tunnel_decoder *decoder, uint8_t byte)
{
    decoder->bytes[decoder->have++] = byte;
    advance(decoder);
}

void tunnel_decoder_silence(struct tunnel_decoder *decoder)
{
    decoder->counts.cut_off += decoder->have >= LOOK;
    while (decoder->have) { /* a whole frame may stand within what was taken for another's beginning */
        skip_byte(decoder);
        advance(decoder);
    }
}

bool tunnel_decoder_waits(const struct tunnel_decoder *decoder)
{
    return decoder->have;
}

unsigned tunnel_encode(const uint8_t *frame, unsigned length, uint8_t bytes[TUNNEL_MAX])
{
    bytes[0] = (uint8_t)(length >> 8);
    bytes[1] = (uint8_t)length;
    memcpy(bytes + TUNNEL_LENGTH, frame, length);
    return TUNNEL_LENGTH + length;
}
