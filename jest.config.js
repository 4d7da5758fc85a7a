/** Packages that are ES modules only, with what they pull in: Jest needs them as CommonJS, like the rest. */
const esm = [
  '@nestjs/(common|core|cqrs|mapped-types|platform-express|swagger|terminus|testing)',
  '@opentelemetry/otlp-exporter-base', // imports Node's modules as an ES module does
  '@borewit/text-codec',
  '@tokenizer/inflate',
  'file-type',
  'jose',
  'p-map',
  'strtok3',
  'temporal-polyfill',
  'temporal-spec',
  'temporal-utils',
  'token-types',
  'uint8array-extras',
];

/** The same as tsconfig.json says; here for swc, which knows nothing of it. */
const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/libs/**/*.spec.ts'],
  // Those need servers: jest.engines.config.js runs them.
  testPathIgnorePatterns: ['/node_modules/', '\\.engine\\.test\\.ts$'],
  setupFiles: ['reflect-metadata'],
  transform: { '\\.[jt]s$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esm.join('|')})/)`],
  moduleNameMapper: {
    '^@waymark/(.*)$': '<rootDir>/libs/$1',
    '^@test/(.*)$': '<rootDir>/test/$1',
    // What is loaded at run time is named as it will be once it is built.
    '^(\\./engines/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mutation/'],
  // Nothing here waits for time to pass: this is for machines that are busy with something else.
  testTimeout: 20_000,
  // Two cores do; more would only make the tests of timing and recovery wait for each other.
  maxWorkers: 2,
};
