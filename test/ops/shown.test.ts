import { join } from 'node:path';
import { Platform } from '@waymark/platform';
import { commandActions } from '../../apps/ops/rights';
import { JOURNEY, MENTOR, PUPIL } from '../api/client';
import { mended } from '../api/mended';
import { plantPoison } from '../support/poison';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

/*
 * Goes through the commands of the command line. For each person whose id a command prints, the access log must have a new
 * entry.
 */

jest.setTimeout(240_000);

/** The journey of a referral that no view can fold. */
const PARKED = '5f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b12';
const days = ['--from', '2025-09-01', '--to', '2025-12-31'];
const file = (): string => join(temporaryDirectory(), 'file');

/** Commands that print what is recorded about a person, with arguments, and the persons. */
const about: readonly (readonly [args: readonly string[], persons: readonly string[]])[] = [
  [['attendance', '--by', 'pupil', ...days], [PUPIL]],
  [['kpis', '--by', 'mentor'], [MENTOR]],
  [['journey', JOURNEY], [PUPIL]],
  [['timeline', JOURNEY], [PUPIL]],
  [['row', 'caseload', JOURNEY], [PUPIL]],
  [['row', 'mentors', MENTOR], [MENTOR]],
  [['parked'], [PUPIL]],
  [['parked', 'retry', 'caseload', PARKED], [PUPIL]],
  [['subject-access', 'pupil', PUPIL, '--out', '{file}'], [PUPIL]],
  [['retention', '--dry-run'], []],
  [['erase', 'pupil', PUPIL, '--ground', 'CONSENT_WITHDRAWN', '--yes'], [PUPIL]],
  [['erasures', 'list'], [PUPIL]],
];

/** Commands that print nothing about a person. */
const aboutNobody: readonly (readonly string[])[] = [
  ['attendance', '--by', 'school', ...days],
  ['kpis', '--by', 'area'],
  ['views'],
  ['check', '--fold'],
  ['seal'],
  ['verify'],
  ['keys', 'status'],
];

/** Commands whose answer is about no person by their purpose: work on files and stores, tokens, changes of views. */
const notRun: readonly string[] = [
  ...['import', 'token', 'copy', 'backup', 'backup verify', 'restore', 'keys rotate', 'views drop'],
  ...['rebuild start', 'rebuild watch', 'rebuild resume', 'rebuild pause', 'rebuild cancel'],
  ...['rebuild switch', 'rebuild switch-back', 'rebuild retire'],
  // Prints the file that it is given; nothing is read from a store.
  'certificate',
  // Prints ids only if an older backup was restored; the list is recorded as by `erasures list`.
  'erasures apply',
  // Skips the event that `parked retry` shows; it answers the same way.
  'parked skip',
];

it('every command is tested or named as one about no person', () => {
  const run = [...about.map(([args]) => args), ...aboutNobody].map((args) =>
    Object.keys(commandActions).find(
      (name) => `${args.join(' ')} `.startsWith(`${name} `) && isLongest(name, args),
    ),
  );
  expect([...new Set([...run, ...notRun])].sort()).toEqual(Object.keys(commandActions).sort());
});

const isLongest = (name: string, args: readonly string[]): boolean =>
  !Object.keys(commandActions).some(
    (longer) => longer.startsWith(`${name} `) && `${args.join(' ')} `.startsWith(`${longer} `),
  );

it('each person that a command shows is recorded', async () => {
  const data = temporaryDirectory();
  const api = await mended(data);
  await plantPoison(api.platform.stores.events, PARKED, PUPIL);
  await api.platform.settle();
  await api.close();
  const recorded = async (): Promise<readonly string[]> => {
    const platform = await Platform.open({ data, work: false });
    try {
      const persons: string[] = [];
      for await (const { reader, pupil } of platform.accessLog.reads({}))
        if (reader === 'local-operator') persons.push(pupil);
      return persons;
    } finally {
      await platform.close();
    }
  };
  let before = (await recorded()).length;
  for (const [args, persons] of [...about, ...aboutNobody.map((args) => [args, []] as const)]) {
    const { out, errors } = await waymark(data, ...args.map((arg) => (arg === '{file}' ? file() : arg)));
    const now = await recorded();
    expect([args, now.slice(before), errors.slice(0, 200)]).toEqual([args, persons, errors.slice(0, 200)]);
    if (persons.length === 0)
      expect([args, [PUPIL, JOURNEY, MENTOR].filter((id) => out.includes(id))]).toEqual([args, []]);
    before = now.length;
  }
});
