import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The folders of the core, from the lowest to the highest, each with the other core folders that it may import. */
const core = {
  kernel: [],
  fields: ['kernel'],
  access: ['kernel', 'fields'],
  privacy: ['kernel', 'fields', 'access', 'commands'],
  context: ['kernel', 'access', 'privacy', 'questions'],
  jobs: ['kernel', 'fields'],
  concurrency: [],
  instruments: ['kernel'],
  log: ['kernel'],
  commands: ['kernel', 'instruments', 'log'],
  questions: ['kernel', 'fields', 'access', 'commands', 'projections'],
  projections: ['kernel', 'concurrency', 'instruments'],
  reactions: ['kernel', 'concurrency', 'instruments', 'commands', 'projections'],
  upkeep: ['kernel', 'instruments', 'jobs', 'log', 'commands', 'projections', 'reactions'],
  imports: ['kernel', 'fields', 'concurrency', 'commands'],
};

/** Modules about one kind of thing. From each other they may import only the published facts and `shared`. */
const things = [
  'journey',
  'pupil',
  'mentor',
  'attendance',
  'school',
  'programme',
  'people',
  'disputes',
  'shared',
];

/** What the slices of a module may import from the core: pure functions need no store and no clock. */
const pure = ['core/kernel', 'core/fields', 'core/access', 'core/privacy'];
const facts = 'modules/[a-z]+/facts';

/**
 * The layers: each folder with the folders that it may import besides its own files. A folder without a row may import
 * nothing.
 */
const floors = [
  ...Object.entries(core).map(([room, below]) => [`libs/core/${room}`, below.map((each) => `core/${each}`)]),
  ['libs/stores', ['core/kernel']],
  ...things.map((module) => [`libs/modules/${module}`, [...pure, facts, 'modules/shared']]),
  // Layers within a module: slices, then views, then questions and imports.
  ...things.flatMap((module) => [
    [`libs/modules/${module}/views`, [...pure, facts, 'modules/shared', 'modules/domain']],
    [`libs/modules/${module}/questions`, ['core', facts, 'modules/shared', 'modules/domain']],
    [`libs/modules/${module}/imports`, ['core', facts, 'modules']],
  ]),
  ['libs/modules/insights', ['core', 'modules']],
  ['libs/modules/policies', [...pure, 'modules']],
  ['libs/modules/imports', ['core', 'modules']],
  ['libs/modules/exports', ['core', 'modules']],
  ['libs/modules', ['core', 'modules']],
  ['libs/governance', ['core', 'modules', 'governance']],
  ['libs/platform', ['core', 'modules', 'governance', 'stores']],
  [
    'libs/operations',
    ['core', 'modules', 'governance', 'stores/sqlite', 'stores/files', 'platform', 'operations'],
  ],
  ['libs/telemetry', ['core', 'modules', 'platform', 'operations']],
  ['apps/*', ['core', 'modules', 'governance', 'platform', 'operations', 'telemetry']],
];

/** Packages that only one folder may import. Tests may import them too. */
const confined = [
  ['@nestjs', 'apps/*'],
  ['better-sqlite3', 'libs/stores'],
  ['@eventstore', 'libs/stores'],
  ['mongodb', 'libs/stores'],
  ['bullmq', 'libs/stores'],
  ['ioredis', 'libs/stores'],
  // Code that records measurements needs only the API package.
  ['@opentelemetry/(?!api$)[^/]+', 'libs/telemetry'],
];

/** Depth up to which folders of a layer get separate rules. */
const DEPTH = 3;

/** Subfolders with a row of their own. The row of the parent folder does not apply to them. */
const inner = (folder) => [
  ...floors.map(([each]) => each).filter((each) => each.startsWith(`${folder}/`)),
  ...(folder === 'libs/modules' ? ['libs/modules/*'] : []),
];

/** Folders whose subfolders may not import each other, except `shared`, with the depth of the subfolders. */
const strangers = { 'apps/*': 0, 'libs/stores': 1 };

/** The import rules of one layer: one for each depth, because the depth decides where a relative import leads. */
const walls = ([folder, below]) =>
  Array.from({ length: DEPTH + 1 }, (_, depth) => {
    const up = (levels) => `^(\\.\\.(/|$)){${String(levels)}}`;
    const packages = confined.filter(([, home]) => home !== folder).map(([name]) => name);
    const module = /^libs\/modules\/([a-z]+)/.exec(folder)?.[1];
    // A folder within a module may import the module's slices, and the listed folders beside it.
    const room = /^libs\/modules\/[a-z]+\/([a-z]+)$/.exec(folder)?.[1];
    const climbs = { views: ['views'], questions: ['views', 'questions'], imports: ['imports'] }[room];
    const beyond = climbs
      ? `${up(depth + 2)}|${up(depth + 1)}(?!(${climbs.join('|')})/)[^/.]+/`
      : `${up(depth + 1)}${folder === 'apps/*' ? '(?!shared/)' : ''}`;
    const patterns = [
      {
        regex: `^@waymark/(?!(${below.join('|')})(/|$))`,
        message: `${folder} may import ${below.join(', ') || 'no other folder'}.`,
      },
      { regex: `${beyond}|^(libs|apps|test)/|^/`, message: `This import leads out of ${folder}.` },
      { regex: `^\\./\\.\\.|[^./]/\\.\\.(/|$)`, message: 'Use the shortest path.' },
      { regex: `^(${packages.join('|')})(/|$)`, message: `${folder} may not import this package.` },
      ...(module && things.includes(module) && !climbs
        ? [
            {
              regex: '^\\./(views|questions|imports)/',
              message: 'Slices may not import views, questions or imports.',
            },
          ]
        : []),
      ...(module && things.includes(module)
        ? [
            {
              regex: `^@waymark/modules/${module}(/|$)`,
              message: 'Import files of the same module by a relative path.',
            },
          ]
        : []),
      ...(strangers[folder] === 1 && depth > 0
        ? [{ regex: `${up(depth)}(?!\\.\\.(/|$)|shared(/|$))`, message: 'Stores may not import each other.' }]
        : []),
      ...(folder === 'libs/core/kernel'
        ? [{ regex: '^[^.]', message: 'The kernel may not import packages or other folders.' }]
        : []),
    ];
    return {
      files: [`${folder}/${'*/'.repeat(depth)}${depth === DEPTH ? '**/' : ''}*.ts`],
      ignores: ['**/*.spec.ts', 'libs/modules/*/module.ts', ...inner(folder).map((each) => `${each}/**`)],
      rules: { 'no-restricted-imports': ['error', { patterns }] },
    };
  });

/** The file that assembles a module. It may import all folders of the module, and only the facts of other modules. */
const assembly = {
  files: ['libs/modules/*/module.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@waymark/(?!(core|${facts})(/|$))`,
            message: 'A module may import only the facts of other modules.',
          },
          { regex: '^\\.\\.(/|$)|^(libs|apps|test)/|^/', message: 'This import leads out of the module.' },
          {
            regex: `^(${confined.map(([name]) => name).join('|')})(/|$)`,
            message: 'A module may not import this package.',
          },
        ],
      },
    ],
  },
};

export default defineConfig(
  globalIgnores(['dist', 'coverage', '.mutation', 'test/bench/peers/node_modules']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 350, skipBlankLines: false, skipComments: false }],
      // The build rewrites the aliases only in import and export declarations.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression[source.value=/^@(waymark|test)/]',
          message: 'Import it at the top of the file.',
        },
      ],
      // Some validation rules search text for control characters.
      'no-control-regex': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Nest modules and commands without fields are classes without members.
      '@typescript-eslint/no-extraneous-class': ['error', { allowEmpty: true, allowWithDecorator: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Commands are data: an object literal or a copy with the right fields is a command too.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // It reports `{} as State` although the state's type is inferred from it, and its fix does not compile.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    // Response bodies and parsed JSON in tests have no type.
    files: ['test/**', '**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Fake ports are async functions without await.
      '@typescript-eslint/require-await': 'off',
    },
  },
  [['libs/*', []], ['libs/core/*', []], ['libs/modules/*', []], ...floors].flatMap(walls),
  assembly,
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
