// What a module does when it isn't told: the options' defaults are torch.nn's.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

TEST_CASE("the modules' defaults are PyTorch's") {
    CHECK(td::LinearOptions{}.bias);
    const td::BatchNormOptions batch;
    CHECK(batch.eps == 1e-5);
    CHECK(batch.momentum == 0.1);
    CHECK(batch.affine);
    CHECK(batch.track_running_stats);
    const td::BatchNormMode mode;
    CHECK(mode.training);
    CHECK(mode.momentum == 0.1);
    CHECK(mode.eps == 1e-5);
    const td::LayerNormOptions layer;
    CHECK(layer.eps == 1e-5);
    CHECK(layer.elementwise_affine);
    CHECK(layer.bias);
    const td::RMSNormOptions rms;
    CHECK_FALSE(rms.eps);
    CHECK(rms.elementwise_affine);
    const td::GroupNormOptions group;
    CHECK(group.eps == 1e-5);
    CHECK(group.affine);
    const td::InstanceNormOptions instance;
    CHECK(instance.eps == 1e-5);
    CHECK(instance.momentum == 0.1);
    CHECK_FALSE(instance.affine);
    CHECK_FALSE(instance.track_running_stats);
    const td::RNNCellOptions cell;
    CHECK(cell.norm == td::RNNNorm::none);
    CHECK(cell.eps == 1e-5);
}
