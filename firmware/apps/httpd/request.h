/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP requests (RFC 9112), byte by byte: what a small server needs of them. Plain C; the host tests it too. */
#ifndef VESPER_FIRMWARE_APPS_HTTPD_REQUEST_H
#define VESPER_FIRMWARE_APPS_HTTPD_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

enum { REQUEST_LINE = 256, REQUEST_HEADERS = 4096 /* bytes of all lines */ };

enum request_method { REQUEST_GET, REQUEST_HEAD, REQUEST_POST, REQUEST_OTHER };

struct request {
    enum request_method method;
    char target[128]; /* path and query */
    bool is_1_0, keeps_alive, expects_continue, has_length;
    uint32_t length;  /* of the body */
    bool is_complete; /* the head: a body follows */
    unsigned error;   /* status of the answer to a request that is none; nothing after it can be read */
    /* The parser's. */
    char line[REQUEST_LINE];
    unsigned used, total;
    bool has_start, has_host;
};

void request_begin(struct request *request);

/* Takes bytes up to the end of the head, until is_complete or error; returns how many. */
unsigned request_read(struct request *request, const void *bytes, unsigned length);

/* Whether the path is this one; *query is what follows '?' or "". */
bool request_is_for(const struct request *request, const char *path, const char **query);

#endif
