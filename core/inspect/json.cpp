#include <tapedeck/core/inspect/json.hpp>

#include <tapedeck/core/inspect/json_number.hpp>

namespace tapedeck {

namespace {

template <class T>
Json<T> elements_of(const Tensor<T>& x) {
    Json<T> all = Json<T>::array();
    for (const T element : x.storage()) all.push_back(json_number<T>(element));
    return all;
}

template <class T>
Json<T> entry_of(const Entry<T>& entry, JsonOptions options) {
    Json<T> json;
    json["index"] = entry.index();
    json["op"] = entry.op();
    json["name"] = entry.name();
    json["scope"] = entry.scope();
    json["rule"] = entry.rule();
    json["file"] = entry.where().known() ? Json<T>(entry.where().file) : Json<T>();
    json["line"] = entry.where().line;
    const Shape& shape = entry.value().shape();
    json["shape"] = std::vector<std::size_t>(shape.begin(), shape.end());
    json["inputs"] = std::vector<std::size_t>(entry.inputs().begin(), entry.inputs().end());
    json["needs_gradient"] = entry.needs_grad();
    json["contributions"] = entry.contributions();
    if (options.values) json["value"] = elements_of(entry.value());
    if (options.gradients) json["gradient"] = entry.has_grad() ? elements_of(entry.grad()) : Json<T>();
    return json;
}

}  // namespace

template <class T>
std::string to_json(const Tape<T>& tape, JsonOptions options) {
    Json<T> json;
    json["format"] = "tapedeck tape";
    json["version"] = 1;
    json["type"] = json_type<T>();
    json["entries"] = Json<T>::array();
    for (const Entry<T>& entry : tape) json["entries"].push_back(entry_of(entry, options));
    return json_text(json);
}

template std::string to_json(const Tape<float>& tape, JsonOptions options);
template std::string to_json(const Tape<double>& tape, JsonOptions options);

}  // namespace tapedeck
