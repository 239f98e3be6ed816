const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const swc = JSON.parse(readFileSync(join(__dirname, '.swcrc'), 'utf8'));
delete swc.$schema;

/** Workers load compiled output, so every run builds first (what has not changed is left alone). */
/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.JOURNEYS ? [] : ['<rootDir>/test/journeys/'])],
  // Copies of the project that an interrupted `npm run mutate` left behind.
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest', { ...swc, swcrc: false }] },
  transformIgnorePatterns: [
    '/node_modules/(?!(@nestjs|@opentelemetry/otlp-exporter-base|@fastify/cookie|cookie|content-disposition|nodemailer|csv-parse|qr)/)',
  ],
  globalSetup: '<rootDir>/test/support/build.js',
  setupFiles: ['reflect-metadata'],
  maxWorkers: 2,
  // Native modules keep what a file loaded; a process that has grown is replaced before collecting it costs more than starting another.
  workerIdleMemoryLimit: '700MB',
  // Says when something is stuck, not when the machine is busy.
  testTimeout: 120_000,
};
