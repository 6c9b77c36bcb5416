/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of the Wi-Fi MAC as functions, for firmware/drivers/wifi*.c only. Sources: docs/wifi-mac.md, facts 5.
 */
#ifndef VESPER_FIRMWARE_DRIVERS_WIFI_HW_H
#define VESPER_FIRMWARE_DRIVERS_WIFI_HW_H

#include "firmware/drivers/wifi.h"

/* ---- The whole ---- */

bool wifi_hw_reset(void);
void wifi_hw_set_address(const uint8_t address[DOT11_ADDRESS]);
void wifi_hw_set_promiscuous(bool is_promiscuous);
void wifi_hw_set_channel(unsigned channel);
uint32_t wifi_hw_time_us(void);
uint64_t wifi_hw_latch_tsf(void);
void wifi_hw_load_tsf(uint64_t value);
uint32_t wifi_hw_random(void);

/* ---- Keys ---- */

void wifi_hw_set_key(unsigned slot, const struct wifi_key *key);
void wifi_hw_remove_key(unsigned slot);

/* ---- Interrupts ---- */

enum { WIFI_HW_RECEIVED = 1, WIFI_HW_SENT = 2, WIFI_HW_NOT_SENT = 4 };

void wifi_hw_enable_interrupts(void);
/* Takes the request back and says what there is to do. */
unsigned wifi_hw_take_interrupts(void);

/* ---- Slots ---- */

struct wifi_hw_attempt {
    const struct wifi_descriptor *descriptor;
    uint16_t psdu;
    uint8_t rate;
    uint8_t aifsn;
    uint8_t key; /* slot */
    uint16_t backoff;
    uint16_t protection_us; /* Duration of the RTS; 0: without RTS */
    bool wants_ack;
    int8_t power_dbm;
};

void wifi_hw_start(unsigned slot, const struct wifi_hw_attempt *attempt);

/* Takes the attempt back; one that is on the air ends without a report. */
void wifi_hw_cancel(unsigned slot);

enum wifi_hw_result { WIFI_HW_OK, WIFI_HW_NO_CTS, WIFI_HW_NO_ACK, WIFI_HW_ERROR };

/* Slots whose attempt is over (bits), taken back. */
unsigned wifi_hw_take_complete(void);
/* Slots that had no attempt on the air: collision with another slot, or no access in time; taken back. */
void wifi_hw_take_failed(unsigned *collided, unsigned *late);
/* Of a complete one. */
enum wifi_hw_result wifi_hw_result(unsigned slot, int8_t *ack_snr);

/* ---- Reception ---- */

void wifi_hw_start_reception(struct wifi_descriptor *first);
/* The chain has grown by `added`, which its last descriptor points to now. */
void wifi_hw_chain_grew(struct wifi_descriptor *added);

/* What is in a received buffer before the frame. */
enum { WIFI_HW_RX_HEADER = 28 };
/* `filled`: what the descriptor says of the buffer. False: it cannot be. */
bool wifi_hw_read_header(const uint8_t *buffer, uint32_t filled, struct wifi_received *received);

static inline uint32_t wifi_hw_descriptor_length(const struct wifi_descriptor *descriptor)
{
    return *(volatile const uint32_t *)&descriptor->control >> 12 & 0xFFF;
}
enum { WIFI_HW_HAS_DATA = 1 << 30, WIFI_HW_SIZE_SHIFT = 0, WIFI_HW_LENGTH_SHIFT = 12 };
#define WIFI_HW_OWNER (1u << 31)

#endif
