# SPDX-License-Identifier: Apache-2.0
"""What has to do with sharing the medium: rows of ns-3's tables, each with the scenes that answer it.

Quick runs are sized so that their own scatter is small beside the tolerances; full ones for the report.
"""
from radio.play import Scene, read
from radio.rates import MODES

PRESETS = ("ns3", "vesper")
RTS = {"basic": False, "rtscts": True, "0": False, "1": True}


class Row:
    """A figure of the reference, and the scene and column that answer it for a preset. also: more answers wanted of the
    preset ns3, by name."""

    def __init__(self, group, name, unit, reference, answer, also=(), **notes):
        self.group, self.name, self.unit, self.reference, self.answer = group, name, unit, reference, answer
        self.also, self.notes = dict(also), notes
        self.tolerance = None  # as acceptance_targets.csv writes it
        self.value = {}

    def difference(self, preset="ns3"):
        return self.value[preset] - self.reference

    def percent(self, preset="ns3"):
        return 100 * self.difference(preset) / self.reference if self.reference else 0.0

    def is_within(self):
        if not self.tolerance:
            return True
        number, unit = self.tolerance.split()
        off = self.percent() if unit == "%" else self.difference()
        return abs(off) <= float(number) + 1e-9


class Answer:
    """scene(preset) gives the scene; the column of it, times a factor, is the figure."""

    def __init__(self, scene, column, factor=1.0):
        self.scene, self.column, self.factor = scene, column, factor

    def of(self, player, preset):
        return self.factor * player.value(self.scene(preset), self.column)


class Contention:
    """Makes rows. data: where the CSV files are."""

    def __init__(self, data, quick):
        self.data, self.quick = data, quick

    def rows(self, name):
        return read(self.data / f"{name}.csv")

    def frames(self, full, quick):
        return quick if self.quick else full

    # --- Scenes

    def star(self, mode, access, payload, n, goodput, full=10000, **options):
        """Long enough for a number of frames at this goodput. One sender's mean is wanted to 0.1 %: the backoff of a
        short frame varies by a fifth of the exchange."""
        payload, n = int(payload), int(n)
        frames = self.frames(full, 6000)
        if n == 1:
            frames = 40000 if payload < 500 else 10000
        seconds = frames * payload * 8e-6 / float(goodput)
        return lambda preset: Scene("sat", MODES[mode], preset, seconds, payload=payload, n=n, rts=RTS[access],
                                    **options)

    def load(self, row):
        """As the reference's own runs: 600 packets each, so that the 99th percentiles mean the same."""
        pps, n = float(row["offered_pps_per_station"]), int(row["n"])
        return lambda preset: Scene("load", MODES[row["mode"]], preset, 600 / pps / n, seeds=10,
                                    payload=int(row["payload_B"]), n=n, rts=RTS[row["access"]], pps=pps, warm_up=10 / pps)

    def hidden(self, mode, rts, payload, goodput, **options):
        frames = self.frames(4000, 2000)
        seconds = frames * int(payload) * 8e-6 / float(goodput)
        return lambda preset: Scene("hidden", MODES[mode], preset, seconds, payload=int(payload), rts=RTS[rts], **options)

    def broadcast(self, row):
        """The reference gives the size of the MPDU: 64 bytes more than the UDP payload, 66 with QoS."""
        saturated = row["offered_fraction"] == "sat"
        pps, n = float(row["pps_per_station"]), int(row["n"])
        seconds = self.frames(6000, 3000) / float(row["frames_on_air_per_s"])
        header = 66 if row["std"] == "n" else 64
        return lambda preset: Scene("bcast", MODES[row["mode"]], preset, seconds, n=n, payload=int(row["mpdu_B"]) - header,
                                    pps=None if saturated else pps)

    def chain(self, row):
        seconds = self.frames(3000, 1500) * int(row["payload_B"]) * 8e-6 / float(row["end_to_end_Mbps"])
        return lambda preset: Scene("chain", MODES[row["mode"]], preset, seconds, payload=int(row["payload_B"]),
                                    hops=int(row["cs_hops"]), rts=RTS[row["access"]])

    # --- Tables

    def saturation(self):
        for row in self.rows("ns3_saturation"):
            scene = self.star(row["mode"], row["access"], row["payload_B"], row["n"], row["goodput_Mbps"])
            name = f"{row['mode']}/{row['access']}/{row['payload_B']}/n{row['n']}"
            interval = 100 * float(row["goodput_ci95_Mbps"]) / float(row["goodput_Mbps"])
            yield Row("saturation", f"sat/{name}/goodput", "Mbit/s", float(row["goodput_Mbps"]),
                      Answer(scene, "goodput_Mbps"), bianchi=float(row["S_bianchi_Mbps"]), ci=interval,
                      payload=row["payload_B"])
            yield Row("collisions", f"sat/{name}/p", "", float(row["collision_ratio"]), Answer(scene, "fail_ratio"),
                      bianchi=float(row["p_bianchi"]))

    def loads(self):
        for row in self.rows("ns3_load_delay"):
            scene = self.load(row)
            percent = f"{100 * float(row['offered_fraction']):.0f}"
            name = f"load{percent}/{row['mode']}/{row['access']}/{row['payload_B']}/n{row['n']}"
            for what, column in (("delay_mean", "delay_us"), ("delay_p99", "p99_us")):
                reference = float(row[f"{what}_us"])
                yield Row(f"load{percent}", f"{name}/{what}", "us", reference, Answer(scene, column),
                          ci=100 * float(row[f"{what}_ci95_us"]) / reference)

    def hiddens(self):
        for row in self.rows("ns3_hidden"):
            scene = self.hidden(row["mode"], row["rts"], row["payload_B"], row["goodput_Mbps"])
            name = f"hidden/{row['mode']}/rts{row['rts']}/{row['payload_B']}"
            yield Row("hidden", f"{name}/goodput", "Mbit/s", float(row["goodput_Mbps"]), Answer(scene, "goodput_Mbps"))
            yield Row("hidden", f"{name}/fail", "", float(row["fail_ratio"]), Answer(scene, "fail_ratio"))

    def captures(self):
        for row in self.rows("ns3_capture"):
            seconds = self.frames(8000, 4000) * 1472 * 8e-6 / float(row["aggregate_Mbps"])
            scene = lambda preset, row=row, seconds=seconds: Scene("capture", MODES[row["mode"]], preset, seconds,
                                                                   sir=float(row["sir_dB"]))
            name = f"capture/{row['mode']}/model{row['capture_model']}/{row['sir_dB']}dB"
            for what, column, ours in (("near", "near_goodput_Mbps", "station_max"), ("far", "far_goodput_Mbps",
                                       "station_min"), ("sum", "aggregate_Mbps", "goodput_Mbps")):
                yield Row("capture", f"{name}/{what}", "Mbit/s", float(row[column]), Answer(scene, ours))
            yield Row("capture", f"{name}/fail", "", float(row["fail_ratio"]), Answer(scene, "fail_ratio"))

    def chains(self):
        for row in self.rows("ns3_chain3hop"):
            scene = self.chain(row)
            name = f"chain/{row['mode']}/{row['access']}/{row['payload_B']}/cs{row['cs_hops']}"
            yield Row("chain", f"{name}/goodput", "Mbit/s", float(row["end_to_end_Mbps"]), Answer(scene, "goodput_Mbps"))
            for hop in "123":
                yield Row("chain", f"{name}/fail{hop}", "", float(row[f"fail_ratio_hop{hop}"]),
                          Answer(scene, f"fail_hop{hop}"))

    def chain_delays(self):
        for row in self.rows("ns3_chain3hop_latency"):
            pps = float(row["offered_pps"])
            scene = lambda preset, row=row, pps=pps: Scene("chain", MODES[row["mode"]], preset, 600 / pps,
                                                           seeds=self.frames(10, 3), payload=int(row["payload_B"]),
                                                           hops=int(row["cs_hops"]), pps=pps)
            name = f"chain_delay/{row['mode']}/{row['payload_B']}/cs{row['cs_hops']}"
            yield Row("chain_delay", f"{name}/mean", "us", float(row["delay_mean_us"]), Answer(scene, "delay_us"))
            yield Row("chain_delay", f"{name}/p99", "us", float(row["delay_p99_us"]), Answer(scene, "p99_us"))

    def broadcasts(self):
        for row in self.rows("ns3_broadcast"):
            scene = self.broadcast(row)
            name = f"bcast/{row['mode']}/{row['mpdu_B']}/n{row['n']}/{row['offered_fraction']}"
            yield Row("broadcast", name, "", float(row["pdr"]), Answer(scene, "delivery"))
            yield Row("broadcast", f"{name}/air", "", float(row["air_fraction"]), Answer(scene, "air_fraction"))
            if row["offered_fraction"] != "sat":  # saturated, it is the depth of the queue that is measured
                yield Row("broadcast", f"{name}/delay", "us", float(row["delay_mean_us"]), Answer(scene, "delay_us"))

    def espnow(self):
        """MPDU 293: 229 bytes of UDP payload stand for 250 of ESP-NOW."""
        for row in self.rows("ns3_espnow_unicast"):
            scene = self.star("DsssRate1Mbps", "basic", 229, row["n"], float(row["payload_kbps"]) / 1000 * 229 / 250)
            yield Row("espnow", f"espnow/n{row['n']}", "kbit/s", float(row["payload_kbps"]),
                      Answer(scene, "goodput_Mbps", 1000 * 250 / 229))
            yield Row("espnow", f"espnow/n{row['n']}/p", "", float(row["collision_ratio"]), Answer(scene, "fail_ratio"))

    def settings(self):
        """One setting of ns-3 at a time: the preset ns3 with the same one changed."""
        changes = {"no preamble": {"lock_first": True}, "20 us": {"slot_us": 20}, "WifiMacQueue": {"lifetime_ms": 500},
                   "short DSSS": {"short_preamble": True}, "infinite": {"retry": 0}, "long run": {}}
        for row in self.rows("ns3_sensitivity"):
            change = next(options for start, options in changes.items() if row["change"].startswith(start))
            scene = self.star(row["mode"], "basic", 1472, row["n"], row["goodput_Mbps"], **change)
            plain = self.star(row["mode"], "basic", 1472, row["n"], row["baseline_Mbps"])
            name = f"setting/{row['change'].split(' = ')[0]}/{row['mode']}/n{row['n']}"
            yield Row("setting", name, "Mbit/s", float(row["goodput_Mbps"]), Answer(scene, "goodput_Mbps"),
                      {"plain": Answer(plain, "goodput_Mbps")}, change=float(row["change_pct"]), mode=row["mode"], n=row["n"],
                      what=row["change"].split(" = ")[0])

    def bianchi(self):
        for row in self.rows("bianchi_80211bgn"):
            scene = self.star(row["mode"], row["access"], row["payload_B"], row["n"], row["S_bianchi_Mbps"],
                              full=4000)
            name = f"bianchi/{row['mode']}/{row['access']}/{row['payload_B']}/n{row['n']}"
            yield Row("bianchi", name, "Mbit/s", float(row["S_bianchi_Mbps"]), Answer(scene, "goodput_Mbps"),
                      {"p": Answer(scene, "fail_ratio")}, n=int(row["n"]), payload=row["payload_B"],
                      p=float(row["p_collision"]))

    def sample(self):
        for row in self.rows("ns3_sample"):
            options = {"payload": row["payload_B"], "goodput": row["goodput_Mbps"]}
            if row["scene"] == "sat":
                scene = self.star(row["mode"], row["rts"], n=row["n"], **options)
            elif row["scene"] == "hidden":
                scene = self.hidden(row["mode"], row["rts"], **options)
            else:
                scene = self.chain({**row, "end_to_end_Mbps": row["goodput_Mbps"], "cs_hops": row["hops"],
                                    "access": row["rts"]})
            reach = f"/cs{row['hops']}" if row["scene"] == "chain" else f"/n{row['n']}"
            name = f"{row['scene']}/{row['mode']}/{'rtscts' if row['rts'] == '1' else 'basic'}/{row['payload_B']}{reach}"
            yield Row("sample", name, "Mbit/s", float(row["goodput_Mbps"]), Answer(scene, "goodput_Mbps"),
                      ci=100 * float(row["goodput_half_range"]) / float(row["goodput_Mbps"]), scene=row["scene"],
                      payload=int(row["payload_B"]))
