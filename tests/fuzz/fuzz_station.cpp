// SPDX-License-Identifier: Apache-2.0
// What the guest's Wi-Fi station reads from the air: beacons, EAPOL-Key packets, bodies of data frames, headers. The
// first byte chooses. Key data are also tried behind a good MIC and key wrap, where an access point's mistakes would
// be.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

extern "C" {
#include "firmware/net/bss.h"
#include "firmware/net/ethernet.h"
#include "firmware/net/supplicant.h"
}
#include "rf_channel/wpa.h"

namespace
{

const std::uint8_t ACCESS_POINT[6] = {2, 0, 0, 0, 0, 9}, STATION[6] = {0x24, 0x0A, 0xC4, 0, 0, 0}, KEY[32] = {1};

void must(bool condition)
{
    if (!condition)
        std::abort();
}

// Bytes in a piece of memory of their own, so that every read beyond them is seen.
struct exact {
    explicit exact(const std::uint8_t *data, std::size_t size) : bytes(data, data + size)
    {
        bytes.shrink_to_fit();
    }
    std::vector<std::uint8_t> bytes;
    unsigned size() const
    {
        return static_cast<unsigned>(bytes.size());
    }
};

void read_beacon(const exact &in)
{
    struct bss bss;
    std::uint8_t body[BSS_BODY_MAX], ladder[BSS_LADDER];
    if (!bss_read(in.bytes.data(), in.size(), &bss))
        return;
    must(std::memchr(bss.info.ssid, 0, sizeof bss.info.ssid) != nullptr);
    must(bss.element_bytes <= SUPPLICANT_ELEMENT);
    must(bss_make_association_request(body, &bss) <= BSS_BODY_MAX);
    must(bss_ladder(&bss, ladder) <= BSS_LADDER);
}

struct handshake {
    struct supplicant s;
    struct supplicant_answer answer = {};
    struct wpa_ptk ptk = {};
    std::uint64_t replay = 0;

    handshake()
    {
        const struct supplicant_elements elements = {bss_rsn, bss_rsn, BSS_RSN, BSS_RSN};
        supplicant_init(&s, KEY, ACCESS_POINT, STATION, &elements);
        struct wpa_eapol m1 = {};
        m1.info = WPA_INFO_VERSION | WPA_INFO_PAIRWISE | WPA_INFO_ACK;
        must(take(make(m1)) == SUPPLICANT_ANSWER);
        struct wpa_eapol m2 = {};
        must(wpa_parse_eapol(answer.reply, answer.length, &m2));
        wpa_derive_ptk(KEY, ACCESS_POINT, STATION, m1.nonce, m2.nonce, &ptk);
    }
    exact make(struct wpa_eapol &e)
    {
        std::uint8_t out[WPA_EAPOL_MAX];
        e.replay = ++replay;
        return exact(out, wpa_make_eapol(&e, &ptk, out));
    }
    enum supplicant_result take(const exact &packet)
    {
        const std::uint8_t nonce[SUPPLICANT_NONCE] = {7};
        enum supplicant_result result = supplicant_take(&s, packet.bytes.data(), packet.size(), nonce, &answer);
        must(answer.length <= SUPPLICANT_REPLY);
        must(!answer.group || (answer.group->key_id >= 1 && answer.group->key_id <= 3));
        return result;
    }
};

void read_key_data(const exact &in)
{
    handshake h;
    for (unsigned info : {WPA_INFO_PAIRWISE | WPA_INFO_INSTALL, 0}) {
        struct wpa_eapol e = {};
        e.info = static_cast<std::uint16_t>(info | WPA_INFO_VERSION | WPA_INFO_ACK | WPA_INFO_MIC | WPA_INFO_SECURE |
                                            WPA_INFO_ENCRYPTED);
        e.data = in.bytes.data();
        e.data_size = in.size() < WPA_KEY_DATA_MAX ? in.size() : static_cast<unsigned>(WPA_KEY_DATA_MAX);
        h.take(h.make(e));
    }
}

void read_packet(const exact &in)
{
    handshake h;
    h.take(in);
}

void read_body(const exact &in)
{
    const unsigned before = DOT11_HEADER;
    std::vector<std::uint8_t> frame(before + in.bytes.size());
    std::memcpy(frame.data() + before, in.bytes.data(), in.bytes.size());
    unsigned length = 0;
    const std::uint8_t *ethernet = ethernet_from_body(frame.data() + before, in.size(), STATION, ACCESS_POINT, &length);
    if (ethernet) {
        must(ethernet >= frame.data() && ethernet + length <= frame.data() + frame.size());
        ethernet_priority(ethernet, length);
        std::vector<std::uint8_t> body(length + SNAP);
        ethernet_to_body(ethernet, length, body.data());
    }
    struct dot11_frame header;
    if (dot11_parse(in.bytes.data(), in.bytes.size(), &header))
        must(header.header <= in.bytes.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 2)
        return 0;
    const exact in(data + 1, size - 1);
    switch (data[0] & 3) {
    case 0:
        read_beacon(in);
        break;
    case 1:
        read_packet(in);
        break;
    case 2:
        read_key_data(in);
        break;
    default:
        read_body(in);
    }
    return 0;
}
