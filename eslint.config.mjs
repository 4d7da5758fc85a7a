import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * The house: each floor, and the libraries it may import. What is not in its row it may not import, a relative
 * import never leaves its folder, and a library that is not in the table may import nothing.
 */
const floors = [
  ['libs/kernel', []],
  ['libs/vocabulary', ['kernel']],
  ['libs/adapters', ['kernel']],
  ['libs/runtime', ['kernel']],
  ['libs/domain', ['kernel', 'vocabulary']],
  ['libs/views', ['kernel', 'vocabulary', 'domain']],
  ['libs/policies', ['kernel', 'vocabulary', 'domain']],
  ['libs/imports', ['kernel', 'vocabulary', 'domain', 'views', 'runtime']],
  ['libs/access', ['kernel', 'vocabulary', 'domain', 'views', 'runtime']],
  ['libs/jobs', ['kernel', 'vocabulary', 'domain', 'views', 'runtime', 'access', 'imports']],
  ['libs/privacy', ['kernel', 'vocabulary', 'domain', 'views', 'runtime', 'access', 'jobs']],
  [
    'libs/platform',
    [
      ...['kernel', 'vocabulary', 'adapters', 'runtime', 'domain', 'views', 'policies'],
      ...['access', 'imports', 'jobs', 'privacy'],
    ],
  ],
  [
    'libs/terminal',
    ['kernel', 'vocabulary', 'runtime', 'domain', 'views', 'access', 'imports', 'privacy', 'platform'],
  ],
  ['libs/telemetry', ['kernel', 'runtime', 'views', 'policies', 'platform']],
  [
    'apps/*',
    [
      ...['kernel', 'vocabulary', 'runtime', 'domain', 'views', 'policies'],
      ...['access', 'imports', 'jobs', 'privacy', 'platform', 'terminal', 'telemetry'],
    ],
  ],
];

/** A floor whose folders are programs: strangers to each other too, and what they have in common is in `shared`. */
const programs = 'apps/*';

/** Floors whose folders are strangers to each other; what they have in common is in `shared`. */
const modular = ['libs/domain', 'libs/adapters'];

/** Packages that are known in one place only; tests may import them too. */
const confined = [
  ['@nestjs', 'apps/*'],
  ['better-sqlite3', 'libs/adapters'],
  ['@eventstore', 'libs/adapters'],
  ['mongodb', 'libs/adapters'],
  ['bullmq', 'libs/adapters'],
  ['ioredis', 'libs/adapters'],
  // Whoever has something to say needs the API alone.
  ['@opentelemetry/(?!api$)[^/]+', 'libs/telemetry'],
];

/** How deep folders are told apart within a floor. */
const DEPTH = 3;

/** The import rule of one floor: once for each depth, since a relative import is known by its climbing. */
const walls = ([folder, below]) =>
  Array.from({ length: DEPTH + 1 }, (_, depth) => {
    const up = (levels) => `^(\\.\\.(/|$)){${String(levels)}}`;
    const beside = folder === programs ? '(?!shared/)' : '';
    const own = depth > 0 && modular.includes(folder);
    const packages = confined.filter(([, home]) => home !== folder).map(([name]) => name);
    const patterns = [
      {
        regex: `^@waymark/(?!(${below.join('|')})(/|$))`,
        message: `${folder} may import ${below.join(', ') || 'no other library'}.`,
      },
      { regex: `${up(depth + 1)}${beside}|^(libs|apps|test)/|^/`, message: `This leads out of ${folder}.` },
      { regex: `^\\./\\.\\.|[^./]/\\.\\.(/|$)`, message: 'Write the shortest path.' },
      { regex: `^(${packages.join('|')})(/|$)`, message: `Not in ${folder}.` },
      ...(own
        ? [
            {
              regex: `${up(depth)}(?!\\.\\.(/|$)|shared(/|$))`,
              message: 'A module does not know its sibling.',
            },
          ]
        : []),
      ...(folder === 'libs/kernel' ? [{ regex: '^[^.]', message: 'The kernel imports nothing.' }] : []),
    ];
    return {
      files: [`${folder}/${'*/'.repeat(depth)}${depth === DEPTH ? '**/' : ''}*.ts`],
      rules: { 'no-restricted-imports': ['error', { patterns }] },
    };
  });

export default defineConfig(
  globalIgnores(['dist', 'coverage', 'test/bench/peers/node_modules']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 350, skipBlankLines: false, skipComments: false }],
      // The aliases are rewritten by the build in import and export declarations only.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression[source.value=/^@waymark/]',
          message: 'Import it at the top of the file.',
        },
      ],
      // Text that people send is searched for control characters.
      'no-control-regex': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A Nest module is a class without members, and so is a command whose name says it all.
      '@typescript-eslint/no-extraneous-class': ['error', { allowEmpty: true, allowWithDecorator: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Commands are data: a literal of the right shape is one, and so is a copy.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Takes `{} as State` for unnecessary where the state's type is inferred from it: its fix does not compile.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    // What a test sends for has no type: bodies of answers, JSON.
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Stand-ins for ports promise without waiting for anything.
      '@typescript-eslint/require-await': 'off',
    },
  },
  [['libs/*', []], ...floors].flatMap(walls),
  { files: ['**/*.{js,cjs,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['test/bench/peers/*.mjs'],
    languageOptions: { globals: { process: 'readonly' } },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: { sourceType: 'commonjs' },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
