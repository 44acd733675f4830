#!/usr/bin/env python3
"""Writes beside each Dockerfile of a folder what a reference parser reads in it, for CorpusTests.

The parser is the one of BuildKit, as the package `dockerfile` of PyPI carries it:

    pip install dockerfile
    Tests/Checks/dockerfile-reference.py FOLDER
    DKLAB_CORPUS=FOLDER swift test --filter CorpusTests

Where to get Dockerfiles stands in Tests/BuilderTests/Fixtures/corpus-sources.txt; none is kept here.
"""
import json
import pathlib
import sys

import dockerfile


def instruction(command):
    return {
        "keyword": command.cmd,
        "first": command.start_line,
        "last": command.end_line,
        "text": command.original,
        "flags": list(command.flags),
        "json": command.json,
        "value": list(command.value),
    }


def main(folder):
    count = 0
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if not path.is_file() or "Dockerfile" not in path.name or path.suffix == ".json":
            continue
        try:
            read = [instruction(command) for command in dockerfile.parse_file(str(path))]
        except dockerfile.GoParseError as error:
            read = {"error": str(error)}
        path.with_name(path.name + ".json").write_text(json.dumps(read, ensure_ascii=False))
        count += 1
    print(f"{count} Dockerfiles")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
