/** Jest runs the TypeScript sources as ES modules; swc takes the types away. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/build-first.js',
  reporters: ['default', '<rootDir>/test/support/count-reporter.js'],
  // Generous: a slow machine must not fail a test that would pass.
  testTimeout: 120_000,
  // Most tests wait for processes more than they compute; jest would take one worker on two cores.
  maxWorkers: 2,
};
