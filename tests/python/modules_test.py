"""Modules written in Python, the library's, and optimizers."""

import copy
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import tapedeck as td


class Net(td.Module):
    def __init__(self, rng):
        super().__init__()
        self.fc = td.Linear(3, 4, rng)
        self.rest = [td.BatchNorm(4), td.Linear(4, 2, rng)]
        self.scale = td.Parameter(np.full(2, 2.0), "scale")

    def forward(self, x, twice=None):
        h = td.relu(self.fc(x))
        for module in self.rest:
            h = module(h)
        h = h * x.tape.parameter(self.scale)
        return h if twice is None else (h, twice * 2)


X = np.random.default_rng(1).normal(size=(6, 3))


class Modules(unittest.TestCase):
    def test_members_are_attributes(self):
        net = Net(td.Random(1))
        names = [name for name, _ in net.named_parameters()]
        self.assertEqual(names, ["fc.weight", "fc.bias", "rest.0.weight", "rest.0.bias", "rest.1.weight", "rest.1.bias", "scale"])
        self.assertEqual([name for name, _ in net.named_buffers()][0], "rest.0.running_mean")
        self.assertIn("rest.1.weight", net.summary())
        self.assertIn("weight", dir(net.fc))
        with self.assertRaises(AttributeError):
            net.fc.wieght

    def test_scopes_and_modes(self):
        net, tape = Net(td.Random(1)), td.Tape()
        net.named("net")(tape.input(X))
        norm = next(e for e in tape if e.op == "BatchNorm")
        self.assertEqual(norm.scope, "net/rest.0")
        self.assertTrue(np.abs(net.rest[0].running_mean).max() > 0)
        net.eval()
        self.assertFalse(net.rest[0].training)

    def test_a_module_is_saved_and_loaded(self):
        with tempfile.TemporaryDirectory() as folder:
            for kind in (td, td.float64):
                file = Path(folder) / "norm.safetensors"
                norm, other = kind.BatchNorm(4), kind.BatchNorm(4)
                norm.weight.value[:] = [1, 2, 3, 4]
                td.save(norm, file)
                td.load(other, str(file))
                np.testing.assert_array_equal(other.weight.value, [1, 2, 3, 4])
                with self.assertRaisesRegex(td.CheckpointError, r"(?s)weight.*\(4\).*\(5\)"):
                    td.load(kind.BatchNorm(5), file)
            with self.assertRaises(td.FileError):
                td.load(norm, "none.safetensors")

    def test_several_inputs_and_outputs(self):
        net, tape = Net(td.Random(1)), td.Tape()
        x = tape.input(X)
        y, z = net(x, tape.input([1.0]))
        self.assertEqual((y.shape, z.item()), ((6, 2), 2))
        with self.assertRaisesRegex(TypeError, r"net\(tape.input\(x\)\)"):
            net(X)
        self.assertEqual(net(x, twice=tape.input([2.0]))[1].item(), 4)
        with self.assertRaisesRegex(TypeError, r"net\(tape.input\(x\)\)"):
            net.fc(x, scale=3)

    def test_members_in_tuples_and_dicts(self):
        class Holder(td.Module):
            def __init__(self):
                super().__init__()
                self.pair = (td.Parameter([1.0]), td.Tanh())
                self.heads = {"a": td.Linear(1, 1, td.Random(1)), "b": [td.Parameter([2.0])]}

        names = [name for name, _ in Holder().named_parameters()]
        self.assertEqual(names, ["pair.0", "heads.a.weight", "heads.a.bias", "heads.b.0"])

    def test_a_module_without_a_forward(self):
        class Idle(td.Module):
            pass

        x = td.Tape().input([1.0])
        for call in (lambda: Idle()(x), lambda: Idle()(x, x), lambda: Idle().forward(x)):
            with self.assertRaisesRegex(td.Error, r"^Idle has no forward\(self, x\): define one\.$"):
                call()

    def test_a_name_that_a_parameter_has(self):
        net, linear, norm = Net(td.Random(1)), td.Linear(2, 3, td.Random(1)), td.BatchNorm(3)
        for set_it in (lambda: setattr(linear, "weight", np.zeros((3, 2))), lambda: setattr(net, "scale", [1.0, 2.0])):
            with self.assertRaisesRegex(TypeError, r"is a parameter or a buffer: its numbers are set by \.\w+\.value = array"):
                set_it()
        with self.assertRaisesRegex(TypeError, r"BatchNorm.running_mean .* \.running_mean\[:\] = array"):
            norm.running_mean = np.ones(3)
        linear.note, net.scale = "free", td.Parameter(np.ones(2))
        self.assertEqual((linear.note, net.scale.value[0], linear.weight.value.shape), ("free", 1, (3, 2)))

    def test_copies(self):
        net = Net(td.Random(1))
        net.eval()
        other = copy.deepcopy(net)
        self.assertFalse(other.training or other.fc.training)
        self.assertEqual([n for n, _ in other.named_parameters()], [n for n, _ in net.named_parameters()])
        other.fc.weight.value[:] = 7
        other.scale.value[:] = 8
        self.assertFalse((net.fc.weight.value == 7).any() or (net.scale.value == 8).any())
        rng = td.Random(1)
        for layer in (td.Dropout(0.5, rng), td.WeightNorm(td.Linear(2, 2, rng)), td.RNNCell(2, 2, rng), td.Sequential(td.BatchNorm(2))):
            self.assertEqual(type(copy.deepcopy(layer)), type(layer))

        class Mine(td.Linear):
            pass

        with self.assertRaisesRegex(TypeError, "a Mine can't be copied: make a new one"):
            copy.deepcopy(Mine(2, 2, rng))

    def test_a_module_that_throws_leaves_nothing(self):
        tape = td.Tape()
        x = tape.input(np.ones((6, 5)))
        with self.assertRaises(td.ShapeError):
            Net(td.Random(1))(x)
        self.assertEqual(len(tape), 1)

    def test_each_layer(self):
        rng, tape = td.Random(1), td.float64.Tape()
        f, x = td.float64, tape.input(np.random.default_rng(2).normal(size=(4, 6, 5)))
        layers = [f.Tanh(), f.ReLU(), f.Sigmoid(), f.GELU(), f.Dropout(0.5, rng), f.BatchNorm(6), f.LayerNorm((6, 5)),
                  f.RMSNorm(5), f.GroupNorm(2, 6), f.InstanceNorm(6), f.Linear(5, 5, rng), f.WeightNorm(f.Linear(5, 5, rng))]
        for layer in layers:
            self.assertEqual(layer(x).shape, (4, 6, 5), type(layer).__name__)

    def test_a_recurrent_cell(self):
        cell, tape = td.RNNCell(3, 4, td.Random(1), norm="layer"), td.Tape()
        h = cell(tape.input(X))
        self.assertEqual(cell(tape.input(X), h).shape, (6, 4))
        with self.assertRaisesRegex(td.ValueError, "batch_shared"):
            td.RNNCell(3, 4, td.Random(1), norm="batch")

    def test_sequential(self):
        net = td.Sequential(fc=td.Linear(3, 4, td.Random(1)), act=td.Tanh())
        tape = td.Tape()
        self.assertEqual(net(tape.input(X)).scope, "act")
        with self.assertRaisesRegex(td.ValueError, "the name is taken"):
            net.add("fc", td.Tanh())

    def test_gradcheck_of_a_module(self):
        net = td.float64.Sequential(fc=td.float64.Linear(3, 4, td.Random(1)), norm=td.float64.LayerNorm(4))
        report = td.gradcheck(lambda x: net(x), [X], net.named_parameters())
        self.assertTrue(report, report.text)
        self.assertEqual(report.checked, 18 + 12 + 4 + 4 + 4)


class Memory(unittest.TestCase):
    """What crashed Python: each in a process of its own."""

    def runs(self, program):
        ran = subprocess.run([sys.executable, "-c", "import gc\nimport numpy as np\nimport tapedeck as td\n" + program],
                             capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, f"{ran.returncode}\n{ran.stderr}")
        return ran.stdout

    def test_an_optimizer_keeps_what_its_list_no_longer_has(self):
        for kind in ("SGD", "Adam", "AdamW", "RMSProp"):
            self.assertEqual(self.runs(
                "p = td.Linear(200, 200, td.Random(1)).parameters()\n"
                f"o = td.{kind}(p, lr=0.1)\np.clear()\ngc.collect()\n"
                "others = [np.ones((200, 200), np.float32) for _ in range(20)]\no.zero_grad()\no.step()\n"
                "print(min(one.min() for one in others))"), "1.0\n")

    def test_a_module_before_its_base_class_is_made(self):
        self.assertEqual(self.runs(
            "class A(td.Module):\n    def __init__(self, n):\n        self.fc = td.Linear(n, n, td.Random(1))\n        self.train()\n"
            "        print(len(self.parameters()), hasattr(self, 'fc2'))\n"
            "    def forward(self, x):\n        return self.fc(x)\n"
            "class B(A):\n    def __init__(self):\n        self.first = 1\n        super().__init__(2)\n"
            "print(A(2)(td.Tape().input([1.0, 2.0])).shape, len(B().parameters()))"), "2 False\n2 False\n(2,) 2\n")

    def test_members_of_themselves(self):
        self.assertEqual(self.runs(
            "class A(td.Module):\n    def __init__(self, parent=None):\n        super().__init__()\n        self.fc = td.Linear(1, 1, td.Random(1))\n"
            "        self.parent, self.me, self.all, self.by = parent, self, [], {}\n"
            "        self.all.append(self.all)\n        self.by['by'] = self.by\n"
            "        if parent is None:\n            self.child = A(self)\n"
            "    def forward(self, x):\n        return self.child(self.fc(x)) if self.parent is None else self.fc(x)\n"
            "net = A()\nx = td.Tape().input([1.0])\nprint(net(x).scope)\nnet.eval()\n"
            "print([name for name, _ in net.named_parameters()])\nprint(len(net.summary()) > 0)"),
            "child/fc\n['fc.weight', 'fc.bias', 'child.fc.weight', 'child.fc.bias']\nTrue\n")


class Optimizers(unittest.TestCase):
    def test_each_one_fits_a_line(self):
        for make in (lambda p: td.SGD(p, lr=0.1, momentum=0.5), lambda p: td.Adam(p, lr=0.2),
                     lambda p: td.AdamW(p, lr=0.2, weight_decay=0), lambda p: td.RMSProp(p, lr=0.05)):
            net, tape = td.Linear(1, 1, td.Random(1)), td.Tape()
            optimizer = make(p for p in net.parameters())
            x = np.linspace(-1, 1, 16)[:, None]
            for _ in range(200):
                tape.rewind()
                optimizer.zero_grad()
                loss = td.mse_loss(net(tape.input(x)), 3 * x + 1)
                tape.backward(loss)
                optimizer.step()
            self.assertLess(loss.item(), 0.01, type(optimizer).__name__)
            optimizer.lr = 0.5
            self.assertEqual(optimizer.lr, 0.5)

    def test_it_keeps_its_parameters(self):
        optimizer = td.SGD(td.Linear(50, 50, td.Random(1)).parameters())
        optimizer.step()
        with self.assertRaisesRegex(td.ValueError, "its learning rate is -1"):
            td.SGD(td.Linear(1, 1, td.Random(1)).parameters(), lr=-1)

    def test_clipping(self):
        net, tape = td.Linear(2, 1, td.Random(1)), td.Tape()
        tape.backward(td.sum(net(tape.input([30.0, 40.0]))))
        td.clip_grad_norm(net.parameters(), 1.0)
        self.assertAlmostEqual(float(np.sqrt(sum((p.grad**2).sum() for p in net.parameters()))), 1, places=4)


if __name__ == "__main__":
    unittest.main()
