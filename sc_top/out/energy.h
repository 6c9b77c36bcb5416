/* SPDX-License-Identifier: Apache-2.0 */
/* What an ESP32 draws from its 3.3 V supply, by the currents of its data sheet (ESP32 Series Datasheet, "RF
 * power-consumption specifications" and "Power consumption by power modes"; 3.3 V, 25 degrees C, typical values).
 *
 *   E = 3.3 V * ( sum over frames sent of I_tx(power) * time with power
 *               + I_rx * (time with the receiver on, frames sent excluded)
 *               + I_idle(clock) * time with the radio off
 *               + I_core(clock) * time that the cores were busy, summed over them
 *               + I_sleep(light or deep) * time that the chip slept, which is not in the others )
 *
 * I_tx: the data sheet states 240, 190, 180 and 130 mA at 19.5, 16, 14 and 0 dBm for a duty cycle of 50 %, the receiver
 * being on in between; so 2 I - I_rx flows while sending: 380, 280, 260, 160 mA. Between these points linear in
 * milliwatts. The rate matters by its power only. I_rx: 100 mA, for frames and while listening (95 to 100 mA are
 * stated, with an idle CPU). I_idle, I_core: modem sleep is stated from idle to both cores busy: 30-68 mA at 240 MHz,
 * 27-44 at 160, 20-31 at 80; a core is half the difference. Linear between clocks, and in proportion below 80 MHz.
 * While the chip sleeps: 0.8 mA in light sleep, 10 uA in deep sleep with RTC timer and RTC memory ("Power consumption
 * by power modes"). Flash, LEDs and regulators are not in it. */
#ifndef VESPER_SC_TOP_OUT_ENERGY_H
#define VESPER_SC_TOP_OUT_ENERGY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ENERGY_SUPPLY_V 3.3
#define ENERGY_RX_MA 100.0
#define ENERGY_LIGHT_SLEEP_MA 0.8
#define ENERGY_DEEP_SLEEP_MA 0.01

/* While sending at this power. Outside 0..20.5 dBm it is that of the limit. */
double energy_tx_ma(double power_dbm);

/* Radio off and CPU idle. */
double energy_idle_ma(uint64_t cpu_hz);

/* What one busy core adds. */
double energy_core_ma(uint64_t cpu_hz);

#ifdef __cplusplus
}
#endif
#endif
