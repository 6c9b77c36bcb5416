/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/mpdu.h"

enum { CONTROL_WRAPPER = 7, CONTROL_CF_END_ACK = 15 };

static bool control_has_transmitter(enum mpdu_subtype subtype)
{
    return subtype != MPDU_CONTROL_CTS && subtype != MPDU_CONTROL_ACK && (int)subtype != CONTROL_WRAPPER;
}

static bool parse_control(struct mpdu *mpdu)
{
    bool two = control_has_transmitter(mpdu->subtype);
    mpdu->header = two ? MPDU_RTS : MPDU_ACK;
    if (mpdu->size < mpdu->header)
        return false;
    mpdu->receiver = mpdu->bytes + 4;
    if (two)
        mpdu->transmitter = mpdu->bytes + 10;
    return true;
}

/* Table 9-30: which address is the BSSID. */
static const uint8_t *bssid_of(const struct mpdu *mpdu)
{
    if (mpdu->type == MPDU_MANAGEMENT)
        return mpdu->bytes + 16;
    switch (mpdu->flags & (MPDU_FLAG_TO_DS | MPDU_FLAG_FROM_DS)) {
    case 0:
        return mpdu->bytes + 16;
    case MPDU_FLAG_TO_DS:
        return mpdu->bytes + 4;
    case MPDU_FLAG_FROM_DS:
        return mpdu->bytes + 10;
    default:
        return NULL;
    }
}

static bool parse_with_sequence(struct mpdu *mpdu)
{
    enum { BOTH = MPDU_FLAG_TO_DS | MPDU_FLAG_FROM_DS, QOS_BIT = 8, QOS_BYTES = 2 };
    bool four = mpdu->type == MPDU_DATA && (mpdu->flags & BOTH) == BOTH;
    mpdu->is_qos = mpdu->type == MPDU_DATA && ((unsigned)mpdu->subtype & QOS_BIT);
    mpdu->header = (size_t)MPDU_HEADER + (four ? MPDU_ADDRESS : 0) + (mpdu->is_qos ? QOS_BYTES : 0);
    if (mpdu->size < mpdu->header)
        return false;
    mpdu->receiver = mpdu->bytes + 4;
    mpdu->transmitter = mpdu->bytes + 10;
    mpdu->bssid = bssid_of(mpdu);
    uint16_t control = mpdu_le16(mpdu->bytes + 22);
    mpdu->has_sequence = true;
    mpdu->sequence = control >> 4;
    mpdu->fragment = control & 0xf;
    if (mpdu->is_qos) {
        uint8_t qos = mpdu->bytes[mpdu->header - QOS_BYTES];
        mpdu->tid = qos & 0xf;
        mpdu->ack_policy = (qos >> 5) & 3;
    }
    return true;
}

bool mpdu_parse(const uint8_t *bytes, size_t size, struct mpdu *mpdu)
{
    *mpdu = (struct mpdu){.bytes = bytes, .size = size};
    if (size < MPDU_ACK || (bytes[0] & 3) != 0)
        return false;
    mpdu->type = (enum mpdu_type)(bytes[0] >> 2 & 3);
    mpdu->subtype = (enum mpdu_subtype)(bytes[0] >> 4);
    mpdu->flags = bytes[1];
    uint16_t duration = mpdu_le16(bytes + 2);
    mpdu->duration = duration & 0x8000 ? 0 : duration;
    switch (mpdu->type) {
    case MPDU_CONTROL:
        return parse_control(mpdu);
    case MPDU_MANAGEMENT:
    case MPDU_DATA:
        return parse_with_sequence(mpdu);
    default:
        return false;
    }
}

const char *mpdu_name(enum mpdu_type type, enum mpdu_subtype subtype)
{
    static const char *const management[16] = {"association request",
                                               "association response",
                                               "reassociation request",
                                               "reassociation response",
                                               "probe request",
                                               "probe response",
                                               "timing advertisement",
                                               "management 7",
                                               "beacon",
                                               "ATIM",
                                               "disassociation",
                                               "authentication",
                                               "deauthentication",
                                               "action",
                                               "action no ack",
                                               "management 15"};
    static const char *const control[16] = {"control 0",    "control 1", "control 2", "control 3", "BF report poll",
                                            "NDP announce", "control 6", "wrapper",   "BAR",       "BA",
                                            "PS-Poll",      "RTS",       "CTS",       "ACK",       "CF-End",
                                            "CF-End+Ack"};
    static const char *const data[16] = {"data",     "data+CF-Ack", "data+CF-Poll", "data+CF-Ack+Poll",
                                         "null",     "CF-Ack",      "CF-Poll",      "CF-Ack+Poll",
                                         "QoS data", "QoS data 9",  "QoS data 10",  "QoS data 11",
                                         "QoS null", "QoS 13",      "QoS CF-Poll",  "QoS 15"};
    unsigned n = (unsigned)subtype & 15;
    switch (type) {
    case MPDU_MANAGEMENT:
        return management[n];
    case MPDU_CONTROL:
        return control[n];
    case MPDU_DATA:
        return data[n];
    default:
        return "extension";
    }
}

bool mpdu_wants_ack(const struct mpdu *mpdu)
{
    if (mpdu->type == MPDU_CONTROL)
        return mpdu->subtype == MPDU_CONTROL_PS_POLL;
    if (!mpdu->receiver || mpdu_is_group(mpdu->receiver))
        return false;
    if (mpdu->type == MPDU_MANAGEMENT)
        return (int)mpdu->subtype != MPDU_ACTION + 1; /* Action No Ack */
    return !mpdu->is_qos || mpdu->ack_policy == 0;
}

static void make_control(uint8_t *out, enum mpdu_subtype subtype, const uint8_t *receiver, uint16_t duration)
{
    out[0] = (uint8_t)((unsigned)subtype << 4 | MPDU_CONTROL << 2);
    out[1] = 0;
    mpdu_put_le16(out + 2, duration);
    memcpy(out + 4, receiver, MPDU_ADDRESS);
}

void mpdu_make_ack(uint8_t out[MPDU_ACK], const uint8_t receiver[MPDU_ADDRESS], uint16_t duration)
{
    make_control(out, MPDU_CONTROL_ACK, receiver, duration);
}

void mpdu_make_cts(uint8_t out[MPDU_ACK], const uint8_t receiver[MPDU_ADDRESS], uint16_t duration)
{
    make_control(out, MPDU_CONTROL_CTS, receiver, duration);
}

void mpdu_make_rts(uint8_t out[MPDU_RTS], const uint8_t receiver[MPDU_ADDRESS], const uint8_t transmitter[MPDU_ADDRESS],
                   uint16_t duration)
{
    make_control(out, MPDU_CONTROL_RTS, receiver, duration);
    memcpy(out + 10, transmitter, MPDU_ADDRESS);
}

void mpdu_make_header(uint8_t out[MPDU_HEADER], const struct mpdu_header *header)
{
    memset(out, 0, MPDU_HEADER);
    out[0] = (uint8_t)((unsigned)header->subtype << 4 | (unsigned)header->type << 2);
    out[1] = header->flags;
    for (unsigned n = 0; n < 3; n++)
        memcpy(out + 4 + (size_t)n * MPDU_ADDRESS, header->address[n], MPDU_ADDRESS);
    mpdu_put_le16(out + 22, (uint16_t)(header->sequence << 4));
}
