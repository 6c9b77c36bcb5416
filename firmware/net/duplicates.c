/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/duplicates.h"

#include <string.h>

bool duplicates_check(struct duplicates *duplicates, const struct dot11_frame *frame)
{
    if (frame->type == DOT11_CONTROL || dot11_is_group(frame->receiver))
        return false;
    uint16_t number = (uint16_t)(frame->sequence << 4 | frame->fragment);
    unsigned oldest = 0;
    for (unsigned i = 0; i < DUPLICATES_ENTRIES; i++) {
        if (duplicates->entry[i].used &&
            memcmp(duplicates->entry[i].transmitter, frame->transmitter, DOT11_ADDRESS) == 0) {
            bool again = (frame->flags & DOT11_RETRY) && duplicates->entry[i].number == number;
            duplicates->entry[i].number = number;
            duplicates->entry[i].used = ++duplicates->uses;
            return again;
        }
        if (duplicates->entry[i].used < duplicates->entry[oldest].used)
            oldest = i;
    }
    memcpy(duplicates->entry[oldest].transmitter, frame->transmitter, DOT11_ADDRESS);
    duplicates->entry[oldest].number = number;
    duplicates->entry[oldest].used = ++duplicates->uses;
    return false;
}
