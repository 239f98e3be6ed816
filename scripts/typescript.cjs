// Lets `node -r ./scripts/typescript.cjs FILE.ts` run a bench from its source, compiled with the options of .swcrc.
const { transformFileSync } = require('@swc/core');
const { join } = require('node:path');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformFileSync(filename, { configFile: join(__dirname, '../.swcrc'), sourceMaps: 'inline' });
  module._compile(code, filename);
};
