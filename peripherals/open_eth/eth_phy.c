/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/open_eth/eth_phy.h"

#include <string.h>

/* IEEE 802.3-2022, tables 22-7 and 22-8. */
enum {
    BMCR_RESET = 1 << 15,
    BMCR_LOOPBACK = 1 << 14,
    BMCR_SPEED_100 = 1 << 13,
    BMCR_NEGOTIATE = 1 << 12,
    BMCR_POWER_DOWN = 1 << 11,
    BMCR_ISOLATE = 1 << 10,
    BMCR_RESTART = 1 << 9,
    BMCR_FULL_DUPLEX = 1 << 8,
    BMSR_ABILITIES = 0x7849, /* 100BASE-TX and 10BASE-T, both duplexes; no preamble needed; negotiates; extended set */
    BMSR_NEGOTIATED = 1 << 5,
    BMSR_LINK = 1 << 2,
    ANER_PARTNER_NEGOTIATES = 1 << 0,
    ANER_PAGE_RECEIVED = 1 << 1,
    ANLPAR_ACKNOWLEDGE = 1 << 14,
    SELECTOR_802_3 = 1
};

/* DP83848C data sheet, PHYSTS. */
enum { PHYSTS_LINK = 1, PHYSTS_10 = 2, PHYSTS_FULL = 4, PHYSTS_LOOPBACK = 8, PHYSTS_NEGOTIATED = 16 };

static void reset_registers(struct eth_phy *phy)
{
    memset(phy->reg, 0, sizeof phy->reg);
    phy->reg[ETH_PHY_BMCR] = BMCR_SPEED_100 | BMCR_NEGOTIATE | BMCR_FULL_DUPLEX;
    phy->reg[ETH_PHY_ID1] = 0x2000; /* OUI 080017, model 9, revision 0 */
    phy->reg[ETH_PHY_ID2] = 0x5C90;
    phy->reg[ETH_PHY_ANAR] = ETH_PHY_ALL | SELECTOR_802_3;
    phy->reg[ETH_PHY_RBR] = 0x0021;
    phy->reg[ETH_PHY_PHYCR] = (uint16_t)(0x8000 | phy->config.address);
}

static bool negotiates(const struct eth_phy *phy)
{
    return phy->reg[ETH_PHY_BMCR] & BMCR_NEGOTIATE;
}

/* What is in use: one bit of enum eth_phy_ability, the best that both ends have (IEEE 802.3, annex 28B.3); 0: none. */
static unsigned used_ability(const struct eth_phy *phy)
{
    static const unsigned by_priority[] = {ETH_PHY_100_FULL, ETH_PHY_100_HALF, ETH_PHY_10_FULL, ETH_PHY_10_HALF};
    uint16_t control = phy->reg[ETH_PHY_BMCR];
    if (!negotiates(phy)) {
        bool full = control & BMCR_FULL_DUPLEX;
        if (control & BMCR_SPEED_100)
            return full ? ETH_PHY_100_FULL : ETH_PHY_100_HALF;
        return full ? ETH_PHY_10_FULL : ETH_PHY_10_HALF;
    }
    for (unsigned i = 0; i < 4; i++)
        if (phy->reg[ETH_PHY_ANAR] & phy->config.partner & by_priority[i])
            return by_priority[i];
    return 0;
}

static bool partner_understands(const struct eth_phy *phy)
{
    const unsigned fast = ETH_PHY_100_FULL | ETH_PHY_100_HALF;
    unsigned used = used_ability(phy);
    return phy->config.partner & (used & fast ? fast : used ? ETH_PHY_10_FULL | ETH_PHY_10_HALF : 0);
}

bool eth_phy_has_link(const struct eth_phy *phy, sim_time now)
{
    uint16_t off = BMCR_POWER_DOWN | BMCR_ISOLATE;
    return phy->plugged && !(phy->reg[ETH_PHY_BMCR] & off) && partner_understands(phy) && now >= phy->link_since;
}

bool eth_phy_loops_back(const struct eth_phy *phy)
{
    return phy->reg[ETH_PHY_BMCR] & BMCR_LOOPBACK;
}

uint64_t eth_phy_bits_per_second(const struct eth_phy *phy)
{
    return used_ability(phy) & (ETH_PHY_10_FULL | ETH_PHY_10_HALF) ? 10000000 : 100000000;
}

bool eth_phy_is_full_duplex(const struct eth_phy *phy)
{
    return used_ability(phy) & (ETH_PHY_100_FULL | ETH_PHY_10_FULL);
}

/* Something changed that takes the link down and, if at all, brings it up again later. */
static void link_begins_anew(struct eth_phy *phy, sim_time now)
{
    phy->link_was_lost = true;
    phy->link_since = now + phy->config.negotiation;
}

void eth_phy_init(struct eth_phy *phy, const struct eth_phy_config *config, sim_time now)
{
    memset(phy, 0, sizeof *phy);
    phy->config = *config;
    phy->plugged = !config->unplugged;
    reset_registers(phy);
    link_begins_anew(phy, now);
    phy->link_was_lost = false;
}

void eth_phy_plug(struct eth_phy *phy, bool plugged, sim_time now)
{
    if (plugged == phy->plugged)
        return;
    phy->plugged = plugged;
    link_begins_anew(phy, now);
}

static uint16_t read_status(struct eth_phy *phy, sim_time now)
{
    uint16_t status = BMSR_ABILITIES;
    bool link = eth_phy_has_link(phy, now);
    if (link && negotiates(phy))
        status |= BMSR_NEGOTIATED;
    if (link && !phy->link_was_lost)
        status |= BMSR_LINK;
    phy->link_was_lost = !link;
    return status;
}

static uint16_t read_phy_status(const struct eth_phy *phy, sim_time now)
{
    bool link = eth_phy_has_link(phy, now);
    unsigned status = link ? PHYSTS_LINK : 0;
    status |= eth_phy_bits_per_second(phy) == 10000000 ? PHYSTS_10 : 0;
    status |= eth_phy_is_full_duplex(phy) ? PHYSTS_FULL : 0;
    status |= eth_phy_loops_back(phy) ? PHYSTS_LOOPBACK : 0;
    status |= link && negotiates(phy) ? PHYSTS_NEGOTIATED : 0;
    return (uint16_t)status;
}

uint16_t eth_phy_read(struct eth_phy *phy, unsigned address, unsigned reg, sim_time now)
{
    if (address != phy->config.address || reg >= ETH_PHY_REGISTERS)
        return 0xFFFF;
    bool negotiated = negotiates(phy) && eth_phy_has_link(phy, now);
    switch (reg) {
    case ETH_PHY_BMSR:
        return read_status(phy, now);
    case ETH_PHY_ANLPAR:
        return negotiated ? (uint16_t)(phy->config.partner | ANLPAR_ACKNOWLEDGE | SELECTOR_802_3) : 0;
    case ETH_PHY_ANER:
        return negotiated ? ANER_PARTNER_NEGOTIATES | ANER_PAGE_RECEIVED : 0;
    case ETH_PHY_PHYSTS:
        return read_phy_status(phy, now);
    default:
        return phy->reg[reg];
    }
}

static void write_control(struct eth_phy *phy, uint16_t value, sim_time now)
{
    const uint16_t affects_link = BMCR_SPEED_100 | BMCR_NEGOTIATE | BMCR_POWER_DOWN | BMCR_ISOLATE | BMCR_FULL_DUPLEX;
    uint16_t old = phy->reg[ETH_PHY_BMCR];
    if (value & BMCR_RESET) {
        reset_registers(phy);
        link_begins_anew(phy, now);
        return;
    }
    phy->reg[ETH_PHY_BMCR] = value & 0xFD80 & (uint16_t)~BMCR_RESTART;
    if (((old ^ value) & affects_link) || ((value & BMCR_RESTART) && (value & BMCR_NEGOTIATE)))
        link_begins_anew(phy, now);
}

void eth_phy_write(struct eth_phy *phy, unsigned address, unsigned reg, uint16_t value, sim_time now)
{
    if (address != phy->config.address)
        return;
    switch (reg) {
    case ETH_PHY_BMCR:
        write_control(phy, value, now);
        break;
    case ETH_PHY_BMSR:
    case ETH_PHY_ID1:
    case ETH_PHY_ID2:
    case ETH_PHY_ANLPAR:
    case ETH_PHY_ANER:
    case ETH_PHY_PHYSTS:
        break; /* read-only */
    default:
        if (reg < ETH_PHY_REGISTERS)
            phy->reg[reg] = value;
    }
}
