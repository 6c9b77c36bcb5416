/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/console/expect.h"

#include <string.h>

#include "bus/base/status.h"

void expect_init(struct expect *expect, const void *text, size_t length)
{
    sim_assert(length >= 1 && length <= EXPECT_TEXT_MAX);
    memcpy(expect->text, text, length);
    expect->length = (uint16_t)length;
    expect->matched = 0;
    expect->fallback[0] = 0;
    uint16_t border = 0;
    for (uint16_t i = 1; i < expect->length; i++) {
        while (border > 0 && expect->text[i] != expect->text[border])
            border = expect->fallback[border - 1];
        if (expect->text[i] == expect->text[border])
            border++;
        expect->fallback[i] = border;
    }
}

bool expect_byte(struct expect *expect, uint8_t byte)
{
    while (expect->matched > 0 && expect->text[expect->matched] != byte)
        expect->matched = expect->fallback[expect->matched - 1];
    if (expect->text[expect->matched] == byte)
        expect->matched++;
    if (expect->matched < expect->length)
        return false;
    expect->matched = expect->fallback[expect->length - 1];
    return true;
}
