"""A Debian 13 in a folder of its own, set up by debootstrap: for ./run test --debian13, and for PyTorch 2.6 in
./run bench --peers."""

import os
import shutil
import subprocess

# The mounts belong to the command alone and vanish with it. Without /proc PyTorch doesn't know the processor
# and falls back to its slowest kernels.
MOUNT = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --rbind /sys "$0/sys"'
ENTER = 'exec chroot "$0" "$@"'
ENVIRONMENT = ["env", "HOME=/root", "TMPDIR=/tmp", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin:/usr/sbin:/sbin",
               "TORCHINDUCTOR_CACHE_DIR=/var/cache/torchinductor"]  # fmt: skip


class SetUpError(Exception):
    """What failed, and where its log is."""


def folder_of(root):
    return os.environ.get("TAPEDECK_DEBIAN13") or os.path.join(root, "build", "debian13")


def command_inside(folder, *command, mounts=(":",)):
    """What runs a command inside the folder. `mounts`: further ones, a shell command that takes its arguments, which
    follow it, off "$@", and calls the folder "$0"."""
    enter, *arguments = mounts
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{MOUNT} && {enter} && {ENTER}", folder,
            *arguments, *ENVIRONMENT, *command]  # fmt: skip


def logged(command, log):
    with open(log, "a", encoding="utf-8") as file:
        print("$", *command, file=file, flush=True)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as file:
            last = [line.strip() for line in file if line.strip()][-1]
        raise SetUpError(f"{' '.join(command[:2])} ... failed with '{last}'; its log is {log}")


def missing_packages(folder, packages):
    """Of these, those that the folder has not."""
    try:
        with open(f"{folder}/var/lib/dpkg/status", encoding="utf-8", errors="replace") as file:
            blocks = file.read().split("\n\n")
    except OSError:
        return list(packages)
    fields = [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in blocks]
    installed = {f["Package"] for f in fields if f.get("Status") == "install ok installed"}
    return [package for package in packages if package not in installed]


def why_not_entered(folder):
    """Why no command can run inside the folder; None when one can."""
    if os.geteuid() != 0:
        return f"only root can enter {folder}"
    if not shutil.which("unshare"):
        return "there is no unshare (util-linux)"
    done = subprocess.run(command_inside(folder, "true"), capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"{folder} can't be entered: {done.stderr.strip()[:200]}"


def set_up(folder, packages):
    """Makes the folder a Debian 13 with these packages; nothing to do when it is one. @raises SetUpError"""
    if os.geteuid() != 0:
        raise SetUpError("only root can set up a Debian 13 folder")
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    log = folder + ".log"
    if not os.path.exists(f"{folder}/etc/debian_version"):
        if not shutil.which("debootstrap"):
            raise SetUpError("there is no debootstrap: apt-get install debootstrap debian-archive-keyring")
        print(f"Setting up Debian 13 in {folder}: some minutes; the log is {log}", flush=True)
        # Under its name only when it is whole, so that an interrupted one is begun afresh.
        shutil.rmtree(folder + ".partial", ignore_errors=True)
        logged(["debootstrap", "--variant=minbase", "trixie", folder + ".partial"], log)
        os.rename(folder + ".partial", folder)
    missing = missing_packages(folder, packages)
    if missing:
        print(f"Installing in {folder}: {' '.join(missing)}", flush=True)
        inside = command_inside(folder, "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q")
        logged([*inside, "update"], log)
        logged([*inside, "install", "-y", "--no-install-recommends", *missing], log)
