/* SPDX-License-Identifier: Apache-2.0 */
/* A 10/100 Mbit/s Ethernet PHY as its MII management registers show it: National DP83848C, which ESP-IDF's examples for
 * the OpenCores MAC drive. Source: IEEE 802.3-2022, 22.2.4 (registers 0 to 7); DP83848C data sheet, "Register Block"
 * (identifiers, PHYSTS, reset values); what software relies on: ESP-IDF, esp_eth_phy_802_3.c, esp_eth_phy_dp83848.c.
 *
 * Modelled: reset, power-down, isolation, loopback, speed and duplex by hand or by auto-negotiation with the partner's
 * abilities, the latching link bit. Chosen: link and negotiation come `negotiation` after their cause; with parallel
 * detection (this PHY set by hand) the link comes when both ends can do the speed. Other registers are stored. */
#ifndef VESPER_PERIPHERALS_OPEN_ETH_ETH_PHY_H
#define VESPER_PERIPHERALS_OPEN_ETH_ETH_PHY_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Registers. */
enum eth_phy_register {
    ETH_PHY_BMCR = 0,
    ETH_PHY_BMSR = 1,
    ETH_PHY_ID1 = 2,
    ETH_PHY_ID2 = 3,
    ETH_PHY_ANAR = 4,
    ETH_PHY_ANLPAR = 5,
    ETH_PHY_ANER = 6,
    ETH_PHY_PHYSTS = 16,
    ETH_PHY_RBR = 23,
    ETH_PHY_PHYCR = 25,
    ETH_PHY_REGISTERS = 32
};

/* Abilities, at their bits of ANAR and ANLPAR. */
enum eth_phy_ability {
    ETH_PHY_10_HALF = 1 << 5,
    ETH_PHY_10_FULL = 1 << 6,
    ETH_PHY_100_HALF = 1 << 7,
    ETH_PHY_100_FULL = 1 << 8,
    ETH_PHY_ALL = 0xF << 5,
    ETH_PHY_PAUSE = 1 << 10
};

struct eth_phy_config {
    unsigned address;     /* 0..31 on the management bus */
    unsigned partner;     /* abilities of the other end, bits of enum eth_phy_ability */
    sim_time negotiation; /* from its cause to the link */
    bool unplugged;       /* the cable, at first */
};

struct eth_phy {
    struct eth_phy_config config;
    uint16_t reg[ETH_PHY_REGISTERS]; /* what was written; status bits are made when read */
    bool plugged;
    sim_time link_since; /* from when on there is a link, if the settings allow for one */
    bool link_was_lost;  /* since BMSR was last read */
};

/* After power-on. */
void eth_phy_init(struct eth_phy *phy, const struct eth_phy_config *config, sim_time now);
void eth_phy_plug(struct eth_phy *phy, bool plugged, sim_time now);

/* Management frames; `reg` 0..31. A PHY that is not addressed leaves the bus at ones. */
uint16_t eth_phy_read(struct eth_phy *phy, unsigned address, unsigned reg, sim_time now);
void eth_phy_write(struct eth_phy *phy, unsigned address, unsigned reg, uint16_t value, sim_time now);

/* What the MAC's data lines find. */
bool eth_phy_has_link(const struct eth_phy *phy, sim_time now);
bool eth_phy_loops_back(const struct eth_phy *phy);
/* 10000000 or 100000000, also without link: the clock that the PHY gives to the MAC. */
uint64_t eth_phy_bits_per_second(const struct eth_phy *phy);
bool eth_phy_is_full_duplex(const struct eth_phy *phy);

#ifdef __cplusplus
}
#endif
#endif
