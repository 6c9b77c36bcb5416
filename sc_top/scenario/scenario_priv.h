// SPDX-License-Identifier: Apache-2.0
// What reading and checking share.
#ifndef VESPER_SC_TOP_SCENARIO_SCENARIO_PRIV_H
#define VESPER_SC_TOP_SCENARIO_SCENARIO_PRIV_H

#include <map>

#include "sc_top/scenario/scenario.h"

namespace vesper
{

// What is wrong and where; becomes the one message.
struct scenario_error {
    std::string where;
    std::string text;
};

// Where each option was given: "file:line:column" or "--set key". Keyed by section, entry and name; what was given for
// the entry as a whole stands under "".
class option_places
{
  public:
    explicit option_places(std::string file) : path(std::move(file))
    {
    }
    void put(const std::string &section, std::size_t index, const std::string &name, const std::string &place)
    {
        places[{section, index, name}] = place;
    }
    // The nearest place known: of the option, of its entry, or the file.
    const std::string &find(const std::string &section, std::size_t index, const std::string &name) const;

  private:
    std::string path;
    std::map<std::tuple<std::string, std::size_t, std::string>, std::string> places;
};

// "; did you mean 'x'?", or nothing.
std::string did_you_mean(const std::string &word, const std::vector<std::string> &candidates);

// Everything that concerns several options; throws scenario_error.
void scenario_check(const scenario &scenario, const option_places &places);

} // namespace vesper
#endif
