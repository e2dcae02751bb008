// What an optimizer does when it isn't told: the options' defaults are torch.optim's.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

TEST_CASE("the optimizers' defaults are PyTorch's") {
    const td::SGDOptions sgd;
    CHECK(sgd.lr == 1e-3);
    CHECK(sgd.momentum == 0);
    CHECK(sgd.dampening == 0);
    CHECK_FALSE(sgd.nesterov);
    CHECK(sgd.weight_decay == 0);
    const td::AdamOptions adam;
    CHECK(adam.lr == 1e-3);
    CHECK(adam.beta1 == 0.9);
    CHECK(adam.beta2 == 0.999);
    CHECK(adam.eps == 1e-8);
    CHECK(adam.weight_decay == 0);
    const td::AdamWOptions adamw;
    CHECK(adamw.lr == 1e-3);
    CHECK(adamw.beta1 == 0.9);
    CHECK(adamw.beta2 == 0.999);
    CHECK(adamw.eps == 1e-8);
    CHECK(adamw.weight_decay == 1e-2);
    const td::RMSPropOptions rmsprop;
    CHECK(rmsprop.lr == 1e-2);
    CHECK(rmsprop.alpha == 0.99);
    CHECK(rmsprop.eps == 1e-8);
    CHECK(rmsprop.weight_decay == 0);
    CHECK(rmsprop.momentum == 0);
    CHECK_FALSE(rmsprop.centered);
}
