"""Run cells in one live shell and write down what one variable is, and where clew watches its slice.

Run as a script: `live.py CELLS.json VARIABLE ANSWER.json [CELLS BEFORE LOADING]`; without the last, clew is not loaded.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.programs.describing import NOTHING, describe
from tests.programs.shells.running import fresh_shell

if __name__ == "__main__":
    cells, variable, target = json.loads(Path(sys.argv[1]).read_text("utf-8")), sys.argv[2], Path(sys.argv[3]).absolute()
    before = int(sys.argv[4]) if len(sys.argv) > 4 else None
    sys.argv[1:] = []
    sys.path[0] = ""
    shell = fresh_shell()
    code = ""
    for number, cell in enumerate(cells):
        if number == before:  # not as a cell: results keep the numbers that they have without clew
            shell.extension_manager.load_extension("clew")
        shell.run_cell(cell, store_history=True)
    if before is not None:
        import clew

        code = clew.slice(variable).code
    value = describe(shell.user_ns[variable]) if variable in shell.user_ns else NOTHING
    target.write_text(json.dumps({"code": code, "value": value}), "utf-8")
