#!/usr/bin/python3
"""run_inside.py <command> [flags...]: runs a command of this repository's, such as ./run test, in a Debian 13 folder,
which it sets up first. The sources are seen there as they stand, and can't be written to; what is built goes to
build/on-debian13."""

import os
import sys

sys.dont_write_bytecode = True

import debian13  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
INSIDE = "/mnt/tapedeck"
# A build folder belongs to one compiler and one set of libraries.
MOUNT = (f'mount --bind "$1" "$0{INSIDE}" && mount -o remount,bind,ro "$0{INSIDE}" && '
         f'mount --bind "$2" "$0{INSIDE}/build" && shift 2')  # fmt: skip


def main():
    folder = debian13.folder_of(ROOT)
    built = os.path.join(ROOT, "build", "on-debian13")
    os.makedirs(built, exist_ok=True)
    try:
        debian13.set_up(folder, [])
    except debian13.SetUpError as error:
        sys.exit(f"run: {error}")
    why = debian13.why_not_entered(folder)
    if why:
        sys.exit(f"run: {why}")
    os.makedirs(folder + INSIDE, exist_ok=True)
    command = debian13.command_inside(
        folder, "sh", "-c", f'cd {INSIDE} && exec "$0" "$@"', *sys.argv[1:], mounts=(MOUNT, ROOT, built)
    )
    os.environ.pop("CCACHE_BASEDIR", None)
    os.execvp(command[0], command)


main()
