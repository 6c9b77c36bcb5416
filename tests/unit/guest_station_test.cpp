/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the guest's Wi-Fi station that are plain C: keys, handshake, networks, Ethernet frames, rates. The other
 * side of the handshake is the access point's code, which is written on libcrypto. */
extern "C" {
#include "firmware/net/aes.h"
#include "firmware/net/bss.h"
#include "firmware/net/ethernet.h"
#include "firmware/net/rate.h"
#include "firmware/net/rate_control.h"
#include "firmware/net/sha1.h"
#include "firmware/net/supplicant.h"
}
#include "bus/base/rng.h"
#include "rf_channel/elements.h"
#include "rf_channel/wpa.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace
{

using bytes = std::vector<uint8_t>;

bytes hex(const char *text)
{
    bytes out;
    for (; *text; text += 2)
        out.push_back((uint8_t)std::stoul(std::string(text, 2), nullptr, 16));
    return out;
}

bytes sha1_of(const std::string &text)
{
    struct sha1 sha1;
    bytes digest(SHA1_BYTES);
    sha1_init(&sha1);
    sha1_add(&sha1, text.data(), text.size());
    sha1_end(&sha1, digest.data());
    return digest;
}

} // namespace

/* ---- Keys ---- */

TEST(Sha1, HashesTheExamplesOfFips180)
{
    EXPECT_EQ(sha1_of("abc"), hex("a9993e364706816aba3e25717850c26c9cd0d89d"));
    EXPECT_EQ(sha1_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              hex("84983e441c3bd26ebaae4aa1f95129e5e54670f1"));
    EXPECT_EQ(sha1_of(std::string(1000000, 'a')), hex("34aa973cd4c4daa4f61eeb2bdbad27316534016f"));
    EXPECT_EQ(sha1_of(""), hex("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
}

TEST(Hmac, AgreesWithLibcryptoForAllLengths)
{
    bytes message, key = hex("0102030405060708090a0b0c0d0e0f10");
    struct hmac_key hmac;
    hmac_set_key(&hmac, key.data(), key.size());
    for (unsigned length = 0; length < 200; length++) {
        uint8_t ours[SHA1_BYTES], theirs[WPA_SHA1];
        struct sha1 sha1;
        hmac_begin(&hmac, &sha1);
        sha1_add(&sha1, message.data(), length / 3); /* in two portions */
        sha1_add(&sha1, message.data() + length / 3, length - length / 3);
        hmac_end(&hmac, &sha1, ours);
        wpa_hmac_sha1(key.data(), key.size(), message.data(), length, theirs);
        ASSERT_EQ(memcmp(ours, theirs, SHA1_BYTES), 0) << length;
        message.push_back((uint8_t)(length * 7));
    }
}

TEST(Passphrase, BecomesTheKeyOfTheStandardsExamplesInAnyPortions)
{
    struct pbkdf2 p;
    pbkdf2_begin(&p, "password", (const uint8_t *)"IEEE", 4);
    while (!pbkdf2_continue(&p, 1000))
        ;
    EXPECT_EQ(bytes(p.key, p.key + 32), hex("f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"));
    pbkdf2_begin(&p, "ThisIsAPassword", (const uint8_t *)"ThisIsASSID", 11);
    while (!pbkdf2_continue(&p, 37))
        ;
    EXPECT_EQ(bytes(p.key, p.key + 32), hex("0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"));
}

TEST(Aes, DecryptsTheExampleOfFips197)
{
    struct aes aes;
    bytes block = hex("69c4e0d86a7b0430d8cdb78070b4c55a");
    aes_set_key(&aes, hex("000102030405060708090a0b0c0d0e0f").data());
    aes_decrypt(&aes, block.data());
    EXPECT_EQ(block, hex("00112233445566778899aabbccddeeff"));
}

TEST(Aes, UnwrapsWhatLibcryptoWrapsAndNothingElse)
{
    bytes kek = hex("000102030405060708090a0b0c0d0e0f");
    for (unsigned size = 16; size <= 120; size += 8) {
        bytes key(size), wrapped(size + 8), plain(size);
        for (unsigned i = 0; i < size; i++)
            key[i] = (uint8_t)(i * 11 + size);
        ASSERT_TRUE(wpa_wrap(kek.data(), key.data(), size, wrapped.data()));
        EXPECT_TRUE(aes_unwrap(kek.data(), wrapped.data(), wrapped.size(), plain.data()));
        EXPECT_EQ(plain, key);
        wrapped[size / 2] ^= 1;
        EXPECT_FALSE(aes_unwrap(kek.data(), wrapped.data(), wrapped.size(), plain.data()));
        EXPECT_FALSE(aes_unwrap(kek.data(), wrapped.data(), 16, plain.data()));
        EXPECT_FALSE(aes_unwrap(kek.data(), wrapped.data(), wrapped.size() - 1, plain.data()));
    }
}

/* ---- The handshake ---- */

namespace
{

const uint8_t AP[6] = {2, 0, 0, 0, 0, 9}, STATION[6] = {0x24, 0x0a, 0xc4, 0, 0, 0};

/* A supplicant, and an authenticator that makes its messages. */
class Handshake : public ::testing::Test
{
  protected:
    struct supplicant s;
    struct supplicant_answer answer = {};
    uint8_t pmk[32], anonce[32], gtk[16];
    struct body rsn = {};
    struct wpa_ptk ptk = {};
    uint64_t replay = 0;
    uint8_t nonces = 0;

    void SetUp() override
    {
        for (unsigned i = 0; i < 32; i++) {
            pmk[i] = (uint8_t)(i * 3);
            anonce[i] = (uint8_t)(i + 100);
            gtk[i % 16] = (uint8_t)(i * 5);
        }
        body_put_rsn(&rsn);
        start(pmk);
    }
    void start(const uint8_t *key)
    {
        struct supplicant_elements elements = {bss_rsn, rsn.bytes, BSS_RSN, (uint8_t)rsn.size};
        supplicant_init(&s, key, AP, STATION, &elements);
    }
    enum supplicant_result take(const bytes &packet)
    {
        uint8_t nonce[SUPPLICANT_NONCE];
        memset(nonce, ++nonces, sizeof nonce);
        return supplicant_take(&s, packet.data(), (unsigned)packet.size(), nonce, &answer);
    }
    bytes make(unsigned info, bool has_nonce, const bytes &data = {}, uint64_t rsc = 0)
    {
        uint8_t out[WPA_EAPOL_MAX];
        struct wpa_eapol e = {};
        e.info = (uint16_t)(info | WPA_INFO_VERSION | WPA_INFO_ACK);
        e.key_length = 16;
        e.replay = ++replay;
        if (has_nonce)
            memcpy(e.nonce, anonce, sizeof anonce);
        e.rsc = rsc;
        e.data = data.data();
        e.data_size = data.size();
        size_t size = wpa_make_eapol(&e, &ptk, out);
        return bytes(out, out + size);
    }
    bytes message_1()
    {
        return make(WPA_INFO_PAIRWISE, true);
    }
    bytes gtk_kde(unsigned id)
    {
        bytes kde(WPA_GTK_KDE);
        wpa_put_gtk(kde.data(), id, gtk);
        return kde;
    }
    bytes message_3(const struct body *element = nullptr, unsigned id = 1)
    {
        const struct body *e = element ? element : &rsn;
        bytes data(e->bytes, e->bytes + e->size), kde = gtk_kde(id);
        data.insert(data.end(), kde.begin(), kde.end());
        return make(WPA_INFO_PAIRWISE | WPA_INFO_INSTALL | WPA_INFO_MIC | WPA_INFO_SECURE | WPA_INFO_ENCRYPTED, true,
                    data, 0x123456);
    }
    bytes group_message(unsigned id, uint64_t rsc = 0)
    {
        return make(WPA_INFO_MIC | WPA_INFO_SECURE | WPA_INFO_ENCRYPTED, false, gtk_kde(id), rsc);
    }
    /* What the authenticator reads of the answer. */
    struct wpa_eapol reply()
    {
        struct wpa_eapol e = {};
        EXPECT_TRUE(wpa_parse_eapol(answer.reply, answer.length, &e));
        EXPECT_EQ(e.replay, replay);
        return e;
    }
    void take_message_1()
    {
        ASSERT_EQ(take(message_1()), SUPPLICANT_ANSWER);
        wpa_derive_ptk(pmk, AP, STATION, anonce, reply().nonce, &ptk);
    }
    void shake_hands()
    {
        take_message_1();
        ASSERT_EQ(take(message_3()), SUPPLICANT_INSTALL_PAIR);
    }
};

} // namespace

TEST_F(Handshake, EndsWithTheSameKeysOnBothSides)
{
    take_message_1();
    struct wpa_eapol m2 = reply();
    EXPECT_EQ(m2.info, 0x010A);
    EXPECT_TRUE(wpa_check_mic(answer.reply, answer.length, &ptk));
    EXPECT_EQ(bytes(m2.data, m2.data + m2.data_size), bytes(bss_rsn, bss_rsn + BSS_RSN));

    ASSERT_EQ(take(message_3()), SUPPLICANT_INSTALL_PAIR);
    EXPECT_EQ(reply().info, 0x030A);
    EXPECT_TRUE(wpa_check_mic(answer.reply, answer.length, &ptk));
    EXPECT_EQ(memcmp(s.ptk.tk, ptk.tk, 16), 0);
    ASSERT_NE(answer.group, nullptr);
    EXPECT_EQ(answer.group->key_id, 1);
    EXPECT_EQ(answer.group->packet_number, 0x123456u);
    EXPECT_EQ(memcmp(answer.group->key, gtk, 16), 0);
}

TEST_F(Handshake, GroupKeysAreExchangedByTurns)
{
    shake_hands();
    for (unsigned id : {2u, 1u, 2u}) {
        gtk[0]++;
        ASSERT_EQ(take(group_message(id, id)), SUPPLICANT_INSTALL_GROUP);
        EXPECT_EQ(reply().info, 0x0302);
        EXPECT_TRUE(wpa_check_mic(answer.reply, answer.length, &ptk));
        EXPECT_EQ(answer.group->key_id, id);
        EXPECT_EQ(answer.group->packet_number, id);
    }
}

TEST_F(Handshake, AKeyIsNeverInstalledTwice)
{
    shake_hands();
    EXPECT_EQ(take(message_3()), SUPPLICANT_ANSWER) << "its packet numbers would begin anew";
    EXPECT_EQ(answer.group, nullptr);
    EXPECT_EQ(take(group_message(1)), SUPPLICANT_ANSWER);
    EXPECT_EQ(answer.group, nullptr);
}

TEST_F(Handshake, ReplaysAndForgeriesAreOfNoConsequence)
{
    bytes first = message_1();
    EXPECT_EQ(take(first), SUPPLICANT_ANSWER);
    wpa_derive_ptk(pmk, AP, STATION, anonce, reply().nonce, &ptk);
    bytes third = message_3();
    bytes forged = third;
    forged[90] ^= 1;
    EXPECT_EQ(take(forged), SUPPLICANT_BAD_MIC);
    EXPECT_EQ(take(third), SUPPLICANT_INSTALL_PAIR);
    EXPECT_EQ(take(third), SUPPLICANT_IGNORED);
    EXPECT_EQ(take(first), SUPPLICANT_IGNORED);
    /* Message 1 is not signed: anybody can say it. The keys in use stay. */
    EXPECT_EQ(take(message_1()), SUPPLICANT_ANSWER);
    replay++;
    gtk[0]++;
    EXPECT_EQ(take(group_message(2)), SUPPLICANT_INSTALL_GROUP);
}

TEST_F(Handshake, AnotherPassphraseShowsInItsFirstMessageBeingRepeated)
{
    uint8_t other[32] = {1};
    start(other);
    for (unsigned n = 1; n <= 3; n++) {
        EXPECT_EQ(take(message_1()), SUPPLICANT_ANSWER);
        wpa_derive_ptk(pmk, AP, STATION, anonce, reply().nonce, &ptk);
        EXPECT_FALSE(wpa_check_mic(answer.reply, answer.length, &ptk));
        EXPECT_EQ(s.first_messages, n);
    }
    EXPECT_EQ(take(message_3()), SUPPLICANT_BAD_MIC);
}

TEST_F(Handshake, AnAccessPointWhoseBeaconSaidOtherwiseIsLeft)
{
    struct body other = rsn;
    other.bytes[other.size - 2] ^= 1;
    take_message_1();
    EXPECT_EQ(take(message_3(&other)), SUPPLICANT_ELEMENT_DIFFERS);
}

TEST_F(Handshake, SurvivesDamagedMessages)
{
    struct rng rng;
    rng_init(&rng, 1, 0, "damage");
    shake_hands();
    for (unsigned n = 0; n < 5000; n++) {
        bytes packet = n % 3 ? message_3() : n % 2 ? group_message(2) : message_1();
        for (unsigned i = 0; i <= n % 4; i++)
            packet[rng_u32(&rng) % packet.size()] = (uint8_t)rng_u32(&rng);
        if (n % 5 == 0)
            packet.resize(rng_u32(&rng) % packet.size());
        bytes exact(packet.begin(), packet.end()); /* nothing behind it */
        exact.shrink_to_fit();
        enum supplicant_result result = take(exact);
        EXPECT_NE(result, SUPPLICANT_INSTALL_PAIR);
    }
}

/* ---- Networks ---- */

namespace
{

bytes beacon(bool is_private, bool has_rsn, bool has_n, const std::string &ssid = "laboratory")
{
    struct body body = {};
    static const uint8_t fixed[10] = {0, 0, 0, 0, 0, 0, 0, 0, 100, 0};
    uint8_t channel = 6;
    body_put(&body, fixed, sizeof fixed);
    body_put_le16(&body, CAPABILITY_ESS | CAPABILITY_SHORT_SLOT | (is_private ? (unsigned)CAPABILITY_PRIVACY : 0u));
    body_put_element(&body, ELEMENT_SSID, ssid.data(), ssid.size());
    body_put_rates(&body, true);
    body_put_element(&body, ELEMENT_DS, &channel, 1);
    body_put_extended_rates(&body, true);
    if (has_rsn)
        body_put_rsn(&body);
    if (has_n) {
        body_put_ht_capabilities(&body);
        body_put_ht_operation(&body, channel);
        body_put_wmm_parameters(&body);
    }
    return bytes(body.bytes, body.bytes + body.size);
}

struct bss read(const bytes &body)
{
    struct bss bss;
    EXPECT_TRUE(bss_read(body.data(), (unsigned)body.size(), &bss));
    return bss;
}

} // namespace

TEST(Network, IsReadFromItsBeacon)
{
    struct bss bss = read(beacon(true, true, true));
    EXPECT_STREQ(bss.info.ssid, "laboratory");
    EXPECT_EQ(bss.info.channel, 6);
    EXPECT_EQ(bss.info.beacon_interval, 100);
    EXPECT_TRUE(bss.info.is_private && bss.info.has_wpa2_psk && bss.info.has_ht && bss.info.has_wmm);
    EXPECT_EQ(bss.element_bytes, 22);
    EXPECT_TRUE(bss_suits(&bss, "laboratory", true));
    EXPECT_FALSE(bss_suits(&bss, "laboratory", false));
    EXPECT_FALSE(bss_suits(&bss, "laborator", true));
}

TEST(Network, SuitsWhoHasItsKeyOrNeedsNone)
{
    struct bss open = read(beacon(false, false, false)), wep = read(beacon(true, false, false));
    EXPECT_TRUE(bss_suits(&open, "laboratory", false));
    EXPECT_FALSE(bss_suits(&open, "laboratory", true)) << "no passphrase is said in the clear";
    EXPECT_FALSE(bss_suits(&wep, "laboratory", false) || bss_suits(&wep, "laboratory", true));
}

TEST(Network, OfAnotherCipherIsNotOurs)
{
    bytes body = beacon(true, true, false);
    auto rsn = std::search(body.begin(), body.end(), bss_rsn, bss_rsn + 8);
    ASSERT_NE(rsn, body.end());
    for (unsigned at : {7u, 13u, 19u}) { /* group, pairs, key management */
        uint8_t was = rsn[at];
        rsn[at] = 8;
        EXPECT_FALSE(read(body).info.has_wpa2_psk) << at;
        rsn[at] = was;
    }
    EXPECT_TRUE(read(body).info.has_wpa2_psk);
}

TEST(Network, IsToldWhatTheStationCanDo)
{
    uint8_t body[BSS_BODY_MAX];
    struct bss bss = read(beacon(true, true, true));
    unsigned length = bss_make_association_request(body, &bss);
    struct elements e;
    ASSERT_TRUE(elements_parse(body + 4, length - 4, &e));
    EXPECT_EQ(std::string((const char *)e.ssid, e.ssid_size), "laboratory");
    EXPECT_EQ(e.rates, 0xFFFu);
    EXPECT_TRUE(e.ht && e.wmm && elements_rsn_is_ours(&e));
    length = bss_make_probe_request(body, "laboratory", 6);
    ASSERT_TRUE(elements_parse(body, length, &e));
    EXPECT_EQ(e.channel, 6u);
}

TEST(Network, DamagedBeaconsAreSurvived)
{
    struct rng rng;
    struct bss bss;
    rng_init(&rng, 2, 0, "damage");
    const bytes good = beacon(true, true, true, std::string(32, 'x'));
    for (unsigned n = 0; n < 20000; n++) {
        bytes body = good;
        for (unsigned i = 0; i < 3; i++)
            body[rng_u32(&rng) % body.size()] = (uint8_t)rng_u32(&rng);
        if (n % 2)
            body.resize(rng_u32(&rng) % body.size());
        body.shrink_to_fit();
        bss_read(body.data(), (unsigned)body.size(), &bss);
        EXPECT_LE(strlen(bss.info.ssid), 32u);
        EXPECT_LE(bss.element_bytes, SUPPLICANT_ELEMENT);
    }
}

TEST(Network, RatesAreClimbedInOneFamily)
{
    uint8_t ladder[BSS_LADDER];
    struct bss g = read(beacon(false, false, false)), n = read(beacon(false, false, true));
    unsigned count = bss_ladder(&g, ladder);
    EXPECT_EQ(ladder[0], RATE_1M);
    EXPECT_EQ(ladder[count - 1], RATE_54M);
    for (unsigned i = 1; i < count; i++)
        EXPECT_GT(rate_100k(ladder[i]), rate_100k(ladder[i - 1]));
    count = bss_ladder(&n, ladder);
    EXPECT_EQ(ladder[count - 1], RATE_MCS0 + 7);
}

/* ---- Ethernet frames ---- */

TEST(Ethernet, FramesComeBackAsTheyWere)
{
    for (unsigned type : {0x0800u, 0x0806u, 0x86DDu, 0x88B5u, 0x8137u, 0x80F3u, 40u}) {
        bytes frame(54, 0x5A), buffer(100);
        for (unsigned i = 0; i < 14; i++)
            frame[i] = (uint8_t)i;
        frame[12] = (uint8_t)(type >> 8);
        frame[13] = (uint8_t)type;
        unsigned body = ethernet_to_body(frame.data(), (unsigned)frame.size(), &buffer[24]), length;
        EXPECT_EQ(body, type == 40 ? 40u : 48u);
        const uint8_t *back = ethernet_from_body(&buffer[24], body, frame.data(), frame.data() + 6, &length);
        ASSERT_NE(back, nullptr);
        EXPECT_EQ(bytes(back, back + length), frame) << std::hex << type;
    }
    uint8_t body[64];
    const bytes lying = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 1, 2};
    EXPECT_EQ(ethernet_to_body(lying.data(), (unsigned)lying.size(), body), 0u) << "shorter than it says";
}

/* ---- Rates ---- */

namespace
{

struct Aarf {
    struct rate_control control;
    Aarf()
    {
        const uint8_t rates[] = {RATE_1M, RATE_6M, RATE_24M, RATE_54M};
        rate_control_init(&control, rates, 4);
    }
    unsigned send(bool good, unsigned times = 1)
    {
        for (unsigned i = 0; i < times; i++)
            rate_control_sent(&control, rate_control_rate(&control), good ? 1 : 3);
        return rate_control_rate(&control);
    }
};

} // namespace

TEST(RateControl, TwoFailuresLeadDownTenSuccessesUp)
{
    Aarf a;
    EXPECT_EQ(a.send(true, 100), RATE_54M);
    EXPECT_EQ(a.send(false), RATE_54M);
    EXPECT_EQ(a.send(false), RATE_24M);
    EXPECT_EQ(a.send(true, 9), RATE_24M);
    EXPECT_EQ(a.send(true), RATE_54M);
}

TEST(RateControl, AStepUpThatFailsAtOnceIsTriedMoreSeldom)
{
    Aarf a;
    a.send(false, 2);
    EXPECT_EQ(a.send(true, 10), RATE_54M);
    EXPECT_EQ(a.send(false), RATE_24M);
    EXPECT_EQ(a.send(true, 19), RATE_24M);
    EXPECT_EQ(a.send(true), RATE_54M);
}

TEST(RateControl, CollisionsDoNotLeadDown)
{
    Aarf a;
    for (unsigned n = 0; n < 100; n++)
        rate_control_sent(&a.control, RATE_54M, n % 4 == 0 ? 1 : 2);
    EXPECT_EQ(rate_control_rate(&a.control), RATE_54M);
}

TEST(RateControl, NeverLeavesItsRates)
{
    Aarf a;
    EXPECT_EQ(a.send(false, 1000), RATE_1M);
    EXPECT_EQ(a.send(true, 1000), RATE_54M);
    rate_control_sent(&a.control, RATE_6M, 0); /* queued long ago */
    rate_control_sent(&a.control, RATE_6M, 0);
    EXPECT_EQ(a.send(true), RATE_54M);
}
