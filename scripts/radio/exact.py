# SPDX-License-Identifier: Apache-2.0
"""What does not depend on chance: airtimes, exchanges frame by frame, error curves, sensitivities, beacons.

Each check returns a Finding: what was compared, how far it was off, and what is wrong with it, if anything.
"""
import bisect

from radio.play import Scene, read
from radio.rates import BY_OURS, MODES

ANY = MODES["DsssRate1Mbps"]
CURVE_LIMIT = 0.2  # dB
SLOPE = (0.01, 0.99)  # where a probability tells an SNR
BEACON_PERIOD = 102.4e-3
FRAMES = {"ACK": "CTL_ACK", "CTS": "CTL_CTS", "RTS": "CTL_RTS", "data": "DATA", "QoS data": "QOSDATA"}


class Finding:
    def __init__(self, what, compared, result, wrong=(), table=()):
        self.what, self.compared, self.result = what, compared, result
        self.wrong, self.table = list(wrong), list(table)  # table: rows of text, the first one is the head


def airtime_table(player):
    lines = player.lines(Scene("airtime", ANY, "vesper", 0))
    return {(BY_OURS[line["mode"]].ns3, line["short"] == "1", int(line["psdu_B"])): float(line["txtime_us"])
            for line in lines}


def airtimes(player, data):
    ours = airtime_table(player)
    rows, wrong = read(data / "airtimes.csv"), []
    for row in rows:
        key = row["mode"], row["format"] in ("short_preamble", "ht_mixed_sgi400"), int(row["mpdu_bytes"])
        if ours[key] != float(row["txtime_us"]):
            wrong.append(f"{row['mode']} {row['format']} {row['mpdu_bytes']} bytes: {ours[key]}, not {row['txtime_us']} us")
    differing = sum(float(row["ns3_minus_txtime_us"]) != 0 for row in rows)
    return Finding("airtime", f"{len(rows)} rows", f"{len(rows) - len(wrong)} exact; ns-3 itself differs in {differing},"
                   " all short guard interval, which the standard rounds up to 4 us", wrong)


def beacons(player, data):
    """Airtime and share of the channel, from the period of 102.4 ms; the reference counts whole beacons in 60 s."""
    ours, wrong = airtime_table(player), []
    table = ["standard | access points | beacon of ns-3's size (us) | ns-3 | share of the channel | ns-3 | bytes of our access"
             " point's | beacons/s of each | ns-3 | share".split(" | ")]
    for row in read(data / "ns3_beacon.csv"):
        airtime = ours["DsssRate1Mbps", False, int(row["beacon_mpdu_B"])]
        share = int(row["n_ap"]) * airtime * 1e-6 / BEACON_PERIOD
        reference = float(row["airtime_fraction_total"])
        if airtime != float(row["beacon_airtime_us"]) or abs(share / reference - 1) > 1e-3:
            wrong.append(f"beacon of {row['beacon_mpdu_B']} bytes: {airtime} us, share {share:.6f}, not {reference}")
        own, rate, own_share = access_points(player, row["std"], int(row["n_ap"]))
        expected = int(row["n_ap"]) / BEACON_PERIOD
        if abs(rate / expected - 1) > 2e-3 or abs(own_share / (rate * ours["DsssRate1Mbps", False, own] * 1e-6) - 1) > 1e-3:
            wrong.append(f"{row['n_ap']} access points of {row['std']}: {rate} beacons/s, share {own_share}")
        table.append([row["std"], row["n_ap"], f"{airtime:g}", row["beacon_airtime_us"], f"{share:.5f}",
                      f"{reference:.5f}", str(own), f"{rate / int(row['n_ap']):.4f}", row["beacons_per_s_per_ap"],
                      f"{own_share:.5f}"])
    return Finding("beacons", f"{len(table) - 1} rows", "airtimes exact, shares within 0.1 %, intervals of our access points"
                   " within 0.2 %; their beacons are larger than ns-3's by a TIM and WMM (rf_channel/README.md)", wrong,
                   table)


def access_points(player, std, count):
    """Ours in 60 s: bytes of a beacon, beacons a second of all, share of the channel."""
    mode = next(mode for mode in MODES.values() if mode.std == std)
    line = player.lines(Scene("beacon", mode, "vesper", 60, n=count))[0]
    first = player.lines(Scene("beacon", mode, "vesper", 1, n=count, frames=1))[0]
    return int(first["psdu_B"]), float(line["frames_per_s"]), float(line["air_fraction"])


def exchanges(player, data):
    """Every frame of ns-3's timelines must occur in ours with the same size, rate, duration and Duration field; answers
    follow after SIFS, and other frames after their IFS and a whole number of slots."""
    groups = []
    for row in read(data / "ns3_exchange_timeline.csv"):
        if row["seq"] == "0":
            groups.append([])
        groups[-1].append(row)
    wrong, frames = [], 0
    table = ["frames of | frame | bytes | answered at or sent at | us | Duration | gap".split(" | ")]
    for group in groups:
        mode, rts = MODES[group[0]["mode"]], group[0]["rts"] == "1"
        payload = next(int(row["mpdu_B"]) for row in group if "DATA" in row["frame"]) - (66 if mode.std == "n" else 64)
        ours = player.lines(Scene("sat", mode, "ns3", 1, rts=rts, payload=payload, frames=9))
        seen = {(FRAMES[o["frame"]], o["node"], int(o["psdu_B"]), BY_OURS[o["mode"]].ns3, float(o["duration_us"]),
                 int(o["nav_us"])) for o in ours}
        for row in group:
            frames += 1
            wanted = (row["frame"], row["node"], int(row["mpdu_B"]), row["tx_mode"], float(row["duration_us"]),
                      int(row["nav_field_us"]))
            if wanted not in seen:
                wrong.append(f"{mode.ns3} {'RTS ' if rts else ''}{payload}: ns-3 has {wanted}, we have {sorted(seen)}")
        wrong += [f"{mode.ns3} {payload}: {problem}" for problem in wrong_gaps(mode, group) + wrong_gaps(mode, ours[1:])]
        if payload == 1472:
            for o in sorted(seen)[:4]:
                table.append([mode.ns3 + (" with RTS" if rts else ""), o[0], str(o[2]), o[3], f"{o[4]:g}", str(o[5]),
                              "SIFS" if o[1] == "0" or (rts and "DATA" in o[0]) else "IFS + slots"])
    return Finding("exchanges", f"{frames} frames of {len(groups)} timelines",
                   "sizes, rates of answers, durations, Duration fields, SIFS and slot grid all equal", wrong, table)


def wrong_gaps(mode, frames):
    """Of a timeline of either; ns-3's propagation takes 3 ns."""
    slot, cw_min, aifsn = {"b": (20, 31, 2), "g": (9, 15, 2), "n": (9, 15, 3)}[mode.std]
    problems, before = [], None
    for frame in frames:
        name = FRAMES.get(frame["frame"], frame["frame"])
        if frame["gap_us"]:
            gap = float(frame["gap_us"])
            if name in ("CTL_ACK", "CTL_CTS") or before == "CTL_CTS":
                good = abs(gap - 10) < 0.01
            else:
                slots = (gap - 10) / slot - aifsn
                good = abs(slots - round(slots)) < 0.01 and 0 <= round(slots) <= cw_min
            if not good:
                problems.append(f"{name} {gap} us after {before}")
        before = name
    return problems


def curves(player, data):
    """How far in SNR our curves lie from the reference's."""
    ours, shifts, wrong = {}, {"nist": [], "yans": [], "table": []}, []
    rows = read(data / "snr_success_errormodels.csv") + read(data / "snr_success_fine.csv")
    for row in rows:
        key = row["mode"], int(row["psdu_bytes"])
        if key not in ours:
            scene = Scene("curve", MODES[row["mode"]], "vesper", 0, payload=key[1])
            player.start(scene)
            ours[key] = scene
    ours = {key: player.lines(scene) for key, scene in ours.items()}
    snrs = {key: [float(line["snr_dB"]) for line in lines] for key, lines in ours.items()}
    values = {(key, model): [float(line["success_" + model]) for line in lines] for key, lines in ours.items()
              for model in shifts}
    for row in rows:
        key = row["mode"], int(row["psdu_bytes"])
        for model, found in shifts.items():
            p = float(row["success_" + model])
            if SLOPE[0] < p < SLOPE[1]:
                found.append(snr_for(p, snrs[key], values[key, model]) - float(row["snr_dB"]))
                if abs(found[-1]) > CURVE_LIMIT:
                    wrong.append(f"{key[0]}, {key[1]} bytes, {row['snr_dB']} dB, {model}: {found[-1]:+.3f} dB")
    table = ["model | points on the slope | mean shift (dB) | largest (dB)".split(" | ")]
    for model, found in shifts.items():
        table.append([model, str(len(found)), f"{sum(map(abs, found)) / len(found):.4f}", f"{max(map(abs, found)):.4f}"])
    return Finding("frame success over SNR", f"{3 * len(rows)} points", f"all within {CURVE_LIMIT} dB", wrong, table)


def snr_for(p, snrs, values):
    """Where a rising curve reaches p, between two points."""
    right = bisect.bisect_left(values, p)
    if right in (0, len(values)):
        return float("inf")
    rise = values[right] - values[right - 1]
    return snrs[right - 1] + (p - values[right - 1]) / rise * (snrs[right] - snrs[right - 1])


def sensitivities(player, targets):
    """targets: rows sens/... of acceptance_targets.csv. As the reference: 10 % of frames lost, to a tenth of a dB."""
    lines = player.lines(Scene("sensitivity", ANY, "vesper", 0, payload=1000))
    ours = {BY_OURS[line["mode"]].ns3: float(line["sensitivity_dBm"]) for line in lines}
    table, wrong = ["rate | data sheet (dBm) | model | difference (dB) | tolerance".split(" | ")], []
    for target in targets:
        mode = target["id"].split("/")[1]
        off = round(ours[mode], 1) - float(target["reference"])
        if abs(off) > float(target["tolerance"].split()[0]) + 1e-9:
            wrong.append(f"{target['id']}: {ours[mode]} dBm, not {target['reference']}")
        table.append([mode, target["reference"], f"{ours[mode]:.2f}", f"{off:+.1f}", target["tolerance"]])
    offs = [float(line[3]) for line in table[1:]]
    return Finding("sensitivity", f"{len(targets)} rates of the data sheet",
                   f"mean {sum(offs) / len(offs):+.2f} dB, {min(offs):+.1f} to {max(offs):+.1f} dB", wrong, table)
