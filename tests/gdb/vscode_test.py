"""VS Code's files are JSON, name tasks and inputs that they define, and files that are there."""

import json
import os
import re
import sys

root = sys.argv[1]


def load(name):
    with open(os.path.join(root, ".vscode", name), encoding="utf-8") as file:
        return json.load(file)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


launch, tasks = load("launch.json"), load("tasks.json")
labels = {task["label"] for task in tasks["tasks"]}
demos = next(i["options"] for i in launch["inputs"] if i["id"] == "demo")
with open(os.path.join(root, "CMakePresets.json"), encoding="utf-8") as file:
    presets = {preset["name"] for preset in json.load(file)["configurePresets"]}

wrong, paths = [], 0
for configuration in launch["configurations"]:
    if configuration["preLaunchTask"] not in labels:
        wrong.append(f"no task is called {configuration['preLaunchTask']!r}")
for used in re.findall(r"\$\{input:(\w+)\}", json.dumps([launch["configurations"], tasks])):
    if used not in {i["id"] for i in launch["inputs"]}:
        wrong.append(f"no input is called {used!r}")
for text in strings([launch, tasks]):
    for path in re.findall(r"\$\{workspaceFolder\}/([^'\" ]+)", text):
        # A program is built from the demo of its name.
        built = re.fullmatch(r"build/(\w+)/demos/\$\{input:demo\}", path)
        if built and built[1] not in presets:
            wrong.append(f"no preset builds in build/{built[1]}")
        for needed in [f"demos/{demo}.cpp" for demo in demos] if built else [path]:
            paths += 1
            if not os.path.exists(os.path.join(root, needed)):
                wrong.append(f"{needed} is not there")
    for preset in re.findall(r"--preset (\w+)", text):
        if preset not in presets:
            wrong.append(f"no preset is called {preset!r}")
if paths < 6:
    wrong.append(f"only {paths} paths were found to check")
print("\n".join(wrong) or f"{paths} paths are there")
sys.exit(bool(wrong))
