/* SPDX-License-Identifier: Apache-2.0 */
/* Finds texts in a stream of bytes, a byte at a time, also across lines and without looking back. */
#ifndef VESPER_SC_TOP_CONSOLE_EXPECT_H
#define VESPER_SC_TOP_CONSOLE_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { EXPECT_TEXT_MAX = 256 };

/* One text in one stream. */
struct expect {
    uint16_t length;
    uint16_t matched;                   /* of the text, at the end of what has come so far */
    uint16_t fallback[EXPECT_TEXT_MAX]; /* Knuth, Morris, Pratt: longest border of each prefix */
    uint8_t text[EXPECT_TEXT_MAX];
};

/* length 1..EXPECT_TEXT_MAX. */
void expect_init(struct expect *expect, const void *text, size_t length);

/* Whether the text is complete with this byte. */
bool expect_byte(struct expect *expect, uint8_t byte);

#ifdef __cplusplus
}
#endif
#endif
