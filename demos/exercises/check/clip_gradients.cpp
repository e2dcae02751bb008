#include <algorithm>
#include <array>
#include <cmath>

#include <tapedeck/optim/optimizer.hpp>

#include "demos/exercises/check/exercises.hpp"
#include "demos/exercises/check/library.hpp"

namespace exercises::check {
namespace {

constexpr std::array kNames{"g0", "g1", "g2"};
using Gradients = std::span<const Out>;

Case of(const std::string& name, double scale, double max_norm) {
    Case c(name);
    c.size("tensors", kNames.size()).number("max_norm", max_norm);
    for (Size i = 0; i < kNames.size(); ++i) {
        const double phase = static_cast<double>(i);
        c.changed(kNames[i], {2 + i}, scaled(wavy(2 + i, phase), scale * (1 + phase)));
    }
    c.assigned("returned", {});
    return c;
}

std::vector<Out> gradients(Trial& t) {
    std::vector<Out> all;
    for (const auto name : kNames) all.push_back(t.out(name));
    return all;
}

void solved(Trial& t) {
    std::vector<td::Parameter<double>> parameters;
    for (const Out g : gradients(t)) {
        parameters.emplace_back(tensor(g, {g.size()}));
        parameters.back().grad = tensor(g, {g.size()});
    }
    std::vector<td::Parameter<double>*> pointers;
    for (auto& p : parameters) pointers.push_back(&p);
    t.returned(td::clip_grad_norm(pointers, t.number("max_norm")));
    for (Size i = 0; i < kNames.size(); ++i) put(t, kNames[i], parameters[i].grad);
}

Solution call(const ClipGradients& f) {
    return [f](Trial& t) { t.returned(f(gradients(t), t.number("max_norm"))); };
}

double squares(Gradients all) {
    double sum = 0;
    for (const Out g : all)
        for (const double v : g) sum += v * v;
    return sum;
}

double norm(Gradients all) { return std::sqrt(squares(all)); }

void scale(Gradients all, double factor) {
    for (const Out g : all)
        for (double& v : g) v *= factor;
}

double right_factor(double norm, double max_norm) { return std::min(1.0, max_norm / (norm + 1e-6)); }

std::vector<Mistake> mistakes() {
    return {
        {"Each gradient is scaled by its own norm. The norm is that of all of them together, as one long "
         "vector: their "
         "direction stays as it was.",
         call([](Gradients all, double max_norm) {
             const double before = norm(all);
             for (const Out& g : all) scale({&g, 1}, right_factor(norm({&g, 1}), max_norm));
             return before;
         })},
        {"Gradients below max_norm are scaled up. They stay as they are: the factor is at most 1.",
         call([](Gradients all, double max_norm) {
             const double before = norm(all);
             scale(all, max_norm / (before + 1e-6));
             return before;
         })},
        {"The root is missing: the norm is the root of the sum of squares.",
         call([](Gradients all, double max_norm) {
             const double before = squares(all);
             scale(all, right_factor(before, max_norm));
             return before;
         })},
        {"You added up the norms of the gradients. The norm of all is the root of the sum of all squares.",
         call([](Gradients all, double max_norm) {
             double before = 0;
             for (const Out& g : all) before += norm({&g, 1});
             scale(all, right_factor(before, max_norm));
             return before;
         })},
        {"You added up absolute values: that is the 1-norm. The norm here is the root of the sum of squares.",
         call([](Gradients all, double max_norm) {
             double before = 0;
             for (const Out g : all)
                 for (const double v : g) before += std::abs(v);
             scale(all, right_factor(before, max_norm));
             return before;
         })},
        {"Each element is clipped by itself. Scale all by one factor: their direction stays as it was.",
         call([](Gradients all, double max_norm) {
             const double before = norm(all);
             for (const Out g : all)
                 for (double& v : g) v = std::clamp(v, -max_norm, max_norm);
             return before;
         })},
        {"The 1e-6 beside the norm is missing: the factor is max_norm / (norm + 1e-6).",
         call([](Gradients all, double max_norm) {
             const double before = norm(all);
             if (before > max_norm) scale(all, max_norm / before);
             return before;
         })},
        {"You divided by the norm without multiplying by max_norm.", call([](Gradients all, double max_norm) {
             const double before = norm(all);
             if (before > max_norm) scale(all, 1 / (before + 1e-6));
             return before;
         })},
        {"What you return is the norm after clipping. The one before is wanted: it tells whether anything "
         "was clipped.",
         call([](Gradients all, double max_norm) {
             scale(all, right_factor(norm(all), max_norm));
             return norm(all);
         })},
    };
}

}  // namespace

Exercise clip_gradients(ClipGradients clip) {
    return {
        "clip_gradients",
        {{"clip_gradients",
          "td::clip_grad_norm",
          "optim/optimizer.cpp",
          {of("a norm above max_norm", 1, 2), of("a norm below max_norm", 0.1, 5),
           of("a norm far above", 1e4, 0.5), of("gradients of zero", 0, 1), of("a max_norm of zero", 1, 0)},
          solved,
          call(clip),
          mistakes()}}};
}

}  // namespace exercises::check
