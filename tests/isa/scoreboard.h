// SPDX-License-Identifier: Apache-2.0
// The LX6's pipeline once more, for checking the core's: a plain scoreboard over the instructions as they execute, by
// their names. It shares nothing with cpu_iss but the disassembler; its rules are facts 6.1, written down a second
// time. It knows what the kernels of kernels_test.cpp are made of, and throws at anything else.
#ifndef VESPER_TESTS_ISA_SCOREBOARD_H
#define VESPER_TESTS_ISA_SCOREBOARD_H

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

class scoreboard
{
  public:
    // An instruction was executed: its text, where it is, its length, where control went, and for a loop instruction
    // the rounds that it sets up. Returns the cycle in which it issued.
    uint64_t issue(const std::string &text, uint32_t pc, unsigned length, uint32_t next_pc, uint32_t rounds)
    {
        split(text);
        if (is_branch_target_ && (pc & 3) + length > 4)
            time_++;
        is_branch_target_ = false;
        const rule &how = rule_of(name_);
        for (size_t n = how.results; n < operands_.size(); n++)
            wait_for(operands_[n]);
        if (how.updates)
            for (size_t n = 0; n < how.results; n++)
                wait_for(operands_[n]);
        if (name_ == "rsr.acclo")
            wait_for("acc");
        uint64_t issued = time_;
        for (size_t n = 0; n < how.results; n++)
            ready_[operands_[n]] = issued + (n == 0 ? how.latency : 1);
        if (name_.compare(0, 4, "mula") == 0)
            ready_["acc"] = issued + 2;
        advance(how, pc + length != next_pc, rounds);
        return issued;
    }

  private:
    struct rule {
        unsigned results; // operands that are results: the first ones; all others are sources
        unsigned latency; // of the first; a second result is an address, ready at once
        bool updates;     // results are sources, too
        unsigned cycles = 1;
        unsigned taken = 0; // cycles if control goes elsewhere
    };
    std::map<std::string, uint64_t> ready_;
    uint64_t time_ = 0;
    bool is_branch_target_ = false;
    std::string name_;
    std::vector<std::string> operands_;

    static const rule &rule_of(const std::string &name)
    {
        static const rule alu{1, 1, false}, load{1, 3, false}, product{1, 2, false}, none{0, 0, false};
        static const rule fp{1, 4, false}, accumulate{1, 4, true}, fp_load{1, 1, false}, fp_write{1, 2, false};
        static const rule fp_load_update{2, 1, true}, fp_store_update{0, 0, false}, load_factor{2, 3, true};
        static const rule branch{0, 0, false, 1, 4}, jump{0, 0, false, 4, 4}, back{0, 0, false, 6, 6};
        static const rule loop{0, 0, false, 1, 4}, special{1, 2, false};
        static const std::map<std::string, const rule *> rules = {{"add", &alu},
                                                                  {"add.n", &alu},
                                                                  {"addi", &alu},
                                                                  {"addi.n", &alu},
                                                                  {"addx4", &alu},
                                                                  {"addx8", &alu},
                                                                  {"sub", &alu},
                                                                  {"slli", &alu},
                                                                  {"srli", &alu},
                                                                  {"or", &alu},
                                                                  {"mov.n", &alu},
                                                                  {"movi", &alu},
                                                                  {"movi.n", &alu},
                                                                  {"l32i", &load},
                                                                  {"l32i.n", &load},
                                                                  {"l32r", &load},
                                                                  {"mull", &product},
                                                                  {"nop", &none},
                                                                  {"s32i", &none},
                                                                  {"s32i.n", &none},
                                                                  {"add.s", &fp},
                                                                  {"sub.s", &fp},
                                                                  {"mul.s", &fp},
                                                                  {"madd.s", &accumulate},
                                                                  {"msub.s", &accumulate},
                                                                  {"mov.s", &fp_load},
                                                                  {"neg.s", &fp_load},
                                                                  {"lsi", &fp_load},
                                                                  {"lsip", &fp_load_update},
                                                                  {"ssi", &none},
                                                                  {"ssip", &fp_store_update},
                                                                  {"wfr", &fp_write},
                                                                  {"ldinc", &load_factor},
                                                                  {"mula.dd.ll.ldinc", &load_factor},
                                                                  {"mula.dd.hh.ldinc", &load_factor},
                                                                  {"mula.dd.ll", &none},
                                                                  {"mula.dd.hh", &none},
                                                                  {"rsr.acclo", &special},
                                                                  {"rsr.ccount", &special},
                                                                  {"wsr.acclo", &none},
                                                                  {"wsr.acchi", &none},
                                                                  {"bne", &branch},
                                                                  {"bnez", &branch},
                                                                  {"blt", &branch},
                                                                  {"loop", &loop},
                                                                  {"loopnez", &loop},
                                                                  {"call8", &jump},
                                                                  {"j", &jump},
                                                                  {"entry", &none},
                                                                  {"retw.n", &back}};
        auto found = rules.find(name);
        if (found == rules.end())
            throw std::invalid_argument("the scoreboard knows no " + name);
        return *found->second;
    }

    void split(const std::string &text)
    {
        std::string plain = text;
        std::replace(plain.begin(), plain.end(), ',', ' ');
        std::istringstream words(plain);
        words >> name_;
        operands_.clear();
        for (std::string word; words >> word;)
            operands_.push_back(word);
    }

    void wait_for(const std::string &what)
    {
        auto found = ready_.find(what);
        if (found != ready_.end())
            time_ = std::max(time_, found->second);
    }

    void advance(const rule &how, bool goes_elsewhere, uint32_t rounds)
    {
        bool is_loop = name_ == "loop" || name_ == "loopnez";
        bool is_taken = how.taken && goes_elsewhere;
        time_ += is_taken ? how.taken : how.cycles;
        if (is_loop && !is_taken && rounds != 1) {
            time_++; // once, for going round: it stands for a bubble that comes later, so loads gain nothing by it
            for (auto &result : ready_)
                result.second++;
        }
        is_branch_target_ = is_taken;
        if (name_ == "entry" || name_ == "retw.n")
            ready_.clear(); // other registers have these names now, and nothing takes longer than the refill
    }
};

#endif
