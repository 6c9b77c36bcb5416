/* SPDX-License-Identifier: Apache-2.0 */
/* A survey: so many looks at the air, one after the other, as the two queues allow it. */
#include <limits.h>

#include "peripherals/baseband/baseband_priv.h"

static int quarters_of(double dbm)
{
    double quarters = dbm * 4.0;
    return quarters <= -1024.0 ? -1024 : quarters >= -1.0 ? -1 : (int)(quarters - 0.5); /* below 0: to the nearest */
}

static void ask(struct baseband_survey *survey, sim_time at)
{
    struct baseband *bb = survey->bb;
    survey->is_asked = true;
    survey->at = at;
    if (bb->air.look) {
        bb->air.look(bb->air.ctx, survey->id, at);
        return;
    }
    survey->quarters = quarters_of(BASEBAND_THERMAL_DBM);
    survey->is_busy = false;
    evq_schedule(bb->dev.env->evq, &survey->answer, at + BASEBAND_LATENCY);
}

void baseband_looked(struct baseband *bb, enum baseband_survey_id which, double energy_dbm, bool busy, sim_time now)
{
    struct baseband_survey *survey = &bb->survey[which];
    survey->quarters = quarters_of(energy_dbm);
    survey->is_busy = busy;
    evq_schedule(bb->dev.env->evq, &survey->answer, now + BASEBAND_LATENCY);
}

/* An interval after the last look, or the start; as soon as the way to the air allows. */
static sim_time next_look(const struct baseband_survey *survey, sim_time last, sim_time now)
{
    sim_time next = last + survey->interval, soonest = now + BASEBAND_LATENCY;
    return next > soonest ? next : soonest;
}

static void answered(void *ctx, sim_time now)
{
    struct baseband_survey *survey = ctx;
    survey->is_asked = false;
    if (survey->taken >= survey->wanted)
        return;                                          /* stopped meanwhile */
    if (survey->at < survey->start + survey->interval) { /* asked for by a survey that was given up */
        ask(survey, next_look(survey, survey->start, now));
        return;
    }
    survey->taken++;
    survey->busy += survey->is_busy;
    if (survey->quarters < survey->lowest)
        survey->lowest = survey->quarters;
    if (survey->taken == survey->wanted) {
        survey->done(survey->bb, now);
        return;
    }
    ask(survey, next_look(survey, survey->at, now));
}

void baseband_survey_init(struct baseband *bb, enum baseband_survey_id id,
                          void (*done)(struct baseband *bb, sim_time now))
{
    struct baseband_survey *survey = &bb->survey[id];
    survey->bb = bb;
    survey->id = id;
    survey->done = done;
    evq_event_init(&survey->answer, answered, survey, EVQ_PHASE_DEVICE);
}

void baseband_survey_start(struct baseband *bb, enum baseband_survey_id id, unsigned looks, sim_time interval,
                           sim_time now)
{
    struct baseband_survey *survey = &bb->survey[id];
    survey->start = now;
    survey->interval = interval;
    survey->wanted = looks;
    survey->taken = survey->busy = 0;
    survey->lowest = INT_MAX;
    /* One that the air may have reached already is answered first. */
    if (!survey->is_asked || survey->at > now + BASEBAND_LATENCY)
        ask(survey, next_look(survey, now, now));
}

void baseband_survey_stop(struct baseband *bb, enum baseband_survey_id id)
{
    bb->survey[id].wanted = 0;
}
