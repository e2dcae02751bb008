#!/usr/bin/python3
"""The benchmark's harness: what it asks, compares, refuses and writes. No test here looks at how long a thing takes.

harness_test.py <bench_ours> <bench_floor>"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import chart  # noqa: E402
import table  # noqa: E402
from headline import headline, not_comparable  # noqa: E402
from measure import Peer, least_of_all, measure, middle, rows_of, spread, start  # noqa: E402
from peers import PACKAGES, debian13  # noqa: E402
from works import NORMS, TARGETS, WORKS, Work, target  # noqa: E402

OURS, FLOOR = sys.argv.pop(1), sys.argv.pop(1)
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}
SMALL = Work("small", 4, (3, 5, 1), {"": "mlp"}, {"": "mlp"})


def timed(*seconds):
    return {"median": list(seconds), "least": list(seconds)}


class Peers(unittest.TestCase):
    def setUp(self):
        self.peers = [Peer("Tapedeck", [OURS], ENVIRONMENT), Peer("floor", [FLOOR], ENVIRONMENT)]
        self.addCleanup(lambda: [peer.close() for peer in self.peers])

    def test_each_answers_two_positive_numbers(self):
        for peer in self.peers:
            for question in ("mlp layer 4 3 5 1", "mlp batch 4 3 5 2", "rnn none 2 3 2 4", "rnn_cell layer 2 3 2 4"):
                median, least = peer.ask("1 " + question)
                self.assertGreater(least, 0, question)
                self.assertGreaterEqual(median, least, question)

    def test_a_model_that_is_not_there_is_answered_with_the_reason_and_the_next_one_works(self):
        for peer in self.peers:
            self.assertEqual(peer.ask("1 cnn none 4 3 5 1"), "there is no model cnn")
            self.assertIsInstance(peer.ask("1 mlp none 4 3 5 1"), tuple)

    def test_the_core_type_is_what_openblas_says(self):
        for peer in self.peers:
            self.assertTrue(peer.about["version"])
            self.assertIn(peer.about["core_type"], peer.about["blas"])

    def test_a_measurement_has_as_many_answers_as_rounds(self):
        times = measure(SMALL, "layer", self.peers, 3, 1)
        self.assertEqual(list(times), ["Tapedeck", "floor"])
        for answers in times.values():
            self.assertEqual((len(answers["median"]), len(answers["least"])), (3, 3))

    def test_what_ends_is_named(self):
        peer = self.peers[0]
        peer.process.kill()
        peer.process.wait()
        self.assertEqual(measure(SMALL, "none", [peer], 2, 1), {"Tapedeck": "Tapedeck stopped"})


class Starting(unittest.TestCase):
    def test_what_does_not_run_is_skipped_by_name(self):
        running, failed = start({"absent": (["/no/such/program"], ()), "mute": (["/bin/true"], ())}, {})
        self.assertEqual(running, [])
        self.assertIn("No such file", failed["absent"])
        self.assertIn("does not run", failed["mute"])

    def test_rows_are_each_peers_forms(self):
        class Named:
            def __init__(self, name, models=()):
                self.name, self.models = name, models

        rnn = next(work for work in WORKS if "RNN" in work.title)
        rows = rows_of(rnn, [Named("Tapedeck"), Named("floor"), Named("PyTorch"), Named("compiled", ("mlp", "rnn"))])
        self.assertEqual([(name, model) for name, _, model in rows],
                         [("Tapedeck", "rnn"), ("Tapedeck, RNNCell", "rnn_cell"), ("floor", "rnn"), ("PyTorch", "rnn"),
                          ("PyTorch, nn.RNN", "rnn_cell"), ("compiled", "rnn")])  # fmt: skip


class Headline(unittest.TestCase):
    mlp = WORKS[1]  # 12 and 10 times, at most twice the floor

    def test_it_takes_the_best_of_the_others_and_their_medians(self):
        times = {"Tapedeck": timed(1, 2, 9), "floor": timed(1, 1, 1), "PyTorch 2.6": timed(90, 90, 90),
                 "libtorch 2.6": timed(1, 26, 27), "tiny-dnn": timed(8, 8, 8), "none": "no: why"}  # fmt: skip
        line, = headline(self.mlp, "layer", times)
        self.assertEqual((line["best"], line["best_ratio"]), ("tiny-dnn", 4))
        self.assertEqual((line["newer"], line["newer_ratio"]), ("libtorch 2.6", 13))
        self.assertEqual((line["at_least"], line["ratio_reached"]), (12, True))
        self.assertEqual((line["of_floor"], line["at_most"], line["floor_reached"]), (2, 2.0, True))

    def test_a_target_that_is_missed_is_said_to_be(self):
        times = {"Tapedeck": timed(2.1), "floor": timed(1), "torch.compile 2.6": timed(20.8)}
        line, = headline(self.mlp, "batch", times)
        self.assertEqual((line["at_least"], line["ratio_reached"], line["floor_reached"]), (10, False, False))
        text = list(table.headline([line]))
        self.assertEqual(text[1].count("MISSED"), 2)
        self.assertEqual(text[2:], ["lowest ratio: 9.90, torch.compile 2.6 over Tapedeck, MLP 64-64-64-10, batch 32, "
                                    "BatchNorm", "0 of 2 targets reached"])  # fmt: skip

    def test_what_is_left_out_does_not_count(self):
        times = {"Tapedeck": timed(1), "good": timed(20), "unpinned": timed(2)}
        line, = headline(self.mlp, "none", times, {"unpinned"})
        self.assertEqual((line["best"], line["of_floor"]), ("good", None))

    def test_without_pytorch_26_its_targets_are_neither_reached_nor_missed(self):
        line, = headline(self.mlp, "none", {"Tapedeck": timed(1), "floor": timed(1), "libtorch": timed(99)})
        self.assertEqual((line["best_ratio"], line["newer"], line["ratio_reached"]), (99, None, None))
        self.assertIn("was not measured", list(table.headline([line]))[-1])

    def test_runs_that_are_not_pinned_alike_are_refused(self):
        about = {"core_type": "SkylakeX", "blas": "", "version": "1"}
        self.assertIsNone(not_comparable(about, "SkylakeX"))
        self.assertIsNone(not_comparable({**about, "core_type": None}, "SkylakeX"))
        self.assertIn("uses SkylakeX, not Haswell", not_comparable(about, "Haswell"))
        self.assertIn("is not set", not_comparable(about, ""))


class Data(unittest.TestCase):
    def test_every_target_is_a_works(self):
        rows = {(work.title, label) for work in WORKS for label in work.ours}
        self.assertEqual(set(TARGETS) - rows, set())
        self.assertEqual(len(TARGETS), len(WORKS))
        self.assertEqual(target("MLP 2-16-16-1, batch 32", "", "layer"), (40, None))
        self.assertEqual(target("MLP 784-1000-1000-10, batch 4", "", "none"), (1.5, 1.3))
        self.assertEqual(target("RNN 50 x 64, batch 32", ", RNNCell", "layer"), (None, None))

    def test_a_question_is_a_line_of_the_protocol(self):
        self.assertEqual(WORKS[0].question("mlp", "batch"), "mlp batch 32 2 16 16 1")

    def test_median_and_spread(self):
        self.assertEqual(middle(timed(5, 1, 2)), 2)
        self.assertEqual(spread(timed(5, 1, 2)), 1)
        self.assertIsNone(middle("no"))
        least = least_of_all({"a": {"median": [4, 5], "least": [3, 2]}, "b": "no"})
        self.assertEqual((middle(least["a"]), least["b"]), (2, "no"))

    def test_the_table_has_each_row_and_each_reason_once(self):
        by_norm = {norm: {"Tapedeck": timed(1e-5, 3e-5), "small": "it has none"} for norm in NORMS}
        lines = table.block("work", by_norm)
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[1].count("20.0 us ±50%"), 3)
        self.assertEqual(table.cell(timed(2e-3)), "2.00 ms")
        self.assertEqual(lines[-1], "  - small, LayerNorm, BatchNorm, none: it has none")

    def test_debian13_lacks_what_its_dpkg_has_not_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(debian13.missing_packages(folder, PACKAGES), PACKAGES)
            os.makedirs(f"{folder}/var/lib/dpkg")
            with open(f"{folder}/var/lib/dpkg/status", "w", encoding="utf-8") as file:
                for package in PACKAGES[1:]:
                    file.write(f"Package: {package}\nStatus: install ok installed\n\n")
                file.write(f"Package: {PACKAGES[0]}\nStatus: deinstall ok config-files\n\n")
            self.assertEqual(debian13.missing_packages(folder, PACKAGES), PACKAGES[:1])


class Command(unittest.TestCase):
    """bench.py as a whole, alone and on the smallest work."""

    def run_bench(self, *flags, **environment):
        root = os.path.join(os.path.dirname(HERE), "bench.py")
        clean = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
        return subprocess.run([sys.executable, "-B", root, "--alone", "--rounds", "2", "--milliseconds", "1", "--quick",
                               "--programs", os.path.dirname(OURS), "--only", "2-16-16-1", *flags],
                              env={**clean, **environment}, capture_output=True, text=True, check=False)  # fmt: skip

    def test_it_writes_json_from_which_the_chart_is_drawn(self):
        peer = Peer("Tapedeck", [OURS], ENVIRONMENT)
        peer.close()
        chosen = peer.about["core_type"]  # one that this processor has
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_bench("--out", f"{folder}/b.json", OPENBLAS_CORETYPE=chosen)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(f"{folder}/b.json", encoding="utf-8") as file:
                data = json.load(file)
        self.assertEqual(data["version"], 1)
        self.assertEqual([r["norm"] for r in data["results"]], list(NORMS))
        self.assertEqual([line["row"] for line in data["headline"]], ["Tapedeck"] * 3)
        self.assertGreater(data["headline"][0]["of_floor"], 0)
        (work, found), = chart.bars(data)
        self.assertEqual((work, {name for name, _ in found}), (WORKS[0].title, {"Tapedeck", "floor"}))
        self.assertIn("boxxyerror", chart.script(data, "x.svg"))

    def test_it_refuses_a_headline_of_runs_that_are_not_pinned(self):
        done = self.run_bench()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("NOT PINNED", done.stdout)
        self.assertIn("refused: ", done.stdout)
        self.assertNotIn("targets", done.stdout)

    def test_it_says_which_works_there_are(self):
        done = self.run_bench("--only", "CNN")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("RNN 50 x 64, batch 32", done.stderr)

    def test_it_refuses_bad_flags_before_it_measures(self):
        for flags in (("--rounds", "0"), ("--rounds", "-1"), ("--milliseconds", "abc"), ("--milliseconds", "0"),
                      ("--out", "/no/such/folder/b.json"), ("--chart", os.path.dirname(OURS))):
            with self.subTest(flags=flags):
                done = self.run_bench(*flags)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stdout, "")
                self.assertIn(flags[1], done.stderr)


if __name__ == "__main__":
    unittest.main()
