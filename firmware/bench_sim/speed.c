/* SPDX-License-Identifier: Apache-2.0 */
/* One piece of work for each program: -DWORK=work_integer -DRESULT=WORK_INTEGER_RESULT. Its exit code tells whether the
 * result was right. */
#include <inttypes.h>
#include <stdio.h>

#include "firmware/bench_sim/work.h"

int main(void)
{
    uint32_t result = WORK();
    printf("result 0x%08" PRIx32 " %s\n", result, result == RESULT ? "ok" : "WRONG");
    return result != RESULT;
}
