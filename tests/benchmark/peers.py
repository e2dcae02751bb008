"""The benchmark's peers: which can be run here, how, and why the others can't."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
FLAGS = ["-std=c++20", "-O3", "-march=native"]


def compiled(source, to, *flags, chroot=None):
    """Compiles a peer if it is not there yet. Returns the reason when it can't."""
    if os.path.exists(to) and os.path.getmtime(to) > os.path.getmtime(source):
        return None
    os.makedirs(os.path.dirname(to), exist_ok=True)
    command = ["g++", *FLAGS, source, "-o", to, *flags]
    if chroot:
        command = ["chroot", chroot, *[part.removeprefix(chroot) for part in command]]
    done = subprocess.run(command, capture_output=True, text=True)
    return None if done.returncode == 0 else "it does not compile: " + done.stderr.strip().splitlines()[0]


def torch_flags(include):
    return [f"-I{include}", f"-I{include}/torch/csrc/api/include", "-ltorch", "-ltorch_cpu", "-lc10"]


def debian13(root):
    return os.path.join(root, "build", "debian13")


def set_up_debian13(folder):
    """PyTorch 2.6 in a folder of its own, beside a system whose PyTorch is older."""
    if os.path.exists(os.path.join(folder, "usr/include/torch")):
        return
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise SystemExit("bench: --peers needs to be root and to have debootstrap: apt-get install debootstrap")
    print("Setting up Debian 13 with PyTorch 2.6 in", folder, "(some minutes)", flush=True)
    packages = "g++,python3-torch,libtorch-dev,python3-dev"
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={packages}", "trixie", folder], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip


def find_peers(root, set_up):
    found, missing = {}, {}
    release = os.path.join(root, "build", "release", "tests", "benchmark")
    found["Tapedeck"] = [os.path.join(release, "bench_ours")]
    found["floor"] = [os.path.join(release, "bench_floor")]

    def offer(name, why, command):
        if why:
            missing[name] = why
        else:
            found[name] = command

    here = os.path.join(root, "build", "peers")
    why = "libtorch-dev is not installed"
    if os.path.exists("/usr/include/torch"):
        why = compiled(f"{HERE}/peers/libtorch.cpp", f"{here}/libtorch", *torch_flags("/usr/include"))
    offer("libtorch", why, [f"{here}/libtorch"])
    why = "tiny-dnn is not installed"
    if os.path.exists("/usr/include/tiny_dnn"):
        why = compiled(f"{HERE}/peers/tiny_dnn.cpp", f"{here}/tiny_dnn", "-lpthread")
    offer("tiny-dnn", why, [f"{here}/tiny_dnn"])

    folder = debian13(root)
    if set_up:
        set_up_debian13(folder)
    if not os.path.exists(f"{folder}/usr/include/torch"):
        why = "./run bench --peers sets up PyTorch 2.6 in a Debian 13 folder"
        missing |= dict.fromkeys(("libtorch 2.6", "PyTorch 2.6", "torch.compile"), why)
        return found, missing
    inside = f"{folder}/root/benchmark"
    shutil.copytree(HERE, inside, dirs_exist_ok=True)
    chroot = ["chroot", folder]
    why = compiled(f"{inside}/peers/libtorch.cpp", f"{inside}/libtorch", *torch_flags("/usr/include"), chroot=folder)
    offer("libtorch 2.6", why, [*chroot, "/root/benchmark/libtorch"])
    python = [*chroot, "/usr/bin/python3", "/root/benchmark/peers/torch_steps.py"]
    offer("PyTorch 2.6", None, python)
    offer("torch.compile", None, [*python, "--compile"])
    return found, missing
