/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/wifi_hw.h"

#include "firmware/drivers/dport.h"
#include "firmware/drivers/hw.h"
#include "firmware/drivers/regs/dport.h"
#include "firmware/drivers/regs/i2c_ana.h"
#include "firmware/drivers/regs/wdev.h"
#include "firmware/drivers/regs/wifi_mac.h"

enum {
    MAC = BASE_wifi_mac,
    SLOTS = 5,
    SLOT_STRIDE = 8, /* of registers in the first page, and in the second */
    PLCP_STRIDE = 60,
    WIFI_CLOCKS = 0x406,   /* facts 4.3 */
    DMA_BASE = 0x3FF00000, /* of 20-bit addresses */
    PLCP0_CONSTANT = 6,    /* what all drivers write there */
    HT_SIG_FLAGS = 7,      /* smoothing, not sounding, reserved */
    HT_LENGTH_FLAGS = 0x50000,
    INTERRUPTS = 0x01E839E0,  /* what the vendor's driver enables */
    PROMISCUOUS_BITS = 0x80E0 /* and sets in FILTER of interface 3 */
};

static uint32_t bit(uint32_t place)
{
    return hw_field(place, 1);
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

static void stop(void)
{
    hw_write(MAC + WIFI_MAC_CTRL,
             hw_read(MAC + WIFI_MAC_CTRL) | bit(WIFI_MAC_CTRL_STOP12) | hw_field(WIFI_MAC_CTRL_STOP, 0x7FF));
    while (hw_get(MAC, WIFI_MAC_CTRL_TX_BUSY))
        ;
}

static void run(void)
{
    hw_write(MAC + WIFI_MAC_CTRL,
             hw_read(MAC + WIFI_MAC_CTRL) & ~(bit(WIFI_MAC_CTRL_STOP12) | hw_field(WIFI_MAC_CTRL_STOP, 0x7FF)));
}

bool wifi_hw_reset(void)
{
    enum { TRIES = 1000 };
    uint32_t gates = BASE_dport + DPORT_WIFI_CLK_EN;
    hw_write(gates, dport_read(gates) | WIFI_CLOCKS);
    hw_set(BASE_dport, DPORT_CORE_RST_EN_WIFIMAC_RST, 1);
    hw_set(BASE_dport, DPORT_CORE_RST_EN_WIFIMAC_RST, 0);
    run();
    hw_set(MAC, WIFI_MAC_INIT_START, 1);
    for (unsigned tries = 0; tries < TRIES; tries++)
        if (hw_get(MAC, WIFI_MAC_INIT_READY))
            return true;
    return false;
}

/* Interface 0: what is for us, and what is for all. */
void wifi_hw_set_address(const uint8_t address[DOT11_ADDRESS])
{
    hw_write(MAC + WIFI_MAC_RA_LOW, get32(address));
    hw_write(MAC + WIFI_MAC_RA_HIGH, get16(address + 4));
    hw_write(MAC + WIFI_MAC_RA_MASK_LOW, UINT32_MAX);
    hw_write(MAC + WIFI_MAC_RA_MASK_HIGH,
             hw_field(WIFI_MAC_RA_MASK_HIGH_MASK, UINT16_MAX) | bit(WIFI_MAC_RA_MASK_HIGH_ENABLE));
    hw_write(MAC + WIFI_MAC_FILTER, bit(WIFI_MAC_FILTER_BLOCK_UNICAST));
}

void wifi_hw_set_promiscuous(bool is_promiscuous)
{
    enum { INTERFACE = 3, LOW_NIBBLE = 0xF };
    uint32_t filter = MAC + WIFI_MAC_FILTER + 4 * INTERFACE, control = MAC + WIFI_MAC_CONTROL_FILTER + 4 * INTERFACE;
    uint32_t blocked = bit(WIFI_MAC_FILTER_BLOCK_UNICAST) | bit(WIFI_MAC_FILTER_BLOCK_GROUP);
    uint32_t kinds = ~(bit(WIFI_MAC_CONTROL_FILTER_WRAPPER) - 1); /* this bit and all above */
    hw_write(filter, is_promiscuous ? (hw_read(filter) & ~(uint32_t)LOW_NIBBLE) | PROMISCUOUS_BITS : blocked);
    hw_write(control, is_promiscuous ? kinds : 0);
    hw_set(MAC, WIFI_MAC_INT_ENABLE_RX_PROMISCUOUS, is_promiscuous);
}

/* In steps of 500 kHz above 2400 MHz (facts 5.6, row 6); channel 14 lies apart. */
void wifi_hw_set_channel(unsigned channel)
{
    uint32_t code = channel == 14 ? 168 : 10 * channel + 14;
    stop();
    hw_set(BASE_i2c_ana, I2C_ANA_CHANNEL_CODE, code);
    while (hw_get(BASE_i2c_ana, I2C_ANA_CHANNEL_STATUS_BUSY))
        ;
    run();
}

uint32_t wifi_hw_time_us(void)
{
    return hw_read(MAC + WIFI_MAC_TIME);
}

uint64_t wifi_hw_latch_tsf(void)
{
    hw_write(BASE_wdev + WDEV_TSF_CTRL, bit(WDEV_TSF_CTRL_LATCH_TSF0));
    uint32_t low = hw_read(BASE_wdev + WDEV_TSF0_LO);
    return (uint64_t)hw_read(BASE_wdev + WDEV_TSF0_HI) << 32 | low;
}

void wifi_hw_load_tsf(uint64_t value)
{
    hw_write(BASE_wdev + WDEV_TSF0_LOAD_LO, (uint32_t)value);
    hw_write(BASE_wdev + WDEV_TSF0_LOAD_HI, (uint32_t)(value >> 32));
    hw_write(BASE_wdev + WDEV_TSF_CTRL, bit(WDEV_TSF_CTRL_LOAD_TSF0));
    hw_set(BASE_wdev, WDEV_TSF0_CONF_EN, 1);
}

/* Draws lie much further apart than the 16 cycles in which the generator renews itself: no wait, as in chip_random. */
uint32_t wifi_hw_random(void)
{
    return hw_read(BASE_wdev + WDEV_DATA);
}

/* ---- Keys -------------------------------------------------------------------------------------------------------- */

static uint32_t key_base(unsigned slot)
{
    enum { KEY_STRIDE = 40 };
    return MAC + slot * KEY_STRIDE;
}

void wifi_hw_remove_key(unsigned slot)
{
    enum { WORDS = 6 }; /* those that CCMP-128 uses */
    hw_write(MAC + WIFI_MAC_KEY_VALID, hw_read(MAC + WIFI_MAC_KEY_VALID) & ~(1u << slot));
    for (unsigned i = 0; i < WORDS; i++)
        hw_write(key_base(slot) + WIFI_MAC_KEY_LOW + 4 * i, 0);
}

/* Interface 0. The slot becomes valid when all of it is there. */
void wifi_hw_set_key(unsigned slot, const struct wifi_key *key)
{
    enum { CCMP = 3, CRYPTO_ON = 0x10103 /* what the vendor's driver sets with CCMP */ };
    uint32_t base = key_base(slot);
    wifi_hw_remove_key(slot);
    hw_write(base + WIFI_MAC_KEY_LOW, get32(key->peer));
    hw_write(base + WIFI_MAC_KEY_HIGH, get16(key->peer + 4) | hw_field(WIFI_MAC_KEY_HIGH_ALGORITHM, CCMP) |
                                           hw_field(WIFI_MAC_KEY_HIGH_PAIRWISE, !key->is_group) |
                                           hw_field(WIFI_MAC_KEY_HIGH_GROUP, key->is_group) |
                                           bit(WIFI_MAC_KEY_HIGH_ONE) |
                                           hw_field(WIFI_MAC_KEY_HIGH_KEY_ID, key->key_id));
    for (unsigned i = 0; i < WIFI_KEY; i += 4)
        hw_write(base + WIFI_MAC_KEY0 + i, get32(key->bytes + i));
    hw_write(MAC + WIFI_MAC_CRYPTO, hw_read(MAC + WIFI_MAC_CRYPTO) | bit(WIFI_MAC_CRYPTO_PMF_OFF) | CRYPTO_ON);
    hw_write(MAC + WIFI_MAC_KEY_VALID, hw_read(MAC + WIFI_MAC_KEY_VALID) | 1u << slot);
}

/* ---- Interrupts -------------------------------------------------------------------------------------------------- */

void wifi_hw_enable_interrupts(void)
{
    hw_write(MAC + WIFI_MAC_INT_CLEAR, UINT32_MAX);
    hw_write(MAC + WIFI_MAC_INT_ENABLE,
             (hw_read(MAC + WIFI_MAC_INT_ENABLE) & bit(WIFI_MAC_INT_ENABLE_RX_PROMISCUOUS)) | INTERRUPTS);
}

unsigned wifi_hw_take_interrupts(void)
{
    uint32_t status = hw_read(MAC + WIFI_MAC_INT_STATUS);
    hw_write(MAC + WIFI_MAC_INT_CLEAR, status);
    unsigned what = 0;
    if (status &
        (bit(WIFI_MAC_INT_STATUS_RX) | bit(WIFI_MAC_INT_STATUS_RX_DATA) | bit(WIFI_MAC_INT_STATUS_RX_PROMISCUOUS)))
        what |= WIFI_HW_RECEIVED;
    if (status & bit(WIFI_MAC_INT_STATUS_TX_COMPLETE))
        what |= WIFI_HW_SENT;
    if (status & (bit(WIFI_MAC_INT_STATUS_TX_COLLISION) | bit(WIFI_MAC_INT_STATUS_TX_TIMEOUT)))
        what |= WIFI_HW_NOT_SENT;
    return what;
}

/* ---- Slots ------------------------------------------------------------------------------------------------------- */

/* Element 0 of the arrays is slot 4. */
static uint32_t slot_base(unsigned slot)
{
    return MAC + (SLOTS - 1 - slot) * SLOT_STRIDE;
}

static uint32_t plcp_base(unsigned slot)
{
    return MAC + (SLOTS - 1 - slot) * PLCP_STRIDE;
}

static void set_ht(uint32_t plcp, const struct wifi_hw_attempt *attempt)
{
    hw_write(plcp + WIFI_MAC_HT_SIG, hw_field(WIFI_MAC_HT_SIG_MCS, attempt->rate & 7u) |
                                         hw_field(WIFI_MAC_HT_SIG_LENGTH, attempt->psdu) |
                                         hw_field(WIFI_MAC_HT_SIG_FLAGS, HT_SIG_FLAGS) |
                                         hw_field(WIFI_MAC_HT_SIG_SHORT_GI, attempt->rate >= RATE_MCS0_SHORT));
    hw_write(plcp + WIFI_MAC_HT_LENGTH, hw_field(WIFI_MAC_HT_LENGTH_LENGTH, attempt->psdu | HT_LENGTH_FLAGS));
}

/* PLCP0 last: it starts. */
void wifi_hw_start(unsigned slot, const struct wifi_hw_attempt *attempt)
{
    uint32_t base = slot_base(slot), plcp = plcp_base(slot);
    bool is_ht = rate_is_ht(attempt->rate);
    hw_write(base + WIFI_MAC_TX_CONFIG, hw_field(WIFI_MAC_TX_CONFIG_BACKOFF, attempt->backoff) |
                                            hw_field(WIFI_MAC_TX_CONFIG_AIFSN, attempt->aifsn));
    hw_write(plcp + WIFI_MAC_PLCP1,
             hw_field(WIFI_MAC_PLCP1_LENGTH, attempt->psdu) | hw_field(WIFI_MAC_PLCP1_RATE, attempt->rate) |
                 hw_field(WIFI_MAC_PLCP1_KEY, attempt->key) | hw_field(WIFI_MAC_PLCP1_HT, is_ht));
    hw_write(plcp + WIFI_MAC_PLCP2,
             bit(WIFI_MAC_PLCP2_UNKNOWN5) | hw_field(WIFI_MAC_PLCP2_POWER, 4u * (uint32_t)attempt->power_dbm));
    if (is_ht)
        set_ht(plcp, attempt);
    if (attempt->protection_us)
        hw_write(plcp + WIFI_MAC_DURATION, hw_field(WIFI_MAC_DURATION_PROTECTION, attempt->protection_us));
    memw();
    hw_write(base + WIFI_MAC_PLCP0, hw_field(WIFI_MAC_PLCP0_DESCRIPTOR, (uint32_t)attempt->descriptor - DMA_BASE) |
                                        hw_field(WIFI_MAC_PLCP0_CONSTANT, PLCP0_CONSTANT) |
                                        hw_field(WIFI_MAC_PLCP0_WAIT_ACK, attempt->wants_ack) |
                                        hw_field(WIFI_MAC_PLCP0_RTS, attempt->protection_us != 0) |
                                        bit(WIFI_MAC_PLCP0_VALID) | bit(WIFI_MAC_PLCP0_ENABLE));
}

void wifi_hw_cancel(unsigned slot)
{
    hw_write(slot_base(slot) + WIFI_MAC_PLCP0, 0);
}

unsigned wifi_hw_take_complete(void)
{
    uint32_t slots = hw_read(MAC + WIFI_MAC_TX_COMPLETE);
    hw_write(MAC + WIFI_MAC_TX_COMPLETE_CLEAR, slots);
    return slots;
}

void wifi_hw_take_failed(unsigned *collided, unsigned *late)
{
    uint32_t error = hw_read(MAC + WIFI_MAC_TX_ERROR);
    hw_write(MAC + WIFI_MAC_TX_ERROR_CLEAR, error);
    *collided = error & 0x1F;
    *late = error >> 16 & 0x1F;
}

enum wifi_hw_result wifi_hw_result(unsigned slot, int8_t *ack_snr)
{
    enum { OK = 0, NO_RTS = 1, NO_CTS = 2, NO_ACK = 5 };
    uint32_t pmd = hw_read(plcp_base(slot) + WIFI_MAC_PMD);
    *ack_snr = pmd & bit(WIFI_MAC_PMD_SNR_VALID) ? (int8_t)(pmd >> 16) : 127;
    switch (pmd >> 12 & 0xF) {
    case OK:
        return WIFI_HW_OK;
    case NO_RTS:
    case NO_CTS:
        return WIFI_HW_NO_CTS;
    case NO_ACK:
        return WIFI_HW_NO_ACK;
    default:
        return WIFI_HW_ERROR;
    }
}

/* ---- Reception --------------------------------------------------------------------------------------------------- */

void wifi_hw_start_reception(struct wifi_descriptor *first)
{
    hw_write(MAC + WIFI_MAC_RX_BASE, (uint32_t)first);
    hw_set(MAC, WIFI_MAC_RX_CTRL_ENABLE, 1);
}

/* The hardware looks at its last descriptor again; if it had come to its end before the link was there and does not see
 * it, it starts over from here. */
void wifi_hw_chain_grew(struct wifi_descriptor *added)
{
    hw_set(MAC, WIFI_MAC_RX_CTRL_RELOAD, 1);
    while (hw_get(MAC, WIFI_MAC_RX_CTRL_RELOAD))
        ;
    if (hw_read(MAC + WIFI_MAC_RX_NEXT) == DMA_BASE && hw_read(MAC + WIFI_MAC_RX_LAST) != (uint32_t)added)
        hw_write(MAC + WIFI_MAC_RX_BASE, (uint32_t)added);
}

/* wifi_pkt_rx_ctrl_t as the hardware writes it: facts 5.2. It tells the length on the air; what is not stored of it,
 * the FCS and, of a decrypted frame, the MIC, is a multiple of 4, so the padding in the buffer can be told from it
 * (esp-wifi-hal, trailer_length). */
bool wifi_hw_read_header(const uint8_t *buffer, uint32_t filled, struct wifi_received *received)
{
    enum { RSSI_OFFSET = 96, TIME = 12, LENGTH = 24, MIC = 8 };
    uint32_t word0 = get32(buffer), word1 = get32(buffer + 4), word2 = get32(buffer + 8);
    uint32_t length = get32(buffer + LENGTH) & 0xFFF;
    bool is_ht = (word0 >> 14 & 3) == 1;
    received->rssi = (int8_t)((int8_t)word0 - RSSI_OFFSET);
    received->rate =
        is_ht ? (uint8_t)((word1 >> 31 ? RATE_MCS0_SHORT : RATE_MCS0) + (word1 & 7)) : (uint8_t)(word0 >> 8 & 0x1F);
    received->noise_floor = (int8_t)word2;
    received->channel = word2 >> 16 & 0xF;
    received->time_us = get32(buffer + TIME);
    uint32_t stored = filled - WIFI_HW_RX_HEADER;
    if (length < stored)
        return false;
    uint32_t trailer = (length - stored + 3) & ~3u;
    received->is_decrypted = trailer == DOT11_FCS + MIC;
    received->length = (uint16_t)(length - trailer);
    return trailer == DOT11_FCS || received->is_decrypted;
}
