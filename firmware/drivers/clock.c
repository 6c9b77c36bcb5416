/* SPDX-License-Identifier: Apache-2.0 */
/* From the crystal to the PLL and back, in the order in which ESP-IDF does it: power of the PLL, its settings over the
 * analog I2C, core voltage, divider, and only then the switch. Facts 4.7. */
#include "firmware/drivers/clock.h"

#include "firmware/drivers/dport.h"
#include "firmware/drivers/regs/dport.h"
#include "firmware/drivers/regs/i2c_ana.h"
#include "firmware/drivers/regs/rtc_cntl.h"

enum { FROM_XTAL, FROM_PLL };
enum { PERIOD_80, PERIOD_160, PERIOD_240 };
enum { DBIAS_1V10 = 4, DBIAS_1V25 = 7 }; /* of the digital core */

/* The baseband PLL's registers on the analog I2C. */
enum {
    BBPLL_BLOCK = 0x66,
    BBPLL_HOST = 4,
    BBPLL_IR_CAL_DELAY = 0,
    BBPLL_IR_CAL_EXT_CAP = 1,
    BBPLL_OC_LREF = 2,
    BBPLL_OC_DIV_7_0 = 3,
    BBPLL_OC_ENB_FCAL = 4,
    BBPLL_OC_DCUR = 5,
    BBPLL_BBADC_DSMP = 9,
    BBPLL_OC_ENB_VCON = 10,
    BBPLL_ENDIV5 = 11,
    BBPLL_BBADC_CAL_7_0 = 12
};

/* What ESP-IDF writes there (rtc_clk.c) for a crystal of 40 MHz; what the values mean is not published. */
struct bbpll_write {
    uint8_t reg, value;
};
static const struct bbpll_write bbpll_begin[] = {
    {BBPLL_IR_CAL_DELAY, 0x18}, {BBPLL_IR_CAL_EXT_CAP, 0x20}, {BBPLL_OC_ENB_FCAL, 0x9A},
    {BBPLL_OC_ENB_VCON, 0},     {BBPLL_BBADC_CAL_7_0, 0},
};
static const struct bbpll_write bbpll_320[] = {
    {BBPLL_ENDIV5, 0x43}, {BBPLL_BBADC_DSMP, 0x84}, {BBPLL_OC_LREF, 0}, {BBPLL_OC_DIV_7_0, 32}, {BBPLL_OC_DCUR, 0xC6},
};
static const struct bbpll_write bbpll_480[] = {
    {BBPLL_ENDIV5, 0xC3}, {BBPLL_BBADC_DSMP, 0x74}, {BBPLL_OC_LREF, 0}, {BBPLL_OC_DIV_7_0, 28}, {BBPLL_OC_DCUR, 0xC6},
};
enum { BBPLL_WRITES = 5 }; /* in each of them */

enum { PLL_SETTLES_US = 80, VOLTAGE_SETTLES_US = 3, SWITCH_US = 7 /* at most one cycle of the 150 kHz clock */ };

static void write_pll(const struct bbpll_write *writes)
{
    const uint32_t at = BASE_i2c_ana + 4 * BBPLL_HOST;
    for (unsigned i = 0; i < BBPLL_WRITES; i++) {
        hw_write(at, hw_field(I2C_ANA_HOST_BLOCK, BBPLL_BLOCK) | hw_field(I2C_ANA_HOST_REG, writes[i].reg) |
                         hw_field(I2C_ANA_HOST_DATA, writes[i].value) | hw_field(I2C_ANA_HOST_WRITE, 1));
        while (hw_get(at, I2C_ANA_HOST_BUSY))
            ;
    }
}

static void start_pll(const struct bbpll_write *settings)
{
    hw_set(BASE_rtc_cntl, RTC_CNTL_OPTIONS0_BIAS_I2C_FORCE_PD, 0);
    hw_set(BASE_rtc_cntl, RTC_CNTL_OPTIONS0_BB_I2C_FORCE_PD, 0);
    hw_set(BASE_rtc_cntl, RTC_CNTL_OPTIONS0_BBPLL_FORCE_PD, 0);
    hw_set(BASE_rtc_cntl, RTC_CNTL_OPTIONS0_BBPLL_I2C_FORCE_PD, 0);
    write_pll(bbpll_begin);
    write_pll(settings);
    delay_us(PLL_SETTLES_US);
}

/* The switch waits for the next edge of the slow clock. At the higher of both frequencies so long is long enough. */
static void select_source(unsigned source)
{
    hw_set(BASE_rtc_cntl, RTC_CNTL_CLK_CONF_SOC_CLK_SEL, source);
    uint32_t begin = ccount();
    while (ccount() - begin < SWITCH_US * 240)
        ;
}

/* Where ESP-IDF keeps it for whoever runs next: APB frequency in units of 4096 Hz, twice. */
static void remember_apb(void)
{
    uint32_t half = clock_apb_hz() >> 12;
    hw_write(BASE_rtc_cntl + RTC_CNTL_STORE5, half << 16 | half);
}

void clock_set_cpu_mhz(unsigned mhz)
{
    /* Through the crystal: neither PLL nor divider may change under a running core. */
    select_source(FROM_XTAL);
    if (mhz > CLOCK_XTAL_HZ / 1000000) {
        hw_set(BASE_rtc_cntl, RTC_CNTL_REG_DIG_DBIAS_WAK, mhz == 240 ? DBIAS_1V25 : DBIAS_1V10);
        delay_us(VOLTAGE_SETTLES_US);
        start_pll(mhz == 240 ? bbpll_480 : bbpll_320);
        hw_write(BASE_dport + DPORT_CPU_PER_CONF, mhz == 240 ? PERIOD_240 : mhz == 160 ? PERIOD_160 : PERIOD_80);
        select_source(FROM_PLL);
    }
    remember_apb();
}

uint32_t clock_cpu_hz(void)
{
    static const uint32_t pll_hz[4] = {80000000, 160000000, 240000000, 240000000};
    if (hw_get(BASE_rtc_cntl, RTC_CNTL_CLK_CONF_SOC_CLK_SEL) != FROM_PLL)
        return CLOCK_XTAL_HZ;
    return pll_hz[dport_read(BASE_dport + DPORT_CPU_PER_CONF) & 3];
}

uint32_t clock_apb_hz(void)
{
    return hw_get(BASE_rtc_cntl, RTC_CNTL_CLK_CONF_SOC_CLK_SEL) == FROM_PLL ? 80000000 : CLOCK_XTAL_HZ;
}

void delay_us(uint32_t us)
{
    uint32_t begin = ccount();
    uint32_t cycles = us * (clock_cpu_hz() / 1000000);
    while (ccount() - begin < cycles)
        ;
}
