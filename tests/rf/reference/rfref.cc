/* SPDX-License-Identifier: Apache-2.0 */
// Our own program: plays 802.11b/g/n scenes with ns-3 3.37 and prints reference data (tests/rf/data/ns3_*.csv).
// Built by scripts/radio/ns3.py   Run: ./rfref --scen=sat --std=b --mode=DsssRate1Mbps --n=5 --payload=1472 ...
// One CSV row (or several, for sweeps) per run on stdout; "#" lines are headers.
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/propagation-module.h"
#include "ns3/seq-ts-header.h"
#include "ns3/traffic-control-module.h"
#include "ns3/wifi-module.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <vector>

using namespace ns3;

// ------------------------------------------------------------------ parameters
struct Par
{
    std::string scen = "sat";
    std::string std_ = "b";   // b | g | n
    std::string mode = "DsssRate1Mbps";
    std::string ctl = "";     // RTS rate ("" = 1 Mbps for b, 6 Mbps OFDM for g and n)
    std::string em = "table"; // table | nist | yans
    uint32_t n = 1;
    uint32_t payload = 1472;
    bool rts = false;
    uint32_t seed = 1;
    double dur = 10;
    double warm = 1;
    bool pdet = true;        // ns-3's ThresholdPreambleDetectionModel installed (its default)
    double pdetSnr = 4;      // its Threshold (dB)
    double pdetRssi = -82;   // its MinimumRssi (dBm)
    bool capture = false;    // SimpleFrameCaptureModel, 5 dB margin
    bool shortSlot = true;   // 9 us slot for g/n (ns-3 ad-hoc leaves 20 us)
    bool longPre = true;     // long PLCP preamble for DSSS
    uint32_t retry = 7;      // MaxSsrc and MaxSlrc
    int32_t maxDelayMs = 100000; // WifiMacQueue::MaxDelay
    double pps = 0;          // offered packets/s per station (load, bcast, chain latency)
    double sir = 0;          // capture: near/far power difference, dB
    double rss = -50;        // dBm at every receiver unless the scenario says otherwise
    bool hiddenPair = false; // capture: senders do not hear each other
    int cs = 1;              // chain: 1 = hears 1 hop only, 2 = senses 2 hops, 9 = senses all
    double snr0 = -5, snr1 = 30, dsnr = 1;
    uint32_t frames = 300;
    bool infra = false;
    uint32_t nap = 1;
    uint32_t timeline = 0; // frames to print, of any scenario
} P;

// ------------------------------------------------------------------ counters
static bool g_meas = false;
struct NodeCnt
{
    uint64_t rts = 0, data = 0, cts = 0, ack = 0, bcn = 0, other = 0;
    uint64_t acked = 0, dropped = 0, dataTo = 0, rtsFail = 0, finalFail = 0;
    double air = 0;
};
static std::map<uint32_t, NodeCnt> C;
static std::map<uint32_t, uint64_t> g_rxBytes;      // by source index
static std::map<uint32_t, uint64_t> g_rxPk;         // by source index
static std::map<uint32_t, uint64_t> g_txPk;         // app packets sent in the window, by source
static std::vector<double> g_delay;                 // seconds
static uint64_t g_rxTotal = 0;
static bool g_timeline = false;
static uint32_t g_tlLeft = 0;
static std::map<Ipv4Address, uint32_t> g_ip2idx;

struct Src
{
    Ptr<Socket> sock;
    Address dst;
    uint32_t idx;
    uint32_t size;
    Ptr<WifiMacQueue> q;
    bool sat;
    double pps;
    Ptr<ExponentialRandomVariable> iat;
    uint32_t seq = 0;
    uint64_t limit = 0; // 0 = none

    void SendOne()
    {
        Ptr<Packet> p = Create<Packet>(size - 12);
        SeqTsHeader h;
        h.SetSeq(seq++);
        p->AddHeader(h);
        sock->SendTo(p, 0, dst);
        if (g_meas)
        {
            g_txPk[idx]++;
        }
    }
    void TopUp()
    {
        if (!sat)
        {
            return;
        }
        uint32_t guard = 0;
        while (q->GetNPackets() < 5 && guard++ < 5)
        {
            SendOne();
        }
    }
    void Tick()
    {
        if (limit && seq >= limit)
        {
            return;
        }
        SendOne();
        Simulator::Schedule(Seconds(iat->GetValue()), &Src::Tick, this);
    }
};
static std::vector<Src*> g_src;
static std::map<uint32_t, Src*> g_srcByNode;

static void
TxPsdu(uint32_t node, WifiPhyBand band, WifiConstPsduMap psdus, WifiTxVector txv, double)
{
    for (auto& kv : psdus)
    {
        const WifiMacHeader& h = kv.second->GetHeader(0);
        Time d = WifiPhy::CalculateTxDuration(kv.second, txv, band);
        if (g_timeline && g_tlLeft > 0 && g_meas)
        {
            g_tlLeft--;
            std::cout << P.std_ << "," << P.mode << "," << P.rts << "," << node << ","
                      << h.GetTypeString() << "," << kv.second->GetSize() << "," << txv.GetMode()
                      << "," << txv.GetPreambleType() << "," << std::fixed << std::setprecision(3)
                      << Simulator::Now().GetNanoSeconds() / 1e3 << "," << d.GetNanoSeconds() / 1e3
                      << "," << h.GetDuration().GetMicroSeconds() << "\n";
        }
        if (g_meas)
        {
            NodeCnt& c = C[node];
            c.air += d.GetSeconds();
            if (h.IsRts())
                c.rts++;
            else if (h.IsCts())
                c.cts++;
            else if (h.IsAck())
                c.ack++;
            else if (h.IsData())
                c.data++;
            else if (h.IsBeacon())
                c.bcn++;
            else
                c.other++;
        }
        if (h.IsRts() || h.IsData())
        {
            auto it = g_srcByNode.find(node);
            if (it != g_srcByNode.end() && it->second->sat)
            {
                Simulator::ScheduleNow(&Src::TopUp, it->second);
            }
        }
    }
}

static void Acked(uint32_t node, Ptr<const WifiMpdu>) { if (g_meas) C[node].acked++; }
static void Dropped(uint32_t node, WifiMacDropReason, Ptr<const WifiMpdu>)
{
    if (g_meas) C[node].dropped++;
    auto it = g_srcByNode.find(node);
    if (it != g_srcByNode.end() && it->second->sat)
        Simulator::ScheduleNow(&Src::TopUp, it->second);
}
static void DataTo(uint32_t node, uint8_t, Ptr<const WifiMpdu> m, const WifiTxVector&)
{
    if (g_meas && m->GetHeader().IsData()) C[node].dataTo++;
}
static void RtsFail(uint32_t node, Mac48Address) { if (g_meas) C[node].rtsFail++; }
static void FinalFail(uint32_t node, Mac48Address) { if (g_meas) C[node].finalFail++; }

static void
SinkRecv(Ptr<Socket> s)
{
    Address from;
    Ptr<Packet> p;
    while ((p = s->RecvFrom(from)))
    {
        if (!g_meas)
        {
            continue;
        }
        uint32_t idx = g_ip2idx[InetSocketAddress::ConvertFrom(from).GetIpv4()];
        uint32_t sz = p->GetSize();
        SeqTsHeader h;
        p->RemoveHeader(h);
        g_rxBytes[idx] += sz;
        g_rxPk[idx]++;
        g_rxTotal++;
        g_delay.push_back((Simulator::Now() - h.GetTs()).GetSeconds());
    }
}

static void
StartMeas()
{
    g_meas = true;
    C.clear();
    g_rxBytes.clear();
    g_rxPk.clear();
    g_txPk.clear();
    g_delay.clear();
    g_rxTotal = 0;
}

// ------------------------------------------------------------------ network
struct Net
{
    NodeContainer nodes;
    NetDeviceContainer devs;
    Ipv4InterfaceContainer ifs;
    Ptr<PropagationLossModel> loss;
};

static WifiStandard
Std()
{
    return P.std_ == "b" ? WIFI_STANDARD_80211b
                         : (P.std_ == "g" ? WIFI_STANDARD_80211g : WIFI_STANDARD_80211n);
}

// extra loss model supplied by the caller; txPower 16 dBm
static Net
Build(uint32_t n, Ptr<PropagationLossModel> loss, bool ip = true)
{
    Net N;
    N.nodes.Create(n);
    N.loss = loss;
    Ptr<YansWifiChannel> ch = CreateObject<YansWifiChannel>();
    ch->SetPropagationLossModel(loss);
    ch->SetPropagationDelayModel(CreateObject<ConstantSpeedPropagationDelayModel>());
    YansWifiPhyHelper phy;
    phy.SetChannel(ch);
    phy.Set("TxPowerStart", DoubleValue(16));
    phy.Set("TxPowerEnd", DoubleValue(16));
    phy.Set("ChannelSettings",
            StringValue(P.std_ == "b" ? "{1, 22, BAND_2_4GHZ, 0}" : "{1, 20, BAND_2_4GHZ, 0}"));
    if (P.em == "nist")
        phy.SetErrorRateModel("ns3::NistErrorRateModel");
    else if (P.em == "yans")
        phy.SetErrorRateModel("ns3::YansErrorRateModel");
    else
        phy.SetErrorRateModel("ns3::TableBasedErrorRateModel");
    if (!P.pdet)
        phy.DisablePreambleDetectionModel();
    else
        phy.SetPreambleDetectionModel("ns3::ThresholdPreambleDetectionModel",
                                      "Threshold",
                                      DoubleValue(P.pdetSnr),
                                      "MinimumRssi",
                                      DoubleValue(P.pdetRssi));
    if (P.capture)
        phy.SetFrameCaptureModel("ns3::SimpleFrameCaptureModel", "Margin", DoubleValue(5));

    WifiHelper wifi;
    wifi.SetStandard(Std());
    std::string ctl = P.ctl;
    if (ctl.empty())
        ctl = P.std_ == "b" ? "DsssRate1Mbps" : "ErpOfdmRate6Mbps";
    wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager",
                                 "DataMode",
                                 StringValue(P.mode),
                                 "ControlMode",
                                 StringValue(ctl),
                                 "NonUnicastMode",
                                 StringValue(P.mode),
                                 "RtsCtsThreshold",
                                 UintegerValue(P.rts ? 0 : 65535),
                                 "MaxSsrc",
                                 UintegerValue(P.retry),
                                 "MaxSlrc",
                                 UintegerValue(P.retry));
    WifiMacHelper mac;
    mac.SetType("ns3::AdhocWifiMac");
    N.devs = wifi.Install(phy, mac, N.nodes);

    MobilityHelper mob;
    Ptr<ListPositionAllocator> pos = CreateObject<ListPositionAllocator>();
    pos->Add(Vector(0, 0, 0));
    for (uint32_t i = 1; i < n; i++)
    {
        double a = 2 * M_PI * i / std::max(1u, n - 1);
        pos->Add(Vector(std::cos(a), std::sin(a), 0));
    }
    mob.SetPositionAllocator(pos);
    mob.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mob.Install(N.nodes);

    for (uint32_t i = 0; i < n; i++)
    {
        Ptr<WifiNetDevice> d = DynamicCast<WifiNetDevice>(N.devs.Get(i));
        if (P.std_ == "n")
        {
            d->GetMac()->SetAttribute("BE_MaxAmpduSize", UintegerValue(0));
            d->GetMac()->SetAttribute("BE_MaxAmsduSize", UintegerValue(0));
        }
        if (P.std_ != "b" && P.shortSlot)
        {
            d->GetPhy()->SetSlot(MicroSeconds(9));
            d->GetPhy()->SetPifs(MicroSeconds(19));
        }
        if (!P.longPre)
        {
            d->GetPhy()->SetAttribute("ShortPlcpPreambleSupported", BooleanValue(true));
        }
        d->GetPhy()->TraceConnectWithoutContext(
            "PhyTxPsduBegin",
            MakeBoundCallback(&TxPsdu, i, d->GetPhy()->GetPhyBand()));
        d->GetMac()->TraceConnectWithoutContext("AckedMpdu", MakeBoundCallback(&Acked, i));
        d->GetMac()->TraceConnectWithoutContext("DroppedMpdu", MakeBoundCallback(&Dropped, i));
        d->GetMac()->TraceConnectWithoutContext("MpduResponseTimeout",
                                                MakeBoundCallback(&DataTo, i));
        d->GetRemoteStationManager()->TraceConnectWithoutContext("MacTxRtsFailed",
                                                                 MakeBoundCallback(&RtsFail, i));
        d->GetRemoteStationManager()->TraceConnectWithoutContext("MacTxFinalRtsFailed",
                                                                 MakeBoundCallback(&FinalFail, i));
        d->GetRemoteStationManager()->TraceConnectWithoutContext("MacTxFinalDataFailed",
                                                                 MakeBoundCallback(&FinalFail, i));
    }
    if (ip)
    {
        InternetStackHelper st;
        st.Install(N.nodes);
        Ipv4AddressHelper ad;
        ad.SetBase("10.1.0.0", "255.255.0.0");
        N.ifs = ad.Assign(N.devs);
        TrafficControlHelper tch;
        tch.Uninstall(N.devs); // no FqCoDel above the MAC queue
        NeighborCacheHelper nc;
        nc.PopulateNeighborCache(); // static ARP
        for (uint32_t i = 0; i < n; i++)
        {
            g_ip2idx[N.ifs.GetAddress(i)] = i;
        }
    }
    return N;
}

static Ptr<WifiMacQueue>
MacQueue(Ptr<NetDevice> nd)
{
    Ptr<WifiNetDevice> d = DynamicCast<WifiNetDevice>(nd);
    return d->GetMac()->GetQosSupported() ? d->GetMac()->GetTxopQueue(AC_BE)
                                          : d->GetMac()->GetTxopQueue(AC_BE_NQOS);
}

static void
AddSink(Net& N, uint32_t node)
{
    Ptr<Socket> s = Socket::CreateSocket(N.nodes.Get(node), UdpSocketFactory::GetTypeId());
    s->Bind(InetSocketAddress(Ipv4Address::GetAny(), 9));
    s->SetRecvCallback(MakeCallback(&SinkRecv));
}

static Src*
AddSrc(Net& N, uint32_t node, Ipv4Address dst, bool sat, double pps, double start, bool bcast = false)
{
    Src* s = new Src;
    s->sock = Socket::CreateSocket(N.nodes.Get(node), UdpSocketFactory::GetTypeId());
    s->sock->SetAllowBroadcast(true);
    s->sock->Bind();
    s->sock->ShutdownRecv();
    s->dst = InetSocketAddress(dst, 9);
    s->idx = node;
    s->size = P.payload;
    s->q = MacQueue(N.devs.Get(node));
    s->sat = sat;
    s->pps = pps;
    g_src.push_back(s);
    g_srcByNode[node] = s;
    if (sat)
    {
        Simulator::Schedule(Seconds(start), &Src::TopUp, s);
    }
    else
    {
        s->iat = CreateObject<ExponentialRandomVariable>();
        s->iat->SetAttribute("Mean", DoubleValue(1.0 / pps));
        Simulator::Schedule(Seconds(start + s->iat->GetValue()), &Src::Tick, s);
    }
    return s;
}

static double
Pct(std::vector<double>& v, double q)
{
    if (v.empty())
        return NAN;
    size_t k = std::min(v.size() - 1, (size_t)std::ceil(q * v.size()) - (q > 0 ? 1 : 0));
    std::nth_element(v.begin(), v.begin() + k, v.end());
    return v[k];
}

static void
Row(const std::string& tag, uint32_t nsrc)
{
    double agg = 0, s1 = 0, s2 = 0;
    double mn = 1e18, mx = 0;
    for (auto* s : g_src)
    {
        double g = g_rxBytes[s->idx] * 8.0 / P.dur / 1e6;
        agg += g;
        s1 += g;
        s2 += g * g;
        mn = std::min(mn, g);
        mx = std::max(mx, g);
    }
    double jain = s2 > 0 ? s1 * s1 / (nsrc * s2) : NAN;
    NodeCnt T;
    uint64_t txp = 0;
    for (auto* s : g_src)
    {
        NodeCnt& c = C[s->idx];
        T.rts += c.rts;
        T.data += c.data;
        T.acked += c.acked;
        T.dropped += c.dropped;
        T.dataTo += c.dataTo;
        T.rtsFail += c.rtsFail;
        txp += g_txPk[s->idx];
    }
    double air = 0;
    for (auto& kv : C)
        air += kv.second.air;
    uint64_t first = P.rts ? T.rts : T.data;
    double pc = first ? 1.0 - (double)T.acked / first : NAN;
    double mean = 0;
    for (double d : g_delay)
        mean += d;
    mean = g_delay.empty() ? NAN : mean / g_delay.size();
    double p50 = Pct(g_delay, .5), p99 = Pct(g_delay, .99);
    std::cout << tag << "," << P.std_ << "," << P.mode << "," << P.rts << "," << P.payload << ","
              << P.n << "," << P.seed << "," << P.dur << "," << std::setprecision(7) << agg << ","
              << mn << "," << mx << "," << jain << "," << first << "," << T.data << "," << T.acked
              << "," << T.dropped << "," << pc << "," << air / P.dur << "," << txp << ","
              << g_rxTotal << "," << mean * 1e6 << "," << p50 * 1e6 << "," << p99 * 1e6 << ","
              << P.pdet << "," << P.capture << "," << P.sir << "," << P.pps << "\n";
}

static void
Defaults()
{
    Config::SetDefault("ns3::WifiMacQueue::MaxDelay", TimeValue(MilliSeconds(P.maxDelayMs)));
    Config::SetDefault("ns3::WifiMacQueue::MaxSize", QueueSizeValue(QueueSize("500p")));
    RngSeedManager::SetSeed(12345);
    RngSeedManager::SetRun(P.seed);
}

static Ptr<PropagationLossModel>
FixedRss()
{
    Ptr<FixedRssLossModel> l = CreateObject<FixedRssLossModel>();
    l->SetRss(P.rss);
    return l;
}

static Ptr<MatrixPropagationLossModel>
Matrix()
{
    Ptr<MatrixPropagationLossModel> m = CreateObject<MatrixPropagationLossModel>();
    m->SetDefaultLoss(300);
    return m;
}

static void
Run()
{
    Simulator::Schedule(Seconds(P.warm), &StartMeas);
    Simulator::Stop(Seconds(P.warm + P.dur));
    Simulator::Run();
}

// ------------------------------------------------------------------ scenarios
static void
ScenSat(bool sat)
{
    Net N = Build(P.n + 1, FixedRss());
    AddSink(N, 0);
    Ptr<UniformRandomVariable> u = CreateObject<UniformRandomVariable>();
    for (uint32_t i = 1; i <= P.n; i++)
    {
        AddSrc(N, i, N.ifs.GetAddress(0), sat, P.pps, u->GetValue(0.0, P.warm * 0.2));
    }
    Run();
    Row(sat ? "sat" : "load", P.n);
}

static void
ScenExchange()
{
    g_timeline = true;
    g_tlLeft = P.rts ? 9 : 5;
    P.n = 1;
    Net N = Build(2, FixedRss());
    AddSink(N, 0);
    AddSrc(N, 1, N.ifs.GetAddress(0), true, 0, 0.001);
    Run();
}

static void
SetLoss(Ptr<MatrixPropagationLossModel> m, Net& N, uint32_t a, uint32_t b, double loss)
{
    m->SetLoss(N.nodes.Get(a)->GetObject<MobilityModel>(),
               N.nodes.Get(b)->GetObject<MobilityModel>(),
               loss,
               true);
}

static void
ScenHidden()
{
    // node 0 = B (sink), 1 = A, 2 = C; A and C cannot hear each other. sir: A is stronger at B by sir dB
    Ptr<MatrixPropagationLossModel> m = Matrix();
    Net N = Build(3, m);
    SetLoss(m, N, 0, 1, 16 - P.rss);
    SetLoss(m, N, 0, 2, 16 - P.rss + P.sir);
    AddSink(N, 0);
    Ptr<UniformRandomVariable> u = CreateObject<UniformRandomVariable>();
    P.n = 2;
    for (uint32_t i = 1; i <= 2; i++)
        AddSrc(N, i, N.ifs.GetAddress(0), P.pps == 0, P.pps, u->GetValue(0, P.warm * 0.2));
    Run();
    Row("hidden", 2);
}

static void
ScenCapture()
{
    // all three hear each other at rss; far sender is sir dB weaker at the sink than the near one
    Ptr<MatrixPropagationLossModel> m = Matrix();
    Net N = Build(3, m);
    SetLoss(m, N, 0, 1, 16 - P.rss);
    SetLoss(m, N, 0, 2, 16 - P.rss + P.sir);
    SetLoss(m, N, 1, 2, 16 - P.rss);
    AddSink(N, 0);
    Ptr<UniformRandomVariable> u = CreateObject<UniformRandomVariable>();
    P.n = 2;
    for (uint32_t i = 1; i <= 2; i++)
        AddSrc(N, i, N.ifs.GetAddress(0), true, 0, u->GetValue(0, P.warm * 0.2));
    Run();
    Row("capture", 2);
}

static void
ScenSnrSim()
{
    // one broadcast sender, one receiver; fraction of frames received
    double bw = P.std_ == "b" ? 22e6 : 20e6;
    double noise = 10 * std::log10(1.3803e-23 * 290 * bw * 1000) + 7;
    Ptr<MatrixPropagationLossModel> m = Matrix();
    Net N = Build(2, m);
    double rx = noise + P.snr0;
    SetLoss(m, N, 0, 1, 16 - rx);
    AddSink(N, 0);
    Src* s = AddSrc(N, 1, Ipv4Address("10.1.255.255"), false, P.pps, P.warm, true);
    s->limit = P.frames;
    P.dur = P.frames / P.pps * 2 + 1;
    Run();
    std::cout << "snrsim," << P.std_ << "," << P.mode << "," << P.em << "," << P.pdet << ","
              << P.pdetSnr << "," << P.pdetRssi << "," << P.payload << "," << P.snr0 << "," << rx
              << "," << s->seq << "," << g_rxTotal << "," << (double)g_rxTotal / s->seq << "\n";
}

static void
ScenErrModel()
{
    WifiMode mode(P.mode);
    WifiTxVector tv;
    tv.SetMode(mode);
    tv.SetNss(1);
    tv.SetChannelWidth(P.std_ == "b" ? 22 : 20);
    if (P.std_ == "n")
    {
        tv.SetPreambleType(WIFI_PREAMBLE_HT_MF);
        tv.SetGuardInterval(800);
    }
    Ptr<ErrorRateModel> ems[3] = {CreateObject<NistErrorRateModel>(),
                                  CreateObject<YansErrorRateModel>(),
                                  CreateObject<TableBasedErrorRateModel>()};
    uint32_t sizes[5] = {14, 100, 293, 1000, 1500};
    for (double snr = P.snr0; snr <= P.snr1 + 1e-9; snr += P.dsnr)
    {
        double lin = std::pow(10.0, snr / 10);
        for (uint32_t sz : sizes)
        {
            std::cout << P.std_ << "," << P.mode << "," << sz << "," << snr;
            for (auto& e : ems)
                std::cout << "," << std::setprecision(6)
                          << e->GetChunkSuccessRate(mode, tv, lin, sz * 8);
            std::cout << "\n";
        }
    }
}

static void
ScenChain()
{
    // 0 -> 1 -> 2 -> 3 static routes; cs: who senses whom (weak links: -70 dBm, sensed by energy? no: see loss)
    Ptr<MatrixPropagationLossModel> m = Matrix();
    Net N = Build(4, m, false);
    for (uint32_t i = 0; i < 4; i++)
        for (uint32_t j = i + 1; j < 4; j++)
        {
            uint32_t h = j - i;
            if (h == 1)
                SetLoss(m, N, i, j, 16 + 50);
            else if ((int)h <= P.cs)
                SetLoss(m, N, i, j, 16 + 60); // -60 dBm: above CCA-ED -62, decodable too
        }
    InternetStackHelper st;
    st.Install(N.nodes);
    Ipv4AddressHelper ad;
    ad.SetBase("10.1.0.0", "255.255.0.0");
    N.ifs = ad.Assign(N.devs);
    TrafficControlHelper tch;
    tch.Uninstall(N.devs);
    NeighborCacheHelper nc;
    nc.PopulateNeighborCache();
    Ipv4StaticRoutingHelper srh;
    for (uint32_t i = 0; i < 4; i++)
    {
        g_ip2idx[N.ifs.GetAddress(i)] = i;
        Ptr<Ipv4StaticRouting> r = srh.GetStaticRouting(N.nodes.Get(i)->GetObject<Ipv4>());
        for (uint32_t j = 0; j < 4; j++)
        {
            if (j == i)
                continue;
            uint32_t nh = j > i ? i + 1 : i - 1;
            r->AddHostRouteTo(N.ifs.GetAddress(j), N.ifs.GetAddress(nh), 1, 0);
        }
    }
    AddSink(N, 3);
    P.n = 1;
    AddSrc(N, 0, N.ifs.GetAddress(3), P.pps == 0, P.pps, 0.01);
    Run();
    uint64_t relDrop = 0, relAck = 0, relData = 0;
    for (uint32_t i = 0; i < 3; i++)
    {
        relDrop += C[i].dropped;
        relAck += C[i].acked;
        relData += C[i].data;
    }
    double mean = 0;
    for (double d : g_delay)
        mean += d;
    mean = g_delay.empty() ? NAN : mean / g_delay.size();
    std::cout << "chain," << P.std_ << "," << P.mode << "," << P.rts << "," << P.payload << ","
              << P.cs << "," << P.pps << "," << P.seed << "," << P.dur << ","
              << g_rxBytes[0] * 8.0 / P.dur / 1e6 << "," << g_txPk[0] << "," << g_rxTotal << ","
              << C[0].data << "," << C[1].data << "," << C[2].data << "," << C[0].acked << ","
              << C[1].acked << "," << C[2].acked << "," << relDrop << "," << mean * 1e6 << ","
              << Pct(g_delay, .99) * 1e6 << "\n";
}

static void
ScenBcast()
{
    Net N = Build(P.n, FixedRss());
    Ptr<UniformRandomVariable> u = CreateObject<UniformRandomVariable>();
    for (uint32_t i = 0; i < P.n; i++)
    {
        AddSink(N, i);
        AddSrc(N, i, Ipv4Address("10.1.255.255"), P.pps == 0, P.pps, u->GetValue(0, P.warm * 0.2), true);
    }
    Run();
    uint64_t tx = 0, txAir = 0;
    double air = 0;
    for (auto* s : g_src)
    {
        tx += g_txPk[s->idx];
        txAir += C[s->idx].data;
    }
    for (auto& kv : C)
        air += kv.second.air;
    double mean = 0;
    for (double d : g_delay)
        mean += d;
    mean = g_delay.empty() ? NAN : mean / g_delay.size();
    double pdr = txAir ? (double)g_rxTotal / ((double)txAir * (P.n - 1)) : NAN;
    std::cout << "bcast," << P.std_ << "," << P.mode << "," << P.payload << "," << P.n << ","
              << P.pps << "," << P.seed << "," << P.dur << "," << tx << "," << txAir << ","
              << g_rxTotal << "," << pdr << "," << air / P.dur << "," << mean * 1e6 << ","
              << Pct(g_delay, .99) * 1e6 << "," << P.pdet << "\n";
}

static void
ScenBeacon()
{
    NodeContainer aps;
    aps.Create(P.nap);
    Ptr<YansWifiChannel> ch = CreateObject<YansWifiChannel>();
    ch->SetPropagationLossModel(FixedRss());
    ch->SetPropagationDelayModel(CreateObject<ConstantSpeedPropagationDelayModel>());
    YansWifiPhyHelper phy;
    phy.SetChannel(ch);
    phy.Set("ChannelSettings",
            StringValue(P.std_ == "b" ? "{1, 22, BAND_2_4GHZ, 0}" : "{1, 20, BAND_2_4GHZ, 0}"));
    WifiHelper wifi;
    wifi.SetStandard(Std());
    wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager",
                                 "DataMode",
                                 StringValue(P.mode),
                                 "ControlMode",
                                 StringValue(P.std_ == "b" ? "DsssRate1Mbps" : "ErpOfdmRate6Mbps"));
    WifiMacHelper mac;
    mac.SetType("ns3::ApWifiMac", "Ssid", SsidValue(Ssid("esp32-net")));
    NetDeviceContainer d = wifi.Install(phy, mac, aps);
    MobilityHelper mob;
    mob.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mob.Install(aps);
    for (uint32_t i = 0; i < P.nap; i++)
    {
        Ptr<WifiNetDevice> w = DynamicCast<WifiNetDevice>(d.Get(i));
        w->GetPhy()->TraceConnectWithoutContext(
            "PhyTxPsduBegin",
            MakeBoundCallback(&TxPsdu, i, w->GetPhy()->GetPhyBand()));
    }
    g_timeline = P.frames == 1;
    g_tlLeft = 1;
    Run();
    uint64_t b = 0;
    double air = 0;
    for (auto& kv : C)
    {
        b += kv.second.bcn;
        air += kv.second.air;
    }
    if (!g_timeline)
        std::cout << "beacon," << P.std_ << "," << P.nap << "," << P.seed << "," << P.dur << ","
                  << b << "," << b / P.dur / P.nap << "," << air / b * 1e6 << "," << air / P.dur
                  << "\n";
}

static void
ScenAirtime()
{
    struct R
    {
        const char* std_;
        const char* mode;
    };
    std::vector<std::pair<std::string, std::string>> m;
    for (auto s : {"DsssRate1Mbps", "DsssRate2Mbps", "DsssRate5_5Mbps", "DsssRate11Mbps"})
        m.push_back({"b", s});
    for (auto s : {"ErpOfdmRate6Mbps",
                   "ErpOfdmRate9Mbps",
                   "ErpOfdmRate12Mbps",
                   "ErpOfdmRate18Mbps",
                   "ErpOfdmRate24Mbps",
                   "ErpOfdmRate36Mbps",
                   "ErpOfdmRate48Mbps",
                   "ErpOfdmRate54Mbps"})
        m.push_back({"g", s});
    for (int i = 0; i < 8; i++)
        m.push_back({"n", "HtMcs" + std::to_string(i)});
    uint32_t sz[] = {14, 20, 64, 100, 256, 293, 1024, 1500, 1528, 1536};
    for (auto& x : m)
    {
        WifiMode mode(x.second);
        for (int v = 0; v < 2; v++)
        {
            if (x.first == "g" && v)
                continue;
            if (x.second == "DsssRate1Mbps" && v)
                continue; // no short preamble at 1 Mbps
            WifiTxVector tv;
            tv.SetMode(mode);
            tv.SetNss(1);
            tv.SetChannelWidth(x.first == "b" ? 22 : 20);
            tv.SetPreambleType(x.first == "n" ? WIFI_PREAMBLE_HT_MF
                                              : (v && x.first == "b" ? WIFI_PREAMBLE_SHORT
                                                                     : WIFI_PREAMBLE_LONG));
            tv.SetGuardInterval(x.first == "n" && v ? 400 : 800);
            for (uint32_t s : sz)
            {
                Time t = WifiPhy::CalculateTxDuration(s, tv, WIFI_PHY_BAND_2_4GHZ);
                std::cout << x.first << "," << x.second << ","
                          << (x.first == "b" ? (v ? "short_preamble" : "long_preamble")
                                             : (x.first == "g" ? "erp_ofdm"
                                                               : (v ? "ht_mixed_sgi400"
                                                                    : "ht_mixed_lgi800")))
                          << "," << s << "," << t.GetNanoSeconds() / 1e3 << "\n";
            }
        }
    }
}

int
main(int argc, char* argv[])
{
    CommandLine cmd;
    cmd.AddValue("scen", "sat|load|exchange|hidden|capture|snrsim|errmodel|chain|bcast|beacon|airtime", P.scen);
    cmd.AddValue("std", "b|g|n", P.std_);
    cmd.AddValue("mode", "data mode", P.mode);
    cmd.AddValue("ctl", "RTS mode", P.ctl);
    cmd.AddValue("em", "table|nist|yans", P.em);
    cmd.AddValue("n", "stations", P.n);
    cmd.AddValue("payload", "UDP payload bytes", P.payload);
    cmd.AddValue("rts", "RTS/CTS", P.rts);
    cmd.AddValue("seed", "run number", P.seed);
    cmd.AddValue("dur", "measured seconds", P.dur);
    cmd.AddValue("warm", "warm-up seconds", P.warm);
    cmd.AddValue("pdet", "preamble detection model", P.pdet);
    cmd.AddValue("pdetSnr", "its SNR threshold dB", P.pdetSnr);
    cmd.AddValue("pdetRssi", "its minimum RSSI dBm", P.pdetRssi);
    cmd.AddValue("capture", "SimpleFrameCaptureModel", P.capture);
    cmd.AddValue("shortSlot", "9 us slot for g/n", P.shortSlot);
    cmd.AddValue("longPre", "long DSSS preamble", P.longPre);
    cmd.AddValue("retry", "MaxSsrc=MaxSlrc", P.retry);
    cmd.AddValue("maxDelayMs", "WifiMacQueue MaxDelay", P.maxDelayMs);
    cmd.AddValue("pps", "packets/s per source (0 = saturated)", P.pps);
    cmd.AddValue("sir", "near/far dB", P.sir);
    cmd.AddValue("rss", "dBm", P.rss);
    cmd.AddValue("cs", "chain carrier-sense reach in hops", P.cs);
    cmd.AddValue("snr0", "", P.snr0);
    cmd.AddValue("snr1", "", P.snr1);
    cmd.AddValue("dsnr", "", P.dsnr);
    cmd.AddValue("frames", "", P.frames);
    cmd.AddValue("timeline", "print so many frames of any scenario", P.timeline);
    cmd.AddValue("nap", "beaconing APs", P.nap);
    cmd.Parse(argc, argv);
    g_timeline = P.timeline > 0;
    g_tlLeft = P.timeline;
    Defaults();
    if (P.scen == "sat")
        ScenSat(true);
    else if (P.scen == "load")
        ScenSat(false);
    else if (P.scen == "exchange")
        ScenExchange();
    else if (P.scen == "hidden")
        ScenHidden();
    else if (P.scen == "capture")
        ScenCapture();
    else if (P.scen == "snrsim")
        ScenSnrSim();
    else if (P.scen == "errmodel")
        ScenErrModel();
    else if (P.scen == "chain")
        ScenChain();
    else if (P.scen == "bcast")
        ScenBcast();
    else if (P.scen == "beacon")
        ScenBeacon();
    else if (P.scen == "airtime")
        ScenAirtime();
    Simulator::Destroy();
    return 0;
}
