"""The %%cpp cells, the demos' runner, the tasks of the lessons."""

import contextlib
import io
import sys
import types
import unittest

import numpy as np
import tapedeck as td
import tasks
from tapedeck import cell


class Cells(unittest.TestCase):
    def test_the_body_of_main(self):
        text, said, pages = cell.run(
            "#include <map>\ntd::Tape<float> tape;\nauto x = tape.variable(td::Tensor<float>{1, 2});\n"
            'auto y = sum(x * x);\ntape.backward(y);\nfmt::print("{} {}", y.item(), y.where().line);\n'
            'td::write_deck(tape, y, "deck.html");'.replace("y.where()", "y.entry().where()"),
            "In[7]",
        )
        self.assertEqual(text, "5 4")
        self.assertEqual(said, "")
        self.assertIn("<html", pages["deck.html"])

    def test_an_error_in_line_3_of_a_cell(self):
        # Line 1 is the one with %%cpp.
        with self.assertRaisesRegex(cell.CellError, r"(?m)^In\[7\]:3:9: error: .*nothing"):
            cell.run("\nint a = nothing;", "In[7]", first_line=2)

    def test_a_whole_program(self):
        self.assertEqual(cell.run('struct A {};\nint main() { std::cout << "here"; }')[0], "here")
        with self.assertRaisesRegex(cell.CellError, r"cell:2:14: error"):
            cell.run("struct A {};\nint main() { wrong(); }")

    def test_an_exception_of_the_library(self):
        with self.assertRaisesRegex(cell.CellError, r"matmul \(In\[7\]:3\): .*(?s:.*)ended with 1"):
            cell.run("td::Tape<float> t; auto x = t.input(td::ones<float>({2, 3}));\nmatmul(x, x);", "In[7]", first_line=2)

    def test_a_program_that_does_not_end(self):
        with self.assertRaisesRegex(cell.CellError, "stopped after 8"):
            cell.run("volatile int i = 0; while (true) i = i + 1;", timeout=8)


class Demos(unittest.TestCase):
    def test_one_that_there_is_none_of(self):
        with self.assertRaisesRegex(Exception, 'no demo is called "btach_size"'):
            td.run_demo("btach_size")


def said_by(call, *arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        call(*arguments)
    return out.getvalue()


def check_two(answer):
    if answer == 2:
        return None
    return {1: "too small", 3: "too large"}.get(answer, "not a count")


class Tasks(unittest.TestCase):
    def lesson(self, wrong, count=4):
        names = [f"99.{i}" for i in range(1, count + 1)]
        module = types.ModuleType("lessons.lesson_99")
        module.TASKS = [tasks.Task(name, check_two, "two = 2", wrong) for name in names]
        sys.modules["lessons.lesson_99"] = module

    GOOD = [tasks.Wrong(1, "small"), tasks.Wrong(3, "large"), tasks.Wrong("2", "count")]

    def test_right_wrong_and_none_yet(self):
        self.lesson(self.GOOD)
        self.assertEqual(said_by(tasks.check, "99.1", 2), "99.1: right.\n")
        self.assertEqual(said_by(tasks.check, "99.1", 3), "99.1: not yet: too large\n")
        self.assertIn("three dots", said_by(tasks.check, "99.1", ...))
        with self.assertRaises(KeyError):
            tasks.check("99.7", 2)

    def test_faults_of_a_lesson(self):
        for wrong, count, fault in (
            (self.GOOD, 4, None),
            (self.GOOD, 3, "four are wanted"),
            (self.GOOD[:2], 4, "three are wanted"),
            (self.GOOD + [tasks.Wrong(2, "x")], 4, "wrong answer 4 passes"),
            (self.GOOD + [tasks.Wrong(7, "count")], 4, "another one got"),
            (self.GOOD + [tasks.Wrong(1, "large")], 4, "gets 'too small', not 'large'"),
        ):
            self.lesson(wrong, count)
            faults = tasks.faults_of(99)
            self.assertEqual(faults == [], fault is None, faults)
            self.assertIn(fault or "", "\n".join(faults))

    def test_predictions(self):
        self.assertIn("no prediction", said_by(tasks.measured, "a thing", 0.123456))
        tasks.predict("a thing", 0.2)
        self.assertEqual(said_by(tasks.measured, "a thing", 0.123456), "a thing: measured 0.1235; predicted 0.2.\n")

    def test_near(self):
        self.assertTrue(tasks.near(1.00001, 1) and tasks.near([1, 2], np.array([1.0, 2.0])))
        self.assertFalse(tasks.near(1.01, 1) or tasks.near([1.0], 1.0))

    def test_lesson_1(self):
        self.assertEqual(tasks.faults_of(1), [])


if __name__ == "__main__":
    unittest.main()
