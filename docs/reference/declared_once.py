"""A header as Doxygen reads it: each name once, where it is described.

Explicit instantiations would be names of their own; an override does what the function that it overrides says; moves
and defaulted copies do what one expects. What goes leaves its line breaks, so that line numbers hold."""
import re
import sys

LEFT_OUT = (
    r"^extern template [^;]*;",
    r"^#define TAPEDECK_EXTERN(.*\\\n)*.*$",
    r"^TAPEDECK_EXTERN\(.*\)$",
    r"^    [^/\n]*\) (const )?override;$",
    r"^    [^/\n]*\) (const )?override \{.*\}$",
    r"^    [^/\n]*\) (const )?override \{\n(     .*\n)*    \}$",
    r"^    (virtual )?~?\w+\([^()]*\)( noexcept)? = (default|delete);$",
    r"^    \w+(<T>)?& operator=\([^()]*\)( noexcept)? = (default|delete);$",
    r"^    (\w+|\w+& operator=)\(\w+&&\) noexcept;$",
)

text = open(sys.argv[1], encoding="utf-8").read()
for pattern in LEFT_OUT:
    text = re.sub(pattern, lambda found: "\n" * found.group().count("\n"), text, flags=re.MULTILINE)
sys.stdout.write(text)
