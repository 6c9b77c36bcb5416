/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the Wi-Fi driver: wifi.c is the whole, wifi_tx.c sends, wifi_rx.c receives. */
#ifndef VESPER_FIRMWARE_DRIVERS_WIFI_LOCAL_H
#define VESPER_FIRMWARE_DRIVERS_WIFI_LOCAL_H

#include "firmware/drivers/wifi_hw.h"

struct wifi_state {
    struct wifi_config config;
    struct wifi_counts counts;
};
extern struct wifi_state wifi_state;

void wifi_tx_init(void);
/* In the interrupt handler, which began at time_us. */
void wifi_tx_complete(uint32_t time_us);
void wifi_tx_failed(uint32_t time_us);

void wifi_rx_init(void);

#endif
