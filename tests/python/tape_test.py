"""Arrays that look into the tape, errors, lines, playbacks, inspection."""

import gc
import tempfile
import unittest
from pathlib import Path

import numpy as np
import tapedeck as td


def line_of(words):
    """The line of this file that has these words first."""
    lines = Path(__file__).read_text().split("\n")
    return next(i for i, line in enumerate(lines, 1) if words in line and "line_of" not in line)


class Arrays(unittest.TestCase):
    def test_a_value_is_a_view_that_no_one_writes_to(self):
        x = td.Tape().variable(np.arange(6.0).reshape(2, 3))
        value = x.value
        self.assertFalse(value.flags.owndata)
        self.assertEqual(value.ctypes.data, x.value.ctypes.data)
        with self.assertRaises(ValueError):
            value[0, 0] = 1

    def test_a_view_outlives_the_tape(self):
        tape = td.Tape()
        value = td.exp(tape.input(np.zeros(1000))).value
        del tape
        gc.collect()
        self.assertEqual(value.sum(), 1000)

    def test_a_rewind_leaves_the_memory_to_the_arrays(self):
        tape = td.Tape()
        x = tape.variable(np.ones(50))
        tape.backward(td.sum(x * 3))
        grad = x.grad
        tape.rewind()
        tape.backward(td.sum(tape.variable(np.full(5000, 7.0)) * 5))
        np.testing.assert_array_equal(grad, np.full(50, 3))
        self.assertEqual(len(tape), 4)

    def test_without_arrays_a_rewind_keeps_the_memory(self):
        tape = td.Tape()
        at = tape.input(np.ones(50)).value.ctypes.data
        tape.rewind()
        self.assertEqual(tape.input(np.zeros(50)).value.ctypes.data, at)

    def test_a_second_pass_overwrites(self):
        tape = td.Tape()
        x = tape.variable(np.ones(9))
        y = x * 2
        tape.backward(y, np.ones(9))
        grad = x.grad
        tape.backward(y, np.full(9, 5.0))
        self.assertEqual(grad[0], 10)

    def test_new_data_of_another_shape_wait_for_the_arrays(self):
        tape = td.Tape()
        x = tape.input(np.ones(50))
        y = td.exp(x)
        held = y.value
        with self.assertRaisesRegex(td.ShapeError, "arrays of this recording are in use"):
            tape.set(x, np.zeros(60))
        del held
        tape.set(x, np.zeros(60))
        tape.play()
        self.assertEqual(y.value.sum(), 60)

    def test_numpy_takes_values_and_records_nothing(self):
        tape = td.Tape()
        x = tape.variable(np.arange(6.0).reshape(2, 3))
        loss = td.sum(x)
        n = len(tape)
        np.testing.assert_array_equal(np.asarray(x), x.value)
        self.assertEqual((np.mean([loss, loss]), np.float32(loss), np.array(x, int)[1, 2]), (15, 15, 5))
        copy = np.asarray(x)
        copy[0] = 9
        self.assertEqual((x.value[0, 1], len(tape), len(x)), (1, n, 2))
        with self.assertRaisesRegex(TypeError, "has no length"):
            len(loss)

    def test_writing_into_a_parameter(self):
        net = td.Linear(2, 3, td.Random(1))
        net.weight.value[0, 1] = 42
        self.assertEqual(net(td.Tape().input([0.0, 1.0])).value[0], np.float32(42) + net.bias.value[0])
        net.weight.value -= net.weight.value
        self.assertEqual(np.abs(net.weight.value).max(), 0)
        with self.assertRaisesRegex(td.ShapeError, r"is \(3, 2\), what it is given is \(2\)"):
            net.weight.value = [1.0, 2.0]

    def test_a_parameter_outlives_its_module(self):
        weight = td.Linear(20, 30, td.Random(1)).weight
        tape = td.Tape()
        y = td.sum(td.Linear(20, 30, td.Random(2))(tape.input(np.ones((4, 20)))))
        gc.collect()
        self.assertEqual(weight.value.shape, (30, 20))
        tape.backward(y)
        self.assertIn("Parameter", repr(tape))

    def test_a_parameter_changed_before_backward(self):
        net, tape = td.Linear(2, 1, td.Random(1)), td.Tape()
        loss = td.sum(net(tape.input([1.0, 2.0])))
        net.weight.value = net.weight.value * 2
        with self.assertRaisesRegex(td.StaleVariableError, "weight"):
            tape.backward(loss)


class Errors(unittest.TestCase):
    def test_the_librarys_text_with_the_python_line(self):
        tape = td.Tape()
        a, b = tape.input(np.ones((32, 10)), "a"), tape.input(np.ones((20, 5)))
        with self.assertRaises(td.ShapeError) as caught:
            td.matmul(a, b)  # the wrong product
        text = str(caught.exception)
        self.assertTrue(text.startswith(f"matmul (tape_test.py:{line_of('# the wrong product')}): "), text)
        self.assertIn("the inner sizes 10 and 20 differ", text)
        self.assertEqual(len(tape), 2)

    def test_what_they_derive_from(self):
        for error in (td.ShapeError, td.ValueError, td.StaleVariableError, td.NonFiniteError):
            self.assertTrue(issubclass(error, td.Error))
            self.assertEqual(error.__module__, "tapedeck")
        with self.assertRaises(ValueError):
            td.dropout(td.Tape().input([1.0]), 1.5, td.Random(1))

    def test_a_variable_from_before_a_rewind(self):
        tape = td.Tape()
        for hold in (False, True):
            x = tape.input(np.ones(9))
            held = x.value if hold else None
            tape.rewind()
            with self.assertRaisesRegex(td.StaleVariableError, r"tape_test.py:\d+.*, variable #0, is from before"):
                td.exp(x)
            del held

    def test_a_variable_that_escapes_from_gradcheck(self):
        escaped = []

        def function(x):
            escaped.append(x)
            return td.square(x)

        self.assertTrue(td.gradcheck(function, [np.ones(3)]))
        with self.assertRaises(td.StaleVariableError):
            escaped[0].value

    def test_an_exception_passes_through_gradcheck_and_forward(self):
        with self.assertRaisesRegex(KeyError, "mine"):
            td.gradcheck(lambda x: {}["mine"], [np.ones(3)])


class Entries(unittest.TestCase):
    def test_what_an_entry_tells(self):
        tape = td.Tape()
        with tape.scope("outer"), tape.scope("inner"):
            h = td.tanh(tape.variable([1.0, 2.0], "x")).named("h")  # the tanh
        tape.backward(td.sum(h * h))
        entry = tape[1]
        self.assertEqual((entry.op, entry.name, entry.scope, entry.index), ("Tanh", "h", "outer/inner", 1))
        self.assertEqual(entry.rule, "dx = dy * (1 - y^2)")
        self.assertEqual(entry.where, f"tape_test.py:{line_of('# the tanh')}")
        self.assertEqual(entry.inputs, [tape[0]])
        self.assertEqual(entry, h)
        self.assertNotEqual(entry, tape[0])
        self.assertEqual(float(tape[-1]), tape[-1].item())
        self.assertEqual((entry.contributions, entry.shape), (2, (2,)))
        self.assertEqual([e.op for e in tape][-1], tape[-1].op)
        self.assertIn("Tanh", repr(tape))
        with self.assertRaises(td.ValueError):
            tape[9]

    def test_pause(self):
        tape = td.Tape()
        x = tape.variable([1.0])
        with tape.pause():
            y = td.exp(x)
        self.assertFalse(y.needs_grad)
        self.assertTrue(td.exp(x).needs_grad)


    def test_places_of_one_line_and_of_a_changed_cell(self):
        tape = td.Tape()
        for i in range(2):
            a, b = td.exp(tape.input([1.0])), [
                td.exp(tape.input([1.0])),  # the second
            ]
            line = line_of("# the second")
            self.assertEqual((a.where, b[0].where), (f"tape_test.py:{line - 1}", f"tape_test.py:{line}"))
        for name in ("one.py", "two.py"):
            exec(compile("\n\nx = tape.input([1.0])", name, "exec"), {"tape": tape})
            self.assertEqual(tape[-1].where, f"{name}:3")


class Playbacks(unittest.TestCase):
    def setUp(self):
        self.tape = td.Tape()
        self.x = self.tape.variable([0.3, -0.4])
        self.h = td.tanh(self.x)
        self.loss = td.sum(self.h * self.x).named("loss")

    def test_forth_and_back(self):
        self.tape.backward(self.loss)
        right = self.x.grad.copy()
        walk = self.tape.reverse(self.loss)
        self.assertEqual(walk.here.name, "loss")
        self.assertTrue(walk.until("tanh"))
        self.assertEqual(walk.steps, 2)
        walk.step()
        self.assertEqual([d.to for d in walk.deposits], [0])
        self.assertFalse(walk.deposits[0].first)
        walk.back()
        np.testing.assert_array_equal(self.x.grad, self.h.value)
        walk.finish()
        self.assertTrue(walk.done)
        np.testing.assert_array_equal(self.x.grad, right)

    def test_until_a_variable_and_a_predicate(self):
        walk = self.tape.reverse(self.loss)
        walk.until(self.h)
        self.assertEqual(walk.here.index, self.h.index)
        walk = self.tape.reverse(self.loss)
        self.assertTrue(walk.until(lambda entry: entry.op == "Multiply"))

    def test_one_of_an_earlier_recording(self):
        for hold in (False, True):
            walk = self.tape.reverse(self.loss)
            held = self.h.value if hold else None
            self.tape.rewind()
            with self.assertRaisesRegex(td.StaleVariableError, "this playback is over"):
                walk.step()
            del held
            self.setUp()

    def test_forwards(self):
        self.tape.set(self.x, [0.0, 0.0])
        walk = self.tape.forward_playback()
        walk.until("tanh")
        walk.step()
        self.assertEqual(self.h.value[0], 0)
        walk.back()
        self.assertEqual(self.h.value[0], np.tanh(np.float32(0.3)))


class Inspection(unittest.TestCase):
    def test_paths_add_up(self):
        tape = td.float64.Tape()
        x = tape.variable(np.random.default_rng(1).normal(size=(4, 5)))
        y = td.layer_norm(x, 5)
        tape.backward(td.sum(td.square(y) * y))
        paths = td.paths(y)
        np.testing.assert_allclose(paths.direct + paths.mean + paths.variance, x.grad, atol=1e-12)
        self.assertAlmostEqual(td.path_sizes(paths).gradient, np.linalg.norm(x.grad))
        np.testing.assert_allclose(td.numeric_gradient(tape[-1], y), y.grad, rtol=1e-5)

    def test_what_is_not_finite(self):
        tape = td.Tape()
        td.log(tape.variable([1.0, -1.0]))
        self.assertIn("Log", td.first_non_finite(tape).text)
        self.assertIsNone(td.first_non_finite(td.Tape()))

    def test_drawings_and_decks(self):
        tape = td.Tape()
        loss = td.sum(td.exp(tape.variable([1.0], "only_name")))
        self.assertIn("digraph", td.to_dot(tape))
        with tempfile.TemporaryDirectory() as folder:
            for file in (Path(folder) / "deck.html", str(Path(folder) / "other.html")):
                td.write_deck(tape, loss, file, title="mine")
                self.assertIn("only_name", Path(file).read_text())


if __name__ == "__main__":
    unittest.main()
