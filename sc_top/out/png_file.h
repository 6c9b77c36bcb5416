/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as PNG files, through libpng. The same pixels give the same bytes. */
#ifndef VESPER_SC_TOP_OUT_PNG_FILE_H
#define VESPER_SC_TOP_OUT_PNG_FILE_H

#include <stdint.h>

#include "bus/base/log.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* pixel: row after row, 0xRRGGBB. What cannot be written is said in class "host". SIM_NO_MEMORY, SIM_IO. */
enum sim_status png_file_write(const char *path, const uint32_t *pixel, unsigned width, unsigned height,
                               struct log *log);

#ifdef __cplusplus
}
#endif
#endif
