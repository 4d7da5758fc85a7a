/** Packages that exist only as ES modules, with their dependencies. They are transformed to CommonJS for Jest. */
const esm = [
  '@nestjs/(common|core|cqrs|mapped-types|platform-express|swagger|terminus|testing)',
  '@opentelemetry/otlp-exporter-base', // imports Node's modules in the way of ES modules
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

/** The same settings as in tsconfig.json, which swc does not read. */
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
  // Engine tests need servers: jest.engines.config.js runs them.
  testPathIgnorePatterns: ['/node_modules/', '\\.engine\\.test\\.ts$'],
  setupFiles: ['reflect-metadata'],
  transform: { '\\.[jt]s$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esm.join('|')})/)`],
  moduleNameMapper: {
    '^@waymark/(.*)$': '<rootDir>/libs/$1',
    '^@test/(.*)$': '<rootDir>/test/$1',
    // Files that are loaded at run time are referred to by the name that they have after the build.
    '^(\\./engines/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mutation/'],
  // A generous limit for busy machines. No test waits for time to pass.
  testTimeout: 20_000,
  // More workers would delay the tests of timing and recovery.
  maxWorkers: 2,
};
