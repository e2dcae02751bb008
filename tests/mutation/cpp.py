"""As much of C++ as the mutants need: what is no code, where brackets close, where an operand starts and ends.

It reads text as clang-format leaves it: spaces around binary operators, none around template arguments.
"""

import re

HIDDEN, TEMPLATE = "\0", "\1"  # what stands in a masked text for no code, and for template arguments
CLOSING = {"(": ")", "[": "]", "{": "}"}
OPENING = {close: open_ for open_, close in CLOSING.items()}


def masked(source):
    """The text, as long as before, with comments, literals, preprocessor lines and the wording of errors hidden."""
    text = list(source)

    def hide(start, end, by=HIDDEN):
        for i in range(start, end):
            if text[i] != "\n":
                text[i] = by

    literal = r'"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\''
    for match in re.finditer(rf"//[^\n]*|/\*.*?\*/|{literal}|^[ \t]*#(?:\\\n|[^\n])*", source, re.S | re.M):
        hide(*match.span())
    code = "".join(text)
    for match in re.finditer(r"\btemplate <|(?<=\w)<(?![\s=<])", code):
        if text[match.end() - 1] == "<" and (end := _closing_angle(code, match.end() - 1)):
            hide(match.start(), end, TEMPLATE)
    code = "".join(text)
    for match in re.finditer(rf"\b(?:fail|misfit|refuse|fmt::format){TEMPLATE}*\(", code):
        hide(match.end(), _matching(code, match.end() - 1) - 1)
    no_statement = r"^[ \t]*(?:throw|using|static_assert|namespace|friend)\b[^;{]*[;{]"
    pure_virtual = r"(?:const|\)) = 0;"
    for match in re.finditer(f"{no_statement}|{pure_virtual}", code, re.M):
        hide(*match.span())
    return "".join(text)


def _closing_angle(code, at):
    depth = 0
    for i in range(at, min(len(code), at + 400)):
        if code[i] == "<":
            depth += 1
        elif code[i] == ">" and code[i - 1] != "-":
            depth -= 1
            if depth == 0:
                return i + 1
        elif code[i] in ";{":
            return None
    return None


def _matching(code, at):
    """The place behind the bracket that closes the one at `at`."""
    stack = []
    for i in range(at, len(code)):
        if code[i] in CLOSING:
            stack.append(CLOSING[code[i]])
        elif code[i] in OPENING:
            if not stack or stack.pop() != code[i]:
                return len(code)
            if not stack:
                return i + 1
    return len(code)


def _matching_back(code, at):
    """The place of the bracket that the one at `at` closes."""
    stack = []
    for i in range(at, -1, -1):
        if code[i] in OPENING:
            stack.append(OPENING[code[i]])
        elif code[i] in CLOSING:
            if not stack or stack.pop() != code[i]:
                return 0
            if not stack:
                return i
    return 0


_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?[fFuUlLz]*")
_NAME = re.compile(r"[A-Za-z_]\w*")


def operand(code, at):
    """Where the operand that starts at `at` ends, with its calls, indices and members; None when there is none."""
    while at < len(code) and code[at] in " \n":
        at += 1
    while at < len(code) and code[at] in "-!*&~":
        at += 1
    if at >= len(code):
        return None
    if code[at] == "(":
        at = _matching(code, at)
    elif match := _NUMBER.match(code, at):
        return match.end()
    elif match := _NAME.match(code, at):
        at = match.end()
    else:
        return None
    while at < len(code):
        if code[at] == TEMPLATE:
            at += 1
        elif code[at] in CLOSING:
            at = _matching(code, at)
        elif match := re.compile(r"(?:\.|->|::)(?:template )?~?[A-Za-z_]\w*").match(code, at):
            at = match.end()
        else:
            return at
    return at


def product(code, at):
    """Where the product of operands that starts at `at` ends."""
    at = operand(code, at)
    while at is not None and (match := re.compile(r"\s[*/%]\s").match(code, at)):
        at = operand(code, match.end())
    return at


def operand_back(code, end):
    """Where the operand that ends at `end` starts; None when there is none."""
    at = end
    while at > 0:
        if code[at - 1] in OPENING:
            at = _matching_back(code, at - 1)
            if at == 0:
                return None
            if not re.match(rf"[\w{TEMPLATE}\])]", code[at - 1]):
                return at
        elif code[at - 1] == TEMPLATE:
            at -= 1
        elif re.match(r"\w", code[at - 1]):
            while at > 0 and re.match(r"\w", code[at - 1]):
                at -= 1
            link = re.search(r"(?:\.|->|::)$", code[max(0, at - 2) : at])
            if not link:
                return at
            at -= len(link.group())
        else:
            return at if at < end else None
    return None


def product_back(code, end):
    """Where the product of operands that ends at `end` starts."""
    start = operand_back(code, end)
    while start is not None and re.search(r"\S [*/%] $", code[max(0, start - 4) : start]):
        start = operand_back(code, start - 3)
    return start


def arguments(code, at):
    """The spans of the arguments in the brackets that open at `at`."""
    end = _matching(code, at) - 1
    spans, start, i = [], at + 1, at + 1
    while i < end:
        if code[i] in CLOSING:
            i = _matching(code, i)
            continue
        if code[i] == ",":
            spans.append((start, i))
            start = i + 1
        i += 1
    spans.append((start, end))
    trimmed = []
    for first, last in spans:
        while first < last and code[first] in " \n":
            first += 1
        trimmed.append((first, last))
    return trimmed


def condition(code, at):
    """The span between the brackets of an `if` whose bracket opens at `at`."""
    return at + 1, _matching(code, at) - 1
