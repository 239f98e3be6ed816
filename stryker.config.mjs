/**
 * Mutation testing of the domain: `npm run mutate` changes its code in one place after the other and sees whether a test of the domain
 * notices. What a mutant of a declaration or of a text would show is shown by other tests (the event catalogue, the golden files).
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'jest',
  jest: { configFile: 'jest.domain.config.js', enableFindRelatedTests: false },
  mutate: ['src/*/domain/*.ts', 'src/kernel/money.ts', 'src/kernel/upcasting.ts', '!src/*/domain/*.facts.ts'],
  mutator: { excludedMutations: ['StringLiteral'] },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  ignorePatterns: ['dist', 'docs', 'bench', '.cache'],
  concurrency: 2,
  tempDirName: '.cache/stryker',
  incrementalFile: '.cache/stryker-incremental.json',
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, logTests: false },
};
