"""Write what follows from the list of services into the files that need it: `make generate`.

    python -m tools.generate            write the generated blocks anew
    python -m tools.generate --check    say which are not up to date, and change nothing

A block stands between `generated: NAME` and `end of NAME`, each in a comment of the file's language. Everything
outside the blocks is written by hand and stays as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.generate.blocks import BLOCKS, Lines
from tools.generate.services import DeployedService, load_services

ROOT = Path(__file__).resolve().parents[2]
REMEDY = "run `make generate` and look at the difference"


class BlockMissing(Exception):
    """A file lacks the comments between which a block belongs."""


def main(arguments: list[str]) -> int:
    """Write or check every file; return 1 when a check found something."""
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
    """Each file with its blocks as they should be. Raises NoSuchBlock."""
    for name, blocks in BLOCKS.items():
        file = root / name
        yield file, replace_blocks(file.read_text(encoding="utf-8"), blocks, services)


def replace_blocks(text: str, blocks: Mapping[str, Lines], services: tuple[DeployedService, ...]) -> str:
    """A file's text with each block replaced, indented as its opening comment is."""
    for block, lines_of in blocks.items():
        found = re.search(
            rf"^(?P<indent>[ ]*)(#|<!--) generated: {re.escape(block)}( \(make generate\)| -->)?\n"
            rf"(?P<body>.*?)^[ ]*(#|<!--) end of {re.escape(block)}( -->)?$",
            text,
            flags=re.MULTILINE | re.DOTALL,
        )
        if found is None:
            raise BlockMissing(f"no comments `generated: {block}` and `end of {block}`")
        body = "".join(f"{found['indent']}{line}".rstrip() + "\n" for line in lines_of(services))
        text = text[: found.start("body")] + body + text[found.end("body") :]
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
