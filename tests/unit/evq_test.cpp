/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/base/evq.h"
#include "bus/base/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace
{

/* An event whose handler is a lambda. */
struct event {
    struct evq_event node = {};
    std::function<void(sim_time)> body;
    explicit event(std::function<void(sim_time)> fn, enum evq_phase phase = EVQ_PHASE_DEVICE) : body(std::move(fn))
    {
        evq_event_init(
            &node, [](void *ctx, sim_time now) { static_cast<event *>(ctx)->body(now); }, this, phase);
    }
    event(const event &) = delete;
};

class Evq : public ::testing::Test
{
  protected:
    struct evq *q = evq_create();
    std::string ran;
    ~Evq() override
    {
        evq_destroy(q);
    }
    std::function<void(sim_time)> say(const std::string &name)
    {
        return [this, name](sim_time now) { ran += name + "@" + std::to_string(now) + " "; };
    }
};

TEST_F(Evq, EmptyQueueHasNoNextTimeAndStandsAtZero)
{
    EXPECT_EQ(evq_next_time(q), SIM_TIME_NEVER);
    EXPECT_EQ(evq_now(q), 0u);
    evq_run(q, 500);
    EXPECT_EQ(evq_now(q), 500u);
}

TEST_F(Evq, RunsInOrderOfTimeUpToAndIncludingTheLimit)
{
    event a(say("a")), b(say("b")), c(say("c"));
    evq_schedule(q, &c.node, 30);
    evq_schedule(q, &a.node, 10);
    evq_schedule(q, &b.node, 20);
    EXPECT_EQ(evq_next_time(q), 10u);
    evq_run(q, 20);
    EXPECT_EQ(ran, "a@10 b@20 ");
    EXPECT_FALSE(evq_is_scheduled(&a.node));
    EXPECT_TRUE(evq_is_scheduled(&c.node));
    evq_run(q, 100);
    EXPECT_EQ(ran, "a@10 b@20 c@30 ");
    EXPECT_EQ(evq_now(q), 100u);
}

TEST_F(Evq, AtOneTimeThePhaseDecidesThenTheOrderOfScheduling)
{
    event cpu(say("cpu"), EVQ_PHASE_CPU), start(say("start"), EVQ_PHASE_RADIO_START);
    event end(say("end"), EVQ_PHASE_RADIO_END), first(say("first")), second(say("second"));
    event clock(say("clock"), EVQ_PHASE_CLOCK), probe(say("probe"), EVQ_PHASE_OBSERVE);
    for (event *e : {&probe, &cpu, &start, &end, &first, &second, &clock})
        evq_schedule(q, &e->node, 7);
    evq_run(q, 7);
    EXPECT_EQ(ran, "clock@7 first@7 second@7 end@7 start@7 cpu@7 probe@7 ");
}

TEST_F(Evq, WhereNodesShareAQueueTheLowerNodeGoesFirstWhoeverAskedFirst)
{
    event two(say("two")), one(say("one")), late(say("late"), EVQ_PHASE_OBSERVE);
    two.node.node = 2;
    one.node.node = 1;
    evq_schedule(q, &late.node, 10);
    evq_schedule(q, &two.node, 10);
    evq_schedule(q, &one.node, 10);
    evq_run(q, 10);
    EXPECT_EQ(ran, "one@10 two@10 late@10 ");
}

TEST_F(Evq, ReschedulingMovesTheEventAndItsPlaceAmongEquals)
{
    event a(say("a")), b(say("b"));
    evq_schedule(q, &a.node, 10);
    evq_schedule(q, &b.node, 10);
    evq_schedule(q, &a.node, 10);
    evq_run(q, 10);
    EXPECT_EQ(ran, "b@10 a@10 ") << "a was scheduled last";
}

TEST_F(Evq, CancelledEventsDoNotRun)
{
    event a(say("a")), b(say("b"));
    evq_schedule(q, &a.node, 10);
    evq_schedule(q, &b.node, 20);
    evq_cancel(q, &a.node);
    evq_cancel(q, &a.node);
    evq_run(q, 50);
    EXPECT_EQ(ran, "b@20 ");
}

TEST_F(Evq, ThePastIsThePresent)
{
    event late(say("late")), due(say("due"));
    evq_run(q, 1000);
    evq_schedule(q, &due.node, 1000);
    evq_schedule(q, &late.node, 3);
    EXPECT_EQ(evq_next_time(q), 1000u);
    evq_run(q, 1000);
    EXPECT_EQ(ran, "due@1000 late@1000 ");
}

TEST_F(Evq, RunningUpToThePastRunsNothingAndDoesNotGoBack)
{
    evq_run(q, 1000);
    evq_run(q, 10);
    EXPECT_EQ(evq_now(q), 1000u);
}

TEST_F(Evq, AHandlerMayScheduleItselfOthersAndCancel)
{
    event victim(say("victim")), other(say("other"));
    int count = 0;
    std::unique_ptr<event> tick;
    tick = std::make_unique<event>([&](sim_time now) {
        say("tick")(now);
        evq_cancel(q, &victim.node);
        evq_schedule(q, &other.node, now); /* still due in this run */
        if (++count < 3)
            evq_schedule(q, &tick->node, now + 10);
    });
    evq_schedule(q, &tick->node, 10);
    evq_schedule(q, &victim.node, 15);
    evq_run(q, 100);
    EXPECT_EQ(ran, "tick@10 other@10 tick@20 other@20 tick@30 other@30 ");
}

TEST_F(Evq, NowIsTheEventsOwnTimeInsideAHandler)
{
    sim_time seen = 0;
    event a([&](sim_time now) {
        seen = evq_now(q);
        EXPECT_EQ(now, seen);
    });
    evq_schedule(q, &a.node, 42);
    evq_run(q, 100);
    EXPECT_EQ(seen, 42u);
}

TEST_F(Evq, TheWatcherHearsOnlyOfEventsThatBecameTheEarliestFromOutside)
{
    std::vector<sim_time> heard;
    evq_watch(
        q, [](void *ctx, sim_time at) { static_cast<std::vector<sim_time> *>(ctx)->push_back(at); }, &heard);
    event inner(say("inner"));
    event a([&](sim_time now) { evq_schedule(q, &inner.node, now + 1); }), b(say("b"));

    evq_schedule(q, &a.node, 100);
    EXPECT_EQ(heard, std::vector<sim_time>({100}));
    evq_schedule(q, &b.node, 200);
    EXPECT_EQ(heard.size(), 1u) << "200 is not the earliest";
    evq_schedule(q, &b.node, 50);
    EXPECT_EQ(heard, std::vector<sim_time>({100, 50}));
    evq_schedule(q, &b.node, 60);
    EXPECT_EQ(heard.size(), 2u) << "moved later: whoever wakes at 50 finds nothing, no harm";
    evq_run(q, 500);
    EXPECT_EQ(heard.size(), 2u) << "handlers' own events are found by evq_run";

    evq_watch(q, nullptr, nullptr);
    evq_schedule(q, &b.node, 600);
    EXPECT_EQ(heard.size(), 2u);
}

TEST_F(Evq, EventsOfADestroyedQueueAreFree)
{
    event a(say("a"));
    struct evq *other = evq_create();
    evq_schedule(other, &a.node, 10);
    evq_destroy(other);
    EXPECT_FALSE(evq_is_scheduled(&a.node));
    evq_destroy(nullptr);
}

/* Against a model that sorts: 20000 random schedules, moves, cancels and partial runs of 500 events. */
TEST_F(Evq, AgreesWithASortedListOnRandomUse)
{
    struct reference {
        sim_time time;
        int phase;
        uint64_t sequence;
        size_t id;
        bool operator<(const reference &o) const
        {
            return std::tie(time, phase, sequence) < std::tie(o.time, o.phase, o.sequence);
        }
    };
    struct rng rng;
    rng_init(&rng, 1, 0, "evq.test");
    std::vector<size_t> order, expected;
    std::vector<std::unique_ptr<event>> events;
    for (size_t i = 0; i < 500; i++)
        events.push_back(
            std::make_unique<event>([&order, i](sim_time) { order.push_back(i); }, (enum evq_phase)(i % 6)));
    std::vector<reference> list;
    auto forget = [&](size_t id) {
        list.erase(std::remove_if(list.begin(), list.end(), [&](const reference &r) { return r.id == id; }),
                   list.end());
    };
    uint64_t sequence = 0;
    for (int step = 0; step < 20000; step++) {
        size_t id = rng_below(&rng, 500);
        uint32_t action = rng_below(&rng, 10);
        if (action < 7) {
            sim_time at = evq_now(q) + rng_below(&rng, 50);
            forget(id);
            list.push_back({at, (int)(id % 6), ++sequence, id});
            evq_schedule(q, &events[id]->node, at);
        } else if (action < 9) {
            forget(id);
            evq_cancel(q, &events[id]->node);
        } else {
            sim_time until = evq_now(q) + rng_below(&rng, 20);
            std::sort(list.begin(), list.end());
            while (!list.empty() && list.front().time <= until) {
                expected.push_back(list.front().id);
                list.erase(list.begin());
            }
            evq_run(q, until);
            ASSERT_EQ(order, expected);
        }
        sim_time next = list.empty() ? SIM_TIME_NEVER : std::min_element(list.begin(), list.end())->time;
        ASSERT_EQ(evq_next_time(q), next);
    }
    EXPECT_GT(order.size(), 2000u);
    for (auto &e : events)
        evq_cancel(q, &e->node);
}

} // namespace
