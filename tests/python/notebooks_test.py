"""The %%cpp cells, the demos' runner, the tasks of the lessons."""

import contextlib
import io
import sys
import tempfile
import types
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import tapedeck as td
import tasks
from tapedeck import cell
from tapedeck.notebook import DemoError


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

    def test_an_error_is_said_in_few_lines_with_the_cells_own(self):
        with self.assertRaises(cell.CellError) as raised:
            cell.run('td::Tape<float> tape;\nauto x = tape.variable({1.0f}, "x") * "no";\nx.value().foo();', "In[7]", first_line=2)
        text = str(raised.exception)
        self.assertIn('In[7]:3:37: error: no match', text)
        self.assertIn('\n    auto x = tape.variable({1.0f}, "x") * "no";\n' + " " * 40 + "^\n", text)
        self.assertLess(len(text.splitlines()), 12, text)
        for noise in ("In file included", "xarray_container", "aka", "/tapedeck/core"):
            self.assertNotIn(noise, text)

    def test_what_fails_inside_the_library_is_led_back_to_the_cell(self):
        with self.assertRaisesRegex(cell.CellError, r"(?s)In\[7\]:4:\d+: required from here\n    bool b = std::less<S>.*stl_function.h: error"):
            cell.run("struct S {};\nint main() {\nbool b = std::less<S>{}(S{}, S{});\nreturn b;\n}", "In[7]", first_line=2)

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
        with self.assertRaisesRegex(cell.CellError, "^The compiler was stopped after 0.1 seconds; .*300[.]$"):
            cell.run("int a;", timeout=0.1)

    def test_a_program_that_writes_without_end(self):
        with self.assertRaises(cell.CellError) as raised:
            cell.run('while (true) fmt::print("some text that is printed for ever\\n");')
        self.assertRegex(str(raised.exception), r"(?s)^some text.*wrote more than 20 MB and was stopped\.$")
        self.assertLess(len(str(raised.exception)), 10_000)

    def test_what_is_written_stands_in_its_order(self):
        text, _, pages = cell.run('std::cout << "1\\n"; fmt::print("2\\n"); std::cerr << "3\\n"; fmt::print("4\\n"); std::putchar(0xff);\n'
                                  'std::FILE* f = std::fopen("page.html", "wb"); std::fputc(0xff, f); std::fclose(f);')
        self.assertEqual(text, "1\n2\n3\n4\n\ufffd")
        self.assertEqual(pages, {"page.html": "\ufffd"})

    def test_a_crash_loses_nothing(self):
        with self.assertRaisesRegex(cell.CellError, r"^before\nThe program ended by signal 6\.$"):
            cell.run('fmt::print("before\\n"); std::abort();')

    def test_a_main_that_is_none(self):
        text = cell.run('// int main() is made for you\n  #include <map>\nusing std::map;\nusing V =\n    map<int, int>;\n'
                        'fmt::print("int main() {}", V{}.size());')[0]
        self.assertEqual(text, "int main() 0")
        self.assertEqual(cell.run('auto main() -> int { fmt::print("x"); }')[0], "x")

    def test_what_stands_outside_of_main(self):
        for source in ("double f(double x) { return x; }\nfmt::print(\"{}\", f(2));", "template <class T> struct A { T x; };",
                       "namespace a {\nint x = 3;\n}"):
            with self.assertRaisesRegex(cell.CellError, r"give the cell an int main\(\)\.\n$"):
                cell.run(source)
        with self.assertRaises(cell.CellError) as raised:
            cell.run("int a = nothing;")
        self.assertNotIn("main()", str(raised.exception))

    def test_a_wrong_format_string(self):
        with self.assertRaises(cell.CellError) as raised:
            cell.run('int a = 1;\nfmt::print("{} {}", a);', "In[7]", first_line=2)
        text = str(raised.exception)
        self.assertRegex(text, r'^In\[7\]:3:11: error: the format string does not fit\n    fmt::print\("{} {}", a\);\n +\^\n    argument not found\n$')


class Magic(unittest.TestCase):
    def setUp(self):
        try:
            from IPython.core.interactiveshell import InteractiveShell
        except ImportError:
            self.skipTest("there is no IPython: python3-ipykernel")
        self.shell = InteractiveShell.instance()
        self.shell.run_line_magic("load_ext", "tapedeck")

    def said(self, text):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            ran = self.shell.run_cell(text, store_history=True)
        return out.getvalue(), ran.error_in_exec

    def test_a_cell_and_its_deck(self):
        shown = []
        self.shell.display_pub.publish = lambda data, *_, **__: shown.append(data)
        text, error = self.said('%%cpp\ntd::Tape<float> t;\nauto l = sum(t.variable(td::ones<float>({2})));\n'
                                'td::write_deck(t, l, "deck.html");\nfmt::print("loss {}", l.item());')
        self.assertIsNone(error)
        self.assertIn("loss 2", text)
        self.assertIn("srcdoc", "".join(data.get("text/html", "") for data in shown))

    def test_an_error_has_the_cells_line(self):
        _, error = self.said("%%cpp\nint a = 1;\nint b = c;")
        self.assertRegex(str(error), r"(?m)^In\[\d+\]:3:9: error: .*c.* was not declared")

    def test_an_entry_names_its_cell(self):
        text, _ = self.said('import tapedeck as td\n\nx = td.Tape().input([1.0])\nprint(x.where)')
        self.assertRegex(text, r"^In\[\d+\]:3$")

    def test_show_deck(self):
        shown = []
        self.shell.display_pub.publish = lambda data, *_, **__: shown.append(data)
        _, error = self.said("import tapedeck as td\nt = td.Tape()\ntd.show_deck(t, td.sum(t.variable([1.0, 2.0])))")
        self.assertIsNone(error)
        self.assertIn("srcdoc", shown[-1]["text/html"])


class Demos(unittest.TestCase):
    def run_with(self, script, **flags):
        """run_demo with a repository that has one demo, called it, and this for ./run."""
        with tempfile.TemporaryDirectory() as root:
            (Path(root) / "demos").mkdir()
            (Path(root) / "demos" / "it.cpp").touch()
            (Path(root) / "run").write_text("#!/bin/bash\n" + script)
            (Path(root) / "run").chmod(0o755)
            with mock.patch.object(cell, "build", lambda: {"root": root}):
                return td.run_demo("it", **flags)

    def test_flags_and_results(self):
        write = 'mkdir -p "$3" && printf \'{"flags": "%s"}\' "$*" > "$3/results.json"'
        results = self.run_with(write, seeds=2, full=True, no_deck=True, batch=[2, 4], rate=None)
        self.assertRegex(results["flags"], r"^it --out \S+/out/notebooks/it --seeds 2 --full --no-deck --batch 2,4$")

    def test_one_that_fails_or_leaves_nothing(self):
        with self.assertRaisesRegex(DemoError, r"ended with 3:\nwhat it says"):
            self.run_with("echo what it says >&2; exit 3")
        with self.assertRaisesRegex(DemoError, "left no .*results.json"):
            self.run_with("true")

    def test_one_that_there_is_none_of(self):
        with self.assertRaisesRegex(DemoError, 'no demo is called "btach_size"'):
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


def is_function(task):
    return task.solution.startswith("def ")


def function_tasks():
    """Those of lessons 1 to 7; in lesson 8 an answer is C++."""
    for lesson in range(1, 8):
        for name, task in tasks.tasks_of(lesson).items():
            if is_function(task):
                yield name, task


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

    def test_a_return_that_was_forgotten_and_a_blank_left(self):
        for name, task in function_tasks():
            with self.subTest(task=name):
                self.assertEqual(tasks.hint_for(task, lambda *_: None), "your function returns nothing: is there a return?")
                self.assertEqual(tasks.hint_for(task, lambda *_: ...), tasks.NO_ANSWER)
                self.assertEqual(tasks.hint_for(task, lambda *_: (..., ...)), tasks.NO_ANSWER)
                self.assertIn("a part of your answer is None", tasks.hint_for(task, lambda *_: (1.0, None)))

    def test_what_is_not_finite_is_refused(self):
        for bad in (np.nan, -np.inf, np.full((8, 3), np.nan), [np.ones(4), np.full(4, np.inf)], {"batch": np.float32("nan")}):
            for lesson in range(1, 8):
                for name, task in tasks.tasks_of(lesson).items():
                    with self.subTest(task=name, bad=bad):
                        self.assertIn("nan or inf", tasks.hint_for(task, bad))
                        if is_function(task):
                            self.assertIn("nan or inf", tasks.hint_for(task, lambda *_: bad))
        weights = tasks.tasks_of(8)["8.6"]
        self.assertIn("nan or inf", tasks.hint_for(weights, np.array([1.0, np.nan, 2.0, 4.0])))

    def test_solutions_are_right_and_so_are_lists_of_their_parts(self):
        for lesson in range(1, 8):
            names = {"np": np, "td": td}
            for name, task in tasks.tasks_of(lesson).items():
                with self.subTest(task=name):
                    exec(task.solution, names)
                    answer = list(names.values())[-1] if is_function(task) else names[task.solution.split(" = ")[0]]
                    self.assertIsNone(tasks.hint_for(task, answer))
                    as_list = lambda *given: list(result) if isinstance(result := answer(*given), tuple) else result
                    if is_function(task):
                        self.assertIsNone(tasks.hint_for(task, as_list))

    def test_letters_in_any_form(self):
        letters = tasks.tasks_of(4)["4.4"]
        for answer in ("abe", "a, b, e", "A B E", ["a", "b", "e"], {"e", "b", "a"}):
            self.assertIsNone(tasks.hint_for(letters, answer))

    def test_results_in_any_form(self):
        for right in ((1, 2), [1, 2], np.ones((2, 3))):
            self.assertTrue(tasks.several(right, 2))
        for wrong in ((1, 2, 3), [1], np.ones(()), np.ones(3), "ab", None, 2):
            self.assertFalse(tasks.several(wrong, 2))

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
        for bad in (np.nan, np.inf):
            self.assertFalse(tasks.near(bad, 1) or tasks.near(1, bad) or tasks.near(bad, bad))

    def test_lessons(self):
        for lesson in range(1, 9):
            with self.subTest(lesson=lesson):
                self.assertEqual(tasks.faults_of(lesson), [])


class Runner(unittest.TestCase):
    """What ./run notebooks --check makes of a notebook."""

    def setUp(self):
        try:
            import nbformat
            import run_notebooks
        except ImportError as missing:
            self.skipTest(f"notebooks can't be run here: {missing}")
        self.runner, self.nbformat = run_notebooks, nbformat.v4

    def notebook(self, *sources):
        cells = [self.nbformat.new_code_cell(source) for source in sources]
        return self.nbformat.new_notebook(cells=cells)

    def all_tasks(self):
        return [f'answer = ...\ncheck("{name}", answer)' for name in tasks.tasks_of(1)]

    def test_solutions_are_filled_in(self):
        notebook = self.notebook(*self.all_tasks())
        self.assertEqual(self.runner.fill_in(notebook, 1), [])
        self.assertTrue(notebook.cells[0].source.startswith("slope = np.tanh(0.5)"))
        self.assertTrue(notebook.cells[0].source.endswith('\ncheck("1.1", answer)'))

    def test_tasks_that_are_missing_or_unknown(self):
        self.assertIn("task 1.5 stands in 0 cells", self.runner.fill_in(self.notebook(*self.all_tasks()[:4]), 1))
        self.assertIn("no task 1.9", self.runner.fill_in(self.notebook('check("1.9", 1)'), 1)[0])

    def test_a_figure_that_is_not_there(self):
        notebook = self.notebook("plt.show()", 'td.show_deck(tape, loss)', "%%cpp\ntd::write_deck(t, l, path);")
        self.assertEqual(len(self.runner.missing_outputs(notebook)), 3)
        png = self.nbformat.new_output("display_data", {"image/png": ""})
        deck = self.nbformat.new_output("display_data", {"text/html": "<iframe srcdoc="})
        for one, output in zip(notebook.cells, (png, deck, deck)):
            one.outputs = [output]
        self.assertEqual(self.runner.missing_outputs(notebook), [])
        self.assertIn("neither a figure", self.runner.missing_outputs(self.notebook("1"))[0])

    def test_outputs_are_taken_out(self):
        notebook = self.notebook("1")
        self.assertFalse(self.runner.strip(notebook))
        notebook.cells[0].execution_count = 3
        self.assertTrue(self.runner.strip(notebook))
        self.assertFalse(self.runner.strip(notebook))

    def test_an_error_in_a_notebook(self):
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "01_broken.ipynb"
            import nbformat

            nbformat.write(self.notebook(*["import numpy as np\nfrom tasks import check", *self.all_tasks()], "1 / 0"), path)
            faults = self.runner.execute(path, Path(place) / "out")
            self.assertIn("name 'answer' is not defined", "".join(faults))
            self.assertTrue((Path(place) / "out" / "01_broken.html").exists())


if __name__ == "__main__":
    unittest.main()
