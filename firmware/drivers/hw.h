/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of peripherals. Addresses and layouts are the simulator's own data: bases from sc_top/node/esp32_node.def,
 * registers and fields from peripherals/..._regs.def by way of drivers/regs/.
 *
 *   hw_set(BASE_uart0, UART_CLKDIV_FRAG, 3);                    one field, read-modify-write
 *   hw_write(BASE_uart0 + UART_INT_CLR, UINT32_MAX);            a register
 *   hw_write(base + UART_CLKDIV, hw_field(UART_CLKDIV_CLKDIV, 694) | hw_field(UART_CLKDIV_FRAG, 7));
 *
 * Elements of a register array are reached by adding index * stride to the base. */
#ifndef VESPER_FIRMWARE_DRIVERS_HW_H
#define VESPER_FIRMWARE_DRIVERS_HW_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/reg.h"
#include "firmware/runtime/xtensa.h"

enum {
#define DEVICE(name, type, base) BASE_##name = base,
#define PART(device, member, base) BASE_##member = base,
#ifdef GUEST_kc705
#include "firmware/boards/kc705/devices.def"
#else
#include "sc_top/node/esp32_node.def"
#endif
};

/* The same APB registers by way of the AHB bus. UART FIFOs must be accessed there: ESP32 errata, "consecutive writes to
 * a FIFO at 0x3FF4xxxx may be lost". */
#define HW_AHB(address) ((uint32_t)(address)-0x3FF40000u + 0x60000000u)

static inline uint32_t hw_read(uint32_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void hw_write(uint32_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static inline uint32_t hw_get(uint32_t base, uint32_t place)
{
    return bits_get(hw_read(base + REG_PLACE_OFFSET(place)), REG_PLACE_LSB(place), REG_PLACE_WIDTH(place));
}

static inline void hw_set(uint32_t base, uint32_t place, uint32_t value)
{
    uint32_t address = base + REG_PLACE_OFFSET(place);
    hw_write(address, bits_set(hw_read(address), REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), value));
}

/* A value where the field has it in its register. */
static inline uint32_t hw_field(uint32_t place, uint32_t value)
{
    return bits_set(0, REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), value);
}

#endif
