// The command line of compare_norms: what it takes, and one clear sentence for everything else.
#include "demos/compare_norms/flags.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "demos/common/error.hpp"
#include "demos/compare_norms/plan.hpp"

using namespace tapedeck::demos;
using namespace tapedeck::demos::compare_norms;

namespace {

ParsedFlags parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "compare_norms");
    return parse_flags(static_cast<int>(arguments.size()), arguments.data());
}

std::string error_of(const std::vector<const char*>& arguments) {
    try {
        Flags flags = parse(arguments).flags;
        choose_tasks(flags);
        make_plan(flags);
    } catch (const FlagError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("flags: the defaults are the comparison that the README promises") {
    const Flags flags = parse({}).flags;
    CHECK(flags.norms == std::vector{Norm::none, Norm::batch, Norm::layer});
    CHECK(flags.networks == std::vector{Network::mlp, Network::rnn});
    CHECK(flags.seeds == 5);
    CHECK(flags.report);
    for (const Network network : {Network::mlp, Network::rnn}) {
        const Setting setting = default_setting(Task::fashion, network);
        CHECK(setting.counts.train == 9000);
        CHECK(setting.counts.validation == 1000);
        CHECK(setting.counts.test == 10000);
        CHECK(setting.rates.size() == 3);
    }
}

TEST_CASE("flags: each is read") {
    const Flags flags = parse({"--tasks",
                               "spirals,adding",
                               "--norms=layer,batch-shared",
                               "--networks",
                               "rnn",
                               "--seeds",
                               "2",
                               "--seed",
                               "40",
                               "--rates",
                               "0.1,1e-3",
                               "--epochs",
                               "3",
                               "--batch",
                               "8",
                               "--hidden",
                               "4,5",
                               "--rnn-hidden",
                               "6",
                               "--train",
                               "80",
                               "--validation",
                               "20",
                               "--test",
                               "30",
                               "--threads",
                               "7",
                               "--data",
                               "d",
                               "--out",
                               "o",
                               "--no-report",
                               "--points",
                               "4"})
                            .flags;
    CHECK(flags.tasks == std::vector{Task::spirals, Task::adding});
    CHECK(flags.norms == std::vector{Norm::layer, Norm::batch_shared});
    CHECK(flags.networks == std::vector{Network::rnn});
    CHECK(flags.rates == std::vector{0.1, 0.001});
    CHECK(flags.hidden == std::vector<std::size_t>{4, 5});
    CHECK_FALSE(flags.report);
    const Plan plan = make_plan(flags);
    REQUIRE(plan.settings.size() == 1);  // spirals are not for the rnn
    const Setting& setting = plan.settings[0];
    CHECK(setting.task == Task::adding);
    CHECK(setting.hidden == std::vector<std::size_t>{6});
    CHECK(setting.epochs == 3);
    CHECK(setting.batch == 8);
    CHECK(setting.counts.train == 80);
    CHECK(setting.steps() == 30);
    CHECK(plan.jobs.size() == 2 * 2 * 2);
    CHECK(plan.jobs[0].seed == 40);
    const nlohmann::json json = to_json(flags);
    CHECK(json["rates"] == nlohmann::json{0.1, 0.001});
    for (const char* of_the_machine : {"threads", "out", "data"}) CHECK_FALSE(json.contains(of_the_machine));
}

TEST_CASE("flags: all models' first seeds are trained first") {
    Flags flags = parse({"--tasks", "adding", "--seeds", "2"}).flags;
    const Plan plan = make_plan(flags);
    for (std::size_t i = 0; i < plan.order.size(); ++i) {
        CHECK(plan.jobs[plan.order[i]].seed == (i < plan.order.size() / 2 ? 1 : 2));
    }
}

TEST_CASE("flags: --help is an answer, not an error") {
    const auto help = parse({"--help"}).help;
    REQUIRE(help);
    for (const char* flag :
         {"--tasks", "--networks", "--norms", "--epochs", "--batch", "--hidden", "--rnn-hidden", "--rates",
          "--seeds", "--train", "--validation", "--test", "--threads", "--data", "--out"}) {
        CAPTURE(flag);
        CHECK(help->find(flag) != std::string::npos);
    }
}

TEST_CASE("flags: bad ones get one sentence that names the flag and what was found") {
    struct Bad {
        std::vector<const char*> arguments;
        std::string flag, found;
    };
    const std::vector<Bad> table{
        {{"--flavour", "5"}, "--flavour", "There is no flag"},
        {{"something"}, "something", "There is no flag"},
        {{"--tasks", "mnist"}, "--tasks", "\"mnist\" is none of fashion, spirals, adding"},
        {{"--norms", "none,layr"}, "--norms", "\"layr\" is none of none, batch, layer, batch-shared"},
        {{"--norms", "layer,layer"}, "--norms", "layer is there twice"},
        {{"--networks", "cnn"}, "--networks", "\"cnn\" is none of mlp, rnn"},
        {{"--epochs", "-3"}, "--epochs", "\"-3\" is not a whole number from 1"},
        {{"--epochs", "0"}, "--epochs", "\"0\" is not a whole number"},
        {{"--epochs", "many"}, "--epochs", "\"many\" is not a whole number"},
        {{"--epochs", "1.5"}, "--epochs", "\"1.5\" is not a whole number"},
        {{"--epochs"}, "--epochs", "takes one value"},
        {{"--hidden", "16,0"}, "--hidden", "\"0\" is not a whole number"},
        {{"--hidden", "99999999999999999999"}, "--hidden", "is not a whole number"},
        {{"--rnn-hidden", "-1"}, "--rnn-hidden", "\"-1\" is not a whole number"},
        {{"--rates", "0"}, "--rates", "\"0\" is not a number above 0"},
        {{"--rates", "nan"}, "--rates", "\"nan\" is not a number above 0"},
        {{"--rates", "0.1,-0.1"}, "--rates", "\"-0.1\" is not a number above 0"},
        {{"--epochs", "3", "--epochs", "4"}, "--epochs", "takes one value"},
        {{"--seeds", "0"}, "--seeds", "\"0\" is not a whole number"},
        {{"--threads", "0"}, "--threads", "\"0\" is not a whole number"},
        {{"--out", ""}, "--out", "empty"},
        {{"--tasks", "adding", "--train", "10", "--batch", "11"},
         "--batch 11",
         "more than the 10 training samples"},
        {{"--tasks", "adding", "--batch", "1"}, "--batch 1", "nothing to normalize over"},
        {{"--tasks", "spirals", "--networks", "rnn"}, "--tasks", "nothing in common"},
    };
    for (const Bad& bad : table) {
        const std::string error = error_of(bad.arguments);
        CAPTURE(error);
        CAPTURE(bad.found);
        CHECK(error.find(bad.flag) != std::string::npos);
        CHECK(error.find(bad.found) != std::string::npos);
        CHECK(error.find('\n') == std::string::npos);
        CHECK(error.back() == '.');
    }
}
