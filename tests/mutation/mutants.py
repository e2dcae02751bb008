"""All the small mistakes that can be made in a file, one at a time."""

import hashlib
import itertools
import re
from collections import defaultdict
from dataclasses import dataclass

import cpp


@dataclass(frozen=True)
class Mutant:
    file: str
    start: int
    end: int
    text: str  # what stands there instead
    kind: str

    def applied(self, source):
        return source[: self.start] + self.text + source[self.end :]

    def line(self, source):
        return source.count("\n", 0, self.start) + 1

    def lines(self, source):
        """The line or lines concerned, before and after, without their indentation."""
        first = source.rfind("\n", 0, self.start) + 1
        last = source.find("\n", self.end)
        last = len(source) if last < 0 else last
        before = source[first:last]
        after = source[first : self.start] + self.text + source[self.end : last]
        return one_line(before), one_line(after)


def one_line(text):
    return " ".join(text.split())


_FLIPPED = {"+": "-", "-": "+", "*": "/", "/": "*"}
_COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
_ASSIGNED = {"+=": "=", "-=": "+=", "*=": "=", "/=": "*="}
_NAMES = {"yes": "no", "no": "yes", "min": "max", "max": "min", "front": "back", "back": "front",
          "min_element": "max_element", "max_element": "min_element", "true": "false", "false": "true"}  # fmt: skip


# Swapped with anything else they don't compile.
_OF_A_TYPE_OF_THEIR_OWN = {"f", "r", "where", "line", "name", "rng", "tape", "tape_", "axis"}


def _operators(code):
    for match in re.finditer(r"(?<=\S) ([-+*/])(?=\s)", code):
        at = match.start(1)
        yield "flip operator", at, at + 1, _FLIPPED[match.group(1)]
        right = (cpp.product if match.group(1) in "+-" else cpp.operand)(code, at + 1)
        if right is None:
            continue
        yield ("drop term" if match.group(1) in "+-" else "drop factor"), at - 1, right, ""
        if match.group(1) in "+*":
            left = (cpp.product_back if match.group(1) == "+" else cpp.operand_back)(code, at - 1)
            if left is not None:
                yield ("drop term" if match.group(1) == "+" else "drop factor"), left, at + 2, ""
    for match in re.finditer(r"-(?=[\w(])", code):
        if re.search(r"(?:[(\[{,?:=*/<>]\s*|return )$", code[max(0, match.start() - 8) : match.start()]):
            yield "drop minus", match.start(), match.end(), ""


def _comparisons(code):
    for match in re.finditer(r"(?<=\S) (<=|>=|==|!=|<|>|&&|\|\|)(?=\s)", code):
        yield "compare", match.start(1), match.end(1), _COMPARED[match.group(1)]
    for match in re.finditer(r"!(?=[\w(])", code):
        yield "drop not", match.start(), match.end(), ""
    for match in re.finditer(r"\bfor \([^;]*;[^;]*?( < [^;]+);", code):
        yield "one fewer", match.start(1), match.start(1), " + 1"
    for match in re.finditer(r"\bif (\()", code):
        start, end = cpp.condition(code, match.start(1))
        if end > start and " = " not in code[start:end] and ";" not in code[start:end]:
            yield "never", start, end, ("false && (", (start, end), ")")


def _names_and_numbers(code):
    for match in re.finditer(r"\b[a-z_]+\b", code):
        if match.group() in _NAMES:
            yield "name", *match.span(), _NAMES[match.group()]
    for match in re.finditer(r"(?<![\w.])(\d+\.\d+(?:e-?\d+)?|\d+e-?\d+)", code):
        changed = 0.4 if float(match.group()) == 0.5 else float(match.group()) * 0.8
        yield "constant", *match.span(), repr(changed)
    for match in re.finditer(r"(?<![\w.])(\d+)(?![\w.]*\.|\w*e-)(?=[uUzlL]*\b)", code):
        yield "constant", *match.span(), str(int(match.group()) - 1 if int(match.group()) else 1)


_DECLARED = re.compile(rf"\((?:\w|::|{cpp.TEMPLATE})+[&*]* \w+[,)]|\(const ")


def _statements(code):
    for match in re.finditer(r"(?<=\S) (\+=|-=|\*=|/=)(?=\s)", code):
        line = code[code.rfind("\n", 0, match.start()) + 1 : match.start()]
        if "for (" not in line:  # an endless loop is killed by its time, which tells nothing
            yield "assign", match.start(1), match.end(1), _ASSIGNED[match.group(1)]
    for match in re.finditer(r"^([ \t]+)(?!return\b|const\b|auto\b|else\b|for\b|if\b|case\b|delete\b)(?=[\w(*])", code, re.M):
        before = code[: match.start()].rstrip(" \n" + cpp.HIDDEN)
        if before and before[-1] not in ";{})":
            continue
        start = match.end()
        end = cpp.operand(code, start)
        if end is None:
            continue
        if code[end - 1] != ")" and (assigned := re.compile(r" (?:=|\+=|-=|\*=|/=) [^;{}]*;").match(code, end)):
            yield "skip", start, assigned.end(), ";"
        elif code[end : end + 1] == ";" and code[end - 1] == ")" and not _DECLARED.search(code[start:end]):
            yield "skip", start, end + 1, ";"


def _arguments(code):
    for match in re.finditer(rf"[\w{cpp.TEMPLATE}]([({{])", code):
        spans = cpp.arguments(code, match.start(1))
        for (a, b), (c, d) in zip(spans, spans[1:]):
            one, two = code[a:b], code[c:d]
            simple = r"[\w.\[\]]+(?:\(\w*\))?(?:\.data\(\))?|(?:\w+(?:\.|->))*input\(\d\)"
            if {one, two} & _OF_A_TYPE_OF_THEIR_OWN or re.match(r"no|yes", one) or one == two:
                continue
            if re.fullmatch(simple, one) and re.fullmatch(simple, two):
                yield "swap arguments", a, d, ((c, d), (b, c), (a, b))


def mutants_of(file, source):
    """All mutants of a file, in the order of their places.

    A maker yields kind, start, end and what stands there instead: a text, or parts that are texts or spans.
    """
    code = cpp.masked(source)
    found = {}
    for make in (_operators, _comparisons, _names_and_numbers, _statements, _arguments):
        for kind, start, end, parts in make(code):
            if cpp.HIDDEN in code[start:end]:
                continue
            parts = (parts,) if isinstance(parts, str) else parts
            text = "".join(part if isinstance(part, str) else source[slice(*part)] for part in parts)
            mutant = Mutant(file, start, end, text, kind)
            found.setdefault("".join(mutant.applied(source).split()), mutant)
    return sorted(found.values(), key=lambda m: (m.start, m.end, m.text))


def spread(mutants, sources, count, seed, most):
    """`count` of the mutants, from every file and of every kind there; `most` is a file's greatest number of them.

    A mutant's rank depends on its own line and on the seed, so that an edit elsewhere changes no other choice.
    """

    def rank(mutant):
        key = f"{seed} {mutant.file} {mutant.kind} {' -> '.join(mutant.lines(sources[mutant.file]))}"
        return hashlib.sha256(key.encode()).hexdigest()

    queues = {}
    for file in sorted({m.file for m in mutants}):
        kinds = defaultdict(list)
        for mutant in sorted((m for m in mutants if m.file == file), key=rank):
            kinds[mutant.kind].append(mutant)
        order = sorted(kinds.values(), key=lambda same: rank(same[0]))
        queue = [m for turn in itertools.zip_longest(*order) for m in turn if m]
        queues[file] = queue[: most.get(file, len(queue))]
    weights = {file: len(queue) ** 0.5 for file, queue in queues.items()}
    total = sum(weights.values())
    chosen, left = [], []
    for file, queue in queues.items():
        share = max(1, int(count * weights[file] / total))
        chosen += queue[:share]
        left += queue[share:]
    chosen = sorted(chosen, key=rank)[:count]
    chosen += sorted(left, key=rank)[: count - len(chosen)]
    return chosen
