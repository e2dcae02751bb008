#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

template <class N>
td::Tensor<N> tensor(const td::Shape& shape, const std::vector<N>& numbers) {
    td::Tensor<N> x = td::Tensor<N>::from_shape(shape);
    std::copy(numbers.begin(), numbers.end(), x.begin());
    return x;
}

td::RunningStatistics<double> running(const std::vector<double>& mean, const std::vector<double>& var) {
    td::RunningStatistics<double> statistics(mean.size());
    std::copy(mean.begin(), mean.end(), statistics.mean.begin());
    std::copy(var.begin(), var.end(), statistics.var.begin());
    return statistics;
}

void show(const char* name, td::Variable<double> v) {
    std::printf("%s:", name);
    if (!v.has_grad()) std::printf(" none");
    for (std::size_t i = 0; v.has_grad() && i < v.grad().size(); ++i) std::printf(" %.17g", v.grad().storage()[i]);
    std::printf("\n");
}

int main() {
    td::Parameter<double> p1(tensor<double>({3, 3}, {0.852, 0.382, 1.36, 1.324, 1.388, 1.366, 1.42, 0.827, 1.02}), "p1");
    td::Parameter<double> p2(tensor<double>({3}, {1.478, 1.183, 1.095}), "p2");
    td::Random rng9(9);
    auto running4 = running({0.5, 0, -0.25}, {1, 2, 0.5});
    td::Tape<double> tape;
    const auto v0 = tape.variable(tensor<double>({2, 3}, {0.65, 1.034, 0.418, 0.37, 0.932, 1.144}), "x");
    const auto v1 = tape.parameter(p1);
    const auto v2 = tape.parameter(p2);
    const auto v3 = tape.input(tensor<double>({2, 3}, {0.402, 0.951, 0.861, 0.587, 1.129, 0.862}));
    const auto v4 = v0 + v2;
    const auto v5 = v0 - v2;
    const auto v6 = v0 * v2;
    const auto v7 = v0 / v2;
    const auto v8 = td::pow(v0, v2);
    const auto v9 = td::maximum(v0, v2);
    const auto v10 = v0 + 0.75;
    const auto v11 = 0.75 - v0;
    const auto v12 = 0.75 / v0;
    const auto v13 = td::pow(v0, 0.75);
    const auto v14 = td::maximum(v0, 0.75);
    const auto v15 = v0 * tensor<double>({3}, {-1, 0.5, 2});
    const auto v16 = v0 + tensor<double>({3}, {-1, 0.5, 2});
    const auto v17 = -v0;
    const auto v18 = td::exp(v0);
    const auto v19 = td::log(v0);
    const auto v20 = td::sqrt(v0);
    const auto v21 = td::square(v0);
    const auto v22 = td::abs(v0);
    const auto v23 = td::tanh(v0);
    const auto v24 = td::sigmoid(v0);
    const auto v25 = td::relu(v0);
    const auto v26 = td::gelu(v0);
    const auto v27 = td::detach(v0);
    const auto v28 = td::where(tensor<bool>({3}, {1, 0, 1}), v0, v3);
    const auto v29 = td::where(tensor<bool>({3}, {1, 0, 1}), v0, 2);
    const auto v30 = td::masked_fill(v0, tensor<bool>({3}, {1, 0, 1}), -1);
    const auto v31 = td::dropout(v0, 0.25, rng9);
    const auto v32 = td::sum(v0);
    const auto v33 = td::mean(v0, -1, true);
    const auto v34 = td::var(v0, {0, 1}, false, 1);
    const auto v35 = td::max(v0, 0);
    const auto v36 = td::reshape(v0, {3, 2});
    const auto v37 = td::transpose(v0, 0, -1);
    const auto v38 = td::slice(v0, 1, 1, 3);
    const auto v39 = td::concat({v0, v3}, -1);
    const auto v40 = td::stack({v0, v0, v3}, 1);
    const auto v41 = td::gather(v0, 1, tensor<std::size_t>({2, 2}, {2, 0, 1, 1}));
    td::Variable<double> v42;
    {
        const auto scope0 = tape.scope("net");
        const auto scope1 = tape.scope("head");
        v42 = td::matmul(v0, v1).named("h");
    }
    const auto v43 = td::linear(v0, v1, v2);
    td::Variable<double> v44;
    {
        const auto paused = tape.pause();
        v44 = td::linear(v0, v1);
    }
    const auto v45 = td::softmax(v0, 0);
    const auto v46 = td::log_softmax(v0, -1);
    const auto v47 = td::mse_loss(v0, v3);
    const auto v48 = td::mse_loss(v0, 0.5);
    const auto v49 = td::cross_entropy(v0, {2, 0});
    const auto v50 = td::binary_cross_entropy_with_logits(v0, v3);
    const auto v51 = td::binary_cross_entropy_with_logits(v0, 1);
    const auto v52 = tape.variable(tensor<double>({2, 3, 2}, {0.384, 1.094, 0.874, 1.407, 0.488, 1.408, 0.369, 1.463, 0.807, 1.485, 0.454, 0.419}));
    const auto v53 = tape.variable(tensor<double>({2, 1}, {0.79, 1.405}));
    const auto v54 = td::layer_norm(v0, {3}, v2, std::nullopt, 1e-05);
    const auto v55 = td::spelled_out::layer_norm(v0, 1, v2, std::nullopt, 1e-05);
    const auto v56 = td::rms_norm(v0, {3}, v2, std::optional(1e-05));
    const auto v57 = td::spelled_out::rms_norm(v0, 1, v2, std::optional(1e-05));
    const auto v58 = td::layer_norm(v0, {3}, std::nullopt, v2, 1e-05);
    const auto v59 = td::rms_norm(v0, {3}, std::nullopt, std::nullopt);
    const auto v60 = td::group_norm(v52, 3, v2, v2, 0.1);
    const auto v61 = td::spelled_out::group_norm(v52, 3, v2, v2, 0.1);
    const auto v62 = td::instance_norm(v52, nullptr, v2, v2, {true, std::nullopt, 0.1});
    const auto v63 = td::spelled_out::instance_norm(v52, v2, v2, 0.1);
    const auto v64 = td::batch_norm(v52, nullptr, v2, v2, {true, std::nullopt, 0.1});
    const auto v65 = td::spelled_out::batch_norm(v52, v2, v2, 0.1);
    const auto v66 = td::weight_norm(v0, v53);
    const auto v67 = td::spelled_out::weight_norm(v0, v53);
    const auto v68 = td::batch_norm(v0, &running4, std::nullopt, v2, {true, std::optional(0.1), 1e-05});
    const auto v69 = td::batch_norm(v0, &running4, std::nullopt, v2, {false, std::optional(0.1), 1e-05});
    const auto v70 = td::sum(v4);
    const auto v71 = td::sum(v5);
    const auto v72 = td::sum(v6);
    const auto v73 = td::sum(v7);
    const auto v74 = td::sum(v8);
    const auto v75 = td::sum(v9);
    const auto v76 = td::sum(v10);
    const auto v77 = td::sum(v11);
    const auto v78 = td::sum(v12);
    const auto v79 = td::sum(v13);
    const auto v80 = td::sum(v14);
    const auto v81 = td::sum(v15);
    const auto v82 = td::sum(v16);
    const auto v83 = td::sum(v17);
    const auto v84 = td::sum(v18);
    const auto v85 = td::sum(v19);
    const auto v86 = td::sum(v20);
    const auto v87 = td::sum(v21);
    const auto v88 = td::sum(v22);
    const auto v89 = td::sum(v23);
    const auto v90 = td::sum(v24);
    const auto v91 = td::sum(v25);
    const auto v92 = td::sum(v26);
    const auto v93 = td::sum(v27);
    const auto v94 = td::sum(v28);
    const auto v95 = td::sum(v29);
    const auto v96 = td::sum(v30);
    const auto v97 = td::sum(v31);
    const auto v98 = td::sum(v32);
    const auto v99 = td::sum(v33);
    const auto v100 = td::sum(v34);
    const auto v101 = td::sum(v35);
    const auto v102 = td::sum(v36);
    const auto v103 = td::sum(v37);
    const auto v104 = td::sum(v38);
    const auto v105 = td::sum(v39);
    const auto v106 = td::sum(v40);
    const auto v107 = td::sum(v41);
    const auto v108 = td::sum(v42);
    const auto v109 = td::sum(v43);
    const auto v110 = td::sum(v44);
    const auto v111 = td::sum(v45);
    const auto v112 = td::sum(v46);
    const auto v113 = td::sum(v47);
    const auto v114 = td::sum(v48);
    const auto v115 = td::sum(v49);
    const auto v116 = td::sum(v50);
    const auto v117 = td::sum(v51);
    const auto v118 = td::sum(v54);
    const auto v119 = td::sum(v55);
    const auto v120 = td::sum(v56);
    const auto v121 = td::sum(v57);
    const auto v122 = td::sum(v58);
    const auto v123 = td::sum(v59);
    const auto v124 = td::sum(v60);
    const auto v125 = td::sum(v61);
    const auto v126 = td::sum(v62);
    const auto v127 = td::sum(v63);
    const auto v128 = td::sum(v64);
    const auto v129 = td::sum(v65);
    const auto v130 = td::sum(v66);
    const auto v131 = td::sum(v67);
    const auto v132 = td::sum(v68);
    const auto v133 = td::sum(v69);
    const auto v134 = td::stack({v70, v71, v72, v73, v74, v75, v76, v77, v78, v79, v80, v81, v82, v83, v84, v85, v86, v87, v88, v89, v90, v91, v92, v93, v94, v95, v96, v97, v98, v99, v100, v101, v102, v103, v104, v105, v106, v107, v108, v109, v110, v111, v112, v113, v114, v115, v116, v117, v118, v119, v120, v121, v122, v123, v124, v125, v126, v127, v128, v129, v130, v131, v132, v133}, 0);
    const auto v135 = td::slice(v134, 0, 0, 64);
    tape.backward(v135, tensor<double>({64}, {-0.526, -0.353, -0.421, -1.466, -0.014, -1.438, 1.072, 1.037, -0.615, -1.277, -0.556, -1.302, -1.187, -1.219, -1.303, -0.299, 0.378, -1.156, -0.519, -0.291, -0.669, -1.108, -1.379, -0.68, -0.197, -0.366, -1.092, 0.443, 1.229, -1.368, -0.749, -0.337, -0.442, 1.083, 1.12, -0.889, 0.036, -1.009, 0.635, -0.955, 0.192, -0.609, -0.464, -1.329, -1.4, -0.954, -0.857, -1.002, -0.765, -0.215, 0.26, 0.064, 0.873, -1.089, -1.424, 0.812, 0.689, -0.026, -0.575, 0.419, 0.328, 0.759, -1.461, -0.271}));
    show("dL/dv0", v0);
    show("dL/dv1", v1);
    show("dL/dv2", v2);
    show("dL/dv52", v52);
    show("dL/dv53", v53);
}
