/* SPDX-License-Identifier: Apache-2.0 */
/* Registers, interrupts, management of the PHY, access to memory. */
#include <string.h>

#include "peripherals/open_eth/open_eth_priv.h"

static void open_eth_moder_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void open_eth_interrupt_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void open_eth_tx_bd_num_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void open_eth_miicommand_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t open_eth_miirx_read(struct dev *dev, unsigned index, uint32_t stored);
static uint32_t open_eth_miistatus_read(struct dev *dev, unsigned index, uint32_t stored);
static void open_eth_txctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/open_eth/open_eth_regs.def"
#define REG_PREFIX OPEN_ETH_REG
#define REG_TABLE open_eth_regs
#define REG_BLOCK "OPEN_ETH"
#define REG_SOURCE "OpenCores Ethernet IP Core Specification, rev. 1.19"
#define REG_SIZE 0x800
#include "bus/reg_expand.h"

static void update_interrupt(struct open_eth *eth)
{
    bool level = reg_word(&eth->dev, OPEN_ETH_INT_SOURCE) & reg_word(&eth->dev, OPEN_ETH_INT_MASK);
    line_set(eth->irq, level, eth->dev.now);
}

void open_eth_raise(struct open_eth *eth, unsigned interrupts)
{
    reg_put_word(&eth->dev, OPEN_ETH_INT_SOURCE, reg_word(&eth->dev, OPEN_ETH_INT_SOURCE) | interrupts);
    update_interrupt(eth);
}

static void open_eth_interrupt_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_interrupt((struct open_eth *)dev);
}

static void open_eth_moder_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct open_eth *eth = (struct open_eth *)dev;
    (void)index;
    if (reg_field_of(written, OPEN_ETH_MODER_RST)) {
        dev_reset(dev, DEV_RESET_SYSTEM, dev->now);
        return;
    }
    uint32_t rises = reg_word(dev, OPEN_ETH_MODER) & ~old;
    if (reg_field_of(rises, OPEN_ETH_MODER_RXEN))
        open_eth_rx_enabled(eth);
    if (reg_field_of(rises, OPEN_ETH_MODER_TXEN))
        open_eth_tx_enabled(eth);
}

static void open_eth_tx_bd_num_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)written;
    if (reg_word(dev, OPEN_ETH_TX_BD_NUM) > OPEN_ETH_DESCRIPTORS)
        reg_put_word(dev, OPEN_ETH_TX_BD_NUM, old);
}

static void open_eth_txctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    if (reg_field_of(written, OPEN_ETH_TXCTRL_TXPAUSERQ) && reg_get(dev, OPEN_ETH_CTRLMODER_TXFLOW))
        open_eth_tx_pause((struct open_eth *)dev, (uint16_t)reg_get(dev, OPEN_ETH_TXCTRL_TXPAUSETV));
}

/* --- management of the PHY --------------------------------------------------------------------------------------- */

/* How long MDC runs for one transfer: 32 bits, and as many of preamble. */
static sim_time transfer_time(const struct dev *dev)
{
    uint64_t divider = reg_get(dev, OPEN_ETH_MIIMODER_CLKDIV);
    uint64_t bits = reg_get(dev, OPEN_ETH_MIIMODER_MIINOPRE) ? 32 : 64;
    return bits_muldiv_up(bits * (divider < 2 ? 2 : divider), SIM_PS_PER_S, dev_hz(dev, CLOCK_APB));
}

static void tell_rate(struct open_eth *eth, uint64_t before)
{
    uint64_t rate = eth_phy_bits_per_second(&eth->phy);
    if (rate != before && eth->port.rate)
        eth->port.rate(eth->port.ctx, rate, eth->dev.now);
}

static void mii_write(struct open_eth *eth)
{
    struct dev *dev = &eth->dev;
    uint64_t rate = eth_phy_bits_per_second(&eth->phy);
    eth_phy_write(&eth->phy, reg_get(dev, OPEN_ETH_MIIADDRESS_FIAD), reg_get(dev, OPEN_ETH_MIIADDRESS_RGAD),
                  (uint16_t)reg_get(dev, OPEN_ETH_MIITX_DATA_CTRLDATA), dev->now);
    tell_rate(eth, rate);
}

static void mii_read(struct open_eth *eth)
{
    struct dev *dev = &eth->dev;
    unsigned reg = reg_get(dev, OPEN_ETH_MIIADDRESS_RGAD);
    uint16_t value = eth_phy_read(&eth->phy, reg_get(dev, OPEN_ETH_MIIADDRESS_FIAD), reg, dev->now);
    reg_put(dev, OPEN_ETH_MIIRX_DATA_PRSD, value);
    if (reg == ETH_PHY_BMSR)
        reg_put(dev, OPEN_ETH_MIISTATUS_LINKFAIL, !(value & 1 << 2));
}

static void open_eth_miicommand_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct open_eth *eth = (struct open_eth *)dev;
    (void)index, (void)old;
    if (reg_field_of(written, OPEN_ETH_MIICOMMAND_WCTRLDATA))
        mii_write(eth);
    else if (reg_field_of(written, OPEN_ETH_MIICOMMAND_RSTAT))
        mii_read(eth);
    else if (!reg_field_of(written, OPEN_ETH_MIICOMMAND_SCANSTAT))
        return;
    eth->mii_busy_until = dev->now + transfer_time(dev);
}

static uint32_t open_eth_miirx_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index;
    if (!reg_get(dev, OPEN_ETH_MIICOMMAND_SCANSTAT))
        return stored;
    mii_read((struct open_eth *)dev);
    return reg_word(dev, OPEN_ETH_MIIRX_DATA);
}

static uint32_t open_eth_miistatus_read(struct dev *dev, unsigned index, uint32_t stored)
{
    struct open_eth *eth = (struct open_eth *)dev;
    bool scans = reg_get(dev, OPEN_ETH_MIICOMMAND_SCANSTAT), runs = dev->now < eth->mii_busy_until;
    (void)index;
    if (scans && !runs) {
        mii_read(eth);
        stored = reg_word(dev, OPEN_ETH_MIISTATUS);
    }
    stored = bits_set(stored, REG_PLACE_LSB(OPEN_ETH_MIISTATUS_BUSY), 1, scans || runs);
    return bits_set(stored, REG_PLACE_LSB(OPEN_ETH_MIISTATUS_NVALID), 1, scans && runs);
}

/* --- descriptors and memory -------------------------------------------------------------------------------------- */

static uint32_t read_gap(struct dev *dev, uint32_t offset)
{
    return reg_word(dev, offset);
}

static void write_gap(struct dev *dev, uint32_t offset, uint32_t value)
{
    if (offset < OPEN_ETH_DESCRIPTOR_BASE) {
        dev_say_once(dev, LOG_GUEST, offset, "write where the Ethernet MAC has no register");
        return;
    }
    reg_put_word(dev, offset, value);
    if (offset % 8 == 0)
        open_eth_tx_handed_over((struct open_eth *)dev, (offset - OPEN_ETH_DESCRIPTOR_BASE) / 8);
}

/* One access of the natural size that address and count allow. */
static unsigned dma_step(struct open_eth *eth, uint32_t address, uint8_t *bytes, unsigned count, bool write)
{
    unsigned size = address % 4 == 0 && count >= 4 ? 4 : 1;
    struct bus_access access = {
        .address = address, .size = (uint8_t)size, .write = write, .initiator = BUS_DMA, .time = eth->dev.now};
    for (unsigned i = 0; write && i < size; i++)
        access.value |= (uint32_t)bytes[i] << 8 * i;
    struct bus_port *port = eth->dev.env->dma;
    if (!port || port->access(port->ctx, &access) != BUS_OK)
        return 0;
    for (unsigned i = 0; !write && i < size; i++)
        bytes[i] = (uint8_t)(access.value >> 8 * i);
    return size;
}

bool open_eth_dma(struct open_eth *eth, uint32_t address, uint8_t *bytes, unsigned count, bool write)
{
    while (count) {
        unsigned size = dma_step(eth, address, bytes, count, write);
        if (!size) {
            eth->counts.dma_errors++;
            dev_say_once(&eth->dev, LOG_GUEST, address, "an Ethernet frame's buffer is not in memory");
            return false;
        }
        address += size;
        bytes += size;
        count -= size;
    }
    return true;
}

sim_time open_eth_bit_times(const struct open_eth *eth, uint64_t bits)
{
    return bits * (SIM_PS_PER_S / eth_phy_bits_per_second(&eth->phy));
}

bool open_eth_loops_back(const struct open_eth *eth)
{
    return reg_get(&eth->dev, OPEN_ETH_MODER_LOOPBCK) || eth_phy_loops_back(&eth->phy);
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static void preset_address(struct open_eth *eth)
{
    const uint8_t *mac = eth->config.mac;
    uint32_t low = (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];
    reg_put_word(&eth->dev, OPEN_ETH_MAC_ADDR0, low);
    reg_put_word(&eth->dev, OPEN_ETH_MAC_ADDR1, (uint32_t)mac[0] << 8 | mac[1]);
}

/* The PHY is a chip of its own: only power takes it back to its beginnings. */
static void reset(struct dev *dev, enum dev_reset kind)
{
    struct open_eth *eth = (struct open_eth *)dev;
    if (kind == DEV_RESET_POWER_ON) {
        bool unplugged = eth->config.phy.unplugged;
        uint64_t rate = eth_phy_bits_per_second(&eth->phy);
        eth->config.phy.unplugged = !eth->phy.plugged;
        eth_phy_init(&eth->phy, &eth->config.phy, dev->now);
        eth->config.phy.unplugged = unplugged;
        tell_rate(eth, rate);
    }
    preset_address(eth);
    eth->mii_busy_until = 0;
    open_eth_tx_reset(eth);
    open_eth_rx_reset(eth);
    update_interrupt(eth);
}

static const struct dev_ops ops = {
    .regs = &open_eth_regs, .reset = reset, .read_gap = read_gap, .write_gap = write_gap};

struct open_eth_config open_eth_typical(void)
{
    const struct open_eth_config config = {.phy = {.address = 1, .partner = ETH_PHY_ALL | ETH_PHY_PAUSE}};
    return config;
}

enum sim_status open_eth_init(struct open_eth *eth, const struct open_eth_config *config, const char *name,
                              struct dev_env *env)
{
    char scope[96];
    memset(eth, 0, sizeof *eth);
    SIM_TRY(dev_init(&eth->dev, &ops, name, env));
    eth->config = *config;
    eth->phy.plugged = !config->phy.unplugged;
    evq_event_init(&eth->tx.event, open_eth_tx_due, eth, EVQ_PHASE_DEVICE);
    evq_event_init(&eth->rx.event, open_eth_rx_due, eth, EVQ_PHASE_DEVICE);
    /* Announced by another queue: after all that this node does by itself at the same time, whoever ran first. */
    eth->rx.event.node = 1;
    dev_path(&eth->dev, scope, sizeof scope);
    eth->tx.signal = trace_declare(env->trace, scope, "tx_busy", TRACE_WIRE, 1);
    dev_reset(&eth->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void open_eth_fini(struct open_eth *eth)
{
    evq_cancel(eth->dev.env->evq, &eth->tx.event);
    evq_cancel(eth->dev.env->evq, &eth->rx.event);
    dev_fini(&eth->dev);
}

void open_eth_connect(struct open_eth *eth, const struct open_eth_port *port)
{
    eth->port = *port;
}

void open_eth_plug(struct open_eth *eth, bool plugged, sim_time now)
{
    eth_phy_plug(&eth->phy, plugged, now);
}
