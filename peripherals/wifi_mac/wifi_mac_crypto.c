/* SPDX-License-Identifier: Apache-2.0 */
/* Encryption: frames are sealed between memory and the air, and opened between the air and memory, with the keys of 25
 * slots. Software prepares the CCMP header, keeps packet numbers and looks for replays; the MAC computes.
 *
 * Sources: esp32-open-mac, "Reverse engineering WPA crypto acceleration on ESP32" (what the driver prepares, how a slot
 * is found, that group frames are opened whatever their slot's address is); esp-wifi-hal, crypto.rs and set_key()
 * (registers), trailer_length() (what is stored of an opened frame); facts 5.5. What is our choice: docs/wifi-mac.md,
 * "Encryption". */
#include "peripherals/wifi_mac/wifi_mac_priv.h"

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WMAC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { KEY_SLOTS = 25, KEY_STRIDE = 40, INTERFACE_STRIDE = 4, CCMP = 3, ON0_ALL = 3 };
enum { DATA = 0x08, TYPE_MASK = 0x0C, QOS = 0x80, PROTECTED = 0x40, BOTH_DS = 3, EXT_IV = 0x20 };

static bool is_on(const struct wifi_mac *mac, unsigned interface)
{
    return reg_get_at(&mac->dev, WMAC_CRYPTO_ON0, interface, INTERFACE_STRIDE) == ON0_ALL &&
           reg_get_at(&mac->dev, WMAC_CRYPTO_ON8, interface, INTERFACE_STRIDE);
}

static bool slot_is_used(const struct wifi_mac *mac, unsigned slot)
{
    return slot < KEY_SLOTS && reg_get(&mac->dev, WMAC_KEY_VALID_SLOTS) >> slot & 1 &&
           reg_get_at(&mac->dev, WMAC_KEY_HIGH_ALGORITHM, slot, KEY_STRIDE) == CCMP;
}

static void read_key(const struct wifi_mac *mac, unsigned slot, uint8_t key[WIFI_MAC_KEY])
{
    for (unsigned i = 0; i < WIFI_MAC_KEY; i++)
        key[i] = (uint8_t)(reg_word(&mac->dev, WMAC_KEY0 + slot * KEY_STRIDE + i / 4 * 4) >> (8 * (i % 4)));
}

static bool has_address(const struct wifi_mac *mac, unsigned slot, const uint8_t *address)
{
    for (unsigned i = 0; i < WIFI_MAC_ADDRESS; i++)
        if (address[i] != (uint8_t)(reg_word(&mac->dev, WMAC_KEY_LOW + slot * KEY_STRIDE + i / 4 * 4) >> (8 * (i % 4))))
            return false;
    return true;
}

/* Where the CCMP header of a protected data frame begins; 0: it is none. */
static unsigned ccmp_place(const uint8_t *mpdu, unsigned bytes)
{
    unsigned header = WIFI_MAC_HEADER;
    if (bytes < WIFI_MAC_HEADER || (mpdu[0] & TYPE_MASK) != DATA || !(mpdu[1] & PROTECTED))
        return 0;
    if ((mpdu[1] & BOTH_DS) == BOTH_DS)
        header += WIFI_MAC_ADDRESS;
    if (mpdu[0] & QOS)
        header += 2;
    bool fits = bytes > header + WIFI_MAC_CCMP_HEADER + WIFI_MAC_MIC;
    return fits && mpdu[header + 3] & EXT_IV ? header : 0;
}

enum wifi_mac_fault wifi_mac_seal(struct wifi_mac *mac, unsigned s, uint8_t *mpdu, unsigned bytes)
{
    uint8_t key[WIFI_MAC_KEY];
    unsigned slot = wifi_mac_slot_get(mac, WMAC_PLCP1_KEY, s, WIFI_MAC_STRIDE2);
    unsigned interface = wifi_mac_slot_get(mac, WMAC_PLCP1_INTERFACE, s, WIFI_MAC_STRIDE2);
    bool wanted = bytes >= WIFI_MAC_HEADER && (mpdu[0] & TYPE_MASK) == DATA && mpdu[1] & PROTECTED &&
                  is_on(mac, interface) && slot_is_used(mac, slot);
    if (!wanted || !mac->cipher.seal)
        return WIFI_MAC_FINE;
    if (!ccmp_place(mpdu, bytes))
        return WIFI_MAC_FAULT_NO_CCMP_ROOM;
    read_key(mac, slot, key);
    return mac->cipher.seal(key, mpdu, bytes) ? WIFI_MAC_FINE : WIFI_MAC_FAULT_NO_CCMP_ROOM;
}

/* A key of an interface that has accepted the frame: that of its transmitter, or of the group. */
static bool fits(const struct wifi_mac *mac, unsigned slot, unsigned accepted, const uint8_t *mpdu, unsigned key_id)
{
    const struct dev *dev = &mac->dev;
    unsigned interface = reg_get_at(dev, WMAC_KEY_HIGH_INTERFACE, slot, KEY_STRIDE);
    if (!slot_is_used(mac, slot) || !(accepted >> interface & 1) || !is_on(mac, interface) ||
        reg_get_at(dev, WMAC_KEY_HIGH_KEY_ID, slot, KEY_STRIDE) != key_id)
        return false;
    if (mpdu[4] & 1)
        return reg_get_at(dev, WMAC_KEY_HIGH_GROUP, slot, KEY_STRIDE);
    return reg_get_at(dev, WMAC_KEY_HIGH_PAIRWISE, slot, KEY_STRIDE) && has_address(mac, slot, mpdu + 10);
}

unsigned wifi_mac_open(struct wifi_mac *mac, unsigned accepted, uint8_t *mpdu, unsigned bytes)
{
    uint8_t key[WIFI_MAC_KEY];
    unsigned place = ccmp_place(mpdu, bytes), slot = 0;
    if (!place || !mac->cipher.open)
        return bytes;
    while (slot < KEY_SLOTS && !fits(mac, slot, accepted, mpdu, mpdu[place + 3] >> 6))
        slot++;
    if (slot == KEY_SLOTS)
        return bytes;
    read_key(mac, slot, key);
    return mac->cipher.open(key, mpdu, bytes) ? bytes - WIFI_MAC_MIC : bytes;
}
