import { JOURNEY, MENTOR, PUPIL, SCHOOL, UPN } from '../api/client';
import { mended, MONDAY, NEXT, SESSION } from '../api/mended';
import { temporaryDirectory } from '../support/stores';
import { type CommandResult, waymark } from './command-line';

jest.setTimeout(60_000);

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/** Run commands on the data of a journey with corrections, which no service uses. */
async function commandLineOnHistory(): Promise<(...args: string[]) => Promise<CommandResult>> {
  const data = temporaryDirectory();
  await (await mended(data)).close();
  return (...args) => waymark(data, ...args);
}

/** Parse the output, which must be JSON and nothing else. */
const json = ({ code, out, errors }: CommandResult): Record<string, unknown> => {
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(out);
};

describe('waymark journey', () => {
  it('shows a journey at present and at an earlier time', async () => {
    const run = await commandLineOnHistory();
    const [now, then, both] = await Promise.all([
      run('journey', JOURNEY, '--json'),
      run('journey', JOURNEY, '--as-of', '2026-01-10', '--json'),
      run('journey', JOURNEY, '--as-of', MONDAY, '--as-known-at', '2025-11-11T10:00:00.250+01:00', '--json'),
    ]);
    expect(json(now)).toMatchObject({
      id: JOURNEY,
      pupil: PUPIL,
      sessions: [{ session: SESSION, on: NEXT }],
    });
    expect(json(then)).toMatchObject({ asOf: '2026-01-10', mentor: MENTOR });
    expect(json(both)).toMatchObject({
      ...{ asOf: MONDAY, asKnownAt: '2025-11-11T09:00:00.250Z' },
      sessions: [{ on: MONDAY }],
    });
    const [text, ended] = await Promise.all([
      run('journey', JOURNEY, '--as-of', NEXT),
      run('journey', JOURNEY, '--as-known-at', '2025-12-31T00:00:00Z'),
    ]);
    expect(text.code).toBe(0);
    expect(text.out).toContain(`Journey ${JOURNEY}, as of ${NEXT}\n`);
    expect(text.out).toMatch(/Consent +since 2025-10-13/);
    expect(text.out).toMatch(new RegExp(`${NEXT} .* held .* ${MENTOR} .* ${SESSION}`));
    expect(text.out).toMatch(/Ended +no/);
    expect(ended.out).toMatch(/as known at 2025-12-31T00:00:00\.000Z/);
    expect(ended.out).toMatch(/Ended +2025-12-12, ENDED_EARLY/);
  });

  it('prints errors without a stack', async () => {
    const run = await commandLineOnHistory();
    const wrong: readonly (readonly [message: string, ...args: string[]])[] = [
      ['UNKNOWN_JOURNEY: ', 'journey', UNKNOWN],
      ['UNKNOWN_JOURNEY_THEN: ', 'journey', JOURNEY, '--as-of', '2025-09-01'],
      ['UNKNOWN_JOURNEY_THEN: ', 'timeline', JOURNEY, '--as-known-at', '2025-09-01T00:00:00Z'],
      ['error: option', 'journey', JOURNEY, '--as-of', '2025-02-29'],
      ['error: option', 'timeline', JOURNEY, '--as-known-at', 'then'],
      ['UNKNOWN_VIEW: ', 'row', 'nothing', JOURNEY, '--json'],
      ['UNKNOWN_ROW: ', 'row', 'caseload', UNKNOWN, '--json'],
      ['error: option', 'row', 'caseload', JOURNEY, '--position', '-1'],
    ];
    await Promise.all(
      wrong.map(async ([message, ...args]) => {
        const { code, out, errors } = await run(...args);
        expect({ args, code, out, begins: errors.slice(0, message.length) }).toEqual({
          ...{ args, code: 1, out: '' },
          begins: message,
        });
        expect(errors).not.toMatch(/\n\s+at /);
      }),
    );
  });
});

describe('waymark timeline', () => {
  it('shows the events of a journey, without UPNs', async () => {
    const run = await commandLineOnHistory();
    const [now, then, text] = await Promise.all([
      run('timeline', JOURNEY, '--json'),
      run('timeline', JOURNEY, '--as-of', '2026-02-14', '--as-known-at', '2025-11-12T00:00:00Z', '--json'),
      run('timeline', JOURNEY),
    ]);
    const types = (result: CommandResult): string[] =>
      (json(result)['items'] as { type: string }[]).map(({ type }) => type);
    const beforeMentoring = [
      'PupilRegistered',
      'PupilReferred',
      'ConsentGiven',
      'AttendanceRecorded',
      'AttendanceRecorded',
    ];
    const mentored = ['EligibilityAssessed', 'MentorAllocated', 'SessionHeld'];
    expect(types(then)).toEqual([...beforeMentoring, ...mentored]);
    expect(types(now).slice(0, 8)).toEqual([...beforeMentoring, ...mentored]);
    expect(types(now)).toContain('JourneyReopened');
    expect(json(then)).toMatchObject({ asOf: '2026-02-14', asKnownAt: '2025-11-12T00:00:00.000Z' });
    expect(text.out).toMatch(
      /2025-11-10 {2}SessionCorrected {2}\(recorded 2025-11-12T09:00:00\.750Z by anonymous, position \d+\)/,
    );
    for (const result of [now, then, text]) expect(result.out).not.toContain(UPN);
    // The local operator sees no free text, which may be personal.
    expect(text.out).not.toContain('reason:');
  });
});

describe('waymark row', () => {
  it('folds a row from the log, and compares it with the row that is served', async () => {
    const run = await commandLineOnHistory();
    const served = json(await run('row', 'caseload', JOURNEY, '--json'));
    expect(served).toMatchObject({ view: 'caseload', key: JOURNEY, equal: true, row: { pupil: PUPIL } });
    const earlier = String((served['position'] as number) - 3);
    const [then, text, pupil] = await Promise.all([
      run('row', 'caseload', JOURNEY, '--position', earlier, '--json'),
      run('row', 'caseload', JOURNEY),
      run('row', 'pupils', PUPIL),
    ]);
    expect(json(then)).toMatchObject({ position: Number(earlier), row: { ended: true } });
    expect(json(then)).not.toHaveProperty('equal');
    expect(text.out).toMatch(new RegExp(`^caseload@3 ${JOURNEY} at position \\d+: \\d+ events, the last `));
    expect(text.out).toMatch(/Served by caseload@3 at position \d+: equal/);
    expect(text.errors).toBe('');
    expect(pupil.out).toContain(`"school": "${SCHOOL}"`);
    expect(pupil.out).not.toMatch(/upn|surname/);
  });
});
