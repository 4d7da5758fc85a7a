import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The rooms of the core, from the lowest: each may import those above it in this list, and what stands beside it here. */
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

/** Modules about one kind of thing: of each other they may import the published facts, and what is shared. */
const things = ['journey', 'pupil', 'mentor', 'attendance', 'school', 'programme', 'people', 'shared'];

/** What the slices of a module may import from the core: pure functions need no store and no clock. */
const pure = ['core/kernel', 'core/fields', 'core/access', 'core/privacy'];
const facts = 'modules/[a-z]+/facts';

/** The floors: each folder, and what it may import besides its own files. A folder that has no row may import nothing. */
const floors = [
  ...Object.entries(core).map(([room, below]) => [`libs/core/${room}`, below.map((each) => `core/${each}`)]),
  ['libs/stores', ['core/kernel']],
  ...things.map((module) => [`libs/modules/${module}`, [...pure, facts, 'modules/shared']]),
  // Floors within a module: slices, then views, then questions and imports.
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

/** Packages that are known in one place only; tests may import them too. */
const confined = [
  ['@nestjs', 'apps/*'],
  ['better-sqlite3', 'libs/stores'],
  ['@eventstore', 'libs/stores'],
  ['mongodb', 'libs/stores'],
  ['bullmq', 'libs/stores'],
  ['ioredis', 'libs/stores'],
  // Code that measures needs the API alone.
  ['@opentelemetry/(?!api$)[^/]+', 'libs/telemetry'],
];

/** How deep folders are told apart within a floor. */
const DEPTH = 3;

/** Folders that a floor has a row of its own for: the row of the floor above them does not hold there. */
const inner = (folder) => [
  ...floors.map(([each]) => each).filter((each) => each.startsWith(`${folder}/`)),
  ...(folder === 'libs/modules' ? ['libs/modules/*'] : []),
];

/** Folders of a floor that do not import each other: programs have what they share in `shared`, stores too. */
const strangers = { 'apps/*': 0, 'libs/stores': 1 };

/** The import rule of one floor: once for each depth, since a relative import is known by how far it climbs. */
const walls = ([folder, below]) =>
  Array.from({ length: DEPTH + 1 }, (_, depth) => {
    const up = (levels) => `^(\\.\\.(/|$)){${String(levels)}}`;
    const packages = confined.filter(([, home]) => home !== folder).map(([name]) => name);
    const module = /^libs\/modules\/([a-z]+)/.exec(folder)?.[1];
    // A room within a module may climb to the module's slices, and to the rooms below it.
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
      { regex: `${beyond}|^(libs|apps|test)/|^/`, message: `This leads out of ${folder}.` },
      { regex: `^\\./\\.\\.|[^./]/\\.\\.(/|$)`, message: 'Write the shortest path.' },
      { regex: `^(${packages.join('|')})(/|$)`, message: `Not in ${folder}.` },
      ...(module && things.includes(module) && !climbs
        ? [{ regex: '^\\./(views|questions|imports)/', message: 'Slices lie below views and questions.' }]
        : []),
      ...(module && things.includes(module)
        ? [
            {
              regex: `^@waymark/modules/${module}(/|$)`,
              message: 'Import your own module by a relative path.',
            },
          ]
        : []),
      ...(strangers[folder] === 1 && depth > 0
        ? [{ regex: `${up(depth)}(?!\\.\\.(/|$)|shared(/|$))`, message: 'Stores do not know each other.' }]
        : []),
      ...(folder === 'libs/core/kernel' ? [{ regex: '^[^.]', message: 'The kernel imports nothing.' }] : []),
    ];
    return {
      files: [`${folder}/${'*/'.repeat(depth)}${depth === DEPTH ? '**/' : ''}*.ts`],
      ignores: ['**/*.spec.ts', 'libs/modules/*/module.ts', ...inner(folder).map((each) => `${each}/**`)],
      rules: { 'no-restricted-imports': ['error', { patterns }] },
    };
  });

/** Where a module is put together: it knows all of its rooms, and of other modules the facts. */
const assembly = {
  files: ['libs/modules/*/module.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@waymark/(?!(core|${facts})(/|$))`,
            message: 'A module knows the facts of others alone.',
          },
          { regex: '^\\.\\.(/|$)|^(libs|apps|test)/|^/', message: 'This leads out of the module.' },
          { regex: `^(${confined.map(([name]) => name).join('|')})(/|$)`, message: 'Not in a module.' },
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
      // The aliases are rewritten by the build in import and export declarations only.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression[source.value=/^@(waymark|test)/]',
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
    files: ['test/**', '**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Stand-ins for ports promise without waiting for anything.
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
