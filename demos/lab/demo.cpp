// The main function of a demo of the laboratory.
#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tapedeck/core/write_file.hpp>

#include "demos/common/error.hpp"
#include "demos/common/interrupt.hpp"
#include "demos/common/out_folder.hpp"
#include "demos/common/pin_blas.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/flags.hpp"
#include "demos/lab/page.hpp"
#include "demos/lab/results.hpp"

namespace tapedeck::demos::lab {
namespace {

int run(int argc, char** argv, const Demo& demo) {
    auto [settings, help] = parse_settings(argc, argv, demo);
    if (help) {
        fmt::print("{}", *help);
        return 0;
    }
    prepare_out_folder(settings.out);
    if (settings.deck) check_can_be_written(*settings.deck);
    catch_interrupts();
    fmt::print("{}\n{}\n", demo.question, demo.about);
    Experiment experiment(settings);
    if (settings.deck) experiment.open_deck(demo.question);
    demo.body(experiment);
    fmt::print("\n");
    const std::string document = results_of(demo, experiment).dump(1) + "\n";
    write_file(settings.out / "results.json", document, demo.name);
    fmt::print("Everything that was measured: {}\n", (settings.out / "results.json").string());
    std::fflush(stdout);
    if (settings.report) {
        // From the file's text: so it shows what stands there, and nothing else.
        write_file(settings.out / "report.html", page_of(nlohmann::json::parse(document)), demo.name);
        fmt::print("The report, for a browser:    {}\n", (settings.out / "report.html").string());
    }
    if (settings.deck) {
        experiment.deck()->write(settings.deck->string());
        fmt::print("The deck, for a browser:       {}\n", settings.deck->string());
    }
    return 0;
}

}  // namespace

int run_demo(int argc, char** argv, const Demo& demo) {
    try {
        pin_blas(argv);
        return run(argc, argv, demo);
    } catch (const Interrupted&) {
        fmt::print(stderr, "{}: Interrupted before all was measured: nothing was written.\n", demo.name);
        return kInterruptedExitCode;
    } catch (const FlagError& error) {
        fmt::print(stderr, "{}: {}\n", demo.name, error.what());
        return 2;
    } catch (const FileError& error) {
        fmt::print(stderr, "{}: {}\n", demo.name, error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", demo.name, error.what());
        return 1;
    }
}

}  // namespace tapedeck::demos::lab
