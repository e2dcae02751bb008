"""Python and the library read each other's files: exchange_test.py <the program exchange>.

The format needs no package: https://github.com/huggingface/safetensors has it on one page."""

import json
import math
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LETTERS = {"F32": "f", "F64": "d", "U64": "Q", "I64": "q"}


def write(file, arrays, metadata=None):
    """arrays: name -> (dtype, shape, numbers)"""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, (dtype, shape, numbers) in arrays.items():
        packed = struct.pack(f"<{len(numbers)}{LETTERS[dtype]}", *numbers)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    Path(file).write_bytes(struct.pack("<Q", len(text)) + text + data)


def read(file):
    """What the usual package asks of a file is asked here, too. Returns the arrays and the metadata."""
    content = Path(file).read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    assert content[8:9] == b"{" and length % 8 == 0
    header = json.loads(content[8 : 8 + length])
    data = content[8 + length :]
    metadata = header.pop("__metadata__", {})
    arrays, at = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        letter, count = LETTERS[entry["dtype"]], math.prod(entry["shape"])
        assert begin == at and end - begin == count * struct.calcsize(letter), name
        assert begin % struct.calcsize(letter) == 0, name
        arrays[name] = entry["dtype"], entry["shape"], list(struct.unpack(f"<{count}{letter}", data[begin:end]))
        at = end
    assert at == len(data)
    return arrays, metadata


def network(dtype, first=0.25):
    """As PyTorch has it: the count of batches is I64."""
    shapes = {"fc1.weight": [2, 3], "fc1.bias": [2], "norm.weight": [2], "norm.bias": [2],
              "norm.running_mean": [2], "norm.running_var": [2], "norm.num_batches_tracked": []}  # fmt: skip
    arrays = {}
    for name, shape in shapes.items():
        count = math.prod(shape)
        arrays[name] = dtype, shape, [first + i for i in range(count)]
        first += count
    arrays["norm.num_batches_tracked"] = "I64", [], [int(first - 1)]
    return arrays


class Exchange(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.theirs, self.ours = Path(folder.name) / "theirs", Path(folder.name) / "ours"

    def run_program(self, what, dtype):
        command = [PROGRAM, what, dtype, self.theirs, self.ours]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_python_reads_what_we_write(self):
        for dtype in "F32", "F64":
            self.assertEqual(self.run_program("write", dtype).returncode, 0)
            arrays, metadata = read(self.ours)
            self.assertEqual(metadata, {"format": "tapedeck"})
            generator = arrays.pop("drop.rng")
            self.assertEqual(generator[:2], ("U64", [4]))
            self.assertTrue(any(generator[2]))
            self.assertEqual(arrays, network(dtype))

    def test_we_read_what_python_writes(self):
        for dtype in "F32", "F64":
            arrays = network(dtype, 100.125)
            write(self.theirs, dict(reversed(arrays.items())))
            self.assertEqual(self.run_program("read", dtype).stderr, "")
            found, _ = read(self.ours)
            found.pop("drop.rng")
            self.assertEqual(found, arrays)

    def test_a_count_in_the_type_of_the_rest_is_read_as_well(self):
        arrays = network("F32")
        write(self.theirs, {**arrays, "norm.num_batches_tracked": ("F32", [], [7])})
        self.assertEqual(self.run_program("read", "F32").stderr, "")
        self.assertEqual(read(self.ours)[0]["norm.num_batches_tracked"], ("I64", [], [7]))

    def test_a_generator_and_words_come_through(self):
        state = [1, 2**64 - 1, 0, 2**63 + 1]
        write(self.theirs, {**network("F32"), "drop.rng": ("U64", [4], state)}, {"format": "pt", "µ": "\n"})
        self.assertEqual(self.run_program("read", "F32").stderr, "")
        self.assertEqual(read(self.ours)[0]["drop.rng"], ("U64", [4], state))

    def test_what_does_not_fit_is_refused(self):
        arrays = network("F32")
        arrays["fc1.weight"] = "F32", [3, 2], [0] * 6
        write(self.theirs, arrays)
        process = self.run_program("read", "F32")
        self.assertEqual(process.returncode, 2)
        self.assertIn("fc1.weight is (3, 2) in the file and (2, 3) here", process.stderr)
        self.assertFalse(self.ours.exists())
        write(self.theirs, network("F64"))
        self.assertIn("is F64 in the file and F32 here", self.run_program("read", "F32").stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
