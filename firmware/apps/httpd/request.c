/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/httpd/request.h"

#include <ctype.h>
#include <string.h>

void request_begin(struct request *request)
{
    *request = (struct request){.keeps_alive = true};
}

static void fail(struct request *request, unsigned status)
{
    request->error = status;
    request->keeps_alive = false;
}

/* Case does not matter. */
static bool same_text(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
        a++, b++;
    return *a == *b;
}

/* Whether a list "a, b" has this word. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (*list) {
        size_t i = 0;
        while (i < length && tolower((unsigned char)list[i]) == word[i])
            i++;
        if (i == length && strchr(" ,\t;", list[i]))
            return true;
        list += strcspn(list, ",");
        list += strspn(list, ", \t");
    }
    return false;
}

/* Only digits, and not more than 32 bits. */
static bool parse_length(const char *text, uint32_t *length)
{
    uint64_t value = 0;
    if (!*text)
        return false;
    for (; isdigit((unsigned char)*text); text++) {
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *length = (uint32_t)value;
    return !*text;
}

/* "GET /path HTTP/1.1" */
static void take_start(struct request *request)
{
    static const char *const names[REQUEST_OTHER] = {"GET", "HEAD", "POST"};
    char *target = strchr(request->line, ' '), *version = target ? strchr(target + 1, ' ') : NULL;
    request->has_start = true;
    if (!version || target == request->line || target[1] != '/' || strncmp(version + 1, "HTTP/", 5) != 0) {
        fail(request, 400);
        return;
    }
    *target++ = 0;
    *version++ = 0;
    request->is_1_0 = strcmp(version, "HTTP/1.0") == 0;
    if (!request->is_1_0 && strcmp(version, "HTTP/1.1") != 0) {
        fail(request, 505);
    } else if (strlen(target) >= sizeof request->target) {
        fail(request, 414);
    } else {
        strcpy(request->target, target);
        request->keeps_alive = !request->is_1_0;
        request->method = REQUEST_GET;
        while (request->method < REQUEST_OTHER && strcmp(request->line, names[request->method]) != 0)
            request->method++;
    }
}

static void take_field(struct request *request)
{
    char *value = strchr(request->line, ':');
    /* Blanks before the colon, and lines that go on, are how servers get to disagree: RFC 9112, 5.1 and 5.2. */
    if (!value || value == request->line || strcspn(request->line, " \t") < (size_t)(value - request->line)) {
        fail(request, 400);
        return;
    }
    *value++ = 0;
    value += strspn(value, " \t");
    for (size_t end = strlen(value); end > 0 && strchr(" \t", value[end - 1]); end--)
        value[end - 1] = 0;
    const char *name = request->line;
    if (same_text(name, "Content-Length")) {
        uint32_t length;
        if (!parse_length(value, &length) || (request->has_length && length != request->length))
            fail(request, 400);
        else
            request->length = length;
        request->has_length = true;
    } else if (same_text(name, "Transfer-Encoding")) {
        fail(request, 501);
    } else if (same_text(name, "Connection")) {
        request->keeps_alive = !has_word(value, "close") && (!request->is_1_0 || has_word(value, "keep-alive"));
    } else if (same_text(name, "Expect")) {
        request->expects_continue = same_text(value, "100-continue");
    } else if (same_text(name, "Host")) {
        if (request->has_host)
            fail(request, 400);
        request->has_host = true;
    }
}

static void take_line(struct request *request)
{
    if (request->used > 0 && request->line[request->used - 1] == '\r')
        request->used--;
    request->line[request->used] = 0;
    if (strlen(request->line) != request->used) {
        fail(request, 400);
    } else if (!request->has_start) {
        if (request->used > 0) /* empty lines before a request do not matter: RFC 9112, 2.2 */
            take_start(request);
    } else if (request->used > 0) {
        take_field(request);
    } else if (!request->is_1_0 && !request->has_host) {
        fail(request, 400);
    } else {
        request->is_complete = true;
    }
    request->used = 0;
}

unsigned request_read(struct request *request, const void *bytes, unsigned length)
{
    const char *at = bytes;
    unsigned taken = 0;
    while (taken < length && !request->is_complete && !request->error) {
        char byte = at[taken++];
        if (++request->total > REQUEST_HEADERS || (byte != '\n' && request->used == REQUEST_LINE - 1))
            fail(request, request->has_start ? 431 : 414);
        else if (byte == '\n')
            take_line(request);
        else
            request->line[request->used++] = byte;
    }
    return taken;
}

bool request_is_for(const struct request *request, const char *path, const char **query)
{
    size_t length = strlen(path);
    const char *rest = request->target + length;
    if (strncmp(request->target, path, length) != 0 || (*rest && *rest != '?'))
        return false;
    if (query)
        *query = *rest ? rest + 1 : rest;
    return true;
}
