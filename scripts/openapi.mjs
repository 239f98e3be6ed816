// Writes docs/openapi.json from the built routes: `node scripts/build.mjs && node scripts/openapi.mjs`. A test keeps it current.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
require('reflect-metadata');
const { describeApi } = require('../dist/app.js');
writeFileSync(new URL('../docs/openapi.json', import.meta.url), await describeApi());
