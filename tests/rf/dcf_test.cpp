/* SPDX-License-Identifier: Apache-2.0 */
// One attempt at a time: when it goes out, what it does to the others, how it ends.
#include "rf_channel/dcf.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace
{

constexpr struct rf_mode OFDM_54 = {RF_RATE_OFDM_54, false};
constexpr struct rf_mode OFDM_6 = {RF_RATE_OFDM_6, false};
constexpr sim_time SLOT = SIM_US(9), SIFS = SIM_US(10), DIFS = SIFS + 2 * SLOT;
constexpr unsigned BODY = 100;

using Address = std::array<uint8_t, MPDU_ADDRESS>;

Address address(unsigned node)
{
    return {0x02, 0, 0, 0, 0, (uint8_t)node};
}

struct OnAir {
    sim_time at;
    unsigned from;
    std::string name;
    uint16_t duration;
    sim_time end;
};

struct Done {
    sim_time at;
    unsigned slot;
    struct dcf_outcome outcome;
};

class Net;

struct Node {
    Net *net = nullptr;
    struct dcf *dcf = nullptr;
    std::vector<Done> done;
    std::vector<std::string> heard; // intact frames, by name
    bool acknowledges = true;
    std::vector<std::array<uint8_t, 200>> frames; // bytes that attempts point to
};

class Net
{
  public:
    explicit Net(unsigned nodes, const struct dcf_config &config = dcf_defaults(), bool hear_all = true)
        : q(evq_create()), node(nodes)
    {
        auto path = rf_propagation_defaults();
        path.path = RF_PATH_MATRIX;
        propagation = rf_propagation_create(&path, nodes);
        errors = rf_error_model_create(RF_ERROR_TABLE);
        auto settings = rf_medium_defaults();
        medium = rf_medium_create(&settings, q, propagation, errors);
        rf_medium_observe(medium, &medium_observer);
        for (unsigned n = 0; n < nodes; n++) {
            node[n].net = this;
            node[n].frames.reserve(64);
            node[n].dcf = dcf_create(medium, n, 6, &config, &OPS, &node[n], &observer);
            dcf_set_address(node[n].dcf, 0, address(n).data(), nullptr);
        }
        for (unsigned a = 0; hear_all && a < nodes; a++)
            for (unsigned b = a + 1; b < nodes; b++)
                link(a, b);
    }
    ~Net()
    {
        for (auto &n : node)
            dcf_destroy(n.dcf);
        rf_medium_destroy(medium);
        rf_error_model_destroy(errors);
        rf_propagation_destroy(propagation);
        evq_destroy(q);
    }
    Net(const Net &) = delete;
    Net &operator=(const Net &) = delete;

    void link(unsigned a, unsigned b, double loss_db = 70)
    {
        ASSERT_EQ(rf_propagation_set_link(propagation, a, b, loss_db), SIM_OK);
        ASSERT_EQ(rf_propagation_set_link(propagation, b, a, loss_db), SIM_OK);
    }

    // A data frame of BODY bytes to `to`, as one attempt.
    struct dcf_attempt frame(unsigned from, unsigned to, unsigned backoff = 0)
    {
        auto &bytes = node[from].frames.emplace_back();
        struct mpdu_header header = {};
        header.type = MPDU_DATA;
        memcpy(header.address[0], address(to).data(), MPDU_ADDRESS);
        memcpy(header.address[1], address(from).data(), MPDU_ADDRESS);
        header.sequence = (uint16_t)node[from].frames.size();
        mpdu_make_header(bytes.data(), &header);
        mpdu_put_le16(&bytes[2], 44); // SIFS and an ACK at 24 Mbit/s
        struct dcf_attempt attempt = {};
        attempt.mpdu = bytes.data();
        attempt.bytes = MPDU_HEADER + BODY;
        attempt.mode = OFDM_54;
        attempt.power_dbm = 20;
        attempt.aifsn = 2;
        attempt.backoff = backoff;
        attempt.answer = DCF_ANSWER_ACK;
        return attempt;
    }
    void start(unsigned from, const struct dcf_attempt &attempt, unsigned slot = 2)
    {
        dcf_start(node[from].dcf, slot, &attempt);
    }
    void run(sim_time until)
    {
        evq_run(q, until);
    }
    // "0 data, 1 ACK, ..."
    std::string order() const
    {
        std::string text;
        for (const auto &frame : air)
            text += (text.empty() ? "" : ", ") + std::to_string(frame.from) + " " + frame.name;
        return text;
    }

    struct evq *q;
    struct rf_propagation *propagation = nullptr;
    struct rf_error_model *errors = nullptr;
    struct rf_medium *medium = nullptr;
    std::vector<Node> node;
    std::vector<OnAir> air;
    std::vector<std::pair<sim_time, std::string>> states; // of node 0

  private:
    struct rf_medium_observer medium_observer = {
        this,
        [](void *ctx, sim_time now, const struct rf_frame *frame) {
            struct mpdu mpdu;
            bool known = mpdu_parse(frame->payload, frame->psdu - MPDU_FCS, &mpdu);
            static_cast<Net *>(ctx)->air.push_back({now, frame->from, known ? mpdu_name(mpdu.type, mpdu.subtype) : "?",
                                                    mpdu.duration, now + rf_txtime(frame->mode, frame->psdu)});
        },
        nullptr};
    struct dcf_observer observer = {this,
                                    [](void *ctx, sim_time now, unsigned n, enum dcf_state state) {
                                        if (n == 0)
                                            static_cast<Net *>(ctx)->states.emplace_back(now, dcf_state_name(state));
                                    },
                                    nullptr, nullptr, nullptr};
    static const struct dcf_ops OPS;
};

const struct dcf_ops Net::OPS = {[](void *ctx, sim_time now, unsigned slot, const struct dcf_outcome *outcome) {
                                     static_cast<Node *>(ctx)->done.push_back({now, slot, *outcome});
                                 },
                                 [](void *ctx, sim_time, const struct dcf_rx *rx) {
                                     auto &self = *static_cast<Node *>(ctx);
                                     if (!rx->parsed)
                                         return;
                                     self.heard.push_back(mpdu_name(rx->mpdu.type, rx->mpdu.subtype));
                                     if (rx->wants != DCF_WANTS_NOTHING && self.acknowledges)
                                         dcf_acknowledge(self.dcf);
                                 },
                                 nullptr};

constexpr sim_time LATER = SIM_MS(20);

TEST(Access, AFrameOnALongIdleMediumGoesOutAtTheNextSlotBoundaryAndIsAcknowledgedAfterSifs)
{
    Net net(2);
    net.run(SIM_US(1000));
    net.start(0, net.frame(0, 1));
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 data, 1 ACK");
    EXPECT_LT(net.air[0].at - SIM_US(1000), SLOT);
    EXPECT_EQ((net.air[0].at - DIFS) % SLOT, 0u) << "slots are counted from the end of DIFS";
    EXPECT_EQ(net.air[1].at, net.air[0].end + SIFS);
    ASSERT_EQ(net.node[0].done.size(), 1u);
    EXPECT_EQ(net.node[0].done[0].outcome.result, DCF_OK);
    EXPECT_EQ(net.node[0].done[0].at, net.air[1].end);
    EXPECT_NEAR(net.node[0].done[0].outcome.rssi_dbm, -50, 0.01) << "of the ACK";
}

TEST(Access, Ns3sDcfWaitsForAWholeIfsEvenOnAnIdleMedium)
{
    auto config = dcf_defaults();
    config.idle_rule = DCF_IDLE_WHOLE_IFS;
    Net net(2, config);
    net.run(SIM_US(1000));
    net.start(0, net.frame(0, 1));
    net.run(LATER);
    EXPECT_EQ(net.air[0].at, SIM_US(1000) + DIFS);
}

TEST(Access, EachBackoffSlotIsASlotTime)
{
    for (unsigned slots : {0u, 1u, 7u, 1023u}) {
        Net net(2);
        net.start(0, net.frame(0, 1, slots));
        net.run(LATER);
        EXPECT_EQ(net.air[0].at, DIFS + slots * SLOT) << slots;
    }
}

TEST(Access, AifsnSetsTheInterframeSpace)
{
    for (unsigned aifsn : {1u, 2u, 3u, 7u, 15u}) {
        Net net(2);
        auto attempt = net.frame(0, 1);
        attempt.aifsn = aifsn;
        net.start(0, attempt);
        net.run(LATER);
        EXPECT_EQ(net.air[0].at, SIFS + aifsn * SLOT) << aifsn;
    }
}

// The winner's frame, its ACK and a DIFS pass; then the loser goes on with what it had left. With DCF it has counted
// the slots that were over, with EDCA also the one that the frame began with.
TEST(Backoff, FreezesWhileTheMediumIsBusyAndGoesOnWithWhatIsLeft)
{
    for (bool edca : {false, true}) {
        auto config = dcf_defaults();
        config.edca = edca;
        Net net(3, config);
        net.start(0, net.frame(0, 2, 3));
        net.start(1, net.frame(1, 2, 10));
        net.run(LATER);
        ASSERT_EQ(net.order(), "0 data, 2 ACK, 1 data, 2 ACK");
        unsigned left = edca ? 6 : 7;
        EXPECT_EQ(net.air[2].at, net.air[1].end + DIFS + left * SLOT);
    }
}

TEST(Backoff, TwoStationsThatCountDownTogetherCollide)
{
    Net net(3);
    net.start(0, net.frame(0, 2, 4));
    net.start(1, net.frame(1, 2, 4));
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 data, 1 data");
    EXPECT_EQ(net.air[0].at, net.air[1].at);
    EXPECT_EQ(net.node[0].done.at(0).outcome.result, DCF_NO_ACK);
    EXPECT_TRUE(net.node[0].done[0].outcome.sent);
    EXPECT_EQ(net.node[1].done.at(0).outcome.result, DCF_NO_ACK);
}

// A station has decided for its boundary a turnaround before it, so a frame that starts in that time is not heard.
TEST(Backoff, AStationThatHasTurnedAroundDoesNotHearTheOther)
{
    for (unsigned late_us : {1u, 4u, 6u}) {
        Net net(3);
        net.run(SIM_US(1000));
        sim_time boundary = DIFS + (SIM_US(1000) - DIFS) / SLOT * SLOT + 20 * SLOT;
        net.start(0, net.frame(0, 2, (unsigned)((boundary - SIM_US(1000)) / SLOT)));
        struct Late {
            struct evq_event event = {};
            struct dcf *dcf = nullptr;
        } late;
        late.dcf = net.node[1].dcf;
        evq_event_init(
            &late.event,
            [](void *ctx, sim_time) {
                static const uint8_t bytes[50] = {};
                rf_radio_transmit(dcf_radio(static_cast<Late *>(ctx)->dcf), OFDM_6, 54, bytes, 20);
            },
            &late, EVQ_PHASE_DEVICE);
        sim_time mine = 0;
        evq_schedule(net.q, &late.event, boundary - SIM_US(late_us));
        net.run(LATER);
        for (const auto &frame : net.air)
            if (frame.from == 0 && mine == 0)
                mine = frame.at;
        if (late_us < 5)
            EXPECT_EQ(mine, boundary) << late_us;
        else
            EXPECT_GT(mine, boundary) << late_us;
    }
}

TEST(Slots, TheHigherPriorityWinsAnInternalCollision)
{
    Net net(2);
    net.start(0, net.frame(0, 1, 5), 3);
    net.start(0, net.frame(0, 1, 5), 1);
    net.run(LATER);
    ASSERT_EQ(net.node[0].done.size(), 2u);
    EXPECT_EQ(net.node[0].done[0].slot, 3u);
    EXPECT_EQ(net.node[0].done[0].outcome.result, DCF_INTERNAL_COLLISION);
    EXPECT_FALSE(net.node[0].done[0].outcome.sent);
    EXPECT_EQ(net.node[0].done[1].slot, 1u);
    EXPECT_EQ(net.node[0].done[1].outcome.result, DCF_OK);
    EXPECT_EQ(net.order(), "0 data, 1 ACK");
}

TEST(Slots, AllCountDownInTheSameIdleSlots)
{
    Net net(2);
    net.start(0, net.frame(0, 1, 2), 3);
    net.start(0, net.frame(0, 1, 9), 1);
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 data, 1 ACK, 0 data, 1 ACK");
    EXPECT_EQ(net.air[0].at, DIFS + 2 * SLOT);
    EXPECT_EQ(net.air[2].at, net.air[1].end + DIFS + (9 - 3) * SLOT);
}

TEST(Slots, ACancelledAttemptEndsAtOnceAndTheOthersCountOn)
{
    Net net(2);
    net.start(0, net.frame(0, 1, 10), 1);
    net.start(0, net.frame(0, 1, 20), 2);
    net.run(DIFS + 4 * SLOT + SIM_US(1));
    EXPECT_TRUE(dcf_cancel(net.node[0].dcf, 1));
    ASSERT_EQ(net.node[0].done.size(), 1u);
    EXPECT_EQ(net.node[0].done[0].outcome.result, DCF_CANCELLED);
    EXPECT_EQ(net.node[0].done[0].outcome.left, 5u) << "boundaries 5 to 9 were still to come";
    EXPECT_FALSE(dcf_cancel(net.node[0].dcf, 1)) << "nothing is there any more";
    net.run(LATER);
    EXPECT_EQ(net.air.at(0).at, DIFS + 20 * SLOT);
}

TEST(Slots, AnAttemptMayBeLimitedInHowLongItWaitsForTheMedium)
{
    Net net(3);
    auto lengthy = net.frame(0, 2);
    lengthy.mode = OFDM_6;
    net.start(0, lengthy);
    auto hasty = net.frame(1, 2, 3);
    hasty.access_limit = SIM_US(100);
    net.start(1, hasty);
    net.run(LATER);
    ASSERT_EQ(net.node[1].done.size(), 1u);
    EXPECT_EQ(net.node[1].done[0].outcome.result, DCF_ACCESS_LIMIT);
    EXPECT_EQ(net.node[1].done[0].at, SIM_US(100));
    EXPECT_EQ(net.order(), "0 data, 2 ACK");
}

TEST(Slots, AnAttemptWithoutAFrameOnlyCountsDown)
{
    Net net(2);
    struct dcf_attempt wait = {};
    wait.aifsn = 2;
    wait.backoff = 6;
    net.start(0, wait);
    net.run(LATER);
    EXPECT_EQ(net.order(), "");
    EXPECT_EQ(net.node[0].done.at(0).at, DIFS + 6 * SLOT);
    EXPECT_EQ(net.node[0].done[0].outcome.result, DCF_OK);
}

TEST(Answers, WithoutOneTheAttemptEndsAfterSifsASlotAndAPreamble)
{
    Net net(2);
    net.node[1].acknowledges = false;
    net.start(0, net.frame(0, 1));
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 data");
    EXPECT_EQ(net.node[0].done.at(0).outcome.result, DCF_NO_ACK);
    EXPECT_EQ(net.node[0].done[0].at, net.air[0].end + SIFS + SLOT + SIM_US(20)) << "20 us: OFDM preamble and SIGNAL";
}

TEST(Answers, GroupFramesAndThoseForOthersAreNotAcknowledged)
{
    Net net(3);
    auto group = net.frame(0, 1);
    memset(net.node[0].frames.back().data() + 4, 0xff, MPDU_ADDRESS);
    group.answer = DCF_ANSWER_NONE;
    net.start(0, group);
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 data");
    EXPECT_EQ(net.node[1].heard, std::vector<std::string>{"data"});
    EXPECT_EQ(net.node[2].heard, std::vector<std::string>{"data"});
    EXPECT_EQ(net.node[0].done.at(0).at, net.air[0].end);
}

TEST(Answers, TheAckComesAtTheHighestMandatoryRateNotAboveTheFrames)
{
    struct {
        enum rf_rate frame, ack;
    } const cases[] = {{RF_RATE_DSSS_1, RF_RATE_DSSS_1},   {RF_RATE_CCK_11, RF_RATE_CCK_11},
                       {RF_RATE_OFDM_6, RF_RATE_OFDM_6},   {RF_RATE_OFDM_9, RF_RATE_OFDM_6},
                       {RF_RATE_OFDM_54, RF_RATE_OFDM_24}, {RF_RATE_HT_MCS7, RF_RATE_OFDM_24}};
    for (const auto &c : cases) {
        Net net(2);
        auto attempt = net.frame(0, 1);
        attempt.mode = {c.frame, false};
        net.start(0, attempt);
        net.run(LATER);
        ASSERT_EQ(net.order(), "0 data, 1 ACK");
        EXPECT_EQ(net.air[1].end - net.air[1].at, rf_txtime({c.ack, false}, 14)) << rf_rate_of(c.frame)->name;
    }
}

TEST(Answers, AnAcknowledgementThatComesTooLateIsNotSent)
{
    Net net(2);
    net.node[1].acknowledges = false;
    net.start(0, net.frame(0, 1));
    net.run(DIFS + rf_txtime(OFDM_54, MPDU_HEADER + BODY + MPDU_FCS) + SIFS + 1);
    dcf_acknowledge(net.node[1].dcf);
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 data");
}

// RTS - SIFS - CTS - SIFS - data - SIFS - ACK; each Duration covers what follows.
TEST(Protection, RtsIsAnsweredByCtsWhichCarriesWhatIsLeftOfItsDuration)
{
    Net net(3);
    auto attempt = net.frame(0, 1);
    attempt.protection = DCF_PROTECT_RTS;
    attempt.protection_mode = OFDM_6;
    attempt.protection_duration = 500;
    net.start(0, attempt);
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 RTS, 1 CTS, 0 data, 1 ACK");
    for (unsigned n = 1; n < 4; n++)
        EXPECT_EQ(net.air[n].at, net.air[n - 1].end + SIFS) << n;
    EXPECT_EQ(net.air[0].duration, 500);
    EXPECT_EQ(net.air[1].duration, 500 - 10 - 50) << "a CTS at 6 Mbit/s takes 44 us and the signal extension";
    EXPECT_EQ(net.node[0].done.at(0).outcome.result, DCF_OK);
}

TEST(Protection, WithoutACtsTheFrameIsNotSent)
{
    Net net(3, dcf_defaults(), false);
    net.link(0, 2);
    auto attempt = net.frame(0, 1);
    attempt.protection = DCF_PROTECT_RTS;
    attempt.protection_mode = OFDM_6;
    attempt.protection_duration = 500;
    net.start(0, attempt);
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 RTS");
    EXPECT_EQ(net.node[0].done.at(0).outcome.result, DCF_NO_CTS);
    EXPECT_FALSE(net.node[0].done[0].outcome.sent);
}

TEST(Protection, CtsToSelfGoesBeforeTheFrameAndReservesTheMedium)
{
    Net net(3);
    auto attempt = net.frame(0, 1);
    attempt.protection = DCF_PROTECT_CTS_TO_SELF;
    attempt.protection_mode = {RF_RATE_DSSS_1, false};
    attempt.protection_duration = 300;
    net.start(0, attempt);
    net.run(DIFS + SIM_US(310));
    EXPECT_EQ(dcf_nav(net.node[2].dcf), net.air.at(0).end + SIM_US(300));
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 CTS, 0 data, 1 ACK");
    EXPECT_EQ(net.air[1].at, net.air[0].end + SIFS);
}

// C hears A's RTS only; the NAV keeps it silent while B, whom it cannot hear, is being sent to.
TEST(Nav, WhoHearsARtsStaysSilentForItsDuration)
{
    Net net(3);
    auto attempt = net.frame(0, 1);
    attempt.protection = DCF_PROTECT_RTS;
    attempt.protection_mode = OFDM_6;
    attempt.protection_duration = 2000; // more than the exchange needs
    net.start(0, attempt);
    net.run(SIM_US(100));
    net.start(2, net.frame(2, 1));
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 RTS, 1 CTS, 0 data, 1 ACK, 2 data, 1 ACK");
    EXPECT_EQ(net.air[4].at, net.air[0].end + SIM_US(2000) + DIFS);
}

TEST(Nav, IsResetWhenNothingFollowsAnRts)
{
    Net net(3, dcf_defaults(), false);
    net.link(0, 2); // node 1, to whom the RTS goes, hears nobody
    auto attempt = net.frame(0, 1);
    attempt.protection = DCF_PROTECT_RTS;
    attempt.protection_mode = OFDM_6;
    attempt.protection_duration = 5000;
    net.start(0, attempt);
    net.run(SIM_US(100));
    auto other = net.frame(2, 0);
    net.start(2, other);
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 RTS, 2 data, 0 ACK");
    sim_time reset = net.air[0].end + 2 * SIFS + SIM_US(50) + SIM_US(20) + 2 * SLOT;
    EXPECT_EQ(net.air[1].at, reset + DIFS);
}

TEST(Nav, AnRtsIsNotAnsweredWhileTheMediumIsReserved)
{
    Net net(4, dcf_defaults(), false);
    net.link(0, 1); // 1 hears 0 and 2, which do not hear each other
    net.link(2, 1);
    net.link(0, 3);
    auto first = net.frame(0, 3);
    first.protection = DCF_PROTECT_CTS_TO_SELF;
    first.protection_mode = OFDM_6;
    first.protection_duration = 3000;
    net.start(0, first);
    net.run(SIM_US(400));
    auto second = net.frame(2, 1);
    second.protection = DCF_PROTECT_RTS;
    second.protection_mode = OFDM_6;
    second.protection_duration = 300;
    net.start(2, second);
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 CTS, 0 data, 3 ACK, 2 RTS");
    EXPECT_EQ(net.node[2].done.at(0).outcome.result, DCF_NO_CTS);
}

// Node 3 decodes a header of the collision of 0 and 1, but no payload; it waits for the time of an ACK at 1 Mbit/s
// more.
TEST(Eifs, FollowsAFrameWithErrorsAndEndsWithTheNextGoodOne)
{
    Net net(4);
    net.start(0, net.frame(0, 2, 0));
    net.start(1, net.frame(1, 2, 0));
    net.run(DIFS + SIM_US(1));
    net.start(3, net.frame(3, 2));
    net.run(LATER);
    ASSERT_EQ(net.order(), "0 data, 1 data, 3 data, 2 ACK");
    EXPECT_EQ(net.air[2].at, net.air[0].end + SIFS + SIM_US(304) + DIFS);

    auto none = dcf_defaults();
    none.eifs_ack = 0;
    Net without(4, none);
    without.start(0, without.frame(0, 2, 0));
    without.start(1, without.frame(1, 2, 0));
    without.run(DIFS + SIM_US(1));
    without.start(3, without.frame(3, 2));
    without.run(LATER);
    EXPECT_EQ(without.air.at(2).at, without.air[0].end + DIFS);
}

TEST(BlockAck, TheScoreboardAnswersARequest)
{
    Net net(2);
    ASSERT_TRUE(dcf_block_ack_open(net.node[1].dcf, address(0).data(), 0, 100));
    for (unsigned sequence : {100u, 102u, 103u}) {
        auto attempt = net.frame(0, 1);
        uint8_t *bytes = net.node[0].frames.back().data();
        bytes[0] = 0x88; // QoS data
        mpdu_put_le16(bytes + 22, (uint16_t)(sequence << 4));
        mpdu_put_le16(bytes + 24, 3 << 5); // acknowledged by a BlockAck later
        attempt.answer = DCF_ANSWER_NONE;
        net.start(0, attempt);
        net.run(evq_now(net.q) + SIM_MS(1));
    }
    auto request = net.frame(0, 1);
    uint8_t *bytes = net.node[0].frames.back().data();
    bytes[0] = 0x84; // BlockAckReq
    mpdu_put_le16(bytes + 16, 1 << 2);
    mpdu_put_le16(bytes + 18, 100 << 4);
    request.bytes = 20;
    request.answer = DCF_ANSWER_BLOCK_ACK;
    net.start(0, request);
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 QoS data, 0 QoS data, 0 QoS data, 0 BAR, 1 BA");
    const auto &outcome = net.node[0].done.back().outcome;
    EXPECT_EQ(outcome.result, DCF_OK);
    EXPECT_EQ(outcome.block_ack_start, 100);
    EXPECT_EQ(outcome.block_ack_bitmap, 0b1101u);
}

TEST(BlockAck, TheWindowMovesWithTheNewestFrame)
{
    Net net(2);
    ASSERT_TRUE(dcf_block_ack_open(net.node[1].dcf, address(0).data(), 5, 4090));
    auto send = [&](unsigned sequence) {
        auto attempt = net.frame(0, 1);
        uint8_t *bytes = net.node[0].frames.back().data();
        bytes[0] = 0x88;
        mpdu_put_le16(bytes + 22, (uint16_t)(sequence << 4));
        mpdu_put_le16(bytes + 24, 3 << 5 | 5);
        attempt.answer = DCF_ANSWER_NONE;
        net.start(0, attempt);
        net.run(evq_now(net.q) + SIM_MS(1));
    };
    send(4095);
    send(70); // 76 after 4090, numbers wrap at 4096
    auto request = net.frame(0, 1);
    uint8_t *bytes = net.node[0].frames.back().data();
    bytes[0] = 0x84;
    mpdu_put_le16(bytes + 16, 5 << 12 | 1 << 2);
    mpdu_put_le16(bytes + 18, 7 << 4);
    request.bytes = 20;
    request.answer = DCF_ANSWER_BLOCK_ACK;
    net.start(0, request);
    net.run(LATER);
    const auto &outcome = net.node[0].done.back().outcome;
    ASSERT_EQ(outcome.result, DCF_OK);
    EXPECT_EQ(outcome.block_ack_start, 7);
    EXPECT_EQ(outcome.block_ack_bitmap, (uint64_t)1 << 63);
}

TEST(BlockAck, ARequestWithoutAnAgreementIsNotAnswered)
{
    Net net(2);
    auto request = net.frame(0, 1);
    net.node[0].frames.back()[0] = 0x84;
    request.bytes = 20;
    request.answer = DCF_ANSWER_BLOCK_ACK;
    net.start(0, request);
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 BAR");
    EXPECT_EQ(net.node[0].done.at(0).outcome.result, DCF_NO_ACK);
}

TEST(State, TheObserverSeesTheRadiosLife)
{
    Net net(3);
    net.start(1, net.frame(1, 2)); // node 0 overhears
    net.run(SIM_MS(1));
    net.start(0, net.frame(0, 1, 2));
    net.run(LATER);
    std::string story;
    for (const auto &state : net.states)
        story += state.second + " ";
    EXPECT_EQ(story, "busy rx nav busy rx idle backoff tx idle busy rx idle ");
}

TEST(Settings, AChannelChangeWaitsForAFrameOnTheAir)
{
    Net net(2);
    net.start(0, net.frame(0, 1));
    net.run(DIFS + SIM_US(10));
    dcf_set_channel(net.node[0].dcf, 11);
    EXPECT_EQ(rf_radio_channel(dcf_radio(net.node[0].dcf)), 6u);
    net.run(LATER);
    EXPECT_EQ(rf_radio_channel(dcf_radio(net.node[0].dcf)), 11u);
    EXPECT_EQ(net.node[0].done.at(0).outcome.result, DCF_NO_ACK) << "the ACK came on the old channel";
}

TEST(Settings, ARadioThatIsOffSendsWhenItIsOnAgain)
{
    Net net(2);
    dcf_set_listening(net.node[0].dcf, false);
    EXPECT_EQ(dcf_get_state(net.node[0].dcf), DCF_STATE_OFF);
    net.start(0, net.frame(0, 1));
    net.run(SIM_MS(5));
    EXPECT_EQ(net.order(), "");
    dcf_set_listening(net.node[0].dcf, true);
    net.run(LATER);
    EXPECT_EQ(net.order(), "0 data, 1 ACK");
    EXPECT_EQ(net.air[0].at, SIM_MS(5) + DIFS);
}

} // namespace
