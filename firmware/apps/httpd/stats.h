/* SPDX-License-Identifier: Apache-2.0 */
/* What httpd counts, and /stats. */
#ifndef VESPER_FIRMWARE_APPS_HTTPD_STATS_H
#define VESPER_FIRMWARE_APPS_HTTPD_STATS_H

#include <stddef.h>
#include <stdint.h>

struct httpd_counts {
    uint32_t requests, answered, errors;
    uint32_t connections, refused, timed_out;
    uint32_t open; /* connections now */
};

/* As one JSON object, which fits into 800 bytes. */
void stats_format(char *text, size_t size, const struct httpd_counts *counts);

#endif
