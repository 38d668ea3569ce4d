"""Runs code in the clean process as Python, or a notebook, would; then hands what it left to a judge.

Takes the path of an order (see `clew.replay.clean`). Nothing is imported that Python has not loaded by itself: what the
code finds in `sys.modules` decides what its own imports do.
"""

import marshal
import os
import sys

TYPE_CHECKING = False  # typing is not loaded just for this
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable
    from typing import Any

    Order = dict[str, Any]

MAIN = type(sys)("__main__")
DUMPS, OPEN, REPLACE = marshal.dumps, open, os.replace  # as they are before the program can put others in their place
MARK = "__clew_at__"
DOINGS = frozenset(
    "os.remove os.rename os.mkdir os.rmdir os.link os.symlink os.truncate os.chmod os.chown os.utime shutil.rmtree".split()
)


SPAWNS = frozenset("subprocess.Popen os.system os.posix_spawn os.spawn os.exec os.fork os.forkpty pty.spawn".split())


def main(path: str) -> None:
    """Do what the order says."""
    with open(path, "rb") as file:
        order = marshal.load(file)
    with open(os.path.join(order["scratch"], "guard")) as file:
        guard = file.read()
    if guard in ("audit", "landlock"):
        sys.addaudithook(refusing(order["scratch"], spawns=guard == "landlock"))
    take_place(order)
    mark = marker(order)
    failure, process = None, os.getpid()
    try:
        namespace = (run_cell if order["shell"] else run_file)(order, mark)
    except SystemExit:
        namespace = MAIN.__dict__
    except BaseException as error:
        namespace, failure = MAIN.__dict__, error
    flush()
    if os.getpid() != process:
        os._exit(0)  # a fork that came to the end of the code as well
    sys.path.append(order["home"])
    module, _, function = order["judge"].partition(":")
    judge = getattr(__import__(module, fromlist=[function]), function)
    give(judge(order, namespace, failure, mark), order["answer"])
    flush()
    if guard != "none":
        os._exit(0)  # nothing is left to be done: what the program would tidy up is gone with this process


def give(answer: "dict[str, Any]", path: str) -> None:
    """Write an answer, whole or not at all."""
    with OPEN(f"{path}.draft", "wb") as file:
        file.write(DUMPS(answer, 2))
    REPLACE(f"{path}.draft", path)


def take_place(order: "Order") -> None:
    """Make this process the program's: its arguments, its folder, its main module."""
    sys.argv[:] = order["arguments"]
    sys.path[0] = order["path"]
    MAIN.__dict__["__builtins__"] = __builtins__
    if order["file"]:
        MAIN.__dict__["__file__"] = order["file"]
    sys.modules["__main__"] = MAIN


def flush() -> None:
    """Have what was printed so far reach the files that it is printed to."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue  # the program closed it, or put something else there


# ---- running ------------------------------------------------------------------------------------------------


def run_file(order: "Order", mark: "Any") -> "dict[str, Any]":
    """Run the code as `python` would."""
    with open(order["code"], "rb") as file:
        code: Any = file.read()
    if mark is not None:
        import ast  # only who follows the steps pays for it

        code = marked(ast.parse(code, order["code"]))
    exec(compile(code, order["code"], "exec", dont_inherit=True), MAIN.__dict__)
    if mark is not None:
        mark.at(0)
    return MAIN.__dict__


def run_cell(order: "Order", mark: "Any") -> "dict[str, Any]":
    """Run the code as a cell of a notebook, or several one by one."""
    from IPython.core.interactiveshell import InteractiveShell  # it may not be installed where only scripts run

    shell = InteractiveShell.instance(config=plain_looks(), user_module=MAIN)
    shell.enable_gui = lambda gui=None: None  # type: ignore[method-assign]  # there is no screen whose events could be served
    shell.showtraceback = lambda *args, **kwargs: None  # type: ignore[method-assign]  # who asked shows it
    shell.compile.get_code_name = lambda *args: order["code"]  # type: ignore[method-assign]  # so that its lines are known by it
    if mark is not None:
        shell.ast_transformers.append(Marking())  # type: ignore[arg-type]  # all that is asked of it is `visit`
    with open(order["code"], encoding="utf-8") as file:
        cells = order["cells"] or [file.read()]
    for cell in cells:
        result = shell.run_cell(cell, store_history=True)  # type: ignore[no-untyped-call]  # IPython has no types here
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            raise error
    if mark is not None:
        mark.at(0)
    return MAIN.__dict__


def plain_looks() -> "Any":
    """No colours, no history on disk."""
    from IPython import version_info  # as above
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
    return config


# ---- following the steps ------------------------------------------------------------------------------------


def marker(order: "Order") -> "Any":
    """Give what is told of each statement before it runs; None where nobody wants to know."""
    if not order["marker"]:
        return None
    sys.path.append(order["home"])
    module, _, name = order["marker"].partition(":")
    made = getattr(__import__(module, fromlist=[name]), name)(order, MAIN.__dict__)
    sys.path.remove(order["home"])
    import builtins

    setattr(builtins, MARK, made.at)
    return made


def marked(tree: "ast.Module") -> "ast.Module":
    """Put a call before each statement, behind those that have to stand first."""
    import ast  # as above

    body: list[ast.stmt] = []
    for number, node in enumerate(tree.body):
        first = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not first and not (number == 0 and ast.get_docstring(tree, clean=False) is not None):
            line = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
            call = ast.Call(ast.Name(MARK, ast.Load()), [ast.Constant(line)], [])
            body.append(ast.fix_missing_locations(ast.copy_location(ast.Expr(call), node)))
        body.append(node)
    tree.body = body
    return tree


class Marking:
    """What IPython asks to change the statements of a cell."""

    def visit(self, node: "ast.Module") -> "ast.Module":
        """Give the cell with the calls in it."""
        return marked(node)


# ---- where the kernel refuses nothing -----------------------------------------------------------------------


def refusing(scratch: str, *, spawns: bool) -> "Callable[[str, tuple[Any, ...]], None]":
    """Give an audit hook that has Python write nothing but in the scratch folder; `spawns` lets it start others."""
    inside = (os.path.realpath(scratch) + os.sep, "/dev/", "/proc/self/")

    def hook(event: str, args: "tuple[Any, ...]") -> None:
        if event == "open":
            path, mode, flags = args
            if not isinstance(path, (str, bytes)) or not writes(mode, flags):
                return
            paths = [path]
        elif event in DOINGS:
            paths = [each for each in args if isinstance(each, (str, bytes))]
        elif event == "sqlite3.connect" and args[0] not in ("", ":memory:", b":memory:"):
            paths = [args[0]]
        elif event in SPAWNS and not spawns:
            raise PermissionError(1, "verification starts no other program here (--in-place lets it)")
        else:
            return
        for each in paths:
            place = os.path.realpath(os.fsdecode(each))
            if not (place + os.sep).startswith(inside):
                raise PermissionError(13, "verification changes no files (--in-place lets it)", place)

    return hook


def writes(mode: object, flags: int) -> bool:
    """Tell whether a file is opened to be written."""
    if isinstance(mode, str):
        return bool(set("wax+") & set(mode))
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND))


if __name__ == "__main__":
    main(sys.argv[1])
