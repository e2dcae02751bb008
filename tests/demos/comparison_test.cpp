// A whole comparison, tiny: the same numbers whatever the threads, the same start for all norms, and Ctrl-C.
#include "demos/compare_norms/comparison.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <map>
#include <thread>

#include "demos/common/interrupt.hpp"
#include "demos/compare_norms/models.hpp"
#include "demos/compare_norms/results.hpp"
#include "demos/data/generated.hpp"

using namespace tapedeck::demos;
using namespace tapedeck::demos::compare_norms;
using nlohmann::json;

namespace {

Flags tiny() {
    Flags flags;
    flags.tasks = {Task::spirals, Task::adding};
    flags.norms = {Norm::none, Norm::batch, Norm::layer, Norm::batch_shared};
    flags.seeds = 2;
    flags.rates = {0.003, 0.01};
    flags.epochs = 2;
    flags.batch = 16;
    flags.hidden = {8, 8};
    flags.rnn_hidden = {8};
    flags.train = 72;
    flags.validation = 20;
    flags.test = 20;
    flags.points = 3;
    return flags;
}

json document_of(const Flags& flags, std::size_t threads) {
    const Plan plan = make_plan(flags);
    return results_document(flags, plan, compare(plan, load_data(flags, plan), threads), {}, 0);
}

/// Everything but what is allowed to differ.
json without_seconds(json document) {
    document.erase("machine");
    document.erase("seconds");
    for (json& run : document["runs"]) run.erase("seconds");
    return document;
}

}  // namespace

TEST_CASE("comparison: the same bytes with one thread, with three, and again") {
    const std::string one = without_seconds(document_of(tiny(), 1)).dump();
    CHECK(one == without_seconds(document_of(tiny(), 3)).dump());
    CHECK(one == without_seconds(document_of(tiny(), 1)).dump());
    Flags other = tiny();
    other.first_seed = 2;
    CHECK(one != without_seconds(document_of(other, 1)).dump());
}

TEST_CASE("comparison: every model is there, with every row as long as its steps") {
    const json document = document_of(tiny(), 2);
    CHECK(document["status"] == "done");
    REQUIRE(document["runs"].size() == (3 + 4) * 2 * 2);
    for (const json& run : document["runs"]) {
        CAPTURE(run["norm"].get<std::string>());
        CHECK(run["status"] == "done");
        const json& series = run["series"];
        CHECK(series["step"] == json{0, 3, 6, 8});
        for (const char* row : {"train_loss", "train_mode_loss", "validation_loss"})
            CHECK(series[row].size() == 4);
        for (const char* rows : {"log10_update_ratio", "gradient_norm", "saturated"}) {
            CHECK(!series[rows].empty());
            for (const json& row : series[rows]) {
                CHECK(row.size() == 4);
                CHECK(row[0].is_null());
                CHECK(row[1].is_number());
            }
        }
        const bool norm = run["norm"] != "none", batch = norm && run["norm"] != "layer";
        CHECK(series["gamma"].empty() != norm);
        CHECK(series["beta"].empty() != norm);
        CHECK(run["histograms"].empty() != norm);
        CHECK(series["running_mean"].empty() != batch);
        for (const json& band : series["gamma"]) CHECK(band["mean"].size() == 4);
        for (const json& row : series["running_var"]) {
            CHECK(row["running"].size() == 4);
            CHECK(row["batch"].size() == 4);
        }
        for (const json& histogram : run["histograms"]) {
            std::size_t before = 0, after = 0;
            for (const json& n : histogram["before"]) before += n.get<std::size_t>();
            for (const json& n : histogram["after"]) after += n.get<std::size_t>();
            CHECK(before == after);
            CHECK(before > 0);
            CHECK(histogram["edges"].size() == histogram["before"].size() + 1);
        }
        const bool recurrent = run["network"] == "rnn";
        CHECK(run.contains("gradient_norm_per_time_step") == recurrent);
        if (recurrent) CHECK(run["gradient_norm_per_time_step"].size() == 50);
        CHECK(run.contains("boundary") == (!recurrent && run["chosen"].get<bool>()));
        CHECK(run["final"]["test_loss"].is_number());
        CHECK(run["final"].contains("test_accuracy") == !recurrent);
    }
}

TEST_CASE("comparison: the runs stand in the order of the plan, and a seed's runs start alike") {
    const Plan plan = make_plan(tiny());
    const json runs = document_of(tiny(), 3)["runs"];
    REQUIRE(runs.size() == plan.jobs.size());
    std::map<std::pair<std::string, std::uint64_t>, double> start;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Job& job = plan.jobs[i];
        CHECK(runs[i]["norm"] == name_of(job.norm));
        CHECK(runs[i]["seed"] == job.seed);
        CHECK(runs[i]["learning_rate"] == job.rate);
        // In eval mode a BatchNorm that has seen nothing changes nothing (but for eps): as none at all.
        if (job.norm == Norm::layer) continue;
        const double loss = runs[i]["series"]["train_loss"][0];
        const auto first = start.try_emplace({runs[i]["task"], job.seed}, loss).first;
        CHECK(loss == doctest::Approx(first->second).epsilon(1e-4));
    }
    CHECK(start.size() == 4);
}

TEST_CASE("comparison: what is evaluated in train mode differs for BatchNorm and for nobody else") {
    const json document = document_of(tiny(), 2);  // named: a loop over a part of a temporary dangles
    for (const json& run : document["runs"]) {
        CAPTURE(run["norm"].get<std::string>());
        const bool batch = run["norm"] != "none" && run["norm"] != "layer";
        CHECK((run["series"]["train_loss"] != run["series"]["train_mode_loss"]) == batch);
    }
}

TEST_CASE("comparison: within a seed all norms start from the same weights, and seeds differ") {
    for (const Network network : {Network::mlp, Network::rnn}) {
        const Task task = network == Network::mlp ? Task::spirals : Task::adding;
        const Setting setting = default_setting(task, network);
        const Dataset data = task == Task::spirals ? make_spirals(1, {4, 1, 1}) : make_adding(1, {4, 1, 1});
        const auto weights = [&](Norm norm, std::uint64_t seed) {
            tapedeck::Random rng(seed);
            const auto net = make_network(setting, data, norm, rng);
            std::map<std::string, std::vector<float>> values;
            for (const auto& [name, parameter] : net->named_parameters()) {
                if (name.find("norm") != std::string::npos) continue;
                values[name].assign(parameter->value.begin(), parameter->value.end());
            }
            return values;
        };
        const auto none = weights(Norm::none, 5);
        CHECK(none.size() >= 6);
        for (const Norm norm : {Norm::batch, Norm::layer}) CHECK(weights(norm, 5) == none);
        if (network == Network::rnn) CHECK(weights(Norm::batch_shared, 5) == none);
        CHECK(weights(Norm::none, 6) != none);
    }
}

TEST_CASE("comparison: Ctrl-C ends it early, and what was measured until then is kept") {
    Flags flags = tiny();
    flags.epochs = 100'000;
    catch_interrupts();
    std::thread finger([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        std::raise(SIGINT);
    });
    const auto start = std::chrono::steady_clock::now();
    const json document = document_of(flags, 2);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    finger.join();
    clear_interrupt();
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    CHECK(took.count() < 20);
    CHECK(document["status"] == "interrupted");
    REQUIRE(document["runs"].size() == 2);  // one for each thread; the others had not begun
    for (const json& run : document["runs"]) {
        CHECK(run["status"] == "interrupted");
        CHECK(run["series"]["train_loss"][0].is_number());
        CHECK(run["final"]["test_loss"].is_null());
    }
}
