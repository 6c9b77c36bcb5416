/* SPDX-License-Identifier: Apache-2.0 */
// What users hand in for the network: a record of host input as a file, and texts for forwards and networks.
#include <string>

#include "net_bridge/net_forward.h"
#include "net_bridge/net_record.h"
#include "tests/fuzz/fuzz_input.h"

namespace
{

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    struct net_replay *replay;
    if (net_replay_parse(data, size, "fuzz", nullptr, &replay) == SIM_OK) {
        for (std::uint32_t id : {0u, 1u, 0x01000000u}) {
            std::size_t cursor = 0, bytes = 0;
            struct net_entry entry;
            for (sim_time last = 0; net_replay_next(replay, id, &cursor, &entry); last = entry.time) {
                require(entry.id == id && entry.time >= last && entry.length <= NET_RECORD_MAX);
                bytes += entry.length;
            }
            require(bytes <= size);
        }
        net_replay_close(replay);
    }
    const std::string text(reinterpret_cast<const char *>(data), size);
    struct net_forward forward;
    if (net_forward_parse(text.c_str(), &forward) == SIM_OK)
        require(forward.host_port != 0 && forward.guest_port != 0);
    std::uint32_t network, mask;
    if (net_network_parse(text.c_str(), &network, &mask) == SIM_OK)
        require((network & ~mask) == 0 && ~mask >= 7);
    return 0;
}
