/* SPDX-License-Identifier: Apache-2.0 */
/* Transmit slots: an attempt starts when both VALID and ENABLE are set while the MAC runs, and its end clears ENABLE.
 * Between the two the air has it. What software takes back while it runs is asked back from the air; the slot starts
 * again only when the air has let go of it, since the air reads the slot's copy of the frame. */
#include "peripherals/wifi_mac/wifi_mac_priv.h"

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WMAC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { PMD_NO_CTS = 2, PMD_UNUSABLE = 4, PMD_NO_ACK = 5 };
enum { SUB_UNUSABLE = 2, LARGEST_SNR = 126, NO_SNR = 127 };
enum { BLOCK_ACK_REQUEST = 0x84 }; /* first byte of Frame Control */

static unsigned number_of(const struct wifi_mac_slot *slot)
{
    return (unsigned)(slot - slot->mac->slot);
}

static bool is_connected(const struct wifi_mac *mac)
{
    return mac->air.start != NULL;
}

/* --- What is sent ------------------------------------------------------------------------------------------------ */

static enum wifi_mac_protection protection_of(const struct wifi_mac *mac, unsigned s)
{
    if (wifi_mac_slot_get(mac, WMAC_PLCP0_RTS, s, WIFI_MAC_STRIDE))
        return WIFI_MAC_PROTECT_RTS;
    return wifi_mac_slot_get(mac, WMAC_PLCP0_CTS_TO_SELF, s, WIFI_MAC_STRIDE) ? WIFI_MAC_PROTECT_CTS_TO_SELF
                                                                              : WIFI_MAC_PROTECT_NONE;
}

/* Reads registers, descriptors and frame; says what is wrong. */
static enum wifi_mac_fault prepare(struct wifi_mac *mac, unsigned s, struct wifi_mac_attempt *attempt)
{
    struct wifi_mac_slot *slot = &mac->slot[s];
    unsigned length = wifi_mac_slot_get(mac, WMAC_PLCP1_LENGTH, s, WIFI_MAC_STRIDE2);
    if (length < WIFI_MAC_SHORTEST + WIFI_MAC_FCS)
        return WIFI_MAC_FAULT_LENGTH;
    if (!wifi_mac_rate_of_code(wifi_mac_slot_get(mac, WMAC_PLCP1_RATE, s, WIFI_MAC_STRIDE2), &attempt->rate))
        return WIFI_MAC_FAULT_RATE;
    attempt->bytes = length - WIFI_MAC_FCS;
    attempt->mpdu = slot->mpdu;
    uint32_t descriptor = wifi_mac_slot_get(mac, WMAC_PLCP0_DESCRIPTOR, s, WIFI_MAC_STRIDE) | WIFI_MAC_NO_DESCRIPTOR;
    enum wifi_mac_fault wrong = wifi_mac_gather(mac, descriptor, slot->mpdu, attempt->bytes);
    if (!wrong)
        wrong = wifi_mac_seal(mac, s, slot->mpdu, attempt->bytes);
    if (wrong)
        return wrong;
    unsigned aifsn = wifi_mac_slot_get(mac, WMAC_TX_CONFIG_AIFSN, s, WIFI_MAC_STRIDE);
    attempt->aifsn = aifsn ? aifsn : 1;
    attempt->backoff = wifi_mac_slot_get(mac, WMAC_TX_CONFIG_BACKOFF, s, WIFI_MAC_STRIDE);
    attempt->access_limit = wifi_mac_slot_get(mac, WMAC_TX_CONFIG_TIMEOUT, s, WIFI_MAC_STRIDE) * SIM_US(1024);
    attempt->power_quarter_dbm = wifi_mac_slot_get(mac, WMAC_PLCP2_POWER, s, WIFI_MAC_STRIDE2);
    attempt->protection = protection_of(mac, s);
    attempt->protection_duration = (uint16_t)wifi_mac_slot_get(mac, WMAC_DURATION_PROTECTION, s, WIFI_MAC_STRIDE2);
    if (attempt->protection != WIFI_MAC_PROTECT_NONE && attempt->bytes < 16)
        return WIFI_MAC_FAULT_NO_SENDER;
    if (wifi_mac_slot_get(mac, WMAC_PLCP0_WAIT_ACK, s, WIFI_MAC_STRIDE))
        attempt->answer = slot->mpdu[0] == BLOCK_ACK_REQUEST ? WIFI_MAC_ANSWER_BLOCK_ACK : WIFI_MAC_ANSWER_ACK;
    return WIFI_MAC_FINE;
}

/* --- Results ----------------------------------------------------------------------------------------------------- */

static unsigned snr_byte(double snr_db)
{
    if (!(snr_db > 0.0))
        return 0;
    return snr_db < LARGEST_SNR ? (unsigned)(snr_db + 0.5) : LARGEST_SNR;
}

static void put_pmd(struct wifi_mac *mac, unsigned s, unsigned error, unsigned sub)
{
    const struct wifi_mac_outcome *outcome = &mac->slot[s].outcome;
    bool answered = outcome->result == WIFI_MAC_OK && outcome->answered;
    wifi_mac_slot_put(mac, WMAC_PMD_SUB, s, WIFI_MAC_STRIDE2, sub);
    wifi_mac_slot_put(mac, WMAC_PMD_ERROR, s, WIFI_MAC_STRIDE2, error);
    wifi_mac_slot_put(mac, WMAC_PMD_SNR, s, WIFI_MAC_STRIDE2, answered ? snr_byte(outcome->snr_db) : NO_SNR);
    wifi_mac_slot_put(mac, WMAC_PMD_SNR_VALID, s, WIFI_MAC_STRIDE2, answered);
    wifi_mac_slot_put(mac, WMAC_BA_BITMAP_LOW_BITMAP, s, WIFI_MAC_STRIDE2, (uint32_t)outcome->block_ack_bitmap);
    wifi_mac_slot_put(mac, WMAC_BA_BITMAP_HIGH_BITMAP, s, WIFI_MAC_STRIDE2,
                      (uint32_t)(outcome->block_ack_bitmap >> 32));
    wifi_mac_slot_put(mac, WMAC_BA_RESULT_START, s, WIFI_MAC_STRIDE2, outcome->block_ack_start);
}

static void complete(struct wifi_mac *mac, unsigned s, unsigned error, unsigned sub)
{
    put_pmd(mac, s, error, sub);
    reg_put_word(&mac->dev, WMAC_TX_COMPLETE, reg_word(&mac->dev, WMAC_TX_COMPLETE) | 1u << s);
    wifi_mac_raise(mac, WMAC_INT_STATUS_TX_COMPLETE);
}

static void fail(struct wifi_mac *mac, uint32_t status_place, unsigned s, uint32_t cause)
{
    reg_put(&mac->dev, status_place, reg_get(&mac->dev, status_place) | 1u << s);
    wifi_mac_raise(mac, cause);
}

static void report(struct wifi_mac *mac, unsigned s)
{
    const struct wifi_mac_outcome *outcome = &mac->slot[s].outcome;
    wifi_mac_slot_put(mac, WMAC_PLCP0_ENABLE, s, WIFI_MAC_STRIDE, 0);
    switch (outcome->result) {
    case WIFI_MAC_OK:
        if (outcome->answered)
            wifi_mac_count(mac, WMAC_STAT_ACK);
        complete(mac, s, 0, 0);
        break;
    case WIFI_MAC_NO_CTS:
        complete(mac, s, PMD_NO_CTS, 0);
        break;
    case WIFI_MAC_NO_ACK:
        complete(mac, s, PMD_NO_ACK, 0);
        break;
    case WIFI_MAC_UNUSABLE:
        complete(mac, s, PMD_UNUSABLE, SUB_UNUSABLE);
        break;
    case WIFI_MAC_COLLISION:
        fail(mac, WMAC_TX_ERROR_COLLISION, s, WMAC_INT_STATUS_TX_COLLISION);
        break;
    case WIFI_MAC_ACCESS_TIMEOUT:
    case WIFI_MAC_CANCELLED: /* unasked: the air has no use for it */
        fail(mac, WMAC_TX_ERROR_TIMEOUT, s, WMAC_INT_STATUS_TX_TIMEOUT);
        break;
    }
}

/* --- Attempts ---------------------------------------------------------------------------------------------------- */

static void over_at(struct wifi_mac_slot *slot, const struct wifi_mac_outcome *outcome, sim_time at)
{
    slot->outcome = *outcome;
    evq_schedule(slot->mac->dev.env->evq, &slot->over, at);
}

/* Nobody is there: about the time that the frame and the wait for an answer take, to the longest preamble. */
static void send_alone(struct wifi_mac *mac, unsigned s, const struct wifi_mac_attempt *attempt)
{
    enum { SIFS_US = 10, SLOT_US = 9, PREAMBLE_US = 192, ANSWER_US = 50 };
    uint64_t us = SIFS_US + (uint64_t)(attempt->aifsn + attempt->backoff) * SLOT_US + PREAMBLE_US +
                  (attempt->bytes + WIFI_MAC_FCS) * UINT64_C(8000) / wifi_mac_rate_kbps(&attempt->rate);
    struct wifi_mac_outcome outcome = {.result = WIFI_MAC_OK};
    if (attempt->protection == WIFI_MAC_PROTECT_RTS)
        outcome.result = WIFI_MAC_NO_CTS;
    else if (attempt->answer != WIFI_MAC_ANSWER_NONE)
        outcome.result = WIFI_MAC_NO_ACK;
    over_at(&mac->slot[s], &outcome, mac->dev.now + (us + ANSWER_US) * SIM_US(1));
}

static void start(struct wifi_mac *mac, unsigned s)
{
    struct wifi_mac_slot *slot = &mac->slot[s];
    struct wifi_mac_attempt attempt = {.answer = WIFI_MAC_ANSWER_NONE};
    enum wifi_mac_fault wrong = prepare(mac, s, &attempt);
    slot->stage = WIFI_MAC_RUNNING;
    slot->disowned = false;
    if (wrong) {
        wifi_mac_say(mac, WMAC_PLCP0, "a frame cannot be sent", wrong);
        over_at(slot, &(struct wifi_mac_outcome){.result = WIFI_MAC_UNUSABLE}, mac->dev.now + WIFI_MAC_LATENCY);
        return;
    }
    if (attempt.protection == WIFI_MAC_PROTECT_RTS)
        wifi_mac_count(mac, WMAC_STAT_TX_RTS);
    if (attempt.protection == WIFI_MAC_PROTECT_CTS_TO_SELF)
        wifi_mac_count(mac, WMAC_STAT_TX_CTS);
    if (is_connected(mac))
        mac->air.start(mac->air.ctx, s, &attempt, wifi_mac_effect_time(mac));
    else
        send_alone(mac, s, &attempt);
}

/* Asks for the attempt back. What is over already, and only not visible yet, stays so. */
static void take_back(struct wifi_mac *mac, unsigned s)
{
    struct wifi_mac_slot *slot = &mac->slot[s];
    if (slot->stage != WIFI_MAC_RUNNING)
        return;
    slot->stage = WIFI_MAC_ENDING;
    if (!is_connected(mac))
        over_at(slot, &(struct wifi_mac_outcome){.result = WIFI_MAC_CANCELLED}, mac->dev.now + WIFI_MAC_LATENCY);
    else if (!evq_is_scheduled(&slot->over))
        mac->air.abort(mac->air.ctx, s, wifi_mac_effect_time(mac));
}

void wifi_mac_tx_update(struct wifi_mac *mac, unsigned s)
{
    struct wifi_mac_slot *slot = &mac->slot[s];
    bool enabled = wifi_mac_slot_get(mac, WMAC_PLCP0_VALID, s, WIFI_MAC_STRIDE) &&
                   wifi_mac_slot_get(mac, WMAC_PLCP0_ENABLE, s, WIFI_MAC_STRIDE);
    if (slot->stage != WIFI_MAC_IDLE && !enabled)
        slot->disowned = true;
    if (slot->stage == WIFI_MAC_IDLE && enabled && mac->running)
        start(mac, s);
    else if (!enabled || !mac->running)
        take_back(mac, s);
}

static void attempt_is_over(void *ctx, sim_time now)
{
    struct wifi_mac_slot *slot = ctx;
    struct wifi_mac *mac = slot->mac;
    bool given_back = slot->stage == WIFI_MAC_ENDING && slot->outcome.result == WIFI_MAC_CANCELLED;
    mac->dev.now = now;
    slot->stage = WIFI_MAC_IDLE;
    if (!slot->disowned && !given_back)
        report(mac, number_of(slot));
    wifi_mac_tx_update(mac, number_of(slot));
}

void wifi_mac_finished(struct wifi_mac *mac, unsigned slot, const struct wifi_mac_outcome *outcome, sim_time now)
{
    sim_assert(slot < WIFI_MAC_SLOTS && mac->slot[slot].stage != WIFI_MAC_IDLE);
    over_at(&mac->slot[slot], outcome, now + WIFI_MAC_LATENCY);
}

void wifi_mac_tx_init(struct wifi_mac *mac)
{
    for (unsigned s = 0; s < WIFI_MAC_SLOTS; s++) {
        mac->slot[s].mac = mac;
        evq_event_init(&mac->slot[s].over, attempt_is_over, &mac->slot[s], EVQ_PHASE_RADIO_END);
    }
}

void wifi_mac_tx_reset(struct wifi_mac *mac)
{
    for (unsigned s = 0; s < WIFI_MAC_SLOTS; s++)
        wifi_mac_tx_update(mac, s);
}
