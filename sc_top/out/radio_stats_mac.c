/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/radio_stats_internal.h"

#include <string.h>

void radio_stats_change_state(void *ctx, sim_time now, unsigned node, enum dcf_state state)
{
    struct radio_stats *stats = ctx;
    struct place *place = &stats->place[node];
    place->figures.in_state[place->state] += now - place->state_since;
    place->state = state;
    place->state_since = now;
}

void radio_stats_change_nav(void *ctx, sim_time now, unsigned node, sim_time until)
{
    struct radio_stats *stats = ctx;
    struct place *place = &stats->place[node];
    struct radio_node_stats *figures = &place->figures;
    if (place->nav_until > now) /* shortened, or extended from where it was */
        figures->nav_time -= place->nav_until - now;
    place->nav_until = until > now ? until : now;
    figures->nav_time += place->nav_until - now;
}

static bool is_same(const struct pending *pending, const struct mpdu *mpdu)
{
    return pending->open && pending->type == mpdu->type && pending->sequence == mpdu->sequence &&
           pending->fragment == mpdu->fragment && memcmp(pending->receiver, mpdu->receiver, MPDU_ADDRESS) == 0;
}

/* Figures that an attempt counts in: those of its node, and those of its link when the receiver is known. */
struct both {
    struct radio_sent *sent[2];
};

static struct both sent_of(struct radio_stats *stats, unsigned node, int to)
{
    bool known = to != NOBODY && to != (int)node;
    return (struct both){
        {&stats->place[node].figures.sent, known ? &radio_stats_make_link(stats, node, (unsigned)to)->sent : NULL}};
}

static void begin(struct radio_stats *stats, unsigned node, struct pending *pending, const struct mpdu *mpdu,
                  const struct dcf_attempt *attempt, sim_time begun)
{
    if (pending->open) {
        struct both dropped = sent_of(stats, node, pending->to);
        for (unsigned i = 0; i < 2 && dropped.sent[i]; i++)
            dropped.sent[i]->dropped++;
    }
    bool group = mpdu_is_group(mpdu->receiver);
    *pending = (struct pending){.open = true,
                                .type = mpdu->type,
                                .sequence = mpdu->sequence,
                                .fragment = mpdu->fragment,
                                .to = group ? NOBODY : radio_stats_node_of(stats, mpdu->receiver),
                                .begun = begun};
    memcpy(pending->receiver, mpdu->receiver, MPDU_ADDRESS);
    struct both started = sent_of(stats, node, pending->to);
    for (unsigned i = 0; i < 2 && started.sent[i]; i++) {
        started.sent[i]->frames += attempt->answer != DCF_ANSWER_NONE;
        started.sent[i]->unanswered += attempt->answer == DCF_ANSWER_NONE && !group;
        started.sent[i]->group += group;
    }
}

static void count_attempt(struct radio_sent *sent, const struct pending *pending, bool answered, enum dcf_result result,
                          sim_time now)
{
    sent->internal_collisions += result == DCF_INTERNAL_COLLISION;
    sent->cancelled += result == DCF_CANCELLED;
    sent->timed_out += result == DCF_ACCESS_LIMIT;
    if (!answered || (result != DCF_OK && result != DCF_NO_ACK && result != DCF_NO_CTS))
        return;
    sent->attempts++;
    sent->retries += pending->tries > 0;
    sent->no_ack += result == DCF_NO_ACK;
    sent->no_cts += result == DCF_NO_CTS;
    if (result == DCF_OK) {
        sent->delivered++;
        radio_stats_add_delay(&sent->delay, now - pending->begun);
    }
}

void radio_stats_attempt_done(void *ctx, sim_time now, unsigned node, unsigned slot, const struct dcf_attempt *attempt,
                              const struct dcf_outcome *outcome)
{
    struct radio_stats *stats = ctx;
    struct mpdu mpdu;
    if (!attempt->mpdu || !mpdu_parse(attempt->mpdu, attempt->bytes, &mpdu))
        return;
    struct pending *pending = &stats->place[node].slot[slot];
    if (!is_same(pending, &mpdu))
        begin(stats, node, pending, &mpdu, attempt, outcome->begun);
    bool answered = attempt->answer != DCF_ANSWER_NONE;
    struct both sent = sent_of(stats, node, pending->to);
    for (unsigned i = 0; i < 2 && sent.sent[i]; i++)
        count_attempt(sent.sent[i], pending, answered, outcome->result, now);
    bool on_air = outcome->result == DCF_OK || outcome->result == DCF_NO_ACK || outcome->result == DCF_NO_CTS;
    pending->tries += on_air;
    if (outcome->result == DCF_OK || (!answered && on_air))
        pending->open = false;
}
