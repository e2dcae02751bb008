"""The benchmark's peers: which can be run here, how, and why the others can't."""

import glob
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.append(f"{os.path.dirname(HERE)}/debian13")

import debian13  # noqa: E402

# libtorch takes whichever BLAS is there: with none named it would be the slow reference.
PACKAGES = ["g++", "libopenblas0-pthread", "libtorch-dev", "python3-dev", "python3-setuptools",
            "python3-torch"]  # fmt: skip
FLAGS = ["-std=c++20", "-O3", "-march=native"]
NEWER = ("libtorch 2.6", "PyTorch 2.6", "torch.compile 2.6")


def compiled(source, to, *flags, enter=lambda *command: list(command), shown=str):
    """Compiles a peer when it is older than its sources. Returns the reason when it can't. `enter` and `shown`:
    how the compiler is started, and what it calls a file."""
    sources = [source, *glob.glob(f"{HERE}/*.hpp")]
    if os.path.exists(to) and os.path.getmtime(to) > max(map(os.path.getmtime, sources)):
        return None
    os.makedirs(os.path.dirname(to), exist_ok=True)
    print(f"Compiling {os.path.basename(to)}", flush=True)
    command = enter("g++", *FLAGS, shown(source), "-o", shown(to), *flags)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"it can't be compiled: {error}"
    if done.returncode == 0:
        return None
    errors = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines() or ["?"]
    return f"it does not compile: {errors[0].strip()}"


def torch_flags():
    include = "/usr/include"
    return [f"-I{include}/torch/csrc/api/include", "-w", "-ltorch", "-ltorch_cpu", "-lc10"]


def tiny_dnn(here):
    """Debian's tiny-dnn has its dependencies in a folder third_party, which Debian has elsewhere."""
    needed = {"tiny-dnn": "tiny_dnn/tiny_dnn.h", "libcereal-dev": "cereal/cereal.hpp", "libstb-dev": "stb/stb_image.h"}
    missing = [package for package, header in needed.items() if not os.path.exists(f"/usr/include/{header}")]
    if missing:
        return f"not installed: {', '.join(missing)}"
    os.makedirs(f"{here}/include/third_party", exist_ok=True)
    if not os.path.exists(f"{here}/include/third_party/stb"):
        os.symlink("/usr/include/stb", f"{here}/include/third_party/stb")
    return compiled(f"{HERE}/peers/tiny_dnn.cpp", f"{here}/tiny_dnn", f"-I{here}/include", "-w", "-lpthread")


def libtorch(here):
    if not os.path.exists("/usr/include/torch/csrc/api/include/torch/torch.h"):
        return "not installed: libtorch-dev"
    return compiled(f"{HERE}/peers/libtorch.cpp", f"{here}/libtorch", *torch_flags())


def newer_torch(folder, found, missing):
    """PyTorch 2.6, where the folder is there and whole."""
    packages = debian13.missing_packages(folder, PACKAGES)
    if not os.path.exists(f"{folder}/etc/debian_version"):
        why = "./run bench --peers sets it up in a Debian 13 folder"
    elif packages:
        why = f"{folder} lacks {', '.join(packages)}; ./run bench --peers installs what is missing"
    else:
        why = debian13.why_not_entered(folder)
    if why:
        missing |= dict.fromkeys(NEWER, why)
        return
    inside = f"{folder}/root/benchmark"
    shutil.copytree(HERE, inside, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))

    def enter(*command):
        return debian13.command_inside(folder, *command)

    why = compiled(f"{inside}/peers/libtorch.cpp", f"{inside}/libtorch", *torch_flags(), enter=enter,
                   shown=lambda path: path.removeprefix(folder))  # fmt: skip
    if why:
        missing["libtorch 2.6"] = why
    else:
        found["libtorch 2.6"] = enter("/root/benchmark/libtorch"), ()
    python = "/usr/bin/python3", "/root/benchmark/peers/torch_steps.py"
    found["PyTorch 2.6"] = enter(*python), ()
    # nn.RNN is one call into C++, of which the compiler makes nothing else.
    found["torch.compile 2.6"] = enter(*python, "--compile"), ("mlp", "rnn")


def find_peers(root, programs, wanted):
    """({name: (command, models)}, {name: why not}); no models are all. `programs`: the folder of ours; `wanted`:
    whether the others are."""
    found = {"Tapedeck": ([f"{programs}/bench_ours"], ()), "floor": ([f"{programs}/bench_floor"], ())}
    missing = {}
    if not wanted:
        return found, missing
    here = os.path.join(root, "build", "peers")
    for name, make, program, models in (("libtorch", libtorch, "libtorch", ()),
                                        ("tiny-dnn", tiny_dnn, "tiny_dnn", ("mlp", "rnn"))):  # fmt: skip
        why = make(here)
        if why:
            missing[name] = why
        else:
            found[name] = [f"{here}/{program}"], models
    newer_torch(debian13.folder_of(root), found, missing)
    return found, missing
