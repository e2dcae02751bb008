// Killed at any moment while it saves, a program leaves the old file or the new one, whole.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/sequential.hpp>
#include <tapedeck/optim/adam.hpp>
#include <tapedeck/optim/checkpoint.hpp>

#include "../demos/temporary_folder.hpp"
#include "../support.hpp"

using namespace tapedeck;

namespace {

/// A training of about a megabyte, in which every number is that of the last save.
struct Training {
    Random rng{1};
    Sequential<float> net;
    Adam<float> adam;
    std::uint64_t saves = 0;
    Checkpoint<float> checkpoint;

    static Sequential<float> make(Random& rng) {
        Sequential<float> net;
        net.add("fc1", Linear<float>(256, 256, rng)).add("fc2", Linear<float>(256, 64, rng));
        return net;
    }
    Training() : net(make(rng)), adam(net.parameters()) {
        checkpoint.add("net", net).add("adam", adam).add("saves", saves);
    }
    void mark(std::uint64_t number) {
        saves = number;
        for (auto* p : net.parameters())
            for (float& x : p->value.storage()) x = static_cast<float>(number);
    }
    bool is_marked() {
        for (auto* p : net.parameters())
            for (const float x : p->value.storage())
                if (x != static_cast<float>(saves)) return false;
        return true;
    }
};

}  // namespace

TEST_CASE(
    "checkpoint: killed two hundred times while it saves, it leaves the old file or the new one whole") {
    const test::TemporaryFolder folder;
    const auto file = folder.path / "training", part = folder.path / "training.part";
    void* shared =
        mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    auto& finished =
        *static_cast<volatile std::uint64_t*>(shared);  // the number of the last save that came back
    finished = 0;
    Training training;
    training.mark(0);
    training.checkpoint.save(file);
    Random when(test::test_seed(7));
    std::size_t whole = 0, in_the_middle = 0;
    for (int kill_number = 0; kill_number < 200; ++kill_number) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            for (std::uint64_t number = finished + 1;; ++number) {
                training.mark(number);
                training.checkpoint.save(file);
                finished = number;
            }
        }
        const std::uint64_t before = finished;
        int status = 0;
        while (finished == before && waitpid(child, &status, WNOHANG) == 0) usleep(50);
        REQUIRE(finished != before);  // at least once it gets through, and does not end by itself
        usleep(static_cast<useconds_t>(when.below(5000)));
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        in_the_middle += std::filesystem::exists(part) ? 1 : 0;
        Training loaded;
        loaded.checkpoint.load(file);
        const bool old_or_new = loaded.saves == finished || loaded.saves == finished + 1;
        CHECK(old_or_new);
        whole += loaded.is_marked() && old_or_new ? 1 : 0;
        finished = loaded.saves;
        training.mark(loaded.saves);
    }
    munmap(shared, sizeof(std::uint64_t));
    CHECK(whole == 200);
    MESSAGE(in_the_middle << " of 200 kills came in the middle of a save");
    CHECK(in_the_middle > 0);
}
