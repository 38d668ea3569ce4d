"""Threads, processes, event loops, signals and subprocesses."""

from __future__ import annotations

from tests.programs.transparent.case import Case

CASES = (
    Case("a thread and a queue", "import queue, threading\nq = queue.Queue()\n\ndef work():\n    for i in range(3):\n        q.put(i)\n    q.put(None)\n\nt = threading.Thread(target=work)\nt.start()\nout = []\nwhile (x := q.get()) is not None:\n    out.append(x)\nt.join()\nprint(out)\n", quick=True),
    Case("threads that change globals while statements run", "import threading\nstop = threading.Event()\nbox = {}\n\ndef work():\n    n = 0\n    while not stop.is_set():\n        box[n % 50] = n\n        globals()[f'g{n % 20}'] = n\n        n += 1\n\nt = threading.Thread(target=work)\nt.start()\nxs = []\n" + "xs.append(len(xs))\nd = dict(a=xs)\nd.update(b=[1])\n" * 60 + "stop.set()\nt.join()\nprint(len(xs))\n", quick=True),
    Case("a thread pool", "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n    print(list(pool.map(lambda x: x * x, range(5))))\n    f = pool.submit(int, 'x')\n    print(repr(f.exception()))\n"),
    Case("thread locals and names", "import threading\nloc = threading.local()\nloc.x = 1\nout = []\n\ndef work():\n    out.append((hasattr(loc, 'x'), threading.current_thread().name))\n\nt = threading.Thread(target=work)\nt.start(); t.join()\nprint(out, loc.x)\n"),
    Case("a lock held over statements", "import threading\nlock = threading.Lock()\nlock.acquire()\nxs = [lock]\nxs.append(1)\nprint(lock.locked())\nwith threading.RLock() as r:\n    xs.append(r)\nlock.release()\nprint(lock.locked())\n"),
    Case("a timer and a condition", "import threading\nc = threading.Condition()\nready = []\n\ndef later():\n    with c:\n        ready.append(1)\n        c.notify()\n\nthreading.Timer(0.05, later).start()\nwith c:\n    c.wait_for(lambda: ready)\nprint(ready)\n"),
    Case("asyncio tasks at top level", "import asyncio\nlog = []\n\nasync def work(n):\n    for i in range(2):\n        log.append((n, i))\n        await asyncio.sleep(0)\n    return n\n\nasync def main():\n    return await asyncio.gather(work(1), work(2))\n\nprint(asyncio.run(main()), log)\nloop = asyncio.new_event_loop()\nt = loop.create_task(work(3))\nprint(loop.run_until_complete(t))\nloop.close()\n"),
    Case("a coroutine never awaited", "async def f():\n    pass\n\nf()\nx = f()\nprint('made')\nx = None\nprint('end')\n", quick=True),
    Case("a coroutine driven by hand", "async def f():\n    return 7\n\nc = f()\ntry:\n    c.send(None)\nexcept StopIteration as e:\n    print(e.value)\n"),
    Case("contextvars", "import contextvars\nv = contextvars.ContextVar('v', default=0)\nt = v.set(5)\nprint(v.get())\nctx = contextvars.copy_context()\nctx.run(v.set, 9)\nprint(v.get(), ctx[v], len(ctx))\nv.reset(t)\nprint(v.get())\n", quick=True),
    Case("decimal contexts", "import decimal\ndecimal.getcontext().prec = 4\nprint(decimal.Decimal(1) / 3)\nwith decimal.localcontext() as c:\n    c.prec = 10\n    print(decimal.Decimal(1) / 3)\nprint(decimal.getcontext().flags[decimal.Inexact])\n"),
    *(
        Case(
            f"multiprocessing by {method}",
            f"""\
import multiprocessing as mp

class Point:
    def __init__(self, x):
        self.x = x

def square(p):
    return Point(p.x ** 2)

print('top', __name__)

if __name__ == '__main__':
    mp.set_start_method('{method}')
    with mp.Pool(1) as pool:
        print([p.x for p in pool.map(square, [Point(2), Point(3)])])
        pool.close()
        pool.join()
    q = mp.Queue()
    p = mp.Process(target=q.put, args=(square(Point(5)),))
    p.start()
    print(q.get().x)
    p.join()
    print(p.exitcode)
""",
            quick=method == "spawn",
        )
        for method in ("fork", "spawn", "forkserver")
    ),
    Case("a process pool", "from concurrent.futures import ProcessPoolExecutor\n\ndef cube(x):\n    return x ** 3\n\nif __name__ == '__main__':\n    with ProcessPoolExecutor(1) as pool:\n        print(list(pool.map(cube, range(3))))\n        try:\n            pool.submit(cube, 'x').result()\n        except TypeError as e:\n            print(type(e.__cause__).__name__, str(e.__cause__).count(__file__))\n"),
    Case("an error in a child process", "import multiprocessing as mp\n\ndef bad():\n    raise ValueError('child')\n\nif __name__ == '__main__':\n    mp.set_start_method('fork')\n    p = mp.Process(target=bad, name='P')\n    p.start()\n    p.join()\n    print(p.exitcode)\n"),
    Case("shared memory and values", "import multiprocessing as mp\n\ndef add(v):\n    with v.get_lock():\n        v.value += 1\n\nif __name__ == '__main__':\n    v = mp.Value('i', 0)\n    ps = [mp.Process(target=add, args=(v,)) for _ in range(2)]\n    for p in ps: p.start()\n    for p in ps: p.join()\n    print(v.value)\n"),
    Case("subprocess in every form", "import os, subprocess, sys\nprint(subprocess.check_output(['echo', 'hi'], text=True))\nr = subprocess.run('echo out; echo err >&2; exit 3', shell=True, capture_output=True, text=True)\nprint(r)\np = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\nprint(p.communicate('text'))\nprint(os.system('echo system'), os.popen('echo popen').read())\nsubprocess.run(['false'], check=True)\n"),
    Case("a subprocess that inherits stdin and stdout", "import subprocess, sys\nprint('before', flush=True)\nsubprocess.run(['cat'])\nprint('after')\n", stdin="through\n"),
    Case("a subprocess inherits no descriptors", "import os, subprocess\nprint(subprocess.run(['ls', '/proc/self/fd'], capture_output=True, text=True, close_fds=False).stdout)\n", quick=True),
    Case("python in a subprocess with the same flags", "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'import sys; print(sys.argv, sys.path[0], sys.flags, __name__)'], capture_output=True, text=True).stdout)\n"),
    Case("fork in a program with buffered output", "import os\nprint('buffered')\nif os.fork() == 0:\n    xs = [1]\n    xs.append(2)\n    open('child.txt', 'w').write(str(xs))\n    os._exit(0)\nos.wait()\nys = [3]\nys.append(4)\nprint(open('child.txt').read(), ys)\n", quick=True),
    Case("a forked child goes on with the program and fails", "import os, sys\nsys.stdout.flush()\npid = os.fork()\nif pid:\n    print(os.waitstatus_to_exitcode(os.wait()[1]))\nelse:\n    xs = []\n    xs[0]\n"),
    Case("os.register_at_fork", "import os\nos.register_at_fork(before=lambda: print('before', flush=True), after_in_parent=lambda: print('parent'), after_in_child=lambda: os._exit(4))\npid = os.fork()\nprint(os.waitstatus_to_exitcode(os.wait()[1]))\n"),
    Case("a socket server in a thread", "import socket, threading\ns = socket.create_server(('127.0.0.1', 0))\n\ndef serve():\n    c, _ = s.accept()\n    with c:\n        c.sendall(c.recv(10).upper())\n\nthreading.Thread(target=serve).start()\nwith socket.create_connection(s.getsockname()) as c:\n    c.sendall(b'abc')\n    print(c.recv(10))\ns.close()\n"),
    Case("select, pipes and descriptors", "import os\nr, w = os.pipe()\nprint(r, w)\nos.write(w, b'abc')\nprint(os.read(r, 10))\nos.close(r); os.close(w)\nprint(os.dup(1) if 0 else os.get_inheritable(1))\n"),
    Case("os.closerange of everything", "import os\nprint('a', flush=True)\nos.closerange(3, 200)\nxs = [1]\nxs.append(2)\nopen('x.txt', 'w').write('ok')\nprint(open('x.txt').read(), xs)\n", quick=True),
    Case("RLIMIT_NOFILE and NPROC untouched", "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE) == resource.getrlimit(resource.RLIMIT_NOFILE))\nresource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))\nxs = [1]\nxs.append(2)\nf = open('x.txt', 'w')\nf.write('x')\nf.close()\nprint(xs)\n"),
    Case("RLIMIT_FSIZE", "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\nxs = [1]\nxs.append(2)\ntry:\n    f = open('x.txt', 'w')\n    f.write('x' * 1000)\n    f.close()\nexcept OSError as e:\n    print(e.errno)\nprint(xs)\n", env={"CLEW_STRICT": ""}),
    Case("chdir and umask", "import os\nos.mkdir('d')\nos.chdir('d')\nxs = [1]\nxs.append(2)\nopen('in_d.txt', 'w').write('x')\nos.chdir('..')\nprint(os.listdir('d'), oct(os.umask(0o77)))\n"),
)
