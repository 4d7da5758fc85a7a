const base = require('./jest.config.js');

/**
 * Tests of the domain rules, without servers, stores or processes. They are for quick feedback, and for mutation testing. The
 * random examples are the same in each run, because the result of mutation testing must be repeatable.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...base,
  setupFiles: [...base.setupFiles, '<rootDir>/test/support/same-seed.ts'],
  testMatch: [
    '<rootDir>/libs/**/*.spec.ts',
    '<rootDir>/test/modules/**/*.test.ts',
    // The other access tests need a server.
    '<rootDir>/test/access/tokens.test.ts',
  ],
  // This test starts a server and runs the compiler.
  testPathIgnorePatterns: [...base.testPathIgnorePatterns, 'test/modules/new-module\\.test\\.ts$'],
};
