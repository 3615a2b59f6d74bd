"""Generates the blocks of files that depend on the list of services: `make generate`.

    python -m tools.generate            write all generated blocks
    python -m tools.generate --check    report outdated files, and change nothing

A block is between `generated: NAME` and `end of NAME`, each in a comment of the file's language. Text outside the
blocks is written by hand and is not changed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from alongside_contracts.codes import CodesError, load_codes
from tools.generate.blocks import BLOCKS, Lines
from tools.generate.services import DeployedService, load_services

ROOT = Path(__file__).resolve().parents[2]
REMEDY = "run `make generate` and review the difference"


class BlockMissing(Exception):
    """A file lacks the comments around a block."""


def main(arguments: list[str]) -> int:
    """Write or check every file; return 1 when a check found an outdated file."""
    try:
        load_codes()
    except CodesError as error:
        print(error, file=sys.stderr)
        return 1
    services = load_services(ROOT)
    stale = [file for file, text in render_files(ROOT, services) if file.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for file in stale:
            print(f"generate: {file.relative_to(ROOT)} is not up to date: {REMEDY}", file=sys.stderr)
        return 1 if stale else 0
    for file, text in render_files(ROOT, services):
        if file in stale:
            file.write_text(text, encoding="utf-8")
            print(f"generate: {file.relative_to(ROOT)}")
    return 0


def render_files(root: Path, services: tuple[DeployedService, ...]) -> Iterator[tuple[Path, str]]:
    """Yield each file with its current blocks. Raises BlockMissing."""
    for name, blocks in BLOCKS.items():
        file = root / name
        yield file, replace_blocks(file.read_text(encoding="utf-8"), blocks, services)


def replace_blocks(text: str, blocks: Mapping[str, Lines], services: tuple[DeployedService, ...]) -> str:
    """Return a file's text with each block replaced, indented like its opening comment. Raises BlockMissing."""
    for block, lines_of in blocks.items():
        match = re.search(
            rf"^(?P<indent>[ ]*)(#|<!--) generated: {re.escape(block)}( \(make generate\)| -->)?\n"
            rf"(?P<body>.*?)^[ ]*(#|<!--) end of {re.escape(block)}( -->)?$",
            text,
            flags=re.MULTILINE | re.DOTALL,
        )
        if match is None:
            raise BlockMissing(
                f"the comments `generated: {block}` and `end of {block}` are missing: add them where the block belongs"
            )
        body = "".join(f"{match['indent']}{line}".rstrip() + "\n" for line in lines_of(services))
        text = text[: match.start("body")] + body + text[match.end("body") :]
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
