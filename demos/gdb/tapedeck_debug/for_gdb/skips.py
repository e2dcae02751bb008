"""Where `step` does not go: into the standard library, xtensor, xtl, xsimd, fmt, and our own small parts that stand
between a line of a model and the operation that it calls."""

import gdb

# By name, so that it does not matter where a library is installed.
NAMESPACES = ("std", "xt", "xtl", "xsimd", "fmt", "__gnu_cxx", "__cxxabiv1")
PLUMBING = ("Where", "Located", "SmallVector", "Boxed", "Scopes", "ScopeGuard", "ModeGuard", "Attempt", "Entries",
            "Variable<[^>]*>::(Variable|tape|entry|shape|value)", "Module<[^>]*>::enter", "Entry<[^>]*>::[a-z_]*")
FUNCTIONS = (rf"^({'|'.join(NAMESPACES)})::", rf"^tapedeck::({'|'.join(PLUMBING)})(<[^()]*>)?(::|[(]|$)",
             r"^operator (new|delete)", r"^__gthread")
# And by file, for what has no such name: lambdas and operators. A * does not cross a /.
FILES = [f"{root}{'/*' * depth}"
         for root, depths in (("/usr/include/c++", range(2, 6)), ("/usr/include/*/c++", range(2, 6)),
                              ("/usr/include/xtensor", range(1, 3)), ("/usr/include/xtl", range(1, 2)),
                              ("/usr/include/xsimd", range(1, 5)), ("/usr/include/fmt", range(1, 2)))
         for depth in depths]


def register():
    for pattern in FUNCTIONS:
        gdb.execute(f"skip -rfu '{pattern}'", to_string=True)
    for pattern in FILES:
        gdb.execute(f"skip -gfi {pattern}", to_string=True)
