/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/base/status.h"

#include <stdio.h>
#include <stdlib.h>

const char *sim_status_text(enum sim_status status)
{
    static const char *const text[] = {
#define STATUS(constant, phrase) [SIM_##constant] = phrase,
#include "bus/base/status.def"
#undef STATUS
    };
    return (unsigned)status < SIM_STATUS_COUNT ? text[status] : "unknown status";
}

void sim_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, condition);
    abort();
}
