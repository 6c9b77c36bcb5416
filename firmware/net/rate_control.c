/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/rate_control.h"

#include <string.h>

enum { LEAST = 10, MOST = 50, BAD = 2 };

void rate_control_init(struct rate_control *control, const uint8_t *rates, unsigned count)
{
    if (count > RATE_CONTROL_RATES)
        count = RATE_CONTROL_RATES;
    *control = (struct rate_control){.count = (uint8_t)count, .at = (uint8_t)(count - 1), .needed = LEAST};
    memcpy(control->rates, rates, count);
}

static void go(struct rate_control *control, int step)
{
    control->at = (uint8_t)(control->at + step);
    control->good = control->bad = 0;
    control->is_trial = step > 0;
}

static void succeeded(struct rate_control *control)
{
    control->bad = 0;
    control->is_trial = false;
    if (control->good < UINT8_MAX)
        control->good++;
    if (control->good >= control->needed && control->at + 1 < control->count)
        go(control, 1);
}

static void failed(struct rate_control *control)
{
    bool was_trial = control->is_trial;
    control->good = 0;
    control->is_trial = false;
    if (!was_trial && ++control->bad < BAD)
        return;
    control->needed = was_trial ? (uint8_t)(2 * control->needed < MOST ? 2 * control->needed : MOST) : (uint8_t)LEAST;
    if (control->at > 0)
        go(control, -1);
    else
        control->bad = 0;
}

/* Frames that were queued before the last step say nothing about where we are now. */
void rate_control_sent(struct rate_control *control, unsigned rate, unsigned attempts)
{
    if (rate != rate_control_rate(control))
        return;
    if (attempts == 1)
        succeeded(control);
    else if (attempts == 2)
        control->good = 0;
    else
        failed(control);
}
