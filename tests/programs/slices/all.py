"""Every case of slicing a script."""

from __future__ import annotations

from tests.programs.slices import (
    ambient,
    classes,
    containers,
    control,
    files,
    functions,
    hidden,
    loops,
    models,
    names,
    numpy_arrays,
    pandas_frames,
    parts,
    texts,
    unseen,
)
from tests.programs.slices.case import Case

TABLES = (names, functions, classes, containers, parts, control, ambient, files, hidden, loops, numpy_arrays, pandas_frames, models, texts, unseen)
CASES: tuple[Case, ...] = tuple(case for table in TABLES for case in table.CASES)
