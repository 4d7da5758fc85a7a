import { sourceFiles } from '@waymark/core/imports';
import { START } from '@waymark/core/kernel';
import { Importer } from '@waymark/modules/imports/importer';
import { rowOutcomes } from '@waymark/modules/imports/views/import-reports';
import { MakeReferral } from '@waymark/modules/journey';
import { RegisterPupil } from '@waymark/modules/pupil';
import type { Platform } from '@waymark/platform';
import {
  BY_HAND,
  earlierEvents,
  earlierUpns,
  madeReferral,
  openEarlier,
  pupilFiles,
  PUPILS,
  registeredByHand,
  setting,
} from '../earlier/earlier';
import { readWhole } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { programme } from './papers';
import { written } from './office';

jest.setTimeout(120_000);

const AGAIN = '9a0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b19';

async function take(platform: Platform, id: string, files: Readonly<Record<string, string>>) {
  const sources = await sourceFiles(written(temporaryDirectory(), files));
  await new Importer(platform, id, sources, { actor: 'local-operator' }).run();
  await platform.settle();
}

/** How many events of each type each kind of stream has, and how many values are claimed. A claim may be renewed. */
const counted = (events: readonly { readonly type: string; readonly stream: string }[]) => {
  const claimed = new Set(events.filter(({ type }) => type === 'ValueClaimed').map(({ stream }) => stream));
  const counts: Record<string, number> = { claimed: claimed.size };
  for (const { type, stream } of events) {
    if (claimed.has(stream)) continue;
    const name = `${stream.slice(0, stream.indexOf('-'))} ${type}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

describe('a log of an earlier release, whose ids have no key', () => {
  it('gets no new event when its policies react to it again', async () => {
    const platform = await openEarlier();
    expect(await platform.events.head()).toBe(earlierEvents.length);
  });

  it('gets nothing twice when the same files are imported again', async () => {
    const platform = await openEarlier();
    await take(platform, AGAIN, { ...setting, ...pupilFiles });
    const { events } = await platform.events.readAll(earlierEvents.length, 1_000);
    expect(new Set(events.map(({ stream }) => stream))).toEqual(new Set([`import-${AGAIN}`]));
    const outcomes = (await rowOutcomes(platform.events, AGAIN)).filter(({ file }) => file in pupilFiles);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['repeated', 'PUPIL_ERASED']));
  });

  it('gets nothing twice when an interrupted import continues, wherever it stopped', async () => {
    const [first, end] = ['ImportStarted', 'ReferralMade'].map((wanted) =>
      earlierEvents.findIndex(({ type, position }) => position > 14 && type === wanted),
    ) as [number, number];
    const whole = counted(earlierEvents.slice(0, end));
    for (let stopped = first; stopped <= end; stopped += 1) {
      const platform = await openEarlier(({ position }) => position > stopped);
      await take(platform, PUPILS, pupilFiles);
      const events = await readWhole(platform.events);
      expect([stopped, counted(events)]).toEqual([stopped, whole]);
      const outcomes = await rowOutcomes(platform.events, PUPILS);
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
      await platform.close();
    }
  });

  it('recognises retries of commands that it records, and other bodies under the same key', async () => {
    const platform = await openEarlier();
    const { submitter } = platform;
    const one = (await submitter.holder('upn', earlierUpns.ONE))!.replace('pupil-', '');
    const journey = (await submitter.holder('journey', `${programme.id}/${one}`))!.replace('journey-', '');
    const send = (module: string, id: string, idempotencyKey: string, command: object) =>
      submitter.submit({ module, id, command, idempotencyKey, actor: 'clerk' });
    const refer = Object.assign(new MakeReferral(), madeReferral);
    const register = Object.assign(new RegisterPupil(), registeredByHand);
    const head = await platform.events.head();
    expect(await send('journey', journey, 'referral-1', refer)).toMatchObject({ repeated: true });
    expect(await send('pupil', BY_HAND, 'register-4', register)).toMatchObject({ repeated: true });
    const other = Object.assign(new RegisterPupil(), { ...registeredByHand, forename: 'Another' });
    await expect(send('pupil', BY_HAND, 'register-4', other)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(await platform.events.head()).toBe(head);
    expect(head).toBeGreaterThan(START);
  });
});
