#!/usr/bin/python3
"""Writes the fixtures of test_parity: what PyTorch answers, for every operation, module and optimizer that both have.

    generate.py [folder]        by default fixtures/ beside this file

Needs Debian 12's python3-torch (1.13). On the same torch the files come out byte for byte the same: the kernels of torch,
OpenBLAS and the C library are pinned below, so that the processor does not decide about the last bits.
"""

import os
import pathlib
import sys

PINNED = {
    "ATEN_CPU_CAPABILITY": "default",
    "OPENBLAS_CORETYPE": "Prescott",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
}
# The C library reads its setting before the program starts: so start again.
if any(os.environ.get(name) != value for name, value in PINNED.items()):
    os.execve(sys.executable, [sys.executable, "-B", *sys.argv], os.environ | PINNED)

import torch

from cases import arithmetic, curves, differences, elementwise, losses, matmul, modules, norms, optimizers
from cases import parts, programs, reductions, rnn


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "fixtures"
    folder.mkdir(parents=True, exist_ok=True)
    torch.backends.mkldnn.flags(enabled=False).__enter__()
    torch.set_num_threads(1)
    cases = size = 0
    for source in (
        arithmetic, elementwise, reductions, parts, matmul, losses, programs, norms, modules, rnn, optimizers,
        curves, differences,
    ):
        family = source.family()
        written = family.write(folder)
        cases += len(family.cases)
        size += written
        print(f"{family.name:12} {len(family.cases):4} cases {written / 1024:7.1f} KB")
    print(f"{'all':12} {cases:4} cases {size / 1024:7.1f} KB, torch {torch.__version__}")


if __name__ == "__main__":
    main()
