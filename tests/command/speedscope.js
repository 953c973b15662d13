// SPDX-License-Identifier: MIT
// node speedscope.js PACKAGE FILE: lets speedscope's own importer, taken out of the bundle that the npm
// package PACKAGE is, read FILE; prints the name, the unit and the total of each profile, and its stacks.
const fs = require('fs'), path = require('path'), vm = require('vm');

const release = path.join(process.argv[2], 'dist', 'release');
const bundle = fs.readdirSync(release).find(name => /^speedscope-.*\.js$/.test(name));
let code = fs.readFileSync(path.join(release, bundle), 'utf8');
const call = /console\.log\("Importing as speedscope json file"\),([\w$]+)\(/.exec(code);
if (call === null) throw new Error(`no importer in ${bundle}`);
code = code.replace('(()=>{', `(()=>{globalThis.importer=file=>${call[1]}(file);`);

// What the page would ask its browser for is there and does nothing; the importer needs none of it.
const nothing = new Proxy(function () {}, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => '' : key === 'length' ? 0 : nothing),
    apply: () => nothing,
    construct: () => nothing,
});
const page = vm.createContext({
    ...Object.fromEntries(['window', 'document', 'navigator', 'location', 'self', 'localStorage',
        'matchMedia', 'Image', 'HTMLElement', 'Worker', 'fetch', 'requestAnimationFrame'].map(name => [name, nothing])),
    console: { log() {}, warn() {}, error() {} }, URL, TextDecoder, TextEncoder, performance, atob, btoa,
    setTimeout: () => 0, clearTimeout: () => 0,
});
try {
    vm.runInContext(code, page);
} catch { /* it cannot draw */ }

for (const profile of page.importer(JSON.parse(fs.readFileSync(process.argv[3], 'utf8'))).profiles) {
    console.log(profile.getName().replace(/ \(\d+\)/, ''), profile.getWeightUnit(), profile.getTotalWeight());
    const open = [];
    profile.forEachCall(
        node => { open.push(node.frame.name); if (node.children.length === 0) console.log(' ', open.join(';'), node.getTotalWeight()); },
        () => open.pop());
}
