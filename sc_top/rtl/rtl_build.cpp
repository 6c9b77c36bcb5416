// SPDX-License-Identifier: Apache-2.0
#include "sc_top/rtl/rtl_build.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sc_top/rtl/rtl_ports.h"

namespace vesper
{
namespace
{

namespace fs = std::filesystem;

// What the compiler needs beside Verilator's files: verilog/host, as text in this program, so that it works anywhere.
constexpr std::pair<const char *, const char *> embedded[] = {
#define EMBEDDED(name, text) {name, text},
#include "rtl_embedded.inc"
#undef EMBEDDED
};

sim_status fail(struct log *log, const std::string &source, const std::string &text, sim_status status = SIM_BAD_VALUE)
{
    log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, source.c_str(), "%s", text.c_str());
    return status;
}

bool read_file(const fs::path &path, std::string *text)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    *text = all.str();
    return in.good() || in.eof();
}

bool write_file(const fs::path &path, const std::string &text)
{
    std::ofstream out(path, std::ios::binary);
    out << text;
    return out.flush().good();
}

// --- programs ------------------------------------------------------------------------------------

// Runs a program with both outputs into `output`. The exit status; -1: it could not be started.
int run_program(const std::vector<std::string> &words, const fs::path &scratch, std::string *output)
{
    std::vector<char *> argv;
    argv.reserve(words.size() + 1);
    for (const std::string &word : words)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    fs::path log = scratch / "output.txt";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t child = 0;
    int problem = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0)
        return -1;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    read_file(log, output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// Verilator's "%Error: file:line:column: text" in our words; the lines that show the place follow as they are.
void pass_on(const std::string &output, const std::string &from, struct log *log)
{
    std::istringstream lines(output);
    std::string line;
    while (std::getline(lines, line)) {
        bool error = line.rfind("%Error", 0) == 0, warning = line.rfind("%Warning", 0) == 0;
        if (!error && !warning) {
            if (line.rfind(' ', 0) == 0 && line.find("...") == std::string::npos)
                log_at(log, LOG_HOST, LOG_INFO, SIM_TIME_NEVER, from.c_str(), "%s", line.c_str());
            continue;
        }
        std::size_t colon = line.find(": ");
        std::string kind = line.substr(1, colon - 1), text = colon == std::string::npos ? line : line.substr(colon + 2);
        if (text.find("Exiting due to") == 0 || text.find("Command Failed") == 0)
            continue;
        std::size_t place = text.find(": ");
        std::string where = place == std::string::npos ? from : text.substr(0, place);
        text = place == std::string::npos ? text : text.substr(place + 2);
        if (std::size_t dash = kind.find('-'); dash != std::string::npos)
            text.insert(0, kind.substr(dash + 1) + ": ");
        log_at(log, LOG_HOST, error ? LOG_ERROR : LOG_WARNING, SIM_TIME_NEVER, where.c_str(), "%s", text.c_str());
    }
}

// --- one build -----------------------------------------------------------------------------------

class builder
{
  public:
    builder(const rtl_build_options &o, struct log *l) : options(o), log(l)
    {
    }

    ~builder()
    {
        std::error_code ignored;
        if (!scratch.empty())
            fs::remove_all(scratch, ignored);
    }

    // The shared object, in the cache or in the scratch folder.
    sim_status run(fs::path *result)
    {
        SIM_TRY(prepare());
        SIM_TRY(inspect());
        SIM_TRY(rtl_connect(design, options, log, &wiring));
        SIM_TRY(make_key());
        std::error_code ignored;
        fs::path cached = cache.empty() ? fs::path{} : cache / (key + ".so");
        if (!cached.empty() && fs::exists(cached, ignored)) {
            *result = cached;
            return SIM_OK;
        }
        SIM_TRY(translate());
        SIM_TRY(compile());
        *result = scratch / "block.so";
        if (!cached.empty() && keep(*result, cached))
            *result = cached;
        return SIM_OK;
    }

    const rtl_wiring &connected() const
    {
        return wiring;
    }

    // The scratch folder, when the result lies there: from now on the caller's to remove.
    fs::path release(const fs::path &result)
    {
        return result.parent_path() == scratch ? std::exchange(scratch, {}) : fs::path{};
    }

  private:
    const rtl_build_options &options;
    struct log *log;
    fs::path scratch, cache;
    std::string verilator = "verilator", compiler = "g++", version, root, compiler_version, key;
    rtl_design design;
    rtl_wiring wiring;

    static std::string environment(const char *name)
    {
        const char *value = std::getenv(name);
        return value ? value : "";
    }

    static std::string first_line(const std::string &text)
    {
        return text.substr(0, text.find('\n'));
    }

    sim_status prepare()
    {
        if (options.sources.empty())
            return fail(log, "rtl build", "there is no Verilog file to build");
        for (const std::string &source : options.sources)
            if (std::ifstream in(source); !in || fs::is_directory(source))
                return fail(log, source,
                            std::string("cannot be read: ") + (errno ? std::strerror(errno) : "it is a folder"),
                            SIM_IO);
        std::string pattern = (fs::temp_directory_path() / "vesper-rtl-XXXXXX").string();
        if (!mkdtemp(pattern.data()))
            return fail(log, pattern, std::string("no folder to work in: ") + std::strerror(errno), SIM_IO);
        scratch = pattern;
        find_cache();
        if (std::string given = environment("VESPER_VERILATOR"); !given.empty())
            verilator = given;
        if (std::string given = environment("CXX"); !given.empty())
            compiler = given;
        if (run_program({verilator, "--version"}, scratch, &version) != 0)
            return fail(log, verilator, "does not run; it comes with Debian's package `verilator`", SIM_NOT_FOUND);
        if (run_program({compiler, "--version"}, scratch, &compiler_version) != 0)
            return fail(log, compiler, "does not run; it comes with Debian's package `g++`", SIM_NOT_FOUND);
        run_program({verilator, "--getenv", "VERILATOR_ROOT"}, scratch, &root);
        root = first_line(root);
        version = first_line(version);
        return SIM_OK;
    }

    void find_cache()
    {
        std::string place = environment("VESPER_CACHE"), xdg = environment("XDG_CACHE_HOME"),
                    home = environment("HOME");
        cache = !place.empty()  ? fs::path(place)
                : !xdg.empty()  ? fs::path(xdg) / "vesper"
                : !home.empty() ? fs::path(home) / ".cache" / "vesper"
                                : fs::path{};
        std::error_code error;
        if (!cache.empty())
            fs::create_directories(cache /= "rtl", error);
        if (error)
            cache.clear(); // works without
    }

    std::vector<std::string> verilator_words() const
    {
        std::string top = options.top.empty() ? fs::path(options.sources.front()).stem().string() : options.top;
        std::vector<std::string> words = {verilator, "--top-module", top, "--no-timing", "-Wno-fatal", "--x-assign",
                                          "0",       "--x-initial",  "0", "-sv"};
        for (const std::string &folder : options.include)
            words.push_back("-I" + folder);
        for (const std::string &define : options.define)
            words.push_back("-D" + define);
        for (const std::string &parameter : options.parameter)
            words.push_back("-G" + parameter);
        return words;
    }

    sim_status run_verilator(std::vector<std::string> words, bool warnings)
    {
        std::string output;
        words.insert(words.end(), options.sources.begin(), options.sources.end());
        int status = run_program(words, scratch, &output);
        if (status != 0 || warnings)
            pass_on(output, "verilator", log);
        return status == 0 ? SIM_OK : fail(log, options.sources.front(), "Verilator does not accept it; see above");
    }

    sim_status inspect()
    {
        std::vector<std::string> words = verilator_words();
        words.insert(words.end(),
                     {"--xml-only", "--xml-output", (scratch / "block.xml").string(), "--Mdir", scratch.string()});
        SIM_TRY(run_verilator(words, true));
        std::string text;
        if (!read_file(scratch / "block.xml", &text) || !rtl_read_xml(text, &design))
            return fail(log, verilator, version + ": its XML could not be understood", SIM_BAD_FORMAT);
        return SIM_OK;
    }

    // Everything that the result depends on.
    sim_status make_key()
    {
        std::string all = version + "\n" + compiler + compiler_version + (options.coverage ? "coverage" : "") +
                          (options.no_trace ? "" : "trace") + rtl_ports_text(wiring) + VESPER_VERSION;
        for (const std::string &word : verilator_words())
            all += word + '\0';
        for (auto [name, text] : embedded)
            all += text;
        for (const std::string &file : design.files) {
            std::string text;
            if (!read_file(file, &text))
                return fail(log, file, "cannot be read", SIM_IO);
            all.append(file).append(1, '\0').append(std::to_string(text.size())).append(1, '\0').append(text);
        }
        key = hash(all);
        return SIM_OK;
    }

    static std::string hash(const std::string &text)
    {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha256(), nullptr);
        std::string result;
        for (unsigned i = 0; i < 16 && i < length; i++) {
            constexpr const char *digits = "0123456789abcdef";
            result += {digits[digest[i] >> 4], digits[digest[i] & 15]};
        }
        return result;
    }

    sim_status translate()
    {
        std::vector<std::string> words = verilator_words();
        words.insert(words.end(), {"--cc", "-O3", "--prefix", "Vblock", "--Mdir", scratch.string()});
        if (!options.no_trace)
            words.insert(words.end(), {"--trace", "--trace-structs", "--trace-underscore"});
        if (options.coverage)
            words.push_back("--coverage");
        else
            words.push_back("--savable");
        SIM_TRY(run_verilator(words, false));
        std::string ports =
            "#define BLOCK_TOP \"" + design.top + "\"\n#define BLOCK_BUILDER \"Vesper " VESPER_VERSION ", " + version +
            "\"\n#define BLOCK_BUS " + std::to_string(wiring.bus) + "\n#define BLOCK_TRACE " +
            std::to_string(!options.no_trace) + "\n#define BLOCK_COVERAGE " + std::to_string(options.coverage) +
            "\n#define BLOCK_SAVE " + std::to_string(!options.coverage) + "\n";
        bool written = write_file(scratch / "rtl_ports.inc", ports + rtl_ports_text(wiring)) &&
                       write_file(scratch / "rtl_printf.h", "#ifdef __cplusplus\n"
                                                            "extern \"C\" int vesper_rtl_printf(const char *, ...);\n"
                                                            "#endif\n#define VL_PRINTF vesper_rtl_printf\n") &&
                       write_file(scratch / "exports.map", "{ global: vesper_rtl_abi; local: *; };\n");
        for (auto [name, text] : embedded)
            written = written && write_file(scratch / name, text);
        std::string all;
        for (const fs::directory_entry &entry : fs::directory_iterator(scratch))
            if (entry.path().extension() == ".cpp" && entry.path().filename().string()[0] == 'V')
                all += "#include \"" + entry.path().filename().string() + "\"\n";
        return written && write_file(scratch / "all.cpp", all)
                   ? SIM_OK
                   : fail(log, scratch.string(), "cannot be written to", SIM_IO);
    }

    std::vector<std::string> compiler_words() const
    {
        std::string trace = options.no_trace ? "0" : "1", coverage = options.coverage ? "1" : "0";
        return {compiler,
                "-std=c++17",
                "-O2",
                "-fPIC",
                "-w",
                "-pthread",
                "-fvisibility=hidden",
                "-fvisibility-inlines-hidden",
                "-ffp-contract=off",
                "-fno-gnu-unique",
                "-DVM_SC=0",
                "-DVM_TRACE=" + trace,
                "-DVM_TRACE_VCD=" + trace,
                "-DVM_TRACE_FST=0",
                "-DVM_COVERAGE=" + coverage,
                "-DVL_USER_FINISH",
                "-DVL_USER_STOP",
                "-DVL_USER_FATAL",
                "-include",
                "rtl_printf.h",
                "-I" + scratch.string(),
                "-isystem",
                root + "/include",
                "-isystem",
                root + "/include/vltstd"};
    }

    sim_status compile_one(const std::string &source, const fs::path &object)
    {
        std::string output;
        std::vector<std::string> words = compiler_words();
        words.insert(words.end(), {"-c", source, "-o", object.string()});
        if (run_program(words, scratch, &output) == 0)
            return SIM_OK;
        log_at(log, LOG_HOST, LOG_INFO, SIM_TIME_NEVER, compiler.c_str(), "%s", output.c_str());
        return fail(log, source, "does not compile; see above");
    }

    // Verilator's run-time is the same for all blocks that are built alike.
    sim_status runtime(const std::string &name, fs::path *object)
    {
        std::string source = root + "/include/" + name + ".cpp", text = version + compiler_version;
        for (const std::string &word : compiler_words())
            text += word.find(scratch.string()) == std::string::npos ? word + '\0' : "";
        fs::path kept = cache.empty() ? fs::path{} : cache / ("runtime-" + hash(text) + "-" + name + ".o");
        std::error_code ignored;
        if (!kept.empty() && fs::exists(kept, ignored)) {
            *object = kept;
            return SIM_OK;
        }
        *object = scratch / (name + ".o");
        SIM_TRY(compile_one(source, *object));
        if (!kept.empty() && keep(*object, kept))
            *object = kept;
        return SIM_OK;
    }

    sim_status compile()
    {
        std::vector<std::string> names = {"verilated", "verilated_threads"};
        if (!options.no_trace)
            names.push_back("verilated_vcd_c");
        names.push_back(options.coverage ? "verilated_cov" : "verilated_save");
        std::vector<std::string> words = {compiler,
                                          "-shared",
                                          "-pthread",
                                          "-Wl,-Bsymbolic",
                                          "-Wl,--version-script=" + (scratch / "exports.map").string(),
                                          "-o",
                                          (scratch / "block.so").string()};
        for (const std::string &name : names) {
            fs::path object;
            SIM_TRY(runtime(name, &object));
            words.push_back(object.string());
        }
        for (const char *name : {"all", "rtl_wrapper"}) {
            fs::path object = scratch / (std::string(name) + ".o");
            SIM_TRY(compile_one((scratch / (std::string(name) + ".cpp")).string(), object));
            words.push_back(object.string());
        }
        std::string output;
        if (run_program(words, scratch, &output) == 0)
            return SIM_OK;
        log_at(log, LOG_HOST, LOG_INFO, SIM_TIME_NEVER, compiler.c_str(), "%s", output.c_str());
        return fail(log, design.top, "does not link; see above");
    }

    // Under its name at once or not at all: several programs may build the same.
    bool keep(const fs::path &from, const fs::path &to) const
    {
        std::error_code error;
        fs::path part = to;
        part += "." + std::to_string(getpid());
        fs::copy_file(from, part, fs::copy_options::overwrite_existing, error);
        if (!error)
            fs::rename(part, to, error);
        if (error)
            fs::remove(part, error);
        return fs::exists(to, error);
    }
};

} // namespace

sim_status rtl_build(const rtl_build_options &options, struct log *log, std::string *summary)
{
    builder b(options, log);
    fs::path built, part;
    SIM_TRY(b.run(&built));
    std::string output = options.output;
    if (output.empty())
        output = (options.top.empty() ? fs::path(options.sources.front()).stem().string() : options.top) + ".so";
    std::error_code error;
    part = output + "." + std::to_string(getpid());
    fs::copy_file(built, part, fs::copy_options::overwrite_existing, error);
    if (!error)
        fs::rename(part, output, error);
    if (error) {
        std::error_code ignored;
        fs::remove(part, ignored);
        return fail(log, output, "cannot be written: " + error.message(), SIM_IO);
    }
    *summary = output + ": " + b.connected().summary();
    return SIM_OK;
}

sim_status rtl_built::build(const rtl_build_options &options, struct log *log)
{
    builder b(options, log);
    fs::path built;
    SIM_TRY(b.run(&built));
    file = built.string();
    folder = b.release(built).string();
    return SIM_OK;
}

rtl_built::~rtl_built()
{
    std::error_code ignored;
    if (!folder.empty())
        fs::remove_all(folder, ignored);
}

} // namespace vesper
