"""Lists what a safetensors file holds; no package is needed: read_checkpoint.py net.safetensors"""
# [read]
import json
import struct
import sys


def read(file):
    """Name -> (type of number, shape, bytes)"""
    content = open(file, "rb").read()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    header.pop("__metadata__", None)
    return {
        name: (x["dtype"], x["shape"], data[slice(*x["data_offsets"])])
        for name, x in header.items()
    }


for name, (dtype, shape, numbers) in sorted(read(sys.argv[1]).items()):
    print(f"{name:24} {dtype} {shape}")
    if name == "fc2.bias":
        print(" " * 24, struct.unpack("<f", numbers))
# [read]
