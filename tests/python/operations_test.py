"""Each operation against NumPy, and its gradient against differences."""

import unittest

import numpy as np
import tapedeck as td
from math import erf

RNG = np.random.default_rng(1)
X, Y, W, B = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4)), RNG.normal(size=(2, 4)), RNG.normal(size=2)
P = np.abs(X) + 0.5  # where roots and logarithms are smooth
MASK = Y > 0
INDEX = np.array([[0, 3], [1, 1], [2, 0]])


def norm(x, axis, eps=1e-5):
    return (x - x.mean(axis=axis, keepdims=True)) / np.sqrt(x.var(axis=axis, keepdims=True) + eps)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# name: (the operation, what NumPy says, its arguments)
CASES = {
    "add": (lambda a, b: a + b, lambda a, b: a + b, [X, Y]),
    "add a number": (lambda a: 2 + (a + 1), lambda a: a + 3, [X]),
    "add an array": (lambda a: Y + (a + Y), lambda a: a + 2 * Y, [X]),
    "subtract": (lambda a, b: a - 2 * b - 1, lambda a, b: a - 2 * b - 1, [X, Y]),
    "subtract an array": (lambda a: Y - a, lambda a: Y - a, [X]),
    "multiply, broadcast": (lambda a, b: a * b * 2, lambda a, b: 2 * a * b, [X, Y[0]]),
    "divide": (lambda a, b: (1 / a) / (b / 2), lambda a, b: 2 / a / b, [P, P + 1]),
    "negate": (lambda a: -a, lambda a: -a, [X]),
    "power": (lambda a: a**3, lambda a: a**3, [X]),
    "pow": (lambda a: td.pow(a, 1.5), lambda a: a**1.5, [P]),
    "matmul": (lambda a, b: a @ b, lambda a, b: a @ b, [X, Y.T.copy()]),
    "matmul with an array": (lambda a: Y.T @ (a @ W.T), lambda a: Y.T @ (a @ W.T), [X]),
    "linear": (td.linear, lambda x, w, b: x @ w.T + b, [X, W, B]),
    "exp": (td.exp, np.exp, [X]),
    "log": (td.log, np.log, [P]),
    "sqrt": (td.sqrt, np.sqrt, [P]),
    "square": (td.square, np.square, [X]),
    "abs": (td.abs, np.abs, [X]),
    "tanh": (td.tanh, np.tanh, [X]),
    "sigmoid": (td.sigmoid, lambda x: 1 / (1 + np.exp(-x)), [X]),
    "relu": (td.relu, lambda x: np.maximum(x, 0), [X]),
    "gelu": (td.gelu, lambda x: x * (1 + np.vectorize(erf)(x / np.sqrt(2))) / 2, [X]),
    "softmax": (td.softmax, softmax, [X]),
    "log_softmax": (td.log_softmax, lambda x: np.log(softmax(x)), [X]),
    "transpose": (td.transpose, np.transpose, [X]),
    "T": (lambda x: x.T, np.transpose, [X]),
    "reshape": (lambda x: td.reshape(x, (2, 6)), lambda x: x.reshape(2, 6), [X]),
    "slice": (lambda x: td.slice(x, 1, 1, 3), lambda x: x[:, 1:3], [X]),
    "index": (lambda x: x[-1] * x[1:, 2][0], lambda x: x[-1] * x[1, 2], [X]),
    "concat": (lambda a, b: td.concat([a, b], 1), lambda a, b: np.concatenate([a, b], 1), [X, Y]),
    "stack": (lambda a, b: td.stack([a, b]), lambda a, b: np.stack([a, b]), [X, Y]),
    "gather": (lambda x: td.gather(x, 1, INDEX), lambda x: np.take_along_axis(x, INDEX, 1), [X]),
    "where": (lambda a, b: td.where(MASK, a, b), lambda a, b: np.where(MASK, a, b), [X, Y]),
    "maximum": (lambda a, b: td.maximum(a, b), np.maximum, [X, Y]),
    "masked_fill": (lambda a: td.masked_fill(a, MASK, -2), lambda a: np.where(MASK, -2, a), [X]),
    "sum": (td.sum, np.sum, [X]),
    "sum over an axis": (lambda x: td.sum(x, 0), lambda x: x.sum(0), [X]),
    "mean": (lambda x: td.mean(x, (0, -1), keep_dims=True), lambda x: x.mean(keepdims=True), [X]),
    "var": (lambda x: td.var(x, 1), lambda x: x.var(1, ddof=1), [X]),
    "var, biased": (lambda x: td.var(x, 1, correction=0), lambda x: x.var(1), [X]),
    "max": (lambda x: td.max(x, 1), lambda x: x.max(1), [X]),
    "mse_loss": (lambda x: td.mse_loss(x, Y), lambda x: np.mean((x - Y) ** 2), [X]),
    "cross_entropy": (
        lambda x: td.cross_entropy(x, [0, 3, 1]),
        lambda x: -np.mean(np.log(softmax(x))[range(3), [0, 3, 1]]),
        [X],
    ),
    "binary_cross_entropy_with_logits": (
        lambda x: td.binary_cross_entropy_with_logits(x, MASK),
        lambda x: np.mean(np.log1p(np.exp(x)) - x * MASK),
        [X],
    ),
    "layer_norm": (lambda x, w, b: td.layer_norm(x, 4, w, b), lambda x, w, b: norm(x, 1) * w + b, [X, Y[0], Y[1]]),
    "batch_norm": (lambda x, w, b: td.batch_norm(x, w, b), lambda x, w, b: norm(x, 0) * w + b, [X, Y[0], Y[1]]),
    "rms_norm": (
        lambda x, w: td.rms_norm(x, (4,), w, 1e-3),
        lambda x, w: x / np.sqrt(np.mean(x**2, 1, keepdims=True) + 1e-3) * w,
        [X, Y[0]],
    ),
    "group_norm": (
        lambda x: td.group_norm(x, 2, eps=1e-2),
        lambda x: norm(x.reshape(3, 2, 2), 2, 1e-2).reshape(3, 4),
        [X],
    ),
    "instance_norm": (lambda x: td.instance_norm(x), lambda x: norm(x, 2), [RNG.normal(size=(2, 3, 5))]),
}


class Operations(unittest.TestCase):
    def test_values_and_gradients(self):
        for name, (ours, numpys, arguments) in CASES.items():
            with self.subTest(name):
                tape = td.float64.Tape()
                got = ours(*(tape.variable(a) for a in arguments))
                np.testing.assert_allclose(got.value, numpys(*arguments), rtol=1e-10, atol=1e-12)
                report = td.gradcheck(ours, arguments)
                self.assertTrue(report, report.text)

    def test_each_function_in_float_too(self):
        for name, (ours, numpys, arguments) in CASES.items():
            with self.subTest(name):
                tape = td.Tape()
                got = ours(*(tape.variable(a) for a in arguments))
                self.assertEqual(got.value.dtype, np.float32)
                np.testing.assert_allclose(got.value, numpys(*arguments), rtol=2e-4, atol=1e-5)

    def test_dropout_scales_what_it_keeps(self):
        x = td.Tape().input(np.ones(1000))
        y = td.dropout(x, 0.5, td.Random(1)).value
        self.assertEqual(set(np.unique(y)), {0.0, 2.0})
        self.assertEqual(td.dropout(x, 0.5, td.Random(1), training=False).value.min(), 1)

    def test_detach_and_a_wrong_gradient(self):
        report = td.gradcheck(lambda x: x * td.detach(x), [np.array([0.3, 0.4])])
        self.assertFalse(report)
        self.assertIn("2 of 2 elements are wrong in Multiply", report.text)

    def test_indices_that_are_none(self):
        tape = td.Tape()
        x = tape.input(X)
        for key in (True, None, ..., Y > 0, [0, 1], 1.0, np.array(1)):
            with self.assertRaisesRegex(TypeError, "an index on a tape is an integer or a slice, not .*; td.gather takes"):
                x[0, key]
        with self.assertRaises(IndexError):
            x[0, 9]
        self.assertEqual(len(tape), 1)
        self.assertEqual(x[np.int64(1), -1].item(), np.float32(X[1, -1]))

    def test_shapes_and_axes(self):
        x = td.Tape().input(X)
        with self.assertRaisesRegex(td.ShapeError, "-1"):
            td.reshape(x, -1)
        self.assertEqual(td.reshape(x, np.int64(12)).shape, (12,))
        np.testing.assert_allclose(td.sum(x, np.int64(0)).value, X.sum(0), rtol=1e-5)
        self.assertEqual(td.sum(x, np.array([0, 1])).shape, ())
        with self.assertRaisesRegex(td.ShapeError, "10 axes are given: at most 8"):
            td.sum(x, (0, 1) * 5)
        with self.assertRaisesRegex(TypeError, "'float' object"):
            td.sum(x, 1.0)

    def test_numbers_of_another_kind(self):
        tape = td.Tape()
        x = tape.input(X)
        for wrong in (lambda: x + 1j, lambda: tape.input(X * 1j)):
            with self.assertRaisesRegex(TypeError, "real numbers are expected here, the array is of complex128"):
                wrong()
        with self.assertRaisesRegex(TypeError, "whole numbers are expected here, the array is of float64"):
            td.gather(x, 1, INDEX * 1.0)
        with self.assertRaisesRegex(TypeError, "td.stack"):
            x + [x[0], x[1], x[2]]
        p = td.Parameter(X)
        for wrong in (lambda: x * p, lambda: p * x, lambda: td.sum(p), lambda: td.mse_loss(x, p)):
            with self.assertRaisesRegex(TypeError, r"tape\.parameter\(p\)"):
                wrong()

    def test_functions_that_gradcheck_can_not_check(self):
        for f, found in ((lambda x: None, "NoneType"), (lambda x: x.value, "ndarray"),
                         (lambda x: td.Tape().input(X) * 2, "a float32 Variable")):
            with self.assertRaisesRegex(TypeError, f"^gradcheck: the function returned {found}; it must return a Variable"):
                td.gradcheck(f, [X])

    def test_what_is_no_operand(self):
        x = td.Tape().input(X)
        for other in (None, "1", td.float64.Tape().input(X)):
            with self.assertRaises(TypeError):
                x + other


if __name__ == "__main__":
    unittest.main()
