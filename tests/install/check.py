#!/usr/bin/python3
"""check.py <build folder of the library, Release> [name...]: Tapedeck as the projects of others see it.

tests/install/consumer, demos/template and the project of the guide's first page are copied to a temporary folder,
configured, built and run there, with an installed Tapedeck, by add_subdirectory and by FetchContent, in Release and in
Debug, two at a time. Every path has a space in it. With names, only what contains one of them is done."""

import concurrent.futures
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
LAYOUTS = ["layout_plain", "layout_optimised", "layout_asserting", "layout_native", "layout_simd"]
NO_SOURCES = {".git", "build", "out", ".cache", "__pycache__", "node_modules"}
done, lock = {}, threading.Lock()


class Wrong(Exception):
    """What is not as it should be."""


def expect(holds, otherwise):
    if not holds:
        raise Wrong(otherwise)


def run(*command, cwd=None, fails=False):
    """Runs a command; returns what it printed."""
    ran = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    printed = ran.stdout + ran.stderr
    if (ran.returncode != 0) != fails:
        raise Wrong(f"{' '.join(command)} ended with {ran.returncode}:\n{printed}")
    return printed


def configure(source, config, *flags, fails=False):
    return run("cmake", "-G", "Ninja", "-S", source, "-B", f"{source}/build", f"-DCMAKE_BUILD_TYPE={config}",
               "-DCMAKE_CXX_COMPILER_LAUNCHER=" + (shutil.which("ccache") or ""), *flags, fails=fails)  # fmt: skip


def build(source):
    run("cmake", "--build", f"{source}/build", "--", "-j", str(max(1, os.cpu_count() // 2)))


def sources():
    """The repository's files as they stand, committed or not."""
    found = []
    for folder, inside, files in os.walk(ROOT):
        here = os.path.relpath(folder, ROOT)
        inside[:] = [name for name in inside if name not in NO_SOURCES]
        found += [os.path.normpath(f"{here}/{file}") for file in files if file not in NO_SOURCES]
    return found


def copy_sources(to):
    for file in sources():
        os.makedirs(os.path.dirname(f"{to}/{file}"), exist_ok=True)
        shutil.copy2(f"{ROOT}/{file}", f"{to}/{file}")


def make_clone(to):
    """A repository with what stands here as its one commit."""
    copy_sources(to)
    git = ["git", "-C", to, "-c", "user.name=a test", "-c", "user.email=test@localhost"]
    run(*git, "init", "-q", "-b", "main")
    run(*git, "add", "-A")
    run(*git, "commit", "-qm", "As it stands")


def install(library, prefix):
    """Into one place, and then moved to another: nothing may remember the first."""
    run("cmake", "--install", library, "--prefix", prefix + " before")
    os.rename(prefix + " before", prefix)


def look_at_installed(prefix, library):
    headers = {file for file in sources() if re.match(r"(core|layers|optim)/.*\.hpp$", file)}
    include = f"{prefix}/include/tapedeck"
    there = {os.path.relpath(f"{folder}/{file}", include) for folder, _, files in os.walk(include) for file in files}
    expect(there == headers | {"tapedeck.hpp", "version.hpp"}, f"headers: {there ^ headers} differ")
    for header in headers:
        expect(filecmp.cmp(f"{ROOT}/{header}", f"{include}/{header}", shallow=False), f"{header} is another")
    for folder, _, files in os.walk(f"{prefix}/lib/cmake"):
        for file in files:
            with open(f"{folder}/{file}", encoding="utf-8") as opened:
                text = opened.read()
            for path in (ROOT, library, prefix, "/usr/lib"):
                expect(path not in text, f"{file} knows the path {path}")


def look_at_consumer(source, config):
    programs = f"{source}/build"
    printed = run(f"{programs}/consumer", cwd=source)
    expect(re.fullmatch(r"Tapedeck \d+\.\d+\.\d+: loss 0x.*, 0 wrong\n", printed), printed)
    expect(os.path.getsize(f"{source}/deck.html") > 100_000, "deck.html is too short")
    expect(run(f"{programs}/with_plugin") == "slope 0.786448\n", "the plugin's slope")
    layouts = {run(f"{programs}/{name}") for name in LAYOUTS}
    expect(len(layouts) == 1, f"types have {len(layouts)} layouts:\n" + "\n".join(layouts))
    return printed + layouts.pop()


def consume(here, how, config, *flags):
    """The consumer, in a folder that may have Tapedeck's sources beside it already."""
    source = f"{here}/a consumer"
    shutil.copytree(f"{ROOT}/tests/install/consumer", source)
    configure(source, config, f"-DHOW={how}", *flags)
    build(source)
    printed = look_at_consumer(source, config)
    with lock:
        done[how, config] = printed
    if how != "find_package":
        run("cmake", "--install", f"{source}/build", "--prefix", f"{here}/nothing")
        expect(not os.path.exists(f"{here}/nothing/include"), "Tapedeck installs itself with another's project")


def commands_of_readme():
    """The template's, as README gives them, word for word."""
    with open(f"{ROOT}/README.md", encoding="utf-8") as file:
        found = re.search(r"^    cp -r tapedeck/demos/template mine\n(?:    .*\n)+", file.read(), re.M)
    expect(found, "README has no commands for the template")
    return found[0]


def copy_template(here, config, prefix=""):
    if prefix:
        shutil.copytree(f"{ROOT}/demos/template", f"{here}/tapedeck/demos/template")
    commands = commands_of_readme()
    expect("Release" in commands, "README does not build the template for Release")
    environment = f"export CMAKE_PREFIX_PATH='{prefix}' CMAKE_CXX_COMPILER_LAUNCHER='{shutil.which('ccache') or ''}'\n"
    printed = run("bash", "-ec", environment + commands.replace("Release", config), cwd=here)
    expect("loss" in printed, "mine prints no loss")
    expect(re.search(r"100% tests passed, 0 tests failed out of [1-9]", printed), printed)


def follow_page_1(here):
    """The commands of the guide's first page, word for word but for ccache."""
    source, guide = f"{here}/mine", f"{here}/tapedeck/docs/guide/code"
    os.makedirs(source)
    shutil.copy(f"{guide}/project/CMakeLists.txt", source)
    shutil.copy(f"{guide}/first_model.cpp", f"{source}/main.cpp")
    run("cmake", "-G", "Ninja", "-B", "build", "-DCMAKE_CXX_COMPILER_LAUNCHER=" + (shutil.which("ccache") or ""), cwd=source)
    run("ninja", "-C", "build", cwd=source)
    with open(f"{guide}/first_model.txt", encoding="utf-8") as file:
        expect(run("./build/mine", cwd=source) == file.read(), "it prints something else than page 1 shows")


def look_at_versions(here, prefix):
    """Who asks for another version is told which one there is."""
    shutil.copytree(f"{ROOT}/tests/install/consumer", here)
    with open(f"{here}/CMakeLists.txt", encoding="utf-8") as file:
        text = file.read()
    for asked in ("0.2", "1.0", "0.0"):
        with open(f"{here}/CMakeLists.txt", "w", encoding="utf-8") as file:
            file.write(text.replace("find_package(tapedeck 0.1 ", f"find_package(tapedeck {asked} "))
        flags = "-DHOW=find_package", f"-DCMAKE_PREFIX_PATH={prefix}"
        printed = configure(here, "Release", *flags, fails=True)
        expect("version: 0.1" in printed, f"asked for {asked}: {printed}")


def look_at_options(here):
    """Without demos and tests, with and without position-independent code and the machine's instructions."""
    copy_sources(here)
    for on in ("ON", "OFF"):
        configure(here, "Release", "-DTAPEDECK_DEMOS=OFF", f"-DTAPEDECK_PIC={on}", f"-DTAPEDECK_NATIVE={on}",
                  "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")  # fmt: skip
        with open(f"{here}/build/compile_commands.json", encoding="utf-8") as file:
            commands = [line for line in file if '"command"' in line]
        expect(commands and all(f"{here}/tests" not in c and f"{here}/demos" not in c for c in commands), "demos")
        for flag in ("-fPIC", "-march=native"):
            expect(all((flag in command) == (on == "ON") for command in commands), f"{flag} where it is {on}")


def main():
    library, wanted = os.path.realpath(sys.argv[1]), sys.argv[2:]
    top = tempfile.mkdtemp(prefix="tapedeck install ")
    os.environ |= {"CCACHE_BASEDIR": top, "CCACHE_NOHASHDIR": "1"}
    prefix, clone = f"{top}/the prefix", f"{top}/a clone"
    found = f"-DCMAKE_PREFIX_PATH={prefix}"
    install(library, prefix)
    make_clone(clone)

    def beside(name, copied=True):
        os.makedirs(f"{top}/{name}")
        if copied:
            copy_sources(f"{top}/{name}/tapedeck")
        return f"{top}/{name}"

    # What compiles the whole library comes first, each of the others after the one whose objects ccache has for it.
    jobs = [("the installed files", lambda: look_at_installed(prefix, library)),
            ("find_package refuses another version", lambda: look_at_versions(f"{top}/a version", prefix)),
            ("options of the library alone", lambda: look_at_options(f"{top}/the options"))]  # fmt: skip
    for config in ("Release", "Debug"):
        jobs.append((f"fetch_content, {config}", lambda c=config: consume(
            beside(f"fetch {c}", False), "fetch_content", c, f"-DCLONE=file://{clone}")))  # fmt: skip
    for config in ("Release", "Debug"):
        jobs += [(f"find_package of a Release library, {config}", lambda c=config: consume(
                     beside(f"find {c}", False), "find_package", c, found)),
                 (f"the template with an installed Tapedeck, {config}", lambda c=config: copy_template(
                     beside(f"template {c}", False), c, prefix))]  # fmt: skip
    for config in ("Release", "Debug"):
        jobs.append((f"add_subdirectory, {config}", lambda c=config: consume(
            beside(f"add {c}"), "add_subdirectory", c)))  # fmt: skip
    jobs.append(("the template beside the repository, Release", lambda: copy_template(
        beside("template beside"), "Release")))  # fmt: skip
    jobs.append(("page 1 of the guide", lambda: follow_page_1(beside("page 1"))))
    jobs = [job for job in jobs if not wanted or any(word in job[0] for word in wanted)]
    if not jobs:
        sys.exit(f"run: nothing of what is tested is called {' or '.join(wanted)}")

    def do(job):
        name, work = job
        start = time.monotonic()
        try:
            work()
            why = ""
        except Exception as error:  # the others are still to be done
            why = f": {error}"
        with lock:
            print(f"{'WRONG' if why else 'ok   '} {name} ({time.monotonic() - start:.0f} s){why}", flush=True)
        return not why

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        fine = list(pool.map(do, jobs))
    # One library, two builds of its user: the same bits.
    pair = [done.get(("find_package", config)) for config in ("Release", "Debug")]
    if all(pair):
        fine.append(pair[0] == pair[1])
        print(f"{'ok   ' if fine[-1] else 'WRONG'} Release and Debug users of one library get the same bits and layouts")
    if all(fine):
        shutil.rmtree(top)
    else:
        print(f"What was built is still in '{top}'")
    print(f"{sum(fine)} of {len(fine)} are right")
    sys.exit(not all(fine))


main()
