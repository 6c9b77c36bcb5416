/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/chip.h"

#include "firmware/drivers/clock.h"
#include "firmware/drivers/hw.h"
#include "firmware/drivers/regs/efuse.h"
#include "firmware/drivers/regs/syscon.h"
#include "firmware/drivers/regs/wdev.h"

/* CRC-8/MAXIM: polynomial 0x31, bits from the least significant on, begins with 0. Facts 3.6. */
static uint8_t crc8(const uint8_t *bytes, unsigned length)
{
    uint8_t crc = 0;
    while (length--) {
        crc ^= *bytes++;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (uint8_t)(crc & 1 ? crc >> 1 ^ 0x8C : crc >> 1);
    }
    return crc;
}

bool chip_mac(uint8_t mac[6])
{
    uint32_t high = hw_get(BASE_efuse, EFUSE_BLK0_RDATA2_RD_MAC_1), low = hw_get(BASE_efuse, EFUSE_BLK0_RDATA1_RD_MAC);
    mac[0] = (uint8_t)(high >> 8);
    mac[1] = (uint8_t)high;
    for (unsigned i = 0; i < 4; i++)
        mac[2 + i] = (uint8_t)(low >> (24 - 8 * i));
    return crc8(mac, 6) == hw_get(BASE_efuse, EFUSE_BLK0_RDATA2_RD_MAC_CRC);
}

/* Three bits in three places, of which each revision sets one more. */
unsigned chip_revision(void)
{
    uint32_t rev1 = hw_get(BASE_efuse, EFUSE_BLK0_RDATA3_RD_CHIP_VER_REV1);
    uint32_t rev2 = hw_get(BASE_efuse, EFUSE_BLK0_RDATA5_RD_CHIP_VER_REV2);
    uint32_t rev3 = hw_read(BASE_syscon + SYSCON_DATE) >> 31;
    return rev1 + (rev1 & rev2) + (rev1 & rev2 & rev3);
}

uint32_t chip_random(void)
{
    static uint32_t last;
    uint32_t wait = 16 * (clock_cpu_hz() / clock_apb_hz());
    while (ccount() - last < wait)
        ;
    last = ccount();
    return hw_read(BASE_wdev + WDEV_DATA);
}
