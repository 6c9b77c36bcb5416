/* SPDX-License-Identifier: Apache-2.0 */
/* Every instruction of the floating-point unit, the double-precision accelerator and EXPSTATE, executed by the core:
 * the right operands reach the right operation and the right register gets the result, in both engines. What the
 * operations compute is the matter of fp_*_test.cpp and f64_test.cpp. */
#include "cpu_iss/f64.h"
#include "tests/support/fp_reference.h"
#include "tests/support/xt_bench.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <string>

namespace
{

/* The registers a case may use, before its instruction. */
struct Machine {
    uint32_t a[16], f[16], br, sar, fcr;
    struct xt_f64 f64;
    uint32_t expstate;
    struct xt_fpu fpu; /* for the expected result, and its flags */

    bool b(unsigned n) const
    {
        return br >> n & 1;
    }
};

struct Case {
    const char *text;   /* the instruction */
    const char *result; /* the register that it writes */
    std::function<uint32_t(Machine &)> expected;
};

/* br with bit n replaced. */
uint32_t with_boolean(const Machine &m, unsigned n, bool value)
{
    return (m.br & ~(1u << n)) | uint32_t(value) << n;
}

const uint32_t pointer = xt_bench::DATA + 0x100; /* in a3; and a4 is 0x20 */

const Case cases[] = {
    {"add.s f1, f2, f3", "f1", [](Machine &m) { return xt_fp_add(&m.fpu, m.f[2], m.f[3]); }},
    {"sub.s f1, f2, f3", "f1", [](Machine &m) { return xt_fp_sub(&m.fpu, m.f[2], m.f[3]); }},
    {"mul.s f15, f2, f3", "f15", [](Machine &m) { return xt_fp_mul(&m.fpu, m.f[2], m.f[3]); }},
    {"madd.s f1, f2, f3", "f1", [](Machine &m) { return xt_fp_madd(&m.fpu, m.f[1], m.f[2], m.f[3]); }},
    {"msub.s f1, f2, f3", "f1", [](Machine &m) { return xt_fp_msub(&m.fpu, m.f[1], m.f[2], m.f[3]); }},
    {"maddn.s f1, f2, f3", "f1", [](Machine &m) { return xt_fp_maddn(&m.fpu, m.f[1], m.f[2], m.f[3]); }},
    {"divn.s f1, f2, f3", "f1", [](Machine &m) { return xt_fp_divn(&m.fpu, m.f[1], m.f[2], m.f[3]); }},
    {"round.s a5, f2, 3", "a5", [](Machine &m) { return xt_fp_round(&m.fpu, m.f[2], 3); }},
    {"trunc.s a5, f2, 0", "a5", [](Machine &m) { return xt_fp_trunc(&m.fpu, m.f[2], 0); }},
    {"floor.s a5, f2, 15", "a5", [](Machine &m) { return xt_fp_floor(&m.fpu, m.f[2], 15); }},
    {"ceil.s a5, f2, 1", "a5", [](Machine &m) { return xt_fp_ceil(&m.fpu, m.f[2], 1); }},
    {"utrunc.s a5, f2, 2", "a5", [](Machine &m) { return xt_fp_utrunc(&m.fpu, m.f[2], 2); }},
    {"float.s f1, a2, 4", "f1", [](Machine &m) { return xt_fp_float(&m.fpu, m.a[2], 4); }},
    {"ufloat.s f1, a2, 0", "f1", [](Machine &m) { return xt_fp_ufloat(&m.fpu, m.a[2], 0); }},
    {"mov.s f1, f2", "f1", [](Machine &m) { return m.f[2]; }},
    {"abs.s f1, f2", "f1", [](Machine &m) { return m.f[2] & 0x7fffffff; }},
    {"neg.s f1, f2", "f1", [](Machine &m) { return m.f[2] ^ 0x80000000; }},
    {"const.s f1, 3", "f1", [](Machine &) { return 0x3f000000u; }},
    {"rfr a5, f2", "a5", [](Machine &m) { return m.f[2]; }},
    {"wfr f1, a2", "f1", [](Machine &m) { return m.a[2]; }},
    {"div0.s f1, f2", "f1", [](Machine &m) { return xt_fp_div0(m.f[2]); }},
    {"recip0.s f1, f2", "f1", [](Machine &m) { return xt_fp_recip0(&m.fpu, m.f[2]); }},
    {"sqrt0.s f1, f2", "f1", [](Machine &m) { return xt_fp_sqrt0(m.f[2]); }},
    {"rsqrt0.s f1, f2", "f1", [](Machine &m) { return xt_fp_rsqrt0(&m.fpu, m.f[2]); }},
    {"nexp01.s f1, f2", "f1", [](Machine &m) { return xt_fp_nexp01(m.f[2]); }},
    {"mksadj.s f1, f2", "f1", [](Machine &m) { return xt_fp_mksadj(&m.fpu, m.f[2]); }},
    {"mkdadj.s f1, f2", "f1", [](Machine &m) { return xt_fp_mkdadj(&m.fpu, m.f[1], m.f[2]); }},
    {"addexp.s f1, f2", "f1", [](Machine &m) { return xt_fp_addexp(m.f[1], m.f[2]); }},
    {"addexpm.s f1, f2", "f1", [](Machine &m) { return xt_fp_addexpm(m.f[1], m.f[2]); }},
    {"un.s b3, f1, f2", "br", [](Machine &m) { return with_boolean(m, 3, xt_fp_un(&m.fpu, m.f[1], m.f[2])); }},
    {"oeq.s b0, f1, f2", "br", [](Machine &m) { return with_boolean(m, 0, xt_fp_oeq(&m.fpu, m.f[1], m.f[2])); }},
    {"ueq.s b3, f1, f2", "br", [](Machine &m) { return with_boolean(m, 3, xt_fp_ueq(&m.fpu, m.f[1], m.f[2])); }},
    {"olt.s b15, f1, f2", "br", [](Machine &m) { return with_boolean(m, 15, xt_fp_olt(&m.fpu, m.f[1], m.f[2])); }},
    {"ult.s b3, f1, f2", "br", [](Machine &m) { return with_boolean(m, 3, xt_fp_ult(&m.fpu, m.f[1], m.f[2])); }},
    {"ole.s b3, f1, f2", "br", [](Machine &m) { return with_boolean(m, 3, xt_fp_ole(&m.fpu, m.f[1], m.f[2])); }},
    {"ule.s b3, f1, f2", "br", [](Machine &m) { return with_boolean(m, 3, xt_fp_ule(&m.fpu, m.f[1], m.f[2])); }},
    {"moveqz.s f1, f2, a5", "f1", [](Machine &m) { return m.f[m.a[5] == 0 ? 2 : 1]; }},
    {"movnez.s f1, f2, a5", "f1", [](Machine &m) { return m.f[m.a[5] != 0 ? 2 : 1]; }},
    {"movltz.s f1, f2, a2", "f1", [](Machine &m) { return m.f[int32_t(m.a[2]) < 0 ? 2 : 1]; }},
    {"movgez.s f1, f2, a2", "f1", [](Machine &m) { return m.f[int32_t(m.a[2]) >= 0 ? 2 : 1]; }},
    {"movf.s f1, f2, b4", "f1", [](Machine &m) { return m.f[m.b(4) ? 1 : 2]; }},
    {"movt.s f1, f2, b4", "f1", [](Machine &m) { return m.f[m.b(4) ? 2 : 1]; }},
    /* Memory: word n at `pointer` holds f4..f7 and so on, see load_memory(). */
    {"lsi f1, a3, 8", "f1", [](Machine &m) { return m.f[6]; }},
    {"lsx f1, a3, a4", "f1", [](Machine &m) { return m.f[12]; }},
    {"lsip f1, a3, 16", "f1", [](Machine &m) { return m.f[4]; }},
    {"lsip f1, a3, 16", "a3", [](Machine &) { return pointer + 16; }},
    {"lsxp f1, a3, a4", "f1", [](Machine &m) { return m.f[4]; }},
    {"lsxp f1, a3, a4", "a3", [](Machine &m) { return pointer + m.a[4]; }},
    {"ssi f1, a3, 0; l32i a5, a3, 0", "a5", [](Machine &m) { return m.f[1]; }},
    {"ssx f1, a3, a4; l32i a5, a3, 32", "a5", [](Machine &m) { return m.f[1]; }},
    {"ssip f1, a3, 4; addi a3, a3, -4; l32i a5, a3, 0", "a5", [](Machine &m) { return m.f[1]; }},
    {"ssip f1, a3, 4", "a3", [](Machine &) { return pointer + 4; }},
    {"ssxp f1, a3, a4; sub a3, a3, a4; l32i a5, a3, 0", "a5", [](Machine &m) { return m.f[1]; }},
    {"ssxp f1, a3, a4", "a3", [](Machine &m) { return pointer + m.a[4]; }},
    {"s32nb a2, a3, 12; l32i a5, a3, 12", "a5", [](Machine &m) { return m.a[2]; }},
    {"wur.fcr a2; rur.fcr a5", "a5", [](Machine &m) { return m.a[2] & 0x7f; }},
    {"wur.fsr a2; rur.fsr a5", "a5",
     [](Machine &m) {
         xt_fp_set_fsr(&m.fpu, m.a[2]);
         return m.a[2] & 0xf80;
     }},

    {"f64iter a5, a6, a7, 2, 0", "a5", [](Machine &m) { return xt_f64_iter(&m.f64, m.a[5], m.a[6], m.a[7], 2, 0); }},
    {"f64iter a5, a6, a7, 1, 1", "a5", [](Machine &m) { return xt_f64_iter(&m.f64, m.a[5], m.a[6], m.a[7], 1, 1); }},
    {"f64rnd a5, a6, a7, 1", "a5", [](Machine &m) { return xt_f64_rnd(&m.f64, m.a[6], m.a[7], 1); }},
    {"f64addc a5, a6, 1, 0", "a5", [](Machine &m) { return xt_f64_addc(&m.f64, m.a[5], m.a[6], 1, 0); }},
    {"f64addc a5, a6, 2, 1", "a5", [](Machine &m) { return xt_f64_addc(&m.f64, m.a[5], m.a[6], 2, 1); }},
    {"f64subc a5, a6, 0, 1", "a5", [](Machine &m) { return xt_f64_subc(&m.f64, m.a[5], m.a[6], 0, 1); }},
    {"f64sig a5, a6", "a5", [](Machine &m) { return xt_f64_sig(m.a[6]); }},
    {"f64cmpl a5, a6, a7", "a5", [](Machine &m) { return xt_f64_cmpl(&m.f64, m.a[6], m.a[7]); }},
    {"f64cmph a5, a6, a7, 4", "a5", [](Machine &m) { return xt_f64_cmph(&m.f64, m.a[6], m.a[7], 4, &m.sar); }},
    {"f64cmph a5, a6, a7, 10", "a5", [](Machine &m) { return xt_f64_cmph(&m.f64, m.a[6], m.a[7], 10, &m.sar); }},
    {"f64norm a5, a6, a7, 1", "a5", [](Machine &m) { return xt_f64_norm(&m.f64, m.a[6], m.a[7], 1, &m.sar); }},
    {"f64sexp a5, a6, a7", "a5", [](Machine &m) { return xt_f64_sexp(m.a[6], m.a[7]); }},
    {"rf64r a5, 1", "a5", [](Machine &m) { return m.f64.r_hi; }},
    {"wf64r a6, a7, 0; rf64r a5, 0", "a5",
     [](Machine &m) {
         xt_f64_write(&m.f64, m.a[6], m.a[7], 0);
         return m.a[7];
     }},
    {"wur.f64r_lo a2; rur.f64r_lo a5", "a5", [](Machine &m) { return m.f64.r_lo = m.a[2]; }},
    {"wur.f64r_hi a2; rur.f64r_hi a5", "a5", [](Machine &m) { return m.f64.r_hi = m.a[2]; }},
    {"wur.f64s a2; rur.f64s a5", "a5", [](Machine &m) { return m.f64.s = m.a[2]; }},

    {"read_impwire a5", "a5", [](Machine &) { return 0u; }},
    {"setb_expstate 21; rur.expstate a5", "a5", [](Machine &m) { return m.expstate |= 1u << 21; }},
    {"clrb_expstate 5; rur.expstate a5", "a5", [](Machine &m) { return m.expstate &= ~(1u << 5); }},
    {"wrmsk_expstate a6, a7; rur.expstate a5", "a5",
     [](Machine &m) { return m.expstate = (m.expstate & ~m.a[7]) | (m.a[6] & m.a[7]); }},
    {"wur.expstate a2; rur.expstate a5", "a5", [](Machine &m) { return m.expstate = m.a[2]; }},
};

std::string mnemonic(const char *text)
{
    std::string name = text;
    return name.substr(0, name.find(' '));
}

class FpExec : public ::testing::TestWithParam<bool>
{
  protected:
    /* Random registers; a3, a4 as the cases want them. */
    void fill(xt_bench &bench, Machine &m, fp::Random &random)
    {
        m = {};
        for (unsigned n = 2; n < 16; n++)
            m.a[n] = random.next();
        m.a[3] = pointer;
        m.a[4] = 0x20;
        if (random.next() & 1)
            m.a[5] = 0;
        for (uint32_t &f : m.f)
            f = random.operand();
        m.br = random.next() & 0xffff;
        m.sar = random.next() & 31;
        m.fcr = random.next() & 3;
        m.f64 = {random.next(), random.next(), random.next()};
        m.expstate = random.next();
        m.fpu.fcr = m.fcr;
        for (unsigned n = 2; n < 16; n++)
            bench.set("a" + std::to_string(n), m.a[n]);
        for (unsigned n = 0; n < 16; n++)
            bench.set("f" + std::to_string(n), m.f[n]);
        bench.set("br", m.br);
        bench.set("sar", m.sar);
        bench.set("fcr", m.fcr);
        bench.set("fsr", 0);
        bench.set("f64r_lo", m.f64.r_lo);
        bench.set("f64r_hi", m.f64.r_hi);
        bench.set("f64s", m.f64.s);
        bench.set("expstate", m.expstate);
        for (uint32_t n = 0; n < 12; n++)
            bench.set_word(pointer + 4 * n, m.f[4 + n]);
    }

    /* From START to the label "halt", in one of the engines. */
    void run(xt_bench &bench)
    {
        bench.set("pc", xt_bench::START);
        if (!GetParam()) {
            ASSERT_TRUE(bench.run_to("halt"));
            return;
        }
        for (int n = 0; bench.pc() != bench.label("halt"); n++) {
            ASSERT_LT(n, 10);
            bench.steps(1);
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, FpExec, ::testing::Bool(),
                         [](const auto &engine) { return engine.param ? "Stepped" : "Blocks"; });

TEST_P(FpExec, EveryInstructionDoesWhatItsFunctionComputes)
{
    for (const Case &c : cases) {
        xt_bench bench;
        Machine m;
        fp::Random random(1);
        bench.load(std::string(c.text) + "; halt: j halt");
        bench.set("cpenable", 1);
        for (int n = 0; n < 200; n++) {
            fill(bench, m, random);
            run(bench);
            uint32_t expected = c.expected(m);
            ASSERT_EQ(bench.get(c.result), expected) << c.text << " round " << n;
            if (mnemonic(c.text) != "wur.fcr") {
                ASSERT_EQ(bench.get("fsr"), xt_fp_fsr(&m.fpu)) << c.text << " round " << n;
            }
            ASSERT_EQ(bench.get("sar"), m.sar) << c.text;
            ASSERT_EQ(bench.get("f64r_lo"), m.f64.r_lo) << c.text;
            ASSERT_EQ(bench.get("f64r_hi"), m.f64.r_hi) << c.text;
            ASSERT_EQ(bench.get("f64s"), m.f64.s) << c.text;
            xt_fp_leave(&m.fpu);
        }
    }
}

TEST(FpExecTable, EveryRowOfTheseOptionsHasItsCase)
{
    std::set<std::string> covered = {"s32nb"};
    for (const Case &c : cases) {
        std::string text = c.text;
        for (size_t start = 0; start != std::string::npos; start = text.find_first_not_of("; ", text.find(';', start)))
            covered.insert(text.substr(start, text.find(' ', start) - start));
    }
    for (unsigned row = 0; row < ISA_ROWS; row++) {
        const isa_row *r = isa_row_at(row);
        if (r->option == ISA_OPTION_FP || r->option == ISA_OPTION_DFPACCEL || r->option == ISA_OPTION_EXPSTATE) {
            EXPECT_TRUE(covered.count(r->name)) << r->name;
        }
    }
}

/* The unit is coprocessor 0; the accelerator is none. */
TEST_P(FpExec, ADisabledCoprocessorRaisesAnException)
{
    for (const Case &c : cases) {
        isa_row_id row = isa_find(mnemonic(c.text).c_str());
        bool is_coprocessor = isa_row_at(row)->option == ISA_OPTION_FP;
        xt_bench bench;
        Machine m;
        fp::Random random(2);
        bench.load(std::string(c.text) + "; halt: j halt");
        bench.load("halt2: j halt2", xt_bench::CODE + 0x300);
        fill(bench, m, random);
        bench.set("cpenable", 0);
        bench.set("pc", xt_bench::START);
        if (GetParam())
            bench.steps(1);
        else
            bench.run(1);
        if (is_coprocessor) {
            EXPECT_EQ(bench.get("exccause"), 32u) << c.text;
            EXPECT_EQ(bench.get("epc1"), uint32_t(xt_bench::START)) << c.text;
        } else {
            EXPECT_NE(bench.pc(), xt_bench::CODE + 0x300) << c.text;
        }
    }
}

/* A device model computes with doubles in its own rounding mode while the core is in the midst of its own arithmetic:
 * neither notices. */
TEST_P(FpExec, DevicesAndTheGuestDoNotDisturbEachOther)
{
    xt_bench bench;
    volatile double one = 1.0, tiny = 1e-300;
    double seen = 0;
    int flags = 0;
    bench.device = [&](bus_access &access) {
        flags = std::fetestexcept(FE_ALL_EXCEPT);
        seen = one + tiny; /* inexact; up only if the guest's rounding leaked */
        access.value = 0;
        return BUS_OK;
    };
    bench.memory_changed();
    bench.load("add.s f1, f2, f3 \n l32i a5, a6, 0 \n add.s f4, f2, f2 \n halt: j halt");
    bench.set("cpenable", 1);
    bench.set("fcr", XT_FP_UPWARD);
    bench.set("fsr", 0);
    bench.set("f2", 0x3f800000);
    bench.set("f3", 0x00000000);
    bench.set("a6", xt_bench::DEVICE);
    std::feclearexcept(FE_ALL_EXCEPT);
    run(bench);
    EXPECT_EQ(bench.device_accesses, 1u);
    EXPECT_EQ(seen, 1.0);
    EXPECT_EQ(flags, 0);
    EXPECT_EQ(bench.get("f4"), 0x40000000u);
    EXPECT_EQ(bench.get("fsr"), 0u) << "the device's inexact sum is not the guest's";
    bench.set("f3", 0x00000001);
    run(bench);
    EXPECT_EQ(flags, FE_INEXACT) << "the device's own, from the access before";
    EXPECT_EQ(bench.get("f1"), 0x3f800001u) << "rounded up";
    EXPECT_EQ(bench.get("fsr"), uint32_t(XT_FP_INEXACT));
}

/* f0 = f1 / f2 as a compiler emits it. */
const char *const division = R"(
    div0.s f8, f2
    nexp01.s f9, f2
    const.s f10, 1
    maddn.s f10, f9, f8
    mov.s f11, f8
    mov.s f12, f2
    nexp01.s f13, f1
    maddn.s f11, f10, f11
    const.s f10, 1
    const.s f0, 0
    neg.s f14, f13
    maddn.s f10, f9, f11
    maddn.s f0, f14, f8
    mkdadj.s f12, f1
    maddn.s f11, f10, f11
    maddn.s f14, f9, f0
    const.s f8, 1
    maddn.s f8, f9, f11
    maddn.s f0, f14, f11
    neg.s f13, f13
    maddn.s f11, f8, f11
    maddn.s f13, f9, f0
    addexpm.s f0, f12
    addexp.s f11, f12
    divn.s f0, f13, f11
    halt: j halt
)";

TEST(FpExecProgram, DividesAsIeee)
{
    xt_bench bench;
    fp::Random random(3);
    bench.load(division);
    bench.set("cpenable", 1);
    for (unsigned n = 0; n < 20000; n++) {
        unsigned mode = n % 4;
        uint32_t x = random.operand(), y = random.operand();
        bench.set("f1", x);
        bench.set("f2", y);
        bench.set("fcr", mode);
        bench.set("fsr", 0);
        bench.set("pc", xt_bench::START);
        ASSERT_TRUE(bench.run_to("halt"));
        volatile float a = fp::to_float(x), b = fp::to_float(y);
        fp::Outcome expected = fp::on_host(mode, [&]() -> float { return a / b; });
        ASSERT_TRUE(fp::agree({bench.get("f0"), bench.get("fsr")}, expected)) << std::hex << x << ' ' << y;
    }
}

} // namespace
