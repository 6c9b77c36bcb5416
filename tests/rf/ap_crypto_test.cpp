// SPDX-License-Identifier: Apache-2.0
// WPA2's cryptography against published vectors: IEEE 802.11-2020, annex J; RFC 3394; RFC 2202.
#include "rf_channel/ccmp.h"
#include "rf_channel/wpa.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace
{

using bytes = std::vector<uint8_t>;

bytes unhex(const std::string &text)
{
    bytes out;
    std::string digits;
    for (char c : text)
        if (c != ' ')
            digits += c;
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
        out.push_back((uint8_t)std::stoul(digits.substr(i, 2), nullptr, 16));
    return out;
}

bytes psk(const std::string &passphrase, const std::string &ssid)
{
    bytes pmk(WPA_PMK);
    wpa_psk(passphrase.c_str(), reinterpret_cast<const uint8_t *>(ssid.data()), ssid.size(), pmk.data());
    return pmk;
}

struct CcmpDeleter {
    void operator()(struct ccmp *c) const
    {
        ccmp_destroy(c);
    }
};
using ccmp_ptr = std::unique_ptr<struct ccmp, CcmpDeleter>;

const bytes KEY = unhex("c97c1f67ce371185514a8a19f2bdd52f");
const bytes HEADER = unhex("0848c32c 0fd2e128a57c 5030f1844408 abaea5b8fcba 8033");
const bytes PLAIN = unhex("f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050");

bytes concat(bytes a, const bytes &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

bytes seal(struct ccmp *ccmp, const bytes &mpdu)
{
    bytes out(mpdu.size() + CCMP_OVERHEAD);
    out.resize(ccmp_encrypt(ccmp, mpdu.data(), mpdu.size(), out.data()));
    return out;
}

enum ccmp_result open(struct ccmp *ccmp, const bytes &mpdu, bytes *plain = nullptr)
{
    struct mpdu parsed;
    bytes out(mpdu.size());
    size_t size = 0;
    if (!mpdu_parse(mpdu.data(), mpdu.size(), &parsed))
        return CCMP_MALFORMED;
    auto result = ccmp_decrypt(ccmp, &parsed, out.data(), &size);
    out.resize(size);
    if (plain)
        *plain = out;
    return result;
}

} // namespace

TEST(Passphrase, BecomesThePskOfAnnexJ4)
{
    EXPECT_EQ(psk("password", "IEEE"), unhex("f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"));
    EXPECT_EQ(psk("ThisIsAPassword", "ThisIsASSID"),
              unhex("0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"));
    EXPECT_EQ(psk(std::string(32, 'a'), std::string(32, 'Z')),
              unhex("becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62"));
}

TEST(Hmac, IsThatOfRfc2202)
{
    bytes key(20, 0x0b), digest(WPA_SHA1);
    const std::string text = "Hi There";
    wpa_hmac_sha1(key.data(), key.size(), reinterpret_cast<const uint8_t *>(text.data()), text.size(), digest.data());
    EXPECT_EQ(digest, unhex("b617318655057264e28bc0b6fb378c8ef146be00"));
}

TEST(Prf, YieldsTheVectorOfAnnexJ3)
{
    bytes key(20, 0x0b), out(64);
    const std::string text = "Hi There";
    wpa_prf(key.data(), key.size(), "prefix", reinterpret_cast<const uint8_t *>(text.data()), text.size(), out.data(),
            out.size());
    EXPECT_EQ(out, unhex("bcd4c650b30b9684951829e0d75f9d54b862175ed9f00606e17d8da35402ffee"
                         "75df78c3d31e0f889f012120c0862beb67753e7439ae242edb8373698356cf5a"));
}

TEST(PairwiseKey, IsDerivedAsInAnnexJ7)
{
    bytes pmk = psk("ThisIsAPassword", "ThisIsASSID");
    bytes anonce = unhex("e0e1e2e3e4e5e6e7e8e9f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405");
    bytes snonce = unhex("c0c1c2c3c4c5c6c7c8c9d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5");
    bytes aa = unhex("a0a1a1a3a4a5"), spa = unhex("b0b1b2b3b4b5");
    struct wpa_ptk ptk, swapped;
    wpa_derive_ptk(pmk.data(), aa.data(), spa.data(), anonce.data(), snonce.data(), &ptk);
    EXPECT_EQ(bytes(ptk.kck, ptk.kck + 16), unhex("379f9852d0199236b94e407ce4c00ec8"));
    EXPECT_EQ(bytes(ptk.kek, ptk.kek + 16), unhex("47c9edc01c2c6e5b4910caddfb3e51a7"));
    EXPECT_EQ(bytes(ptk.tk, ptk.tk + 16), unhex("b2360c79e9710fdd58bea93deaf06599"));
    wpa_derive_ptk(pmk.data(), spa.data(), aa.data(), snonce.data(), anonce.data(), &swapped);
    EXPECT_EQ(memcmp(&ptk, &swapped, sizeof ptk), 0) << "both sides order addresses and nonces alike";
}

TEST(KeyWrap, IsThatOfRfc3394AndNoticesAChange)
{
    bytes kek = unhex("000102030405060708090a0b0c0d0e0f"), key = unhex("00112233445566778899aabbccddeeff");
    bytes wrapped(24), back(16);
    ASSERT_TRUE(wpa_wrap(kek.data(), key.data(), key.size(), wrapped.data()));
    EXPECT_EQ(wrapped, unhex("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"));
    ASSERT_TRUE(wpa_unwrap(kek.data(), wrapped.data(), wrapped.size(), back.data()));
    EXPECT_EQ(back, key);
    wrapped[7] ^= 1;
    EXPECT_FALSE(wpa_unwrap(kek.data(), wrapped.data(), wrapped.size(), back.data()));
    EXPECT_FALSE(wpa_unwrap(kek.data(), wrapped.data(), 23, back.data()));
}

TEST(Ccmp, EncryptsTheMpduOfAnnexJ6)
{
    ccmp_ptr ccmp(ccmp_create(KEY.data(), 0));
    ccmp_set_packet_number(ccmp.get(), 0xb5039776e70c - 1);
    bytes sealed = seal(ccmp.get(), concat(HEADER, PLAIN));
    EXPECT_EQ(bytes(sealed.begin() + MPDU_HEADER, sealed.end()),
              unhex("0ce700207697 03b5 f3d0a2fe9a3dbf2342a643e43246e80c3c04d019 7845ce0b16f97623"));
    EXPECT_EQ(sealed[1], 0x48);

    ccmp_ptr receiver(ccmp_create(KEY.data(), 0));
    bytes plain;
    EXPECT_EQ(open(receiver.get(), sealed, &plain), CCMP_OK);
    EXPECT_EQ(bytes(plain.begin() + MPDU_HEADER, plain.end()), PLAIN);
}

TEST(Ccmp, ARepeatedOrOlderPacketNumberIsAReplay)
{
    ccmp_ptr sender(ccmp_create(KEY.data(), 0)), receiver(ccmp_create(KEY.data(), 0));
    bytes first = seal(sender.get(), concat(HEADER, PLAIN)), second = seal(sender.get(), concat(HEADER, PLAIN));
    EXPECT_EQ(open(receiver.get(), second), CCMP_OK);
    EXPECT_EQ(open(receiver.get(), second), CCMP_REPLAY);
    EXPECT_EQ(open(receiver.get(), first), CCMP_REPLAY);
}

TEST(Ccmp, EachPriorityHasItsOwnReplayCounter)
{
    ccmp_ptr sender(ccmp_create(KEY.data(), 0)), receiver(ccmp_create(KEY.data(), 0));
    bytes low = HEADER, high = HEADER;
    low[0] = high[0] = 0x88; // QoS data
    low = concat(concat(low, {1, 0}), PLAIN);
    high = concat(concat(high, {6, 0}), PLAIN);
    bytes low_sealed = seal(sender.get(), low), high_sealed = seal(sender.get(), high);
    EXPECT_EQ(open(receiver.get(), high_sealed), CCMP_OK); // overtook
    EXPECT_EQ(open(receiver.get(), low_sealed), CCMP_OK);
}

TEST(Ccmp, WhatMayChangeOnTheWayIsNotProtectedAndAllElseIs)
{
    ccmp_ptr sender(ccmp_create(KEY.data(), 0));
    bytes sealed = seal(sender.get(), concat(HEADER, PLAIN));
    for (size_t at = 0; at < sealed.size(); at++) {
        ccmp_ptr receiver(ccmp_create(KEY.data(), 0));
        bytes changed = sealed;
        changed[at] ^= at == 1 ? MPDU_FLAG_RETRY | MPDU_FLAG_POWER | MPDU_FLAG_MORE_DATA : 0x10;
        bool duration_or_sequence = at == 2 || at == 3 || at == 22 || at == 23;
        bool subtype = at == 0; // its low bits are masked
        bool reserved = at == MPDU_HEADER + 2 || at == MPDU_HEADER + 3;
        auto result = open(receiver.get(), changed);
        if (at == 1 || duration_or_sequence || subtype || reserved)
            EXPECT_EQ(result, CCMP_OK) << at;
        else
            EXPECT_EQ(result, CCMP_BAD_MIC) << at;
    }
}

TEST(Ccmp, ShortAndUnprotectedFramesAreMalformed)
{
    ccmp_ptr sender(ccmp_create(KEY.data(), 0)), receiver(ccmp_create(KEY.data(), 0));
    EXPECT_EQ(open(receiver.get(), concat(HEADER, bytes(6, 0))), CCMP_MALFORMED);
    bytes sealed = seal(sender.get(), concat(HEADER, PLAIN));
    for (size_t size = MPDU_HEADER; size <= MPDU_HEADER + CCMP_OVERHEAD; size++)
        EXPECT_EQ(open(receiver.get(), bytes(sealed.begin(), sealed.begin() + (long)size)), CCMP_MALFORMED) << size;
}

TEST(EapolKey, SurvivesTheWayAndItsMicNoticesEveryBit)
{
    struct wpa_ptk ptk;
    memset(&ptk, 0x5a, sizeof ptk);
    uint8_t gtk[WPA_KEY], found[WPA_KEY], kde[WPA_GTK_KDE], packet[WPA_EAPOL_MAX], data[WPA_KEY_DATA_MAX];
    memset(gtk, 7, sizeof gtk);
    wpa_put_gtk(kde, 2, gtk);
    struct wpa_eapol out = {};
    out.info = WPA_INFO_VERSION | WPA_INFO_MIC | WPA_INFO_SECURE | WPA_INFO_ENCRYPTED | WPA_INFO_ACK;
    out.replay = 0x0102030405060708;
    out.rsc = 0x665544332211;
    out.data = kde;
    out.data_size = sizeof kde;
    size_t size = wpa_make_eapol(&out, &ptk, packet);
    struct wpa_eapol in;
    ASSERT_TRUE(wpa_parse_eapol(packet, size, &in));
    EXPECT_EQ(in.replay, out.replay);
    EXPECT_EQ(in.rsc, out.rsc);
    ASSERT_TRUE(wpa_unwrap(ptk.kek, in.data, in.data_size, data));
    unsigned id = 0;
    ASSERT_TRUE(wpa_find_gtk(data, in.data_size - 8, &id, found));
    EXPECT_EQ(id, 2u);
    EXPECT_EQ(memcmp(gtk, found, sizeof gtk), 0);
    EXPECT_TRUE(wpa_check_mic(packet, size, &ptk));
    for (size_t at = 4; at < size; at++) { // what goes before are the version and the length
        packet[at] ^= 0x20;
        EXPECT_FALSE(wpa_check_mic(packet, size, &ptk)) << at;
        packet[at] ^= 0x20;
    }
    for (size_t cut = 0; cut < size; cut++)
        EXPECT_FALSE(wpa_parse_eapol(packet, cut, &in)) << cut;
}
