// SPDX-License-Identifier: Apache-2.0
// Encryption by the MAC: what software prepares, what is on the air, what comes back to memory. The frame, key and
// result are those of IEEE 802.11-2020, annex J.6.4.
#include "rf_channel/ccmp.h"
#include "tests/device/wifi_mac_bench.h"

namespace
{

const bytes key = {0xc9, 0x7c, 0x1f, 0x67, 0xce, 0x37, 0x11, 0x85, 0x51, 0x4a, 0x8a, 0x19, 0xf2, 0xbd, 0xd5, 0x2f};
const mac_address a1 = {0x0f, 0xd2, 0xe1, 0x28, 0xa5, 0x7c}, a2 = {0x50, 0x30, 0xf1, 0x84, 0x44, 0x08},
                  a3 = {0xab, 0xae, 0xa5, 0xb8, 0xfc, 0xba};
const bytes ccmp_header = {0x0c, 0xe7, 0x00, 0x20, 0x76, 0x97, 0x03, 0xb5};
const bytes plain = {0xf8, 0xba, 0x1a, 0x55, 0xd0, 0x2f, 0x85, 0xae, 0x96, 0x7b,
                     0xb6, 0x2f, 0xb6, 0xcd, 0xa8, 0xeb, 0x7e, 0x78, 0xa0, 0x50};
const bytes cipher = {0xf3, 0xd0, 0xa2, 0xfe, 0x9a, 0x3d, 0xbf, 0x23, 0x42, 0xa6,
                      0x43, 0xe4, 0x32, 0x46, 0xe8, 0x0c, 0x3c, 0x04, 0xd0, 0x19};
const bytes mic = {0x78, 0x45, 0xce, 0x0b, 0x16, 0xf9, 0x76, 0x23};

bytes operator+(bytes a, const bytes &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// The header of the standard's example: retry bit set, protected.
bytes header(const mac_address &to = a1, uint8_t flags = 0x48)
{
    bytes h = {0x08, flags, 0xc3, 0x2c};
    for (const auto &a : {to, a2, a3})
        h.insert(h.end(), a.begin(), a.end());
    return h + bytes{0x80, 0x33};
}
const bytes in_memory = header() + ccmp_header + plain + bytes(8), on_air = header() + ccmp_header + cipher + mic;

// The same content for this station alone (the example's receiver is a group), and what the cipher makes of it.
const bytes delivered = header(our_address, 0x40) + ccmp_header + plain;
bytes sealed(bytes frame)
{
    frame.resize(frame.size() + 8);
    EXPECT_TRUE(ccmp_seal(key.data(), frame.data(), frame.size()));
    return frame;
}

class WifiMacCrypto : public wifi_mac_bench
{
  protected:
    enum { PAIRWISE = 1 << 21, GROUP = 1 << 23, CCMP = 3 << 18, SLOT = 7 };

    void SetUp() override
    {
        wifi_mac_bench::SetUp();
        const struct wifi_mac_cipher ccmp = {ccmp_seal, ccmp_open};
        wifi_mac_set_cipher(&mac, &ccmp);
        run_mac();
        start_reception();
        set_bank(0x040, 0, our_address);
        write(0x0D8, 1); // group frames pass
        write(0x800, 0x30103);
    }
    void put_key(unsigned slot, const mac_address &peer, uint32_t kind, unsigned key_id = 0)
    {
        uint32_t at = 0x1400 + 40 * slot;
        write(at, peer[0] | (uint32_t)peer[1] << 8 | (uint32_t)peer[2] << 16 | (uint32_t)peer[3] << 24);
        write(at + 4, peer[4] | (uint32_t)peer[5] << 8 | CCMP | 1u << 22 | kind | key_id << 30);
        for (unsigned i = 0; i < 4; i++)
            write(at + 8 + 4 * i, key[4 * i] | (uint32_t)key[4 * i + 1] << 8 | (uint32_t)key[4 * i + 2] << 16 |
                                      (uint32_t)key[4 * i + 3] << 24);
        set(0x814, 1u << slot);
    }
    bytes send(const bytes &mpdu, unsigned slot = SLOT)
    {
        prepare(2, mpdu);
        set(second_page(0x1258, 2), slot << 17);
        enable(2);
        bench.run_for(WIFI_MAC_LATENCY);
        return air.starts.empty() ? bytes() : air.starts.back().mpdu;
    }
};

TEST_F(WifiMacCrypto, AProtectedFrameGoesOutEncryptedWithItsSlotsKey)
{
    put_key(SLOT, a1, PAIRWISE);
    EXPECT_EQ(send(in_memory), on_air);
    EXPECT_EQ(memory.get_bytes(dma_memory::base + 0x4000, (unsigned)in_memory.size()), in_memory)
        << "memory stays as it is, for the next attempt";
}

TEST_F(WifiMacCrypto, AFrameWithoutTheProtectedBitGoesOutAsItIs)
{
    put_key(SLOT, a1, PAIRWISE);
    bytes open = header(a1, 0x08) + plain;
    EXPECT_EQ(send(open), open);
}

TEST_F(WifiMacCrypto, WithoutAKeyOrWithEncryptionOffSoftwareMayEncryptItself)
{
    EXPECT_EQ(send(on_air), on_air) << "slot not valid";
    put_key(SLOT, a1, PAIRWISE);
    write(0x800, 0x30000);
    finish(2, WIFI_MAC_OK, true);
    EXPECT_EQ(send(on_air), on_air) << "off for the interface";
}

TEST_F(WifiMacCrypto, AProtectedFrameWithoutRoomIsRefused)
{
    put_key(SLOT, a1, PAIRWISE);
    EXPECT_TRUE(send(header() + ccmp_header + bytes(8)).empty());
    EXPECT_EQ(pmd(2) >> 12 & 0xF, 4u);
    EXPECT_NE(bench.log.text().find("without CCMP header, body and room for the MIC"), std::string::npos);
}

TEST_F(WifiMacCrypto, AReceivedFrameIsStoredAsPlaintextWithItsCcmpHeaderAndWithoutMic)
{
    put_key(SLOT, a2, PAIRWISE);
    const bytes secret = sealed(delivered);
    receive(secret);
    ASSERT_TRUE(is_filled(0));
    EXPECT_EQ(length(0), (28 + delivered.size() + 3) / 4 * 4);
    EXPECT_EQ(received(0, delivered.size()), delivered);
    EXPECT_EQ(memory.get(rx_buffer(0) + 24) & 0xFFF, secret.size() + 4) << "sig_len is the length on the air";
    EXPECT_EQ(air.words().back(), "acknowledge 1");
}

TEST_F(WifiMacCrypto, TheStandardsExampleIsOpenedToo)
{
    put_key(SLOT, a2, GROUP);
    receive(on_air);
    EXPECT_EQ(received(0, 52), header() + ccmp_header + plain);
}

TEST_F(WifiMacCrypto, AForgedFrameIsStoredAsItCameAndAcknowledged)
{
    put_key(SLOT, a2, PAIRWISE);
    bytes forged = sealed(delivered);
    forged[40] ^= 1;
    receive(forged);
    EXPECT_EQ(received(0, forged.size()), forged);
    EXPECT_EQ(length(0), (28 + forged.size() + 3) / 4 * 4);
    EXPECT_EQ(air.words().back(), "acknowledge 1");
}

TEST_F(WifiMacCrypto, TheKeyIsThatOfTransmitterKeyIdAndInterface)
{
    const bytes secret = sealed(delivered);
    put_key(3, peer_address, PAIRWISE); // of somebody else
    put_key(4, a2, PAIRWISE, 1);        // another key identifier
    put_key(5, a2, PAIRWISE | 1 << 24); // another interface
    put_key(6, a2, GROUP);              // not for single receivers
    receive(secret);
    EXPECT_EQ(received(0, secret.size()), secret);
    put_key(20, a2, PAIRWISE);
    receive(secret);
    EXPECT_EQ(received(1, delivered.size()), delivered);
}

TEST_F(WifiMacCrypto, GroupFramesAreOpenedWithTheGroupKeyOfTheirIdentifier)
{
    for (unsigned id = 1; id <= 2; id++) {
        bytes frame = header(everybody, 0x42) + ccmp_header + plain;
        frame[27] = (uint8_t)(0x20 | id << 6);
        put_key(id, access_point, GROUP, id); // whatever its address
        receive(sealed(frame));
        EXPECT_EQ(received(id - 1, frame.size()), frame);
    }
}

TEST_F(WifiMacCrypto, WhatOnlyPromiscuousModeAcceptsStaysEncrypted)
{
    put_key(SLOT, a2, PAIRWISE);
    set_bank(0x040, 0, access_point); // the frame is not for us
    write(0x0D8 + 12, 0x80E0);
    const bytes secret = sealed(delivered);
    receive(secret);
    ASSERT_TRUE(is_filled(0));
    EXPECT_EQ(received(0, secret.size()), secret);
}

} // namespace
