/* SPDX-License-Identifier: Apache-2.0 */
/* Self-checking programs: each check says what it is about only when it fails, and the last line counts. */
#ifndef VESPER_FIRMWARE_APPS_CHECK_H
#define VESPER_FIRMWARE_APPS_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

struct checks {
    unsigned done, failed;
};

static inline void check_equal(struct checks *checks, const char *what, uint32_t have, uint32_t want)
{
    checks->done++;
    if (have != want) {
        checks->failed++;
        printf("FAILED %s: 0x%" PRIx32 ", expected 0x%" PRIx32 "\n", what, have, want);
    }
}

static inline void check_true(struct checks *checks, const char *what, bool condition)
{
    checks->done++;
    if (!condition) {
        checks->failed++;
        printf("FAILED %s\n", what);
    }
}

/* "abi: 34 checks passed" or "abi: 1 of 34 checks FAILED"; returns what main returns. */
static inline int check_summary(const struct checks *checks, const char *program)
{
    if (checks->failed)
        printf("%s: %u of %u checks FAILED\n", program, checks->failed, checks->done);
    else
        printf("%s: %u checks passed\n", program, checks->done);
    return checks->failed != 0;
}

#endif
