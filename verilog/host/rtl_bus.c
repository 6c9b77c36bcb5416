/* SPDX-License-Identifier: Apache-2.0 */
/* The requester's side of the target buses. Signals change just behind an edge, as a synchronous master's do, and are
 * looked at when they have settled before the next one. */
#include "verilog/host/rtl_dev_priv.h"

static uint64_t get(const struct rtl_dev *dev, enum rtl_pin_id pin)
{
    return dev->pin[pin];
}

static void set(struct rtl_dev *dev, enum rtl_pin_id pin, uint64_t value)
{
    dev->pin[pin] = value;
}

/* Arm IHI 0024C, 3.1 and 3.3: a setup cycle, then access cycles up to the one that ends with PREADY high. */
static enum rtl_answer apb(struct rtl_dev *dev, struct rtl_transfer *transfer)
{
    enum rtl_answer answer = RTL_ANSWER_NONE;
    set(dev, RTL_PADDR, transfer->offset);
    set(dev, RTL_PWRITE, transfer->write);
    set(dev, RTL_PWDATA, transfer->write ? transfer->data : 0);
    set(dev, RTL_PSTRB, transfer->write ? transfer->strobe : 0); /* 3.2: low for reads */
    set(dev, RTL_PSEL, 1);
    rtl_settle(dev);
    rtl_tick(dev);
    set(dev, RTL_PENABLE, 1);
    rtl_settle(dev);
    for (unsigned i = 0; i < dev->config.timeout && answer == RTL_ANSWER_NONE; i++) {
        if (get(dev, RTL_PREADY)) {
            transfer->data = (uint32_t)get(dev, RTL_PRDATA);
            answer = get(dev, RTL_PSLVERR) ? RTL_ANSWER_ERROR : RTL_ANSWER_OK;
        }
        rtl_tick(dev);
    }
    set(dev, RTL_PSEL, 0);
    set(dev, RTL_PENABLE, 0);
    rtl_settle(dev);
    return answer;
}

/* A handshake: valid falls after the edge at which both were high. */
static bool handshake(struct rtl_dev *dev, enum rtl_pin_id valid, enum rtl_pin_id ready)
{
    return get(dev, valid) && get(dev, ready);
}

static enum rtl_answer axi_write(struct rtl_dev *dev, struct rtl_transfer *transfer)
{
    enum rtl_answer answer = RTL_ANSWER_NONE;
    set(dev, RTL_AWADDR, transfer->offset);
    set(dev, RTL_WDATA, transfer->data);
    set(dev, RTL_WSTRB, transfer->strobe);
    set(dev, RTL_AWVALID, 1);
    set(dev, RTL_WVALID, 1);
    set(dev, RTL_BREADY, 1);
    for (unsigned i = 0; i < dev->config.timeout && answer == RTL_ANSWER_NONE; i++) {
        rtl_settle(dev);
        bool address = handshake(dev, RTL_AWVALID, RTL_AWREADY), data = handshake(dev, RTL_WVALID, RTL_WREADY);
        if (handshake(dev, RTL_BVALID, RTL_BREADY))
            answer = get(dev, RTL_BRESP) & 2 ? RTL_ANSWER_ERROR : RTL_ANSWER_OK;
        rtl_tick(dev);
        if (address)
            set(dev, RTL_AWVALID, 0);
        if (data)
            set(dev, RTL_WVALID, 0);
    }
    set(dev, RTL_AWVALID, 0);
    set(dev, RTL_WVALID, 0);
    set(dev, RTL_BREADY, 0);
    rtl_settle(dev);
    return answer;
}

static enum rtl_answer axi_read(struct rtl_dev *dev, struct rtl_transfer *transfer)
{
    enum rtl_answer answer = RTL_ANSWER_NONE;
    set(dev, RTL_ARADDR, transfer->offset);
    set(dev, RTL_ARVALID, 1);
    set(dev, RTL_RREADY, 1);
    for (unsigned i = 0; i < dev->config.timeout && answer == RTL_ANSWER_NONE; i++) {
        rtl_settle(dev);
        bool address = handshake(dev, RTL_ARVALID, RTL_ARREADY);
        if (handshake(dev, RTL_RVALID, RTL_RREADY)) {
            transfer->data = (uint32_t)get(dev, RTL_RDATA);
            answer = get(dev, RTL_RRESP) & 2 ? RTL_ANSWER_ERROR : RTL_ANSWER_OK;
        }
        rtl_tick(dev);
        if (address)
            set(dev, RTL_ARVALID, 0);
    }
    set(dev, RTL_ARVALID, 0);
    set(dev, RTL_RREADY, 0);
    rtl_settle(dev);
    return answer;
}

enum rtl_answer rtl_bus_transfer(struct rtl_dev *dev, struct rtl_transfer *transfer)
{
    if (dev->abi->bus == RTL_BUS_APB)
        return apb(dev, transfer);
    return transfer->write ? axi_write(dev, transfer) : axi_read(dev, transfer);
}

const char *rtl_bus_missing(const struct rtl_dev *dev, bool write)
{
    if (dev->abi->bus == RTL_BUS_APB)
        return "PREADY";
    return write ? "AWREADY, WREADY or BVALID" : "ARREADY or RVALID";
}
