# SPDX-License-Identifier: MIT
"""Uses many parts of Python, and prints what does not depend on time or place."""
import asyncio, bz2, ctypes, decimal, gc, hashlib, json, lzma, mmap, multiprocessing, os, pickle
import queue, re, signal, socket, sqlite3, subprocess, sys, tempfile, threading, zlib


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def threads():
    results, work = [], queue.Queue()
    def serve():
        while (n := work.get()) is not None:
            results.append(len(json.dumps([str(i) * 3 for i in range(n)])))
    pool = [threading.Thread(target=serve) for _ in range(4)]
    for t in pool: t.start()
    for n in range(400): work.put(n)
    for t in pool: work.put(None)
    for t in pool: t.join()
    return sum(results)


def forks_with_threads():
    stop = threading.Event()
    def churn():
        while not stop.is_set():
            bytearray(100_000)
    pool = [threading.Thread(target=churn) for _ in range(2)]
    for t in pool: t.start()
    statuses = []
    for n in range(40):
        pid = os.fork()
        if pid == 0:
            os._exit(len([bytearray(1000) for _ in range(n)]))
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    stop.set()
    for t in pool: t.join()
    return sum(statuses)


def subprocesses():
    out = subprocess.run(["sh", "-c", "cat; echo err >&2; exit 3"], input=b"in" * 50000, capture_output=True)
    return out.returncode, len(out.stdout), out.stderr


def square(n):
    return n * n


def processes(method):
    with multiprocessing.get_context(method).Pool(3) as pool:
        return sum(pool.map(square, range(1000)))


def maps():
    shared = mmap.mmap(-1, 1 << 20)
    if (pid := os.fork()) == 0:
        shared[:5] = b"child"
        os._exit(0)
    os.waitpid(pid, 0)
    with tempfile.TemporaryFile() as file:
        file.truncate(1 << 16)
        with mmap.mmap(file.fileno(), 1 << 16) as view:
            view[100:104] = b"file"
            view.resize(1 << 18)
            found = view.find(b"file"), len(view)
        private = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        private[:4] = b"mine"
        file.seek(0)
        return shared[:5], found, private[:4], file.read(4)


def database():
    base = sqlite3.connect(":memory:")
    base.execute("create table t(a integer primary key, b text)")
    base.executemany("insert into t values(?, ?)", ((i, "x" * (i % 50)) for i in range(20000)))
    return base.execute("select count(*), sum(length(b)), max(b) from t where a % 7 = 3").fetchone()


def packed():
    data = open(os.path.join(os.environ["IN"], "words"), "rb").read(500_000)
    for tool in zlib, bz2, lzma:
        yield len(tool.compress(data)) > 1000 and digest(tool.decompress(tool.compress(data)))


def c_calls():
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    block = libc.malloc(100)
    ctypes.memset(block, 65, 100)
    text = ctypes.string_at(block, 5)
    libc.free(block)
    numbers = (ctypes.c_int * 5)(5, 3, 1, 4, 2)
    compare = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.POINTER(ctypes.c_int)] * 2)
    libc.qsort(numbers, 5, 4, compare(lambda a, b: a[0] - b[0]))
    return text, list(numbers)


def signals():
    hits = []
    signal.signal(signal.SIGALRM, lambda *_: hits.append(bytearray(5000)))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    while len(hits) < 30:
        [bytearray(n) for n in range(500)]
    signal.setitimer(signal.ITIMER_REAL, 0)
    return len(hits) >= 30


async def later():
    left, right = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=left)
    right.sendall(b"line\n" * 1000)
    process = await asyncio.create_subprocess_exec("echo", "hi", stdout=subprocess.PIPE)
    said = await process.communicate()
    lines = [await reader.readline() for _ in range(1000)]
    writer.close()
    right.close()
    return len(lines), said[0]


if __name__ == "__main__":
    print(threads(), forks_with_threads(), subprocesses())
    print(processes("fork"), processes("spawn"), processes("forkserver"))
    print(maps(), database(), list(packed()), c_calls(), signals(), asyncio.run(later()))
    tree = {str(i): [i, {"n": i * 1.5, "s": chr(300 + i) * i}] for i in range(2000)}
    print(json.loads(json.dumps(tree)) == tree, pickle.loads(pickle.dumps(tree)) == tree)
    print(digest(hex(3 ** 20000).encode()), decimal.Decimal(2).sqrt(), len(re.findall(r"(\d)\1", str(7 ** 4000))))
    rings = [[i] for i in range(5000)]
    for ring in rings: ring.append(ring)
    del rings, ring
    print(gc.collect() >= 5000, len(sys.modules) > 30)
