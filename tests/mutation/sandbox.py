"""A copy of the tree in which a mutant is built and tested, so that the tree itself is never touched."""

import hashlib
import os
import re
import resource
import shutil
import subprocess
import time

FOLDERS = ("cmake", "core", "layers", "optim", "demos", "tests", "docs")
MEMORY = 6 << 30  # bytes that a test program may ask for


class Failed(Exception):
    """The tree as it is doesn't build, or fails its tests."""


class Sandbox:
    def __init__(self, root, folder, preset):
        self.tree = folder
        self.build_folder = os.path.join(folder, "build", preset)
        self.limits = [(resource.RLIMIT_CORE, 0)]
        if preset != "sanitize":  # AddressSanitizer reserves terabytes
            self.limits.append((resource.RLIMIT_AS, MEMORY))
        # Paths are relative to the build folder, which lies as deep as the tree's own: so the compiler
        # cache gives what `./run test` has built.
        self.environment = os.environ | {"CCACHE_BASEDIR": root, "CCACHE_NOHASHDIR": "1", "NINJA_STATUS": ""}
        self._copy(root)
        done = self._run(["cmake", "--preset", preset], cwd=self.tree)
        if done.returncode != 0:
            raise Failed(done.stdout)

    def _run(self, command, **options):
        return subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", **options)  # fmt: skip

    def _copy(self, root):
        """Brings the copy up to the tree: what is unchanged keeps its time, so that it isn't built again."""
        files = {file for file in os.listdir(root) if os.path.isfile(os.path.join(root, file))}
        for folder in FOLDERS:
            for path, _, names in os.walk(os.path.join(root, folder)):
                files |= {os.path.relpath(os.path.join(path, name), root) for name in names if not name.endswith(".pyc")}
        for folder in FOLDERS:
            for path, _, names in os.walk(os.path.join(self.tree, folder)):
                for name in names:
                    if os.path.relpath(os.path.join(path, name), self.tree) not in files:
                        os.remove(os.path.join(path, name))
        for file in files:
            source, copy = os.path.join(root, file), os.path.join(self.tree, file)
            if not os.path.exists(copy) or read(source) != read(copy):
                os.makedirs(os.path.dirname(copy), exist_ok=True)
                shutil.copyfile(source, copy)

    def programs(self):
        """The test programs, without the demos' and the museum's, which test what is beside the library."""
        targets = self._run(["ninja", "-C", self.build_folder, "-t", "targets", "all"]).stdout
        names = set(re.findall(r"^(tests/(?:\w+/)*test_\w+): CXX_EXECUTABLE", targets, re.M))
        return sorted(name for name in names if name not in ("tests/test_demos", "tests/test_museum"))

    def write(self, file, text):
        with open(os.path.join(self.tree, file), "w", encoding="utf-8") as out:
            out.write(text)

    def build(self, targets, jobs=2):
        """None, or what the compiler said."""
        done = self._run(["ninja", "-C", self.build_folder, "-j", str(jobs), *targets])
        return None if done.returncode == 0 else done.stdout

    def fingerprint(self, target):
        with open(os.path.join(self.build_folder, target), "rb") as binary:
            return hashlib.file_digest(binary, "sha256").digest()

    def test(self, program, seconds):
        """Why the program failed, or None; and the seconds of processor time that it took."""

        def limits():
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
            for what, most in self.limits:
                resource.setrlimit(what, (most, most))

        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        try:
            done = self._run([os.path.join(self.build_folder, program), "--abort-after=1"], cwd=self.build_folder,
                             preexec_fn=limits, timeout=20 * seconds)  # fmt: skip
        except subprocess.TimeoutExpired:
            return "no end", time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = min(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - started)
        if done.returncode == 0:
            return None, took
        if done.returncode < 0 and -done.returncode in (9, 24):
            return "no end", took
        until_error = done.stdout.partition(" ERROR: ")[0]
        cases = re.findall(r"^TEST CASE:\s*(.*)", until_error, re.M)
        return (cases[-1] if cases else f"ended with {done.returncode}"), took


def read(path):
    with open(path, "rb") as file:
        return file.read()
