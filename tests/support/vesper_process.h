/* SPDX-License-Identifier: Apache-2.0 */
/* The program `vesper` as a process of its own, in a folder of its own, and what it prints. */
#ifndef VESPER_TESTS_SUPPORT_VESPER_PROCESS_H
#define VESPER_TESTS_SUPPORT_VESPER_PROCESS_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

class vesper_process
{
  public:
    vesper_process()
    {
        char name[] = "/tmp/vesper-http-XXXXXX";
        folder_ = mkdtemp(name);
    }

    ~vesper_process()
    {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
        if (pipe_ >= 0)
            close(pipe_);
        std::filesystem::remove_all(folder_);
    }

    vesper_process(const vesper_process &) = delete;
    vesper_process &operator=(const vesper_process &) = delete;

    static std::string firmware(const std::string &name)
    {
        return std::string(VESPER_BINARY_DIR) + "/firmware/" + name + ".elf";
    }

    /* Output goes to out/. */
    void start(const std::string &scenario)
    {
        const std::string file = folder_ + "/scenario.toml", out = folder_ + "/out", program = VESPER_PROGRAM;
        std::ofstream(file) << scenario;
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        pid_ = fork();
        ASSERT_GE(pid_, 0);
        if (pid_ == 0) {
            dup2(open("/dev/null", O_RDONLY), 0);
            dup2(ends[1], 1);
            dup2(ends[1], 2);
            close(ends[0]);
            close(ends[1]);
            execl(program.c_str(), "vesper", "run", file.c_str(), "-o", out.c_str(), nullptr);
            _exit(127);
        }
        close(ends[1]);
        pipe_ = ends[0];
    }

    /* Waits until it has printed this; what it printed so far. */
    const std::string &wait_for(const std::string &text)
    {
        while (printed_.find(text) == std::string::npos && read_more())
            ;
        EXPECT_NE(printed_.find(text), std::string::npos) << "no \"" << text << "\" in\n" << printed_;
        return printed_;
    }

    /* As by Ctrl-C; the exit code. */
    int stop()
    {
        if (pid_ > 0)
            kill(pid_, SIGINT);
        return wait_for_end();
    }

    int wait_for_end()
    {
        while (read_more())
            ;
        int status = 0;
        if (pid_ > 0)
            waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    const std::string &printed() const
    {
        return printed_;
    }

    std::string path(const std::string &name) const
    {
        return folder_ + "/" + name;
    }

    std::string content(const std::string &name) const
    {
        std::ostringstream text;
        text << std::ifstream(path(name)).rdbuf();
        return text.str();
    }

  private:
    static constexpr int PATIENCE_MS = 60000;
    std::string folder_, printed_;
    pid_t pid_ = -1;
    int pipe_ = -1;

    bool read_more()
    {
        char bytes[4096];
        pollfd look = {pipe_, POLLIN, 0};
        if (poll(&look, 1, PATIENCE_MS) <= 0)
            return false;
        const ssize_t count = read(pipe_, bytes, sizeof bytes);
        if (count > 0)
            printed_.append(bytes, static_cast<size_t>(count));
        return count > 0;
    }
};

#endif
