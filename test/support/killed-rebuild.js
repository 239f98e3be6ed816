/**
 * A process that rebuilds the counters' models and kills itself, as a power cut would, at the nth call of one of the store's methods:
 * `node killed-rebuild.js FOLDER MASTER_KEY_IN_HEX METHOD N`. Plain JavaScript: it runs beside jest.
 */
const { rebuild } = require('../../dist/platform/processors/rebuild.js');
const { modelsOf, openFolding } = require('../../dist/platform/processors/stores.js');
const { OnlyInstance } = require('../../dist/platform/processors/leases.js');
const { registry } = require('./counters.registry.js');

const [folder, masterKey, method, nth] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function main() {
  const folding = await openFolding({ dataFolder: folder, masterKeys: [Buffer.from(masterKey, 'hex')] }, registry);
  const { store } = folding;
  const original = store[method];
  let calls = 0;
  store[method] = async (...args) => {
    const last = ++calls === Number(nth);
    // Half of what was to be written is in the file, the other half is not.
    if (last && method === 'replace') await original.call(store, args[0], args[1].slice(0, Math.ceil(args[1].length / 2)));
    if (last) process.kill(process.pid, 'SIGKILL');
    return original.apply(store, args);
  };
  await rebuild({ ...folding, projections: modelsOf(registry), leases: new OnlyInstance(), log, which: 'anew', page: 10, keepBytes: 500 });
}

main().catch((error) => {
  console.warn(error);
  process.exit(1);
});
