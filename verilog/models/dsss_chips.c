/* SPDX-License-Identifier: Apache-2.0 */
#include "verilog/models/dsss_chips.h"

enum { SYNC_BITS = 128, SFD = 0xF3A0, SIGNAL_1 = 0x0A, SIGNAL_2 = 0x14, LONG_PRESET = 0x1B };

const int8_t dsss_barker[DSSS_CHIPS] = {1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1};

/* Everything passes through the scrambler, bit n of the line being what was sent n + 1 bits ago. */
struct modulator {
    unsigned line, phase;
    uint8_t *out;
    size_t symbols;
};

static unsigned scramble(struct modulator *m, unsigned bit)
{
    unsigned sent = bit ^ (m->line >> 3 & 1) ^ (m->line >> 6 & 1);
    m->line = (m->line << 1 | sent) & 0x7f;
    return sent;
}

static void turn(struct modulator *m, unsigned quarters)
{
    m->phase = (m->phase + quarters) & 3;
    m->out[m->symbols++] = (uint8_t)m->phase;
}

static void send_slow(struct modulator *m, unsigned value, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        turn(m, 2 * scramble(m, value >> i & 1));
}

static void send_fast(struct modulator *m, unsigned value)
{
    static const uint8_t quarters[2][2] = {{0, 1}, {3, 2}}; /* first bit, second bit: table 16-2 */
    for (unsigned i = 0; i < 8; i += 2) {
        unsigned first = scramble(m, value >> i & 1);
        turn(m, quarters[first][scramble(m, value >> (i + 1) & 1)]);
    }
}

/* CCITT CRC-16 of the header's 32 bits, in the order in which it is sent: x^15 first, so that it is bit 0. */
static unsigned header_crc(uint32_t header)
{
    unsigned crc = 0xffff;
    for (unsigned i = 0; i < 32; i++) {
        unsigned feedback = (crc ^ header >> i) & 1;
        crc = crc >> 1 ^ (feedback ? 0x8408 : 0);
    }
    return crc ^ 0xffff;
}

size_t dsss_symbols(size_t psdu, bool two_mbps)
{
    return DSSS_OVERHEAD + psdu * (two_mbps ? 4 : 8);
}

size_t dsss_modulate(const uint8_t *psdu, size_t bytes, bool two_mbps, unsigned before, uint8_t *phase)
{
    struct modulator m = {.line = LONG_PRESET, .phase = before, .out = phase};
    uint32_t length = (uint32_t)bytes * (two_mbps ? 4 : 8);
    uint32_t header = length << 16 | (two_mbps ? SIGNAL_2 : SIGNAL_1);
    for (unsigned i = 0; i < SYNC_BITS; i++)
        send_slow(&m, 1, 1);
    send_slow(&m, SFD, 16);
    send_slow(&m, header, 32);
    send_slow(&m, header_crc(header), 16);
    for (size_t i = 0; i < bytes; i++) {
        if (two_mbps)
            send_fast(&m, psdu[i]);
        else
            send_slow(&m, psdu[i], 8);
    }
    return m.symbols;
}

size_t dsss_demodulate(const uint8_t *phase, size_t symbols, bool two_mbps, uint8_t *psdu)
{
    unsigned line = 0, value = 0, bits = 0;
    size_t bytes = 0;
    for (size_t n = 1; n < symbols; n++) {
        bool pair = two_mbps && n >= DSSS_OVERHEAD;
        unsigned quarters = (unsigned)(phase[n] - phase[n - 1]) & 3;
        unsigned first = quarters >> 1, second = first ^ (quarters & 1);
        for (unsigned i = 0; i < (pair ? 2u : 1u); i++) {
            unsigned got = i ? second : first;
            unsigned plain = got ^ (line >> 3 & 1) ^ (line >> 6 & 1);
            line = (line << 1 | got) & 0x7f;
            if (n < DSSS_OVERHEAD)
                continue;
            value |= plain << bits;
            if (++bits == 8) {
                psdu[bytes++] = (uint8_t)value;
                value = bits = 0;
            }
        }
    }
    return bytes;
}
