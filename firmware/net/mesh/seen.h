/* SPDX-License-Identifier: Apache-2.0 */
/* Which messages of each source have come already: the newest number and a window behind it, as in IPsec's replay check
 * (RFC 4303, 3.4.3). */
#ifndef VESPER_FIRMWARE_NET_MESH_SEEN_H
#define VESPER_FIRMWARE_NET_MESH_SEEN_H

#include <stdbool.h>
#include <stdint.h>

enum { SEEN_SOURCES = 256, SEEN_WINDOW = 32 };

struct seen {
    unsigned count;
    struct seen_source {
        uint16_t source, newest;
        uint32_t window; /* bit n: newest - n was seen */
        uint32_t used;   /* serial number of the last use */
    } entry[SEEN_SOURCES];
    uint32_t uses;
};

/* Zeros are an empty memory. True when it is new, and from now on seen. Far behind the newest: the source began anew.
 */
bool seen_is_new(struct seen *seen, uint16_t source, uint16_t sequence);

#endif
