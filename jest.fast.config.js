const base = require('./jest.config.js');

/**
 * Tests of the rules: no server, no store, no process. For a quick answer while they are changed, and for mutation testing,
 * whose answer must not change from run to run: examples are not random.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...base,
  setupFiles: [...base.setupFiles, '<rootDir>/test/support/same-seed.ts'],
  testMatch: [
    '<rootDir>/libs/**/*.spec.ts',
    '<rootDir>/test/modules/**/*.test.ts',
    // The other tests of access ask a server.
    '<rootDir>/test/access/tokens.test.ts',
  ],
};
