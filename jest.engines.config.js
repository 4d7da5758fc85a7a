const base = require('./jest.config.js');

/**
 * Tests against servers: EventStoreDB, MongoDB, Redis. They start what they need, or use what `EVENTSTORE_URL`, `MONGODB_URL`
 * and `REDIS_URL` name, and fail where there is neither.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...base,
  testMatch: ['<rootDir>/test/**/*.engine.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
};
