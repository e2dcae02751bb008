// What numeric_gradient and the checks take differences of: a number that depends on one entry's value.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/gradcheck/precision.hpp>
#include <tapedeck/core/gradcheck/scale.hpp>
#include <tapedeck/core/gradcheck/slope.hpp>

namespace tapedeck::numeric {

/// A number that `run` computes from the tensor x, which is moved in place and put back.
template <class T>
class Difference {
  public:
    /// `magnitude` is how large the numbers are that the result is a sum of.
    Difference(Tensor<T>& x, std::function<double()> run, double magnitude)
        : x_(x), run_(std::move(run)), here_(run_()), length_(own_length(x)) {
        noise_ =
            static_cast<double>(std::numeric_limits<T>::epsilon()) * std::max(std::abs(here_), magnitude);
    }
    Difference(const Difference&) = delete;
    Difference& operator=(const Difference&) = delete;
    /// Once more, on what is back in its place.
    ~Difference() {
        try {
            run_();
        } catch (...) {  // an operation that fails where it did not before: there is no more to be done
        }
    }

    Slope slope(std::size_t i) {
        if (!std::exchange(tried_, true)) try_noise();
        const GradcheckOptions options = with_precision_of<T>({});
        const Sample middle{static_cast<double>(x_.storage()[i]), here_};
        return settled_slope([&](double offset) { return moved(i, offset); }, middle,
                             {options.step, options.relative, length_, noise_});
    }

  private:
    /// How far rounding alone puts the result off: tried with the smallest moves there are.
    void try_noise() {
        constexpr std::size_t kTried = 4;
        for (std::size_t i = 0; i < x_.size(); i += std::max<std::size_t>(1, x_.size() / kTried)) {
            const double ulp = static_cast<double>(std::numeric_limits<T>::epsilon()) *
                               std::abs(static_cast<double>(x_.storage()[i]));
            for (const double offset : {ulp, -ulp}) {
                const double off = std::abs(moved(i, offset).value - here_);
                if (std::isfinite(off)) noise_ = std::max(noise_, off);
            }
        }
    }

    Sample moved(std::size_t i, double offset) {
        T& element = x_.storage()[i];
        const T original = element;
        element = static_cast<T>(static_cast<double>(original) + offset);
        Sample sample{static_cast<double>(element), std::numeric_limits<double>::quiet_NaN()};
        try {
            sample.value = run_();
        } catch (const NonFiniteError&) {  // not defined there
        } catch (...) {
            element = original;
            throw;
        }
        element = original;
        return sample;
    }

    Tensor<T>& x_;
    std::function<double()> run_;
    double here_, length_, noise_ = 0;
    bool tried_ = false;
};

/// The slopes of the loss in these elements of `at`; what numeric_gradient and check_gradient make theirs of.
/// @throws as numeric_gradient, in the name of `user`
template <class T>
std::vector<Slope> slopes(Variable<T> loss, Variable<T> at, std::span<const std::size_t> chosen,
                          std::string_view user, Where where);

}  // namespace tapedeck::numeric
