"""What a step does outside is seen: real operations in a folder of their own, and the effects they must have."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.model.effects import Effect, Reason
from clew.model.resources import File, resource_name
from clew.observe.outside import Outside

IMPORTS = """
import csv, glob, gzip, io, json, os, pathlib, pickle, shutil, sqlite3, subprocess, sys, tempfile, threading, zipfile
from pathlib import Path
"""
SIGNS = {Reason.OBSERVED: "", Reason.KNOWN: " (known)", Reason.ASSUMED: " (assumed)"}


@dataclass(frozen=True, slots=True)
class Case:
    """`code` runs as one step after those of `earlier`; `does` are its effects; `mentions` texts among its arguments."""

    name: str
    code: str
    does: frozenset[str]
    earlier: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    needs: str = "sys"


def case(name: str, code: str, does: str, *earlier: str, mentions: tuple[str, ...] = (), needs: str = "sys") -> Case:
    effects = frozenset(effect.strip() for effect in does.split(",") if effect.strip())
    return Case(name, code, effects, earlier, mentions, needs)


WRITE = "Path('a').write_text('x')"
MADE = "os.mkdir('d')"
WRITE_IN = "Path('d/a').write_text('x')"

FILES = [
    case("a new file is bound, and its folder lists one more", "open('a', 'w').close()", "bound a"),
    case("a file is read", "open('in.txt').read()", "read in.txt"),
    case("a file that was there is written anew", "open('in.txt', 'w').close()", "bound in.txt"),
    case("appending changes", "open('in.txt', 'a').close()", "changed in.txt"),
    case("appending to what is not there makes it", "open('a', 'a').close()", "bound a"),
    case("reading and writing in place is both", "open('in.txt', 'r+').close()", "read in.txt, changed in.txt"),
    case("w+ owes nothing to what was there", "open('in.txt', 'w+').close()", "bound in.txt"),
    case("x needs that there is none", "open('a', 'x').close()", "bound a"),
    case("x after a removal needs the removal", "open('in.txt', 'x').close()", "read in.txt, bound in.txt", "os.remove('in.txt')"),
    case("a failed open of what never was says nothing", "try_(lambda: open('none'))", ""),
    case("a failed open of what was removed reads that", "try_(lambda: open('a'))", "read a", WRITE, "os.remove('a')"),
    case("a failed write says nothing", "try_(lambda: open('none/a', 'w'))", ""),
    case("what a step wrote itself it does not read", WRITE + "; open('a').read()", "bound a"),
    case("read, then written", "s = open('in.txt').read(); open('in.txt', 'w').write(s)", "read in.txt, bound in.txt"),
    case("bytes and paths are paths", "open(b'in.txt'); open(Path('in.txt'))", "read in.txt"),
    case("a file of a subclass of str", "open(type('S', (str,), {})('in.txt'))", "read in.txt"),
    case("os.open", "os.close(os.open('a', os.O_CREAT | os.O_WRONLY | os.O_TRUNC))", "bound a"),
    case("pathlib writes", "Path('a').write_text('x')", "bound a"),
    case("touch", "Path('a').touch()", "bound a"),
    case("a copy", "shutil.copy2('in.txt', 'a')", "read in.txt, bound a"),
    case("a move", "shutil.move('a', 'b')", "read a, deleted a, bound b", WRITE),
    case("a replacement", "os.replace('a', 'in.txt')", "read a, deleted a, bound in.txt", WRITE),
    case("a removal", "os.remove('a')", "read a, deleted a", WRITE),
    case("unlink", "Path('a').unlink()", "read a, deleted a", WRITE),
    case("truncate", "os.truncate('in.txt', 0)", "changed in.txt"),
    case("chmod", "os.chmod('in.txt', 0o600)", "changed in.txt"),
    case("a temporary file leaves nothing", "tempfile.NamedTemporaryFile(dir='.').close()", ""),
    case("a temporary folder leaves nothing", "tempfile.TemporaryDirectory(dir='.').cleanup()", ""),
    case("a hard link is another name of the file", "open('l').read()", "read l, read a", WRITE, "os.link('a', 'l')"),
    case("through a symbolic link the file is read", "open('l').read()", "read l, read a", WRITE, "os.symlink('a', 'l')"),
    case("through a symbolic link the file is written", "open('l', 'w').close()", "bound l, bound a", WRITE, "os.symlink('a', 'l')"),
    case("json", "json.dump([1], open('a', 'w'))", "bound a"),
    case("pickle", "pickle.load(open('a', 'rb'))", "read a", "pickle.dump([1], open('a', 'wb'))"),
    case("gzip", "gzip.open('a.gz', 'wt').close()", "bound a.gz"),
    case("zip", "zipfile.ZipFile('a.zip').namelist()", "read a.zip", "zipfile.ZipFile('a.zip', 'w').close()"),
    case("another thread's files are the step's", "t = threading.Thread(target=lambda: open('in.txt')); t.start(); t.join()", "read in.txt"),
    case("NumPy saves", "__import__('numpy').save('a.npy', [1])", "bound a.npy", needs="numpy"),
    case("pandas writes csv", "__import__('pandas').DataFrame({'a': [1]}).to_csv('a.csv')", "bound a.csv", needs="pandas"),
]  # fmt: skip

FOLDERS = [
    case("a folder is made", "os.mkdir('d')", "bound d"),
    case("a folder that may be there already would have been made", "os.makedirs('sub', exist_ok=True)", "changed sub (assumed)"),
    case("what stands in a new folder needs the folder", WRITE_IN, "read d, bound d/a", MADE),
    case("what is read from a new folder needs the folder", "open('d/a').read()", "read d, read d/a", MADE, WRITE_IN),
    case("a folder that this session made is there", "os.makedirs('d', exist_ok=True)", "read d", MADE),
    case("a folder made again after it went", "os.mkdir('d')", "bound d", MADE, "os.rmdir('d')"),
    case("a folder made in place of one from before", "os.mkdir('sub')", "read sub, bound sub", "os.rmdir('sub')"),
    case("a listing of what was there before", "os.listdir('.')", ""),
    case("a listing shows what came", "os.listdir('.')", "read a, read d", WRITE, MADE, WRITE_IN),
    case("a listing does not show what is missing", "os.listdir('.')", "read in.txt", "os.remove('in.txt')"),
    case("what came and went is not listed", "os.listdir('.')", "", WRITE, "os.remove('a')"),
    case("a listing owes nothing to what only changed", "os.listdir('.')", "", "open('in.txt', 'w').close()"),
    case("a listing of a new folder", "os.listdir('d')", "read d", MADE),
    case("scandir", "list(os.scandir('.'))", "read a", WRITE),
    case("glob", "glob.glob('*.txt')", "read a", WRITE),
    case("glob of a name", "glob.glob('a')", "read a", WRITE),
    case("pathlib's glob", "list(Path('.').glob('*'))", "read a", WRITE),
    case("iterdir", "list(Path('.').iterdir())", "read a", WRITE),
    case("walk", "list(os.walk('.'))", "read d, read d/a", MADE, WRITE_IN),
    case("rmtree deletes all, and needs only the folder", "shutil.rmtree('d')", "read d, deleted d, deleted d/a", MADE, WRITE_IN),
    case("a file in a deleted folder is gone by that", "try_(lambda: open('d/a'))", "read d, read d/a", MADE, WRITE_IN, "shutil.rmtree('d')"),
    case("a folder is renamed with its files", "os.rename('d', 'e')", "read d, read d/a, deleted d, deleted d/a, bound e, bound e/a", MADE, WRITE_IN),
    case("a tree is copied", "shutil.copytree('d', 'e')", "read d, read d/a, bound e, bound e/a", MADE, WRITE_IN),
]  # fmt: skip

MANY = "for i in range(300): Path(f'd/{i}').write_text('x')"

CROWDS = [
    case("many files of one step are told as a whole", MANY, "read d, changed d/*", MADE),
    case("one of many is read", "open('d/7').read()", "read d, read d/*", MADE, MANY),
    case("one told apart before the many came", "open('d/a').read()", "read d, read d/*, read d/a", MADE, WRITE_IN, MANY),
    case("many are listed", "os.listdir('d')", "read d, read d/*", MADE, MANY),
    case("a file opened again and again is read once", "for i in range(1000): open('in.txt').close()", "read in.txt"),
    case("and written once", "for i in range(100): open('in.txt', 'w').close()", "bound in.txt"),
    case("made, removed and made", "for i in range(3): open('a', 'w').close(); os.remove('a'); open('a', 'w').close()", "bound a"),
    case("one name in two folders is two files", "for i in 'ab': os.chdir(here + '/' + i); open('f', 'w').close()", "bound the state of cwd, read the state of cwd, read a, bound a/f, read b, bound b/f", "os.mkdir('a'); os.mkdir('b')"),
]  # fmt: skip

PLACES = [
    case("chdir", "os.chdir('sub')", "read the state of cwd, bound the state of cwd"),
    case("a relative path after chdir", "open('../in.txt')", "read the state of cwd, read in.txt", "os.chdir('sub')"),
    case("an absolute path owes nothing to chdir", "open(here + '/in.txt')", "read in.txt", "os.chdir('sub')"),
    case("a variable of the environment", "os.environ['CLEW_TESTED'] = '1'", "bound the state of environ['CLEW_TESTED']"),
    case("a variable taken back", "os.environ['CLEW_TESTED'] = '1'; del os.environ['CLEW_TESTED']", ""),
    case("a variable set behind Python's back", "os.putenv('CLEW_TESTED', '1')", "bound the state of environ['CLEW_TESTED']"),
]  # fmt: skip

MENTIONS = [
    case("a file written earlier and mentioned may have been read", "os.path.exists('a')", "read a (assumed)", WRITE, mentions=("a",)),
    case("so may one that was removed", "os.path.exists('a')", "read a (assumed)", WRITE, "os.remove('a')", mentions=("a",)),
    case("a file made without an event", "silently('a')", "bound a", mentions=("a",)),
    case("a file changed without an event", "silently('in.txt')", "changed in.txt", mentions=("in.txt",)),
    case("a file written again within a tick of the clock", "silently('a')", "changed a", "silently('a')", mentions=("a",)),
    case("a mention that open covers", "open('in.txt')", "read in.txt", mentions=("in.txt",)),
    case("a pattern reads the files that match", "pass", "read a (assumed)", WRITE, mentions=("./*",)),
    case("what is no path is none", "pass", "", mentions=("hello world", "", "a\nb", "\0", "http://x.org/in.txt", "x" * 5000)),
]  # fmt: skip

CHILD = ", read the state of environ (assumed), read the state of cwd (assumed)"

POOL = """
import multiprocessing
pool = multiprocessing.get_context('spawn').Pool(1)
pool.apply(os.system, ('echo > f',))
pool.close()
pool.join()
"""

PROCESSES = [
    case("a child writes a file", "subprocess.run('echo hi > f', shell=True)", "bound f" + CHILD),
    case("os.system", "os.system('echo hi > f')", "bound f" + CHILD),
    case("a child writes again within a tick of the clock", "os.system('echo 2 > f')", "changed f" + CHILD, "os.system('echo 1 > f')"),
    case("a child deletes a file", "os.system('rm a')", "read a, deleted a" + CHILD, WRITE),
    case("a child reads what it is told to", "subprocess.run(['cat', 'a'], capture_output=True)", "read a (known)" + CHILD, WRITE),
    case("and what its pattern says", "subprocess.run('cat ./* | wc', shell=True, capture_output=True)", "read a (known)" + CHILD, WRITE),
    case("a child reads nothing else", "subprocess.run(['cat', 'in.txt'], capture_output=True)", "read in.txt (known)" + CHILD, WRITE),
    case("a child that lists", "subprocess.run('ls', shell=True, capture_output=True)", CHILD.lstrip(", ") + ", read a (assumed)", WRITE),
    case("an unknown child may read whatever was written", "subprocess.run([sys.executable, '-c', ''])", "read a (assumed)" + CHILD, WRITE),
    case("so may one behind a known one", "subprocess.run('echo 1; strange || true', shell=True, capture_output=True)", "read a (assumed)" + CHILD, WRITE),
    case("a child in another folder", "subprocess.run('echo hi > f', shell=True, cwd='sub')", "bound sub/f" + CHILD),
    case("a question about the machine reads nothing", "subprocess.run(['uname'], capture_output=True)", "", WRITE),
    case("a forked child writes a file", "pid = os.fork() or silently_and_exit('f'); os.waitpid(pid, 0)", "bound f", WRITE),
    case("a pool of processes that were not forked", "exec(POOL)", "bound f", WRITE),
    case("what the program writes itself is not a child's", WRITE + "; time.sleep(0.1)", "bound a", "p = subprocess.Popen(['sleep', '0.3'])", "import time; time.sleep(0.1)"),
    case("a child left running is seen when it writes", "p.wait()", "read the state of processes, bound f", "p = subprocess.Popen('sleep 0.2; echo > f', shell=True)"),
]  # fmt: skip

DATABASES = [
    case("a new database", "c = sqlite3.connect('db'); c.execute('create table t(a)')", "bound db"),
    case("a database in memory is no file", "c = sqlite3.connect(':memory:')", ""),
    case("a database is read", "c = sqlite3.connect('db')", "read db", (NEW := "c = sqlite3.connect('db'); c.execute('create table t(a)')")),
    case("a later step writes through the connection", "c.execute('insert into t values (1)'); c.commit()", "changed db", NEW),
    case("a query writes nothing", "list(c.execute('select * from t'))", "", NEW),
]  # fmt: skip

HANDLES = [
    case("a flush of an open handle is seen", "f.flush()", "changed a", "f = open('a', 'w')", "f.write('x')"),
    case("so is a close", "f.close()", "changed a", "f = open('a', 'w')", "f.write('x')"),
    case("a log that the program keeps open", "log.warning('x')", "changed a", "import logging; log = logging.getLogger('clew-tested'); log.addHandler(logging.FileHandler('a')); log.propagate = False"),
]  # fmt: skip

MODULES = [
    case("importing a module that was written reads it", "import clew_tested_a", "read clew_tested_a.py", "Path('clew_tested_a.py').write_text('x = 1')", "sys.path.insert(0, here)"),
    case("also from its cache", "del sys.modules['clew_tested_b']; import clew_tested_b", "read clew_tested_b.py", "Path('clew_tested_b.py').write_text('x = 1')", "sys.path.insert(0, here)", "import clew_tested_b"),
    case("a module of the standard library is no file of the program's", "sys.modules.pop('this', None); io_ = sys.stdout; sys.stdout = io.StringIO(); import this; sys.stdout = io_", ""),
]  # fmt: skip

CASES = FILES + FOLDERS + CROWDS + PLACES + MENTIONS + PROCESSES + DATABASES + HANDLES + MODULES


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """An ear at work in a folder with one file and one folder in it, both older than the session."""
    folder, path = os.getcwd(), list(sys.path)
    os.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "in.txt").write_text("in")
    os.utime("in.txt", (1, 1))
    heard = Outside(str(tmp_path / ".clew"))
    heard.install()
    yield heard
    heard.close()
    sys.path[:] = path
    os.chdir(folder)
    os.environ.pop("CLEW_TESTED", None)


def silently(outside: Outside, path: str, text: str = "y") -> None:
    """Write a file as C++ does: without an audit event."""
    with outside.own_work(), open(path, "w") as file:
        file.write(text)


def namespace(outside: Outside, folder: Path) -> dict[str, object]:
    counter = iter(range(10, 99))

    def attempt(action: object) -> None:
        with pytest.raises(FileNotFoundError):
            action()  # type: ignore[operator]  # the namespace of a table says no types

    def leave(path: str) -> None:
        silently(outside, path)
        os._exit(0)

    names: dict[str, object] = {"here": str(folder), "POOL": POOL, "try_": attempt, "silently_and_exit": leave}
    names["silently"] = lambda path: silently(outside, path, str(next(counter)))
    exec(IMPORTS, names)
    return names


def told(effects: tuple[Effect, ...], folder: Path) -> frozenset[str]:
    """The effects in words, paths relative to the folder."""
    return frozenset(
        f"{type(effect).__name__.lower()} {short(resource_name(effect.resource), folder)}{SIGNS[effect.reason]}"
        for effect in effects
    )


def short(name: str, folder: Path) -> str:
    return name.replace(f"{folder}/", "", 1) or "./"


def step(outside: Outside, code: str, names: dict[str, object], mentions: tuple[str, ...] = ()) -> tuple[Effect, ...]:
    compiled = compile(code, "<step>", "exec")
    outside.start(mentions)
    exec(compiled, names)
    return outside.finish()


@pytest.mark.parametrize("each", CASES, ids=lambda case: case.name)
def test_a_step_has_these_effects_outside(each: Case, outside: Outside, tmp_path: Path) -> None:
    pytest.importorskip(each.needs)
    names = namespace(outside, tmp_path)
    outside.faults.clear()
    for code in each.earlier:
        step(outside, code, names)
    found = told(step(outside, each.code, names, each.mentions), tmp_path)
    assert outside.faults == []
    assert found == each.does


def test_what_was_read_from_outside_is_kept_with_its_hash(outside: Outside, tmp_path: Path) -> None:
    names = namespace(outside, tmp_path)
    step(outside, "open('in.txt').read(); Path('a').write_text('x')", names)
    step(outside, "open('a').read(); shutil.copy('in.txt', 'b')", names)
    (only,) = outside.inputs()
    assert (only.path, only.size) == (str(tmp_path / "in.txt"), 2)
    assert only.content is not None


def test_of_many_files_from_outside_only_some_are_told_and_all_are_kept(outside: Outside, tmp_path: Path) -> None:
    for number in range(500):
        (tmp_path / str(number)).write_text("x")
    effects = step(outside, "for i in range(500): open(str(i)).close()", namespace(outside, tmp_path))
    assert len(effects) < 300
    assert len(outside.inputs()) == 500


def test_an_input_written_over_has_no_hash(outside: Outside, tmp_path: Path) -> None:
    names = namespace(outside, tmp_path)
    step(outside, "open('in.txt').read()", names)
    step(outside, "open('in.txt', 'w').write('other')", names)
    assert [each.content for each in outside.inputs()] == [None]


def test_our_own_store_is_no_business_of_the_programs(outside: Outside, tmp_path: Path) -> None:
    assert step(outside, "os.mkdir('.clew'); Path('.clew/x').write_text('x')", namespace(outside, tmp_path)) == ()


def test_what_happens_between_steps_is_not_recorded(outside: Outside, tmp_path: Path) -> None:
    (tmp_path / "between").write_text("x")
    assert step(outside, "pass", namespace(outside, tmp_path)) == ()


PROBE = """
import os, sys
heard = []
sys.addaudithook(lambda event, args: heard.append(event) if event == "open" else None)
from clew.observe.outside import Outside
outside = Outside(); outside.install(); outside.start()
def refuse(event, args):
    if event == "open" and args[0] == "forbidden": raise PermissionError("no")
sys.addaudithook(refuse)
open(sys.argv[1]); assert heard[-1] == "open"
for broken in (lambda: open("forbidden"), lambda: open("a\\0b"), lambda: open(object()), lambda: os.listdir(3.5)):
    try: broken()
    except Exception as error: print(type(error).__name__, error)
class Path:
    def __fspath__(self): print("asked"); return sys.argv[1]
open(Path()); os.listdir(os.path.dirname(sys.argv[1])); os.path.exists(Path())
"""


def test_other_hooks_errors_and_paths_of_the_programs_own_are_as_without_us(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROBE)
    plain = tmp_path / "plain.py"
    plain.write_text("\n".join(line for line in PROBE.splitlines() if "utside" not in line))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    watched, unwatched = (
        subprocess.run([sys.executable, str(one), str(program)], capture_output=True, encoding="utf-8", env=environment)
        for one in (program, plain)
    )
    assert (watched.stdout, watched.returncode) == (unwatched.stdout, 0)
    assert watched.stdout.count("asked") == 2


def test_a_forked_child_reports_nothing(outside: Outside, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    outside.start()
    if (child := os.fork()) == 0:
        (tmp_path / "by-child").write_text("x")
        os.write(writer, b"%d" % len(outside._touches))
        os._exit(0)
    os.waitpid(child, 0)
    outside.finish()
    assert os.read(reader, 9) == b"0"


def test_paths_in_resources_are_absolute(outside: Outside, tmp_path: Path) -> None:
    effects = step(outside, "open('in.txt'); os.mkdir('d')", namespace(outside, tmp_path))
    assert all(isinstance(one.resource, File) and os.path.isabs(one.resource.path) for one in effects)
