"""The tasks of lesson 8: an operation of one's own. Answers in C++ are compiled into programs that print gradients."""

import json
import re

import numpy as np
from tapedeck import cell

from tasks import Task, Wrong, near

# What each task's answer is put into. ANSWER, or ANSWER_dx and the like, stand for what the student wrote.
SWISH = """
struct NAME final : td::Op<double> {
    std::string_view name() const override { return "Swish"; }
    std::string_view rule() const override { return "the answer"; }
    void forward(td::Forward<double>& f) override {
        f.each([](double x) { return x / (1 + std::exp(-x)); }, f.input(0));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(0, []([[maybe_unused]] double dy, [[maybe_unused]] double x) -> double {
            [[maybe_unused]] const double s = 1 / (1 + std::exp(-x));
            return ANSWER;
        }, r.upstream(), r.input(0));
    }
};
"""
SOFTSIGN = """
struct NAME final : td::Op<double> {
    std::string_view name() const override { return "Softsign"; }
    std::string_view rule() const override { return "the answer"; }
    void forward(td::Forward<double>& f) override {
        f.each([](double x) { return x / (1 + std::abs(x)); }, f.input(0));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(0, []([[maybe_unused]] double dy, [[maybe_unused]] double y) -> double { return ANSWER; },
               r.upstream(), r.output());
    }
};
"""
STEEP = """
struct NAME final : td::Op<double> {
    std::string_view name() const override { return "SteepSwish"; }
    std::string_view rule() const override { return "the answer"; }
    void forward(td::Forward<double>& f) override {
        f.each([](double x, double b) { return x / (1 + std::exp(-b * x)); }, f.input(0), f.input(1));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(0, []([[maybe_unused]] double dy, [[maybe_unused]] double x, [[maybe_unused]] double b) -> double {
            [[maybe_unused]] const double s = 1 / (1 + std::exp(-b * x));
            return ANSWER_dx;
        }, r.upstream(), r.input(0), r.input(1));
        r.each(1, []([[maybe_unused]] double dy, [[maybe_unused]] double x, [[maybe_unused]] double b) -> double {
            [[maybe_unused]] const double s = 1 / (1 + std::exp(-b * x));
            return ANSWER_db;
        }, r.upstream(), r.input(0), r.input(1));
    }
};
"""
CENTER = """
struct NAME final : td::Op<double> {
    std::string_view name() const override { return "Center"; }
    std::string_view rule() const override { return "the answer"; }
    void forward(td::Forward<double>& f) override {
        const td::Tensor<double>& x = f.input(0);
        td::Tensor<double>& y = f.output(x.shape());
        const std::size_t n = x.shape().back();
        for (std::size_t i = 0; i < x.size(); i += n) {
            double mean = 0;
            for (std::size_t j = 0; j < n; ++j) mean += x.storage()[i + j] / double(n);
            for (std::size_t j = 0; j < n; ++j) y.storage()[i + j] = x.storage()[i + j] - mean;
        }
    }
    void adjoint(td::Reverse<double>& r) override {
        if (!r.needs(0)) return;
        const td::Deposit<double> to = r.deposit(0);
        const std::size_t n = r.output().shape().back();
        for (std::size_t i = 0; i < r.output().size(); i += n) {
            const double* dy = &r.upstream().storage()[i];
            double* dx = to.data + i;
            double sum = 0;
            for (std::size_t j = 0; j < n; ++j) sum += dy[j];
            [[maybe_unused]] const double mean = sum / double(n);
            for (std::size_t j = 0; j < n; ++j) {
                BODY
            }
        }
    }
};
"""
FORMULA = CENTER.replace(
    "BODY", "const double part = ANSWER;\n                if (to.add) dx[j] += part; else dx[j] = part;"
)
DEPOSIT = CENTER.replace("BODY", "const double part = dy[j] - mean;\n                ANSWER;")

# Two inputs, in the order in which gradcheck and the prints below take them.
X = "td::Tensor<double>{{0.5, -1.5, 2}, {-0.3, 1.2, -2.5}}"
ONE = f"std::vector<td::Tensor<double>>{{{X}}}"
TWO = f"std::vector<td::Tensor<double>>{{{X}, td::Tensor<double>(1.3)}}"
RECORD = "[](td::Tape<double>& t, std::vector<td::Variable<double>> x) { return t.record<NAME>(td::Where::here(), {}, OPERANDS); }"
KINDS = {
    "swish": (SWISH, RECORD.replace("OPERANDS", "x[0]"), ONE),
    "softsign": (SOFTSIGN, RECORD.replace("OPERANDS", "x[0]"), ONE),
    "steep": (STEEP, RECORD.replace("OPERANDS", "x[0], x[1]"), TWO),
    "center": (FORMULA, RECORD.replace("OPERANDS", "x[0]"), ONE),
    # x has a gradient already when the adjoint comes, by the product behind it.
    "added": (DEPOSIT, RECORD.replace("return", "auto y =").replace("OPERANDS); }", "x[0]); return y + x[0] * x[0]; }"), ONE),
    "first": (DEPOSIT, RECORD.replace("OPERANDS", "x[0]"), ONE),
}
MAIN = """
template <class F>
void print_gradients(int number, F f, const std::vector<td::Tensor<double>>& values) {
    chosen = number;
    td::Tape<double> tape;
    fmt::print("{{\\"number\\": {}, \\"grads\\": [", number);
    // Backwards twice: the second finds the first one's numbers in the gradients' memory.
    std::vector<td::Variable<double>> x;
    for (const auto& value : values) x.push_back(tape.variable(value));
    const auto y = f(tape, x);
    auto dy = y.value();
    for (std::size_t i = 0; i < dy.size(); ++i) dy.storage()[i] = 0.5 + double(i * i % 7);
    tape.backward(y, dy), tape.backward(y, dy);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto grad = x[i].grad();
        fmt::print("{}[{}]", i ? ", " : "", fmt::join(grad.begin(), grad.end(), ", "));
    }
    fmt::print("]}}\\n");
}
int main() {
CALLS
}
"""
_known = {}


def source(jobs):
    """One program for all (kind, answer): an operation has the answers to it as cases, of which one is chosen."""
    answers, calls = {}, []
    for number, (kind, answer) in enumerate(jobs):
        op, record, values = KINDS[kind]
        for blank, text in answer:
            answers.setdefault(op, {}).setdefault(blank, []).append((number, text))
        name = f"Op{list(answers).index(op)}"
        calls.append(f"    print_gradients({number}, {record.replace('NAME', name)}, {values});")
    parts = []
    for i, (op, blanks) in enumerate(answers.items()):
        for blank, texts in blanks.items():
            if op is DEPOSIT:
                cases = "".join(f"case {number}: {{ {text}; }} break;\n" for number, text in texts)
                op = op.replace(blank, f"switch (chosen) {{\n{cases}}}")
            else:
                cases = "".join(f"case {number}: return {text};\n" for number, text in texts)
                op = op.replace(blank, f"[&]() -> double {{ switch (chosen) {{\n{cases}}} return 0; }}()")
        parts.append(op.replace("NAME", f"Op{i}"))
    return "static int chosen = 0;\n" + "".join(parts) + MAIN.replace("CALLS", "\n".join(calls))


class NotRun(Exception):
    """Why an answer gave no numbers: a hint."""


def gradients(kind, *answer):
    """What backward gives with this answer in its place, a list for each input."""
    job = (kind, answer)
    if job not in _known:
        # The answers that come with the lesson go through the compiler together.
        jobs = [j for j in PLANTED if j not in _known] if job in PLANTED else [job]
        try:
            said = cell.run(source(jobs), "answer")[0]
        except cell.CellError as error:
            first = re.search(r"error: (.*)", str(error))
            last = str(error).strip().splitlines()[-1]
            raise NotRun(f"it does not compile: {first.group(1)}" if first else f"it does not run: {last}") from None
        for line in said.splitlines():
            of = json.loads(re.sub(r"-?\b(nan|inf)\b", "1e300", line))
            _known[jobs[of["number"]]] = [np.array(g) for g in of["grads"]]
    return _known[job]


def compiled(check):
    """A check of C++: says so when it is not a string, and what the compiler says."""

    def checked(answer):
        for text in answer.values() if isinstance(answer, dict) else [answer]:
            if not isinstance(text, str):
                return "the answer is C++ in a string."
            if text.strip() in ("", "..."):
                return "there is no answer yet: put yours in place of the three dots."
            if re.search(r"#|\basm\b|//|/\*", text):
                return "one formula or statement will do, without comments."
        try:
            return check(answer)
        except NotRun as error:
            return str(error)

    return checked


NUMBERS = np.array([0.5, -1.5, 2, -0.3, 1.2, -2.5])
DY = np.array([0.5 + i * i % 7 for i in range(6)])
ROWS = DY.reshape(2, 3)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@compiled
def check_swish(answer):
    got = gradients("swish", ("ANSWER", answer))[0]
    x, dy, s = NUMBERS, DY, sigmoid(NUMBERS)
    if near(got, dy * (s + x * s * (1 - s))):
        return None
    if near(got, s + x * s * (1 - s)):
        return "the slope is right, but what arrives, dy, is not handed on."
    if near(got, dy * s):
        return "y is x times s, and s depends on x, too."
    if near(got, dy * x * s * (1 - s)):
        return "that is the way through s alone; x is a factor itself."
    if near(got, dy * s * (1 - s)):
        return "that is the adjoint of the sigmoid; here it is multiplied by x."
    if near(got, dy * (s - x * s * (1 - s))):
        return "the second part has the wrong sign: the sigmoid rises."
    return "take the product rule for x * s, and for s its own slope, s * (1 - s)."


@compiled
def check_softsign(answer):
    got = gradients("softsign", ("ANSWER", answer))[0]
    y, dy = NUMBERS / (1 + np.abs(NUMBERS)), DY
    if near(got, dy * (1 - np.abs(y)) ** 2):
        return None
    if near(got, dy / (1 + np.abs(y)) ** 2):
        return "that is the right formula for x in place of y; what is 1 + |x| in terms of y?"
    if near(got, dy * (1 - np.abs(y))):
        return "|y| = 1 - 1 / (1 + |x|), and the slope has the square of 1 + |x|."
    if near(got, dy * (1 - y * y)):
        return "that is tanh's; its curve looks alike and is another one."
    if near(got, dy * (1 - y) ** 2):
        return "it is right where y is positive: look at the other half."
    return "first dy/dx = 1 / (1 + |x|)^2, then find 1 / (1 + |x|) from y."


@compiled
def check_steep(answer):
    if not isinstance(answer, dict) or set(answer) != {"dx", "db"}:
        return 'give both: {"dx": "...", "db": "..."}.'
    dx, db = gradients("steep", ("ANSWER_dx", answer["dx"]), ("ANSWER_db", answer["db"]))
    x, b, dy = NUMBERS, 1.3, DY
    s = sigmoid(b * x)
    right_dx, right_db = dy * (s + b * x * s * (1 - s)), np.array([np.sum(dy * x * x * s * (1 - s))])
    if near(dx, right_dx) and near(db, right_db):
        return None
    if near(db, right_dx.sum()[None]):
        return "dx and db are in each other's place."
    if near(dx, dy * (s + x * s * (1 - s))):
        return "in dx the inner derivative of b * x is missing."
    if near(dx, right_dx) and near(db, np.sum(dy * x * s * (1 - s))[None]):
        return "dx is right. In db, x stands once as the factor, and a second time as the inner derivative of b * x."
    if near(dx, right_dx) and near(db, np.sum(dy * b * x * s * (1 - s))[None]):
        return "dx is right. In db the inner derivative is the one by b, not by x."
    if near(dx, right_dx) and near(db, right_db / len(x)):
        return "dx is right. db is a sixth of what it should be: each of the 6 uses of b counts in full."
    if near(dx, right_dx):
        return "dx is right, db is not: write the contribution of one element, the sum is each()'s affair."
    return "dx is not right: it is Swish's adjoint, with b * x inside the sigmoid."


@compiled
def check_center(answer):
    got = gradients("center", ("ANSWER", answer))[0].reshape(2, 3)
    mean = ROWS.mean(axis=1, keepdims=True)
    if near(got, ROWS - mean):
        return None
    if near(got, ROWS):
        return "that is the direct path alone; each x[j] also moved the mean, and with it the whole row."
    if near(got, ROWS + mean):
        return "a larger x[j] makes the mean larger, and each y smaller: which sign has that path?"
    if near(got, ROWS - 3 * mean):
        return "x[j] moves the mean by 1/n of its own change: not the sum is taken off."
    if near(got, ROWS - mean / 3):
        return "it is divided by n twice: mean has been divided already."
    if near(got, -mean + 0 * ROWS):
        return "that is the path through the mean alone; the direct one is missing."
    return "y[k] = x[k] - mean: what is dy[k]/dx[j] for k = j, and what for all others? Sum over k."


@compiled
def check_deposit(answer):
    added = gradients("added", ("ANSWER", answer))[0].reshape(2, 3)
    first = gradients("first", ("ANSWER", answer))[0].reshape(2, 3)
    mine = ROWS - ROWS.mean(axis=1, keepdims=True)
    others = 2 * NUMBERS.reshape(2, 3) * ROWS + ROWS * 0
    both = near(added, mine + others), near(first, mine)
    if all(both):
        return None
    if both[1] and near(added, mine):
        return "it is right when x is read once; when another one has deposited before, that is lost."
    if both[0] and not both[1]:
        return "later contributions are right; the first one is added to numbers of an earlier pass, still in that memory."
    if near(first, 0 * mine) and near(added, others):
        return "nothing has arrived at x: is it written to dx[j]?"
    if near(first, -mine) or near(added, others - mine):
        return "the contribution is taken off; it is to be added."
    if not any(both):
        return "both cases are wrong; is the condition turned round?"
    return "to.add says whether x has a gradient already: two cases, two assignments."


def check_cotangent(answer):
    got = np.asarray(answer, dtype=float)
    if got.shape != (4,):
        return f"one number for each of the 4 outputs; what came has the shape {got.shape}."
    if np.all(got == 0):
        return "with zeros nothing arrives at the operation, right or wrong."
    if np.ptp(got) < 1e-3 * np.abs(got).max():
        return "the outputs of a row sum to zero, whatever x is: that sum has no gradient, and zeros are right for it."
    if np.abs(got - got.mean()).min() < 1e-3 * np.ptp(got):
        return "one element's own gradient is zero with these weights, so there a wrong zero goes unseen: look at each minus the mean."
    return None


def jobs_of(kinds, *answers):
    return [(kind, (("ANSWER", a),)) for a in answers for kind in kinds]


SWISH_WRONG = {
    "s + x * s * (1 - s)": "not handed on",
    "dy * s": "s depends on x",
    "dy * x * s * (1 - s)": "a factor itself",
    "dy * s * (1 - s)": "adjoint of the sigmoid",
    "dy * (s - x * s * (1 - s))": "wrong sign",
}
SOFTSIGN_WRONG = {
    "dy / ((1 + std::abs(y)) * (1 + std::abs(y)))": "for x in place of y",
    "dy * (1 - std::abs(y))": "the square of",
    "dy * (1 - y * y)": "tanh's",
    "dy * (1 - y) * (1 - y)": "other half",
}
STEEP_RIGHT = {"dx": "dy * (s + b * x * s * (1 - s))", "db": "dy * x * x * s * (1 - s)"}
STEEP_WRONG = [
    (STEEP_RIGHT | {"dx": "dy * (s + x * s * (1 - s))"}, "is missing"),
    (STEEP_RIGHT | {"db": "dy * x * s * (1 - s)"}, "x stands once"),
    (STEEP_RIGHT | {"db": "dy * b * x * s * (1 - s)"}, "by b, not by x"),
    ({"dx": STEEP_RIGHT["db"], "db": STEEP_RIGHT["dx"]}, "each other's place"),
    (STEEP_RIGHT | {"db": "dy * x * x * s * (1 - s) / 6"}, "counts in full"),
]
CENTER_WRONG = {
    "dy[j]": "direct path alone",
    "dy[j] + mean": "which sign",
    "dy[j] - sum": "1/n",
    "dy[j] - mean / double(n)": "divided by n twice",
    "-mean": "through the mean alone",
}
DEPOSIT_WRONG = {
    "dx[j] = part": "that is lost",
    "dx[j] += part": "an earlier pass",
    "if (to.add) dx[j] = part; else dx[j] += part": "turned round",
    "if (to.add) dx[j] -= part; else dx[j] = -part": "taken off",
}
DEPOSIT_RIGHT = "if (to.add) dx[j] += part; else dx[j] = part"
PLANTED = [
    *jobs_of(["swish"], *SWISH_WRONG, "dy * (s + x * s * (1 - s))"),
    *jobs_of(["softsign"], *SOFTSIGN_WRONG, "dy * (1 - std::abs(y)) * (1 - std::abs(y))"),
    *(("steep", tuple((f"ANSWER_{k}", a[k]) for k in ("dx", "db"))) for a in [*(w for w, _ in STEEP_WRONG), STEEP_RIGHT]),
    *jobs_of(["center"], *CENTER_WRONG, "dy[j] - mean"),
    *jobs_of(["added", "first"], *DEPOSIT_WRONG, DEPOSIT_RIGHT),
]

TASKS = [
    Task(
        "8.1",
        check_swish,
        solution='swish_dx = "dy * (s + x * s * (1 - s))"',
        wrong=[Wrong(answer, hint) for answer, hint in SWISH_WRONG.items()],
    ),
    Task(
        "8.2",
        check_softsign,
        solution='softsign_dx = "dy * (1 - std::abs(y)) * (1 - std::abs(y))"',
        wrong=[Wrong(answer, hint) for answer, hint in SOFTSIGN_WRONG.items()],
    ),
    Task(
        "8.3",
        check_steep,
        solution=f"steep = {STEEP_RIGHT!r}",
        wrong=[Wrong(answer, hint) for answer, hint in STEEP_WRONG],
    ),
    Task(
        "8.4",
        check_center,
        solution='center_dx = "dy[j] - mean"',
        wrong=[Wrong(answer, hint) for answer, hint in CENTER_WRONG.items()],
    ),
    Task(
        "8.5",
        check_deposit,
        solution=f'deposit = "{DEPOSIT_RIGHT}"',
        wrong=[Wrong(answer, hint) for answer, hint in DEPOSIT_WRONG.items()],
    ),
    Task(
        "8.6",
        check_cotangent,
        solution="cotangent = np.array([0.7, -1.1, 0.2, 1.6])",
        wrong=[
            Wrong(np.ones(4), "sum to zero"),
            Wrong(np.zeros(4), "nothing arrives"),
            Wrong(np.ones((2, 4)), "one number for each"),
            Wrong(np.array([1.0, 2.0, 3.0, 2.0]), "goes unseen"),
        ],
    ),
]
