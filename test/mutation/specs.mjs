/** The globals that Jest gives to specs, built from Jest's own packages, and a runner for their tests. */
import { performance } from 'node:perf_hooks';
import { expect } from 'expect';
import { bind } from 'jest-each';
import { ModuleMocker } from 'jest-mock';

const suite = (name, parent) => ({
  name,
  parent,
  children: [],
  hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
});

/** The suite whose `describe` is being called. */
let open;

function describe(name, declare) {
  const parent = open;
  open = suite(`${parent.name} ${name}`, parent);
  parent.children.push(open);
  declare();
  open = parent;
}

const test = (name, run) => open.children.push({ id: `${open.name} ${name}`, run });
const hook = (kind) => (run) => open.hooks[kind].push(run);

describe.each = bind(describe, false);
test.each = bind(test, false);

const mocker = new ModuleMocker(globalThis);
const jest = {};
for (const name of ['fn', 'spyOn', 'clearAllMocks', 'resetAllMocks', 'restoreAllMocks'])
  jest[name] = mocker[name].bind(mocker);

const hooks = Object.fromEntries(Object.keys(suite('').hooks).map((kind) => [kind, hook(kind)]));
Object.assign(globalThis, { describe, test, it: test, expect, jest, ...hooks });

/** Returns the suite that a spec file declares while `load` loads it. */
export function declared(file, load) {
  open = suite(file);
  load();
  return open;
}

const testsOf = ({ children }) => children.flatMap((child) => (child.children ? testsOf(child) : [child]));
const around = (within, kind) => (within ? [...around(within.parent, kind), ...within.hooks[kind]] : []);

async function failureOf(...steps) {
  try {
    for (const step of steps) await step();
  } catch (error) {
    return String(error?.stack ?? error);
  }
}

/**
 * Runs the tests of a suite for which `chosen` returns true. Calls `starts` with the id of each test before it, and `ends`
 * after it with the id, the duration in milliseconds and the failure, which is undefined if the test passed. Stops when
 * `ends` returns true.
 *
 * @returns whether it stopped
 */
export async function run(within, chosen, starts, ends) {
  const tests = testsOf(within).filter(chosen);
  if (tests.length === 0) return false;
  const unready = await failureOf(...within.hooks.beforeAll);
  let stopped = false;
  for (const child of within.children) {
    if (stopped) break;
    if (child.children) stopped = await run(child, chosen, starts, ends);
    else if (tests.includes(child)) {
      const began = performance.now();
      starts(child.id);
      const failed = unready ?? (await failureOf(...around(within, 'beforeEach'), child.run));
      const unclean = await failureOf(...around(within, 'afterEach').reverse());
      stopped = ends(child.id, performance.now() - began, failed ?? unclean);
    }
  }
  // A failure here belongs to no test, so the run fails.
  for (const step of within.hooks.afterAll) await step();
  return stopped;
}
