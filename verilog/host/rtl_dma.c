/* SPDX-License-Identifier: Apache-2.0 */
/* The subordinate's side of the block's own AXI4-Lite manager: guest memory. Address and data are taken in the cycle
 * after they were offered, and answered in the next: three cycles a word, which is what AHB-attached SRAM takes with
 * its address and data phase behind a bridge [inferred]. */
#include <stdio.h>

#include "verilog/host/rtl_dev_priv.h"

enum { RESPONSE_OKAY = 0, RESPONSE_SLVERR = 2 };

static bool seen(const struct rtl_dev *dev, enum rtl_pin_id valid, enum rtl_pin_id ready)
{
    return dev->before[valid] && dev->before[ready];
}

bool rtl_dma_is_busy(const struct rtl_dev *dev)
{
    const uint64_t *pin = dev->pin;
    if (!rtl_has_dma(dev))
        return false;
    return pin[RTL_M_AWVALID] || pin[RTL_M_WVALID] || pin[RTL_M_BVALID] || pin[RTL_M_ARVALID] || pin[RTL_M_RVALID] ||
           dev->dma.has_address || dev->dma.has_data;
}

static enum bus_result access_memory(struct rtl_dev *dev, struct bus_access *access)
{
    struct bus_port *dma = dev->env->dma;
    access->initiator = BUS_DMA;
    return dma ? dma->access(dma->ctx, access) : BUS_ERROR_ADDRESS;
}

/* Whole words at once, other sets of lanes byte by byte. */
static unsigned write_memory(struct rtl_dev *dev, uint32_t address, uint32_t data, unsigned strobe, sim_time now)
{
    enum bus_result result = BUS_OK;
    address &= ~UINT32_C(3);
    dev->counts.dma_writes++;
    if (strobe == 0xF) {
        struct bus_access word = {.address = address, .size = 4, .write = true, .time = now, .value = data};
        return access_memory(dev, &word) == BUS_OK ? RESPONSE_OKAY : RESPONSE_SLVERR;
    }
    for (unsigned lane = 0; lane < 4 && result == BUS_OK; lane++) {
        struct bus_access byte = {
            .address = address + lane, .size = 1, .write = true, .time = now, .value = data >> (8 * lane) & 0xFF};
        if (strobe >> lane & 1)
            result = access_memory(dev, &byte);
    }
    return result == BUS_OK ? RESPONSE_OKAY : RESPONSE_SLVERR;
}

static void read_memory(struct rtl_dev *dev, uint32_t address, sim_time now)
{
    struct bus_access word = {.address = address & ~UINT32_C(3), .size = 4, .time = now};
    bool good = access_memory(dev, &word) == BUS_OK;
    dev->counts.dma_reads++;
    dev->pin[RTL_M_RDATA] = good ? word.value : 0;
    dev->pin[RTL_M_RRESP] = good ? RESPONSE_OKAY : RESPONSE_SLVERR;
    dev->pin[RTL_M_RVALID] = 1;
}

static void step_write(struct rtl_dev *dev, sim_time now)
{
    struct rtl_dma *dma = &dev->dma;
    uint64_t *pin = dev->pin;
    if (seen(dev, RTL_M_AWVALID, RTL_M_AWREADY)) {
        dma->has_address = true;
        dma->address = (uint32_t)dev->before[RTL_M_AWADDR];
    }
    if (seen(dev, RTL_M_WVALID, RTL_M_WREADY)) {
        dma->has_data = true;
        dma->data = (uint32_t)dev->before[RTL_M_WDATA];
        dma->strobe = (unsigned)dev->before[RTL_M_WSTRB];
    }
    if (seen(dev, RTL_M_BVALID, RTL_M_BREADY))
        pin[RTL_M_BVALID] = 0;
    if (dma->has_address && dma->has_data && !pin[RTL_M_BVALID]) {
        pin[RTL_M_BRESP] = write_memory(dev, dma->address, dma->data, dma->strobe, now);
        pin[RTL_M_BVALID] = 1;
        dma->has_address = dma->has_data = false;
    }
    pin[RTL_M_AWREADY] = pin[RTL_M_AWVALID] && !dma->has_address && !pin[RTL_M_BVALID];
    pin[RTL_M_WREADY] = pin[RTL_M_WVALID] && !dma->has_data && !pin[RTL_M_BVALID];
}

static void step_read(struct rtl_dev *dev, sim_time now)
{
    uint64_t *pin = dev->pin;
    if (seen(dev, RTL_M_RVALID, RTL_M_RREADY))
        pin[RTL_M_RVALID] = 0;
    if (seen(dev, RTL_M_ARVALID, RTL_M_ARREADY))
        read_memory(dev, (uint32_t)dev->before[RTL_M_ARADDR], now);
    pin[RTL_M_ARREADY] = pin[RTL_M_ARVALID] && !pin[RTL_M_RVALID];
}

void rtl_dma_step(struct rtl_dev *dev, sim_time now)
{
    if (dev->pin[RTL_RESET])
        return;
    step_write(dev, now);
    step_read(dev, now);
    dev->inputs_moved = true;
}

void rtl_dma_reset(struct rtl_dev *dev)
{
    dev->dma = (struct rtl_dma){0};
}
