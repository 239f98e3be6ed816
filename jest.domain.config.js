const everything = require('./jest.config.js');

/** The domain by itself, for mutation testing: no thread, no store, no build. */
/** @type {import('jest').Config} */
module.exports = {
  ...everything,
  testMatch: ['<rootDir>/test/**/domain/*.spec.ts', '<rootDir>/test/kernel/*.spec.ts'],
  globalSetup: undefined,
};
