"""The asset: what is uploaded for the function."""

import io
import zipfile
from pathlib import Path

from bench.functions import NODE, OURS, SAMPLE, Function
from bench.rows import Result, Row
from bench.samples import Spread


def measure(functions: dict[str, Function]) -> Result:
    """Compare the files of the functions, and their archives."""
    rows = []
    for what, size in (("files", _files), ("archive", _archive)):
        ours = size(functions[OURS].folder)
        for peer, limit in ((SAMPLE, 1.0), (NODE, None)):
            theirs = size(functions[peer].folder)
            texts = f"{ours / 1000:.1f} kB", f"{theirs / 1000:.1f} kB"
            rows.append(Row("asset", what, peer, *texts, Spread.exactly(ours / theirs), limit))
    return Result(rows, [])


def _files(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _archive(folder: Path) -> int:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return len(content.getvalue())
