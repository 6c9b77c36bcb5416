/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/dot11.h"

#include <string.h>

enum { CATEGORY_VENDOR = 127, TWO_ADDRESSES = 16 };

void dot11_pack(uint8_t out[DOT11_HEADER], const struct dot11_frame *frame)
{
    out[0] = (uint8_t)(frame->subtype << 4 | (unsigned)frame->type << 2);
    out[1] = frame->flags;
    put16(out + 2, frame->duration);
    memcpy(out + 4, frame->receiver, DOT11_ADDRESS);
    memcpy(out + 10, frame->transmitter, DOT11_ADDRESS);
    memcpy(out + 16, frame->address3, DOT11_ADDRESS);
    put16(out + 22, (uint32_t)frame->sequence << 4 | frame->fragment);
}

/* ACK and CTS have one address, the other control frames two. */
static bool parse_control(const uint8_t *bytes, size_t length, struct dot11_frame *frame)
{
    bool one_address = frame->subtype == DOT11_CONTROL_CTS || frame->subtype == DOT11_CONTROL_ACK;
    frame->header = one_address ? DOT11_ACK : TWO_ADDRESSES;
    if (length < frame->header)
        return false;
    if (!one_address)
        memcpy(frame->transmitter, bytes + 10, DOT11_ADDRESS);
    return true;
}

bool dot11_parse(const uint8_t *bytes, size_t length, struct dot11_frame *frame)
{
    memset(frame, 0, sizeof *frame);
    if (length < DOT11_ACK || (bytes[0] & 3) != 0 || (bytes[0] >> 2 & 3) > DOT11_DATA)
        return false;
    frame->type = (enum dot11_type)(bytes[0] >> 2 & 3);
    frame->subtype = bytes[0] >> 4;
    frame->flags = bytes[1];
    frame->duration = get16(bytes + 2);
    memcpy(frame->receiver, bytes + 4, DOT11_ADDRESS);
    if (frame->type == DOT11_CONTROL)
        return parse_control(bytes, length, frame);
    frame->header = DOT11_HEADER;
    if (frame->type == DOT11_DATA && (frame->flags & DOT11_TO_DS) && (frame->flags & DOT11_FROM_DS))
        frame->header += DOT11_ADDRESS;
    if (frame->type == DOT11_DATA && (frame->subtype & DOT11_DATA_QOS))
        frame->header += 2;
    if (length < frame->header)
        return false;
    memcpy(frame->transmitter, bytes + 10, DOT11_ADDRESS);
    memcpy(frame->address3, bytes + 16, DOT11_ADDRESS);
    frame->sequence = (uint16_t)(get16(bytes + 22) >> 4);
    frame->fragment = (uint8_t)(bytes[22] & 15);
    return true;
}

const char *dot11_name(enum dot11_type type, unsigned subtype)
{
    static const char *const names[3][16] = {
        {"AssocReq", "AssocResp", "ReassocReq", "ReassocResp", "ProbeReq", "ProbeResp", "TimingAdv", "?", "Beacon",
         "ATIM", "Disassoc", "Auth", "Deauth", "Action", "ActionNoAck", "?"},
        {"?", "?", "Trigger", "TACK", "BeamRpt", "NDPA", "Extension", "Wrapper", "BlockAckReq", "BlockAck", "PSPoll",
         "RTS", "CTS", "ACK", "CFEnd", "CFEndAck"},
        {"Data", "DataCFAck", "DataCFPoll", "DataCFAckPoll", "Null", "CFAck", "CFPoll", "CFAckPoll", "QoSData",
         "QoSDataCFAck", "QoSDataCFPoll", "QoSDataCFAckPoll", "QoSNull", "?", "QoSCFPoll", "QoSCFAckPoll"}};
    return names[type][subtype & 15];
}

void dot11_set_sequence(uint8_t *mpdu, uint16_t sequence)
{
    put16(mpdu + 22, (uint32_t)sequence << 4 | (mpdu[22] & 15u));
}

void dot11_set_duration(uint8_t *mpdu, uint16_t us)
{
    put16(mpdu + 2, us);
}

void dot11_pack_vendor_action(uint8_t out[DOT11_ACTION], uint32_t oui)
{
    out[0] = CATEGORY_VENDOR;
    out[1] = (uint8_t)(oui >> 16);
    out[2] = (uint8_t)(oui >> 8);
    out[3] = (uint8_t)oui;
}

bool dot11_is_vendor_action(const uint8_t *mpdu, size_t length, const struct dot11_frame *frame, uint32_t oui)
{
    uint8_t expected[DOT11_ACTION];
    dot11_pack_vendor_action(expected, oui);
    return frame->type == DOT11_MANAGEMENT && frame->subtype == DOT11_MANAGEMENT_ACTION &&
           length >= frame->header + DOT11_ACTION && memcmp(mpdu + frame->header, expected, DOT11_ACTION) == 0;
}
