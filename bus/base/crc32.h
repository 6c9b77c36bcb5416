/* SPDX-License-Identifier: Apache-2.0 */
/* The CRC of IEEE 802.3 and 802.11 frame check sequences: polynomial 0x04C11DB7, least significant bit first, preset to
 * ones, complemented. Source: IEEE 802.3-2022, 3.2.9. */
#ifndef VESPER_BUS_BASE_CRC32_H
#define VESPER_BUS_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The CRC of what `crc` is the CRC of, followed by these bytes; crc 0 is that of nothing. As a frame check sequence it
 * goes out low byte first. */
uint32_t crc32_extend(uint32_t crc, const uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif
#endif
