/* SPDX-License-Identifier: Apache-2.0 */
/* Machine kc705 of Debian's qemu-system-xtensa with core dc233c: 10 MHz, a 16550 as the console, and the Ethernet MAC
 * that our ESP32 has. What lwIP's port, the MAC's driver and the runtime need of it, behind the ESP32's headers.
 *
 * QEMU's clock is the host's: whatever is computed between two looks at CCOUNT may take any number of its cycles.
 * Sources: TL16C550C data sheet (registers; a register each 4 bytes here); QEMU's `info mtree` and `info qtree`. */
#include "firmware/drivers/alarm.h"
#include "firmware/drivers/chip.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/timg.h"
#include "firmware/drivers/uart.h"
#include "firmware/runtime/interrupt.h"
#include "firmware/runtime/platform.h"

enum { CPU_MHZ = 10 };
enum { FPGA_RESET = 0x10, FPGA_RESET_KEY = 0xDEAD };
enum { INTERRUPT_UART = 0, INTERRUPT_ETHERNET = 1 };
enum { UART_DATA = 0x00, UART_IER = 0x04, UART_LSR = 0x14 };
enum { IER_RECEIVED = 1 << 0, LSR_RECEIVED = 1 << 0, LSR_CAN_SEND = 1 << 5 };

/* ---- Console ---------------------------------------------------------------------------------------------------- */

static bool has_received(void)
{
    return hw_read(BASE_uart0 + UART_LSR) & LSR_RECEIVED;
}

void platform_console_write(const char *text, size_t length)
{
    while (length--) {
        while (!(hw_read(BASE_uart0 + UART_LSR) & LSR_CAN_SEND))
            ;
        hw_write(BASE_uart0 + UART_DATA, (uint8_t)*text++);
    }
}

size_t uart_read(unsigned uart, void *bytes, size_t size)
{
    uint8_t *byte = bytes;
    size_t taken = 0;
    (void)uart;
    while (taken < size && has_received())
        byte[taken++] = (uint8_t)hw_read(BASE_uart0 + UART_DATA);
    if (taken < size)
        hw_write(BASE_uart0 + UART_IER, IER_RECEIVED);
    return taken;
}

/* The request stays until somebody reads: until then it is enough to have been woken. */
static void on_input(void *ctx)
{
    (void)ctx;
    hw_write(BASE_uart0 + UART_IER, 0);
}

void uart_wake_by_input(unsigned uart)
{
    (void)uart;
    interrupt_attach(INTERRUPT_UART, on_input, NULL);
    hw_write(BASE_uart0 + UART_IER, IER_RECEIVED);
}

/* ---- Time ------------------------------------------------------------------------------------------------------- */

static void on_alarm(void *ctx)
{
    (void)ctx;
    WSR(ccompare0, ccount() + INT32_MAX);
    esync();
}

void alarm_init(void)
{
    WSR(ccompare0, ccount() + INT32_MAX);
    interrupt_attach(INTERRUPT_TIMER_0, on_alarm, NULL);
}

/* Again when the host has taken so long that CCOUNT went past: the alarm would come a turn of CCOUNT later, 7 min. */
void alarm_set(uint32_t us)
{
    uint32_t at, ahead = 16;
    uint32_t ps = mask_interrupts();
    do {
        at = ccount() + (us * CPU_MHZ > ahead ? us * CPU_MHZ : ahead);
        WSR(ccompare0, at);
        esync();
        ahead *= 2;
    } while ((int32_t)(at - ccount()) <= 0);
    restore_interrupts(ps);
}

static uint32_t last_count;
static uint64_t cycles; /* up to last_count; looked at more often than CCOUNT wraps: net_loop */

void timer_start(unsigned timer)
{
    (void)timer;
    last_count = ccount();
    cycles = 0;
}

uint64_t timer_read(unsigned timer)
{
    (void)timer;
    uint32_t now = ccount();
    cycles += now - last_count;
    last_count = now;
    return cycles / CPU_MHZ;
}

/* ---- Identity --------------------------------------------------------------------------------------------------- */

/* Locally administered; there are no eFuses. */
bool chip_mac(uint8_t mac[6])
{
    static const uint8_t address[6] = {0x02, 0x00, 0x00, 0x00, 0x70, 0x05};
    for (unsigned i = 0; i < 6; i++)
        mac[i] = address[i];
    return true;
}

/* xorshift32, stirred with the host's time, which is in CCOUNT. No generator for secrets. */
uint32_t chip_random(void)
{
    static uint32_t state = 2463534242u;
    state ^= ccount();
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* ---- The runtime's platform ------------------------------------------------------------------------------------- */

/* Wired by hand: no interrupt matrix. */
int interrupt_connect(enum interrupt_source source, unsigned level, interrupt_fn handler, void *ctx)
{
    if (source != SOURCE_ETH_MAC || level != 1)
        return INTERRUPT_NONE;
    interrupt_attach(INTERRUPT_ETHERNET, handler, ctx);
    return INTERRUPT_ETHERNET;
}

void platform_init(void)
{
}

/* A reset, with which QEMU's -no-reboot ends. */
void platform_exit(int status)
{
    (void)status;
    for (;;)
        hw_write(BASE_fpga + FPGA_RESET, FPGA_RESET_KEY);
}

void platform_panic_begin(void)
{
}

void platform_panic_end(void)
{
    platform_exit(1);
}
