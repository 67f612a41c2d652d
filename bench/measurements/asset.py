"""The asset: what is uploaded for the function."""

import io
import zipfile
from pathlib import Path

from bench.functions import NODE, OURS, SAMPLE, Function
from bench.rows import Result, Row, exactly


def measure(functions: dict[str, Function]) -> Result:
    """Compare the files of the functions, and the archives that they make."""
    rows = []
    for what, size, limit in (("files", _files, 1.0), ("archive", _archive, 1.0)):
        sizes = {name: size(functions[name].folder) for name in (OURS, SAMPLE, NODE)}
        rows += [
            Row(
                "asset",
                what,
                peer,
                f"{sizes[OURS] / 1000:.1f} kB",
                f"{sizes[peer] / 1000:.1f} kB",
                exactly(sizes[OURS] / sizes[peer]),
                limit if peer == SAMPLE else None,
            )
            for peer in (SAMPLE, NODE)
        ]
    return Result(rows, [])


def _files(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _archive(folder: Path) -> int:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return len(content.getvalue())
