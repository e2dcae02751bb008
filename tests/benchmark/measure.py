"""Asks the benchmark's peers, in turn: A B C, A B C, ..."""

import json
import os
import statistics
import subprocess


class Peer:
    """A program that answers how long a step takes; see protocol.hpp."""

    def __init__(self, name, command, environment, models=()):
        self.name, self.models = name, models
        cleared = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL, env={**cleared, **environment})  # fmt: skip
        answer = self.exchange("about")
        try:
            self.about = json.loads(answer)
        except ValueError:
            self.about = None

    def exchange(self, line):
        """The next line of its answer; "" when it has ended."""
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            return self.process.stdout.readline().strip()
        except BrokenPipeError:
            return ""

    def ask(self, question):
        """(median, least) seconds, or the reason why not."""
        answer = self.exchange(question)
        if answer.startswith("no: "):
            return answer.removeprefix("no: ")
        try:
            median, least = map(float, answer.split())
        except ValueError:
            return f"{self.name} answered '{answer}'" if answer else f"{self.name} stopped"
        return median, least

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def start(commands, environment):
    """The peers that run, and the reasons of those that don't. `commands`: name -> (command, models)."""
    running, failed = [], {}
    for name, (command, models) in commands.items():
        try:
            peer = Peer(name, command, environment, models)
        except OSError as error:
            failed[name] = str(error)
            continue
        if peer.about is None:
            peer.close()
            failed[name] = f"it does not run; see what this says: echo about | {' '.join(command)}"
        else:
            running.append(peer)
    return running, failed


def rows_of(work, peers):
    """What is asked for a work: (row's name, peer, model). The floor has one row, for the first of ours."""
    rows = []
    for peer in peers:
        if peer.name == "Tapedeck":
            forms = work.ours
        elif peer.name == "floor":
            forms = {"": next(iter(work.ours.values()))}
        else:
            forms = {label: m for label, m in work.theirs.items() if not peer.models or m in peer.models}
        rows += [(peer.name + label, peer, model) for label, model in forms.items()]
    return rows


def measure(work, norm, peers, rounds, milliseconds):
    """For each row its answers, asked in turn, as {"median": [...], "least": [...]}; or the reason as a text."""
    rows = rows_of(work, peers)
    times = {name: {"median": [], "least": []} for name, _, _ in rows}
    for _ in range(rounds):
        for name, peer, model in rows:
            if isinstance(times[name], str):
                continue
            answer = peer.ask(f"{milliseconds} {work.question(model, norm)}")
            if isinstance(answer, str):
                times[name] = answer
            else:
                times[name]["median"].append(answer[0])
                times[name]["least"].append(answer[1])
    return times


def least_of_all(times):
    """The same answers with the least of all in the place of the medians."""
    return {name: t if isinstance(t, str) else {**t, "median": [min(t["least"])]} for name, t in times.items()}


def middle(times):
    """The median of all rounds; None where there is no answer."""
    return None if isinstance(times, str) or not times["median"] else statistics.median(times["median"])


def spread(times):
    """Half of the distance between the smallest and the largest round, as a part of the median."""
    return (max(times["median"]) - min(times["median"])) / 2 / middle(times)
