// lab_index: one page of all the laboratory's results that are in a folder
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tapedeck/core/write_file.hpp>

#include "demos/common/error.hpp"
#include "demos/lab/page.hpp"
#include "demos/report/results.hpp"

namespace {

namespace fs = std::filesystem;
using namespace tapedeck::demos;

// In the order in which they teach; what is not named here comes after them, by name.
constexpr std::array kOrder{"layer_norm_by_hand",
                            "axis_picture",
                            "deep_sigmoid",
                            "batch_size",
                            "train_and_eval",
                            "invariances",
                            "gradient_through_time",
                            "rnn_norms",
                            "padding",
                            "split_batch",
                            "pre_or_post",
                            "learning_rate_map",
                            "covariate_shift",
                            "same_loss_smoothness",
                            "bug_museum"};

std::vector<fs::path> folders_in(const fs::path& out) {
    std::error_code error;
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(out, error))
        if (fs::exists(entry.path() / "results.json")) folders.push_back(entry.path());
    if (folders.empty())
        throw FileError(
            fmt::format("lab_index: no demo has left a results.json in a folder of {}.", out.string()));
    const auto place = [](const fs::path& folder) {
        const auto found = std::find(kOrder.begin(), kOrder.end(), folder.filename().string());
        return std::pair(found - kOrder.begin(), folder);
    };
    std::sort(folders.begin(), folders.end(),
              [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return folders;
}

/// A line for each claim, and how many came out how.
void print_verdicts(const std::vector<lab::Indexed>& all) {
    std::map<std::string, std::size_t> counts;
    std::size_t claims = 0;
    for (const auto& [folder, results] : all) {
        for (const auto& claim : results.at("claims")) {
            const std::string verdict = claim.at("verdict");
            fmt::print("  {:8} {:22} {}\n", verdict, folder, claim.at("says").get<std::string>());
            ++counts[verdict];
            ++claims;
        }
    }
    fmt::print("\n{} demos, {} claims: {} stand, {} fail, {} depend on the set-up\n", all.size(), claims,
               counts["stands"], counts["fails"], counts["depends"]);
}

int run(const fs::path& out) {
    std::vector<lab::Indexed> all;
    for (const fs::path& folder : folders_in(out)) {
        nlohmann::json document = read_results(folder / "results.json");
        if (is_set(document, "laboratory")) all.push_back({folder.filename().string(), std::move(document)});
    }
    if (all.empty())
        throw FileError(fmt::format("lab_index: none of the results in {} is of a demo of the laboratory.",
                                    out.string()));
    tapedeck::write_file(out / "index.html", lab::index_of(all), "lab_index");
    print_verdicts(all);
    fmt::print("The index, for a browser: {}\n", (out / "index.html").string());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 2 || std::string(argv[1]).starts_with("-"))
            throw FlagError("lab_index takes one folder, in which each demo has its own.");
        return run(argv[1]);
    } catch (const std::exception& error) {
        const std::string text = error.what();
        fmt::print(stderr, "{}{}\n", text.starts_with("lab_index") ? "" : "lab_index: ", text);
        return 2;
    }
}
