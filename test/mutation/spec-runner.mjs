/** A test runner for Stryker that runs the specs in Stryker's worker, without starting Jest for each mutant. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { cwd } from 'node:process';
import { pathToFileURL } from 'node:url';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { declared, run } from './specs.mjs';

/** The global object that mutated code reads the active mutant from, and that it counts coverage in. */
const stryker = (globalThis.__stryker__ ??= {});

/** The length of the common start of two paths. */
function shared(one, other) {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/**
 * Spec files that take longer than this, in milliseconds, are not run for static mutants, for which Stryker asks for every
 * test. A static mutant that only these files would kill counts as survived.
 */
const SLOW = 2000;

class SpecRunner {
  /** The loaded suites by file. Their modules were loaded without an active mutant. */
  suites = new Map();

  /** The longest duration of each spec file in milliseconds, and the spec file that last killed a mutant of each source. */
  took = new Map();
  killers = new Map();

  /** Static mutants take effect when a module loads, so this runner can reload all modules. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  /** Loads everything from the working directory, which is Stryker's copy of the project. */
  async init() {
    this.require = createRequire(join(cwd(), 'package.json'));
    await import(pathToFileURL(join(cwd(), 'test/support/typescript.mjs')));
    this.files = readdirSync('libs', { recursive: true })
      .filter((file) => file.endsWith('.spec.ts'))
      .map((file) => join(cwd(), 'libs', file))
      .sort();
  }

  async dryRun() {
    stryker.mutantCoverage = { static: {}, perTest: {} };
    const result = await this.run(this.files, () => true, true);
    return { ...result, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, sandboxFileName, testFilter, mutantActivation, hitLimit, disableBail }) {
    const fixed = mutantActivation === 'static';
    if (fixed) this.forget();
    const files = this.ordered(sandboxFileName).filter((file) => !fixed || (this.took.get(file) ?? 0) < SLOW);
    const tests = testFilter && new Set(testFilter);
    // Load all files before a runtime mutant becomes active, so that it does not affect loading.
    if (!fixed) for (const file of this.files) this.load(file);
    stryker.mutantCoverage = undefined;
    Object.assign(stryker, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
    try {
      const chosen = ({ id }) => tests?.has(id) ?? true;
      const result = await this.run(files, chosen, disableBail, sandboxFileName);
      return toMutantRunResult(result, disableBail);
    } finally {
      Object.assign(stryker, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
      if (fixed) this.forget();
    }
  }

  /** Spec files in the order to try: the last one that killed a mutant of the source, the nearest by path, then by duration. */
  ordered(source) {
    const [nearest] = this.files.toSorted((one, other) => shared(other, source) - shared(one, source));
    const rest = this.files.toSorted((one, other) => (this.took.get(one) ?? 0) - (this.took.get(other) ?? 0));
    return [...new Set([this.killers.get(source) ?? nearest, nearest, ...rest])];
  }

  async run(files, chosen, all, mutated) {
    const tests = [];
    const starts = (id) => (stryker.currentTestId = id);
    const ends = (id, timeSpentMs, failureMessage) => {
      stryker.currentTestId = undefined;
      const status = failureMessage === undefined ? TestStatus.Success : TestStatus.Failed;
      tests.push({ id, name: id, timeSpentMs, status, ...(failureMessage && { failureMessage }) });
      return !all && failureMessage !== undefined;
    };
    try {
      for (const file of files) {
        const suite = this.load(file);
        if (mutated && !this.reaches(file, mutated)) continue;
        const began = performance.now();
        if (await run(suite, chosen, starts, ends)) {
          this.killers.set(mutated, file);
          break;
        }
        this.took.set(file, Math.max(this.took.get(file) ?? 0, performance.now() - began));
      }
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String(error?.stack ?? error) };
    }
    const endless = determineHitLimitReached(stryker.hitCount, stryker.hitLimit);
    return endless ?? { status: DryRunStatus.Complete, tests };
  }

  load(file) {
    if (this.suites.size === 0)
      for (const each of this.require('./jest.fast.config.js').setupFiles) this.setUp(each);
    const known = this.suites.get(file);
    if (known) return known;
    const suite = declared(relative(cwd(), file), () => this.require(file));
    this.suites.set(file, suite);
    return suite;
  }

  /** Whether a loaded file imports another, directly or indirectly. */
  reaches(file, other, seen = new Set()) {
    if (file === other) return true;
    seen.add(file);
    const { children = [] } = this.require.cache[file] ?? {};
    return children.some(({ filename }) => !seen.has(filename) && this.reaches(filename, other, seen));
  }

  setUp(file) {
    this.require(file.replace('<rootDir>', cwd()));
  }

  /** Unload the modules of the project. */
  forget() {
    this.suites.clear();
    for (const [file, module] of Object.entries(this.require.cache)) {
      if (file.includes('/node_modules/')) continue;
      module.children.length = 0;
      Reflect.deleteProperty(this.require.cache, file);
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'specs', SpecRunner)];
