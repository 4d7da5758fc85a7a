const base = require('./jest.config.js');

/**
 * Tests with servers: EventStoreDB, MongoDB, Redis. They use the servers in `EVENTSTORE_URL`, `MONGODB_URL` and `REDIS_URL`,
 * or else start their own. They fail if neither is possible.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...base,
  testMatch: ['<rootDir>/test/**/*.engine.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
};
