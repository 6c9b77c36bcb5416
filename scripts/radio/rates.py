# SPDX-License-Identifier: Apache-2.0
"""Rates by both names, ns-3's and rate.def's."""
import collections

Mode = collections.namedtuple("Mode", "ns3 ours std mbps")
_DSSS = [("DsssRate1Mbps", "DSSS 1", 1), ("DsssRate2Mbps", "DSSS 2", 2), ("DsssRate5_5Mbps", "CCK 5.5", 5.5),
         ("DsssRate11Mbps", "CCK 11", 11)]
_HT = [6.5, 13, 19.5, 26, 39, 52, 58.5, 65]

MODES = {ns3: Mode(ns3, ours, "b", mbps) for ns3, ours, mbps in _DSSS}
MODES.update({f"ErpOfdmRate{mbps}Mbps": Mode(f"ErpOfdmRate{mbps}Mbps", f"OFDM {mbps}", "g", mbps)
              for mbps in (6, 9, 12, 18, 24, 36, 48, 54)})
MODES.update({f"HtMcs{n}": Mode(f"HtMcs{n}", f"HT MCS{n}", "n", mbps) for n, mbps in enumerate(_HT)})
BY_OURS = {mode.ours: mode for mode in MODES.values()}
