"""Where `step` does not go: into the standard library, xtensor, xtl, xsimd, fmt, and our own small parts that stand
between a line of a model and the operation that it calls."""

import os

import gdb

# By name, so that it does not matter where a library is installed.
NAMESPACES = ("std", "xt", "xtl", "xsimd", "fmt", "__gnu_cxx", "__cxxabiv1")
PLUMBING = ("kernels::", "refuse::", "Where::", "Located<", "SmallVector<", "Boxed<", "Scopes::", "ScopeGuard::",
            "ModeGuard::", "Attempt<", "Entries<", "Entry<", "Variable<", "Forward<", "Reverse<", "Random::",
            "operator(==|<=>)", "Module<[^>]*>::enter", "op::tape_for", "as_written", "elements", "broadcast", "full<",
            "zeros<", "ones<", "resized<",
            "Tape<[^>]*>::(prepare|knows|check|name_entry|of|paused|place|scope|entry_of|owner|where|"
            "read|parameter|has_adjoint|freeze|pause)")
FUNCTIONS = (rf"^({'|'.join(NAMESPACES)})::", rf"^tapedeck::({'|'.join(PLUMBING)})", r"^_Z+N[0-9]*8?tapedeck7kernels",
             r"^operator (new|delete)", r"^__gthread")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))))
# And by file, for what has no such name: lambdas and operators. A * does not cross a /.
FILES = [f"{root}{'/*' * depth}"
         for root, depths in (("/usr/include/c++", range(2, 6)), ("/usr/include/*/c++", range(2, 6)),
                              ("/usr/include/xtensor", range(1, 3)), ("/usr/include/xtl", range(1, 2)),
                              ("/usr/include/xsimd", range(1, 5)), ("/usr/include/fmt", range(1, 2)))
         for depth in depths] + [f"{ROOT}/core/kernels/*"]


def register():
    for pattern in FUNCTIONS:
        gdb.execute(f"skip -rfu '{pattern}'", to_string=True)
    for pattern in FILES:
        gdb.execute(f"skip -gfi {pattern}", to_string=True)
