// SPDX-License-Identifier: MIT
// Workers, buffers, compression, a child process, WebAssembly; with an argument, ever more memory.
const { Worker, isMainThread, parentPort } = require('worker_threads');
const { spawnSync, execFile } = require('child_process');
const crypto = require('crypto'), fs = require('fs'), path = require('path'), zlib = require('zlib');

if (!isMainThread) {
    const kept = new Map();
    for (let i = 0; i < 200000; i++) kept.set(i % 5000, 'x'.repeat(i % 97) + i);
    parentPort.postMessage([...kept.values()].reduce((n, s) => n + s.length, 0));
} else if (process.argv[2] === 'heap') {
    const all = [];
    for (;;) all.push(new Array(10000).fill(all.length));
} else if (process.argv[2] === 'buffers') {
    const all = [];
    for (;;) all.push(Buffer.alloc(1 << 20, all.length));
} else {
    const words = fs.readFileSync(path.join(process.env.IN, 'words'));
    const digest = (data) => crypto.createHash('sha256').update(data).digest('hex').slice(0, 16);
    console.log(digest(words), zlib.gunzipSync(zlib.gzipSync(words)).equals(words));
    console.log(JSON.stringify(JSON.parse(JSON.stringify([...Array(50000).keys()].map((i) => ({ i, s: `${i}` }))))).length);
    console.log(spawnSync('cat', { input: words, maxBuffer: 1e8 }).stdout.length);
    const memory = new WebAssembly.Memory({ initial: 10, maximum: 1000 });
    memory.grow(100);
    console.log(memory.buffer.byteLength, [..."zyx".repeat(10000)].sort().join('').length, 2n ** 5000n % 1000007n);
    zlib.brotliCompress(words.subarray(0, 300000), (_, packed) => console.log(digest(zlib.brotliDecompressSync(packed))));
    execFile('echo', ['child'], (_, out) => Promise.all([1, 2, 3].map(() => new Promise((done) =>
        new Worker(__filename).on('message', done)))).then((sums) => console.log(out.trim(), sums)));
}
