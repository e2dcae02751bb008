#include <tapedeck/core/deck/document.hpp>

#include <map>

#include <tapedeck/core/deck/encode.hpp>
#include <tapedeck/core/deck/source_line.hpp>

namespace tapedeck::deck {

namespace {

/// Texts that many entries share, each kept once.
class Table {
  public:
    std::size_t index(const std::string& text) {
        return index_.try_emplace(text, index_.size()).first->second;
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> all(index_.size());
        for (const auto& [text, i] : index_) all[i] = text;
        return all;
    }

  private:
    std::map<std::string, std::size_t> index_;
};

template <class T>
class Writer {
  public:
    explicit Writer(std::size_t limit) : limit_(limit) {}

    Json<T> write(const std::string& title, const std::vector<NamedTape<T>>& tapes) {
        Json<T> json;
        json["format"] = "tapedeck deck";
        json["version"] = 1;
        json["title"] = title;
        json["type"] = json_type<T>();
        json["tapes"] = Json<T>::array();
        for (const NamedTape<T>& tape : tapes) {
            Json<T> frames = Json<T>::array();
            for (const Shot<T>& shot : tape.shots) frames.push_back(frame(shot));
            json["tapes"].push_back({{"name", tape.name}, {"frames", std::move(frames)}});
        }
        json["texts"] = texts_.texts();
        json["programs"] = Json<T>(programs_);
        return json;
    }

  private:
    Json<T> frame(const Shot<T>& shot) {
        Json<T> json;
        json["label"] = shot.label;
        json["loss"] = shot.loss;
        json["program"] = program(shot);
        if (shot.story) json["story"] = {{"entry", shot.story->entry}, {"text", shot.story->text()}};
        json["entries"] = Json<T>::array();
        for (const EntryShot<T>& entry : shot.entries) json["entries"].push_back(numbers(entry));
        return json;
    }

    /// What stays the same from one training step to the next is kept once.
    std::size_t program(const Shot<T>& shot) {
        Json<T> json = Json<T>::array();
        for (const EntryShot<T>& e : shot.entries) {
            json.push_back({texts_.index(e.op), texts_.index(e.rule), texts_.index(e.name),
                            texts_.index(e.scope), texts_.index(e.at),
                            texts_.index(lines_.text(e.file, e.line)),
                            std::vector<std::size_t>(e.shape.begin(), e.shape.end()), e.inputs,
                            e.wants_gradient ? 1 : 0});
        }
        for (std::size_t i = 0; i < programs_.size(); ++i) {
            if (programs_[i] == json) return i;
        }
        programs_.push_back(std::move(json));
        return programs_.size() - 1;
    }

    Json<T> numbers(const EntryShot<T>& e) {
        Json<T> json;
        json["v"] = encode(e.value, limit_);
        if (e.gradient) json["g"] = encode(*e.gradient, limit_);
        if (e.contributions > 0) json["k"] = e.contributions;
        if (!e.arrivals.empty()) {
            json["a"] = Json<T>::array();
            for (const Arrival& a : e.arrivals)
                json["a"].push_back({a.from, a.position, a.first ? 1 : 0, rounded<T>(a.norm)});
        }
        if (e.numeric && e.gradient) json["n"] = numeric(*e.numeric, *e.gradient);
        if (e.gradient_check) json["cg"] = verdict(*e.gradient_check);
        if (e.adjoint_check) json["ca"] = verdict(*e.adjoint_check);
        if (e.normalization) json["norm"] = normalization(*e.normalization);
        return json;
    }

    static Json<T> numeric(const Numeric& n, const Tensor<T>& gradient) {
        Json<T> json{{"v", Json<T>::array()}, {"u", Json<T>::array()}};
        if (!n.all) {
            json["at"] = n.at;
            json["g"] = Json<T>::array();
            for (const std::size_t i : n.at) json["g"].push_back(json_number<T>(gradient.storage()[i]));
        }
        for (const double x : n.value) json["v"].push_back(rounded<T>(x, 10));
        for (const double x : n.uncertainty) json["u"].push_back(rounded<T>(x, 2));
        return json;
    }

    static Json<T> verdict(const Verdict& v) { return {{"ok", v.ok}, {"text", v.text}}; }

    static Json<T> pattern(const Pattern& p) {
        if (p.list.empty()) return {{"run", p.run}, {"count", p.count}};
        return {{"list", p.list}};
    }

    Json<T> normalization(const NormShot<T>& n) {
        Json<T> json;
        json["group"] = pattern(n.group);
        json["parameter"] = pattern(n.parameter);
        json["mean"] = base64<T>(n.mean);
        json["rstd"] = base64<T>(n.rstd);
        json["has_mean"] = n.has_mean;
        json["through"] = n.through_statistics;
        if (n.has_paths)
            json["paths"] = {encode(n.direct, limit_), encode(n.mean_path, limit_),
                             encode(n.variance_path, limit_)};
        return json;
    }

    std::size_t limit_;
    Table texts_;
    SourceLines lines_;
    std::vector<Json<T>> programs_;
};

}  // namespace

template <class T>
std::string document(const std::string& title, const std::vector<NamedTape<T>>& tapes, std::size_t limit) {
    return json_text(Writer<T>(limit).write(title, tapes));
}

template std::string document(const std::string& title, const std::vector<NamedTape<float>>& tapes,
                              std::size_t limit);
template std::string document(const std::string& title, const std::vector<NamedTape<double>>& tapes,
                              std::size_t limit);

}  // namespace tapedeck::deck
