/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/base/log.h"
#include "bus/base/status.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

struct said {
    enum log_class class_;
    enum log_level level;
    sim_time time;
    std::string source, text;
};

class Log : public ::testing::Test
{
  protected:
    std::vector<said> heard;
    struct log *log = log_create(
        [](void *ctx, const struct log_record *r) {
            static_cast<std::vector<said> *>(ctx)->push_back({r->class_, r->level, r->time, r->source, r->text});
        },
        &heard, LOG_WARNING);
    ~Log() override
    {
        log_destroy(log);
    }
};

TEST_F(Log, HandsARecordToTheSink)
{
    log_at(log, LOG_GUEST, LOG_ERROR, SIM_US(3), "node0.cpu0", "store to 0x%08x", 0x1234u);
    ASSERT_EQ(heard.size(), 1u);
    EXPECT_EQ(heard[0].class_, LOG_GUEST);
    EXPECT_EQ(heard[0].level, LOG_ERROR);
    EXPECT_EQ(heard[0].time, SIM_US(3));
    EXPECT_EQ(heard[0].source, "node0.cpu0");
    EXPECT_EQ(heard[0].text, "store to 0x00001234");
}

TEST_F(Log, RecordsBelowTheLevelAreCountedButNotShown)
{
    log_at(log, LOG_HOST, LOG_DEBUG, SIM_TIME_NEVER, "a", "detail");
    EXPECT_TRUE(heard.empty());
    EXPECT_EQ(log_count(log, LOG_HOST), 1u);
    EXPECT_EQ(log_count(log, LOG_GUEST), 0u);
}

TEST_F(Log, OnceMeansOncePerClassSourceAndKey)
{
    for (int i = 0; i < 3; i++) {
        log_once(log, LOG_UNIMPL, 0, "node0.spi2", 0x40, "register");
        log_once(log, LOG_UNIMPL, 0, std::string("node0.spi2").c_str(), 0x44, "register");
        log_once(log, LOG_UNIMPL, 0, "node1.spi2", 0x40, "register");
        log_once(log, LOG_GUEST, 0, "node0.spi2", 0x40, "register");
    }
    EXPECT_EQ(heard.size(), 4u);
    EXPECT_EQ(log_count(log, LOG_UNIMPL), 3u);
}

TEST_F(Log, OnceRemembersThousandsOfKeys)
{
    for (int round = 0; round < 2; round++)
        for (uint64_t key = 0; key < 5000; key++)
            log_once(log, LOG_GUEST, 0, "node0.bus", key << 12, "unmapped");
    EXPECT_EQ(heard.size(), 5000u);
}

TEST_F(Log, ATooLongTextIsCutVisibly)
{
    log_at(log, LOG_HOST, LOG_ERROR, 0, "x", "%s", std::string(5000, 'y').c_str());
    ASSERT_EQ(heard.size(), 1u);
    EXPECT_EQ(heard[0].text.size(), 1023u);
    EXPECT_EQ(heard[0].text.substr(1020), "...");
}

TEST(LogWithoutLog, EveryCallAcceptsNull)
{
    log_at(nullptr, LOG_HOST, LOG_ERROR, 0, "x", "y");
    log_once(nullptr, LOG_HOST, 0, "x", 1, "y");
    EXPECT_EQ(log_count(nullptr, LOG_HOST), 0u);
    log_destroy(nullptr);
}

TEST(LogNames, AreTheOnesOfTheManual)
{
    EXPECT_STREQ(log_class_name(LOG_HOST), "host");
    EXPECT_STREQ(log_class_name(LOG_GUEST), "guest");
    EXPECT_STREQ(log_class_name(LOG_UNIMPL), "unimpl");
}

TEST(Status, EveryStatusHasAText)
{
    for (int i = 0; i < SIM_STATUS_COUNT; i++)
        EXPECT_STRNE(sim_status_text((enum sim_status)i), "");
    EXPECT_STREQ(sim_status_text(SIM_OK), "ok");
    EXPECT_STREQ(sim_status_text(SIM_STATUS_COUNT), "unknown status");
}

TEST(StatusDeathTest, ABrokenPromiseStopsTheProgramAndNamesThePlace)
{
    EXPECT_DEATH(sim_assert(1 + 1 == 3), "log_test.cpp:[0-9]+: broken promise: 1 \\+ 1 == 3");
}

} // namespace
