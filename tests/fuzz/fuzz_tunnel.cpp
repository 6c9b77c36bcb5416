/* SPDX-License-Identifier: Apache-2.0 */
// Any bytes on the UART of a tunnel: they neither crash nor hang it, no byte is lost count of, and a frame that comes
// after a silence is found.
#include <cstdint>
#include <cstring>

#include "net_bridge/tunnel.h"
#include "tests/fuzz/fuzz_input.h"

namespace
{

struct sink {
    std::uint64_t bytes = 0;
    unsigned frames = 0;
    std::uint8_t last[ETHER_MAX] = {};
    unsigned last_length = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    sink out;
    struct tunnel_decoder decoder;
    tunnel_decoder_init(
        &decoder,
        [](void *ctx, const std::uint8_t *frame, unsigned length) {
            auto *self = static_cast<sink *>(ctx);
            require(length >= ETHER_HEADER && length <= ETHER_MAX);
            std::memcpy(self->last, frame, length);
            self->last_length = length;
            self->bytes += TUNNEL_LENGTH + length;
            self->frames++;
        },
        &out);
    for (std::size_t i = 0; i < size; i++)
        tunnel_decoder_push(&decoder, data[i]);
    tunnel_decoder_silence(&decoder);
    require(!tunnel_decoder_waits(&decoder));
    require(out.bytes + decoder.counts.garbage_bytes == size);
    require(out.frames == decoder.counts.frames);

    std::uint8_t frame[60] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45, 0, 0, 46}, packed[TUNNEL_MAX];
    const unsigned packed_size = tunnel_encode(frame, sizeof frame, packed);
    for (unsigned i = 0; i < packed_size; i++)
        tunnel_decoder_push(&decoder, packed[i]);
    require(out.last_length == sizeof frame && std::memcmp(out.last, frame, sizeof frame) == 0);
    return 0;
}
