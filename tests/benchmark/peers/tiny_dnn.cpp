// tiny-dnn's training steps: network<sequential>, its Adam, and its AVX kernels, on one thread.
#define CNN_USE_AVX
#define CNN_SINGLE_THREAD
#include <tiny_dnn/config.h>
#undef CNN_USE_GEMMLOWP  // for quantized products, of which there are none here

#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include <tiny_dnn/tiny_dnn.h>

#include "../about.hpp"
#include "../protocol.hpp"

namespace {

/// fit() forgets the moments whenever it is called; here they are kept from step to step.
struct Adam : tiny_dnn::adam {
    Adam() { alpha = benchmark_steps::kLr; }
    void reset() override {}
};

class Mlp {
  public:
    explicit Mlp(const benchmark_steps::Work& work) : rows_(work.batch), classes_(work.sizes.back() > 1) {
        if (work.norm == "layer") throw std::runtime_error("tiny-dnn has no LayerNorm");
        const auto& s = work.sizes;
        const auto size = [&](std::size_t i) { return static_cast<tiny_dnn::serial_size_t>(s[i]); };
        // A layer has its activation in itself; behind a norm, tanh is a layer of its own.
        const bool norm = work.norm == "batch";
        for (std::size_t i = 0; i + 1 < s.size(); ++i) {
            const bool last = i + 2 == s.size();
            if (last || norm)
                net_ << tiny_dnn::fully_connected_layer<tiny_dnn::activation::identity>(size(i), size(i + 1));
            else
                net_ << tiny_dnn::fully_connected_layer<tiny_dnn::activation::tan_h>(size(i), size(i + 1));
            if (last || !norm) continue;
            net_ << tiny_dnn::batch_normalization_layer(1, size(i + 1));
            net_ << tiny_dnn::linear_layer<tiny_dnn::activation::tan_h>(size(i + 1));
        }
        // Its cross entropy of several classes wants a softmax before it.
        if (classes_) net_ << tiny_dnn::linear_layer<tiny_dnn::activation::softmax>(size(s.size() - 1));
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        for (std::size_t i = 0; i < rows_; ++i) {
            tiny_dnn::vec_t x(s.front());
            for (auto& v : x) v = normal(random);
            x_.push_back(x);
            labels_.push_back(static_cast<tiny_dnn::label_t>(i % s.back()));
            y_.push_back({normal(random)});
        }
        net_.init_weight();
    }
    void step() {
        if (classes_)
            net_.train<tiny_dnn::cross_entropy_multiclass>(adam_, x_, labels_, rows_, 1);
        else
            net_.fit<tiny_dnn::mse>(adam_, x_, y_, rows_, 1);
    }

  private:
    std::size_t rows_;
    bool classes_;
    tiny_dnn::network<tiny_dnn::sequential> net_;
    Adam adam_;
    std::vector<tiny_dnn::vec_t> x_, y_;
    std::vector<tiny_dnn::label_t> labels_;
};

}  // namespace

int main() {
    const char* threads = std::getenv("BENCHMARK_THREADS");
    const bool alone = threads == nullptr || std::string(threads) == "1";
    return benchmark_steps::serve(benchmark_steps::about("1.0.0a3"),
                                  [alone](const benchmark_steps::Work& work) -> benchmark_steps::Step {
                                      if (!alone)
                                          throw std::runtime_error("tiny-dnn is built for one thread here");
                                      if (work.model != "mlp")
                                          throw std::runtime_error("tiny-dnn has no recurrent layer");
                                      return [model = std::make_shared<Mlp>(work)] { model->step(); };
                                  });
}
