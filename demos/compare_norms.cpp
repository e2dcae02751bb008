// compare_norms: no norm, BatchNorm and LayerNorm side by side, on an MLP and on an RNN
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>

#include "demos/common/error.hpp"
#include "demos/common/interrupt.hpp"
#include "demos/common/machine.hpp"
#include "demos/common/out_folder.hpp"
#include "demos/common/pin_blas.hpp"
#include "demos/common/scheduler.hpp"
#include "demos/compare_norms/comparison.hpp"
#include "demos/compare_norms/deck.hpp"
#include "demos/compare_norms/finished_runs.hpp"
#include "demos/compare_norms/results.hpp"
#include "demos/compare_norms/table.hpp"
#include "demos/report/report.hpp"

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::compare_norms;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

nlohmann::json machine(const Flags& flags, const Plan& plan, std::size_t threads) {
    nlohmann::json json = describe_machine();
    json["threads"] = threads;
    json["out"] = flags.out.string();
    for (const Setting& setting : plan.settings) {
        if (setting.task == Task::fashion) json["data"] = fashion_folder(flags).string();
    }
    return json;
}

int run(int argc, char** argv) {
    auto [flags, help] = parse_flags(argc, argv);
    if (help) {
        fmt::print("{}", *help);
        return 0;
    }
    if (const std::string notice = choose_tasks(flags); !notice.empty()) fmt::print(stderr, "{}\n", notice);
    const Plan plan = make_plan(flags);
    const auto data = load_data(flags, plan);
    prepare_out_folder(flags.out);
    // First, so that a file that can't be written is known before the long part.
    if (flags.deck) {
        write_comparison(plan, data, flags.deck->string());
        fmt::print("The deck, for a browser:       {}\n", flags.deck->string());
    }

    FinishedRuns finished(flags, plan);
    if (flags.resume)
        fmt::print("{} of {} models are finished already.\n", finished.found().size(), plan.jobs.size());
    const auto start = std::chrono::steady_clock::now();
    const std::size_t threads = flags.threads > 0 ? flags.threads : available_cores();
    catch_interrupts();
    const std::vector<Run> runs = compare(plan, data, threads, &finished);
    const auto document =
        results_document(flags, plan, runs, machine(flags, plan, threads), seconds_since(start));

    if (interrupted() && document["runs"].empty()) {  // earlier results there stay as they are
        fmt::print(stderr, "Interrupted before anything was measured: nothing was written.\n");
        return kInterruptedExitCode;
    }
    fmt::print("{}", table_text(plan, runs));
    write_results(document, flags.out / "results.json");
    fmt::print("Everything that was measured: {}\n", (flags.out / "results.json").string());
    std::fflush(stdout);
    if (flags.report) {
        write_whole(flags.out / "report.html", [&](const auto& file) { write_report(document, file); });
        fmt::print("The report, for a browser:    {}\n", (flags.out / "report.html").string());
    }
    if (!interrupted()) {
        finished.remove();
        return 0;
    }
    fmt::print(stderr,
               "Interrupted: the table and the files hold what was measured until then; the same flags with "
               "--resume go on from there.\n");
    return kInterruptedExitCode;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        pin_blas(argv);
        return run(argc, argv);
    } catch (const FlagError& error) {
        fmt::print(stderr, "compare_norms: {}\n", error.what());
        return 2;
    } catch (const FileError& error) {
        fmt::print(stderr, "compare_norms: {}\n", error.what());
        return 2;
    } catch (const std::bad_alloc&) {
        fmt::print(
            stderr,
            "compare_norms: There is not enough memory for this; lower --hidden, --batch or --threads.\n");
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "compare_norms: {}\n", error.what());
        return 1;
    }
}
