"""What a lesson's cells call: check(task, answer), predict(what, guess), measured(what, number).

The tasks of lesson 3 are in lessons/lesson_03.py, as a list TASKS. README.md says how one is written.
"""

import importlib
import os
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np


@dataclass
class Wrong:
    """A wrong answer that a student might give, and words that its hint must have."""

    answer: Any
    hint: str


@dataclass
class Task:
    """`check` takes an answer and returns None when it is right, otherwise a hint: one sentence that says what
    to look at, not the answer. `solution` is code for the notebook's cell, up to its check()."""

    name: str
    check: Callable[[Any], Any]
    solution: str
    wrong: list = field(default_factory=list)


class NotSolved(AssertionError):
    """Raised only when the notebooks are checked: a student sees the hint and goes on."""


def tasks_of(lesson):
    """{name: Task} of a lesson, by its number."""
    tasks = importlib.import_module(f"lessons.lesson_{int(lesson):02}").TASKS
    return {task.name: task for task in tasks}


NO_ANSWER = "there is no answer yet: put yours in place of the three dots."


class NoAnswer(Exception):
    """A function gave back what no task asks for; the text is the hint."""


def parts_of(answer):
    """An answer and all that is in it."""
    yield answer
    inside = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, (tuple, list)) else ()
    for part in inside:
        yield from parts_of(part)


def is_finite(part):
    """False for a number or an array with nan or inf in it."""
    numbers = isinstance(part, (float, complex, np.number)) or isinstance(part, np.ndarray) and part.dtype.kind in "fc"
    return not numbers or bool(np.all(np.isfinite(part)))


def refusal(answer, nothing):
    """Why this can't be right in any task; None when it may be."""
    if answer is None:
        return nothing
    parts = list(parts_of(answer))
    if any(part is ... for part in parts):
        return NO_ANSWER
    if any(part is None for part in parts):
        return "a part of your answer is None."
    if not all(map(is_finite, parts)):
        return "there is nan or inf in your answer: it has to be finite."
    return None


def looked_at(function):
    """A student's function, what it returns being looked at before the task's check sees it."""

    def call(*arguments):
        result = function(*arguments)
        why = refusal(result, "your function returns nothing: is there a return?")
        if why:
            raise NoAnswer(why)
        return result

    return call


def hint_for(task, answer):
    """What is wrong with this answer; None when nothing is."""
    why = refusal(answer, "the answer is None: did it come from a function without a return?")
    if why:
        return why
    try:
        return task.check(looked_at(answer) if callable(answer) else answer)
    except NoAnswer as why:
        return str(why)
    except Exception as error:  # whatever an answer may do
        if "ellipsis" in str(error):
            return NO_ANSWER
        return f"it can't be checked: {type(error).__name__}: {error}"


def check(name, answer):
    """Says whether the answer to a task is right, and gives a hint when it is not."""
    tasks = tasks_of(name.split(".")[0])
    if name not in tasks:
        raise KeyError(f"lesson {name.split('.')[0]} has no task {name}: {', '.join(tasks)}")
    hint = hint_for(tasks[name], answer)
    if hint is not None and os.environ.get("TAPEDECK_NOTEBOOKS") == "check":
        raise NotSolved(f"{name}: {hint}")
    print(f"{name}: right." if hint is None else f"{name}: not yet: {hint}")


_predictions = {}


def predict(what, guess):
    """Notes a prediction, before it is measured."""
    _predictions[what] = guess
    print(f"{what}: write your guess in place of the three dots." if guess is ... else f"{what}: noted, {guess}.")


def measured(what, number, digits=4):
    """A measurement beside its prediction."""
    guess = _predictions.get(what, ...)
    if isinstance(number, (float, np.floating)):
        number = float(f"{float(number):.{digits}g}")
    print(f"{what}: measured {number}; " + ("no prediction." if guess is ... else f"predicted {guess}."))


def near(a, b, tolerance=1e-4):
    """Whether two numbers or arrays are finite, of one shape, and equal but for rounding."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return False
    return bool(np.all(np.abs(a - b) <= tolerance * (1 + np.abs(b))))


def several(answer, count):
    """Whether these are so many results: a tuple, a list, or an array's rows."""
    return isinstance(answer, (tuple, list, np.ndarray)) and getattr(answer, "ndim", 1) > 0 and len(answer) == count


def faults_of(lesson):
    """What is wrong with a lesson's tasks themselves: each has three wrong answers or more, each of which gets
    its own hint."""
    faults = []
    for name, task in tasks_of(lesson).items():
        if len(task.wrong) < 3:
            faults.append(f"{name} has {len(task.wrong)} wrong answers; three are wanted")
        hints = []
        for i, wrong in enumerate(task.wrong, 1):
            hint = hint_for(task, wrong.answer)
            if hint is None:
                faults.append(f"{name}: wrong answer {i} passes")
            elif "can't be checked" in hint or wrong.hint not in hint:
                faults.append(f"{name}: wrong answer {i} gets {hint!r}, not {wrong.hint!r}")
            elif hint in hints:
                faults.append(f"{name}: wrong answer {i} gets a hint that another one got: {hint!r}")
            hints.append(hint)
        if hint_for(task, ...) is None:
            faults.append(f"{name} passes without an answer")
    if len(tasks_of(lesson)) < 4:
        faults.append(f"lesson {lesson} has {len(tasks_of(lesson))} tasks; four are wanted")
    return faults
