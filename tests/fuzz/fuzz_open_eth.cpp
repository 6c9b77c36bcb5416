/* SPDX-License-Identifier: Apache-2.0 */
// Any registers, descriptors and frames: the Ethernet MAC neither crashes nor hangs, sends nothing that no line
// carries, and works again after a reset.
#include <cstdint>

#include "tests/fuzz/fuzz_input.h"
#include "tests/support/open_eth_bench.h"

namespace
{

using namespace open_eth_bench_registers;

constexpr std::uint32_t RX_BUFFER = dma_memory::base + 0x4000, TX_BUFFER = dma_memory::base + 0x100;

void act(open_eth_bench &one, reader &in)
{
    const std::uint32_t action = in.take(1);
    switch (action % 6) {
    case 0: // any word of the registers and descriptors, any width
        dev_write(&one.eth.dev, in.take(2) % 0x800 & ~3u, 4, in.take(4), one.bench.now);
        break;
    case 1:
        dev_write(&one.eth.dev, in.take(2) % 0x800, 1, in.take(1), one.bench.now);
        break;
    case 2:
        one.read(in.take(2) % 0x800 & ~3u);
        break;
    case 3: { // a descriptor with a buffer that mostly exists
        const std::uint32_t number = in.take(1) % 128, flags = in.take(4), at = in.take(2);
        one.set_descriptor(number, flags, (action & 0x80 ? 0u : dma_memory::base) + at);
        break;
    }
    case 4: {
        bytes frame(in.take(2) % 2100, (std::uint8_t)action);
        for (std::size_t i = 0; i < frame.size() && i < 18; i++)
            frame[i] = (std::uint8_t)in.take(1);
        open_eth_receive(&one.eth, frame.data(), (unsigned)frame.size(), one.bench.now + SIM_US(6));
        break;
    }
    default:
        one.bench.run_for(SIM_US(in.take(1)));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    open_eth_bench one;
    reader in(data, size);
    while (!in.is_done())
        act(one, in);
    for (const sent_frame &frame : one.sent) {
        require(frame.frame.size() <= OPEN_ETH_FRAME_MAX);
        require(frame.end > frame.start);
    }
    one.write(ETH_INT_MASK, 0);
    one.write(ETH_MODER, 1 << 11);
    one.bench.run_for(SIM_S(1)); // what was under way on the line

    one.eth.phy.plugged = true;
    one.phy_write(ETH_PHY_BMCR, 0x8000);
    one.sent.clear();
    one.set_descriptor(0, 0, 0); // a reset leaves it ready
    one.set_descriptor(1, OPEN_ETH_RX_EMPTY | OPEN_ETH_RX_WRAP, RX_BUFFER);
    one.write(ETH_TX_BD_NUM, 1);
    one.write(ETH_MODER, 0xA023);
    const bytes frame(100, 0x24);
    one.send(0, frame, OPEN_ETH_TX_WRAP, TX_BUFFER);
    open_eth_receive(&one.eth, frame.data(), (unsigned)frame.size(), one.bench.now + SIM_US(20));
    one.bench.run_for(SIM_MS(1));
    require(one.sent.size() == 1 && one.sent[0].frame == frame);
    require(one.stored(RX_BUFFER, 100) == frame);
    return 0;
}
