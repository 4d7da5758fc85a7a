import { journeysOf } from '@waymark/modules/journey/facts';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { everywhere } from '@waymark/core/access';
import {
  destroyErasedKeys,
  erase,
  type ErasureRequest,
  ERASURES,
  finishErasures,
} from '@waymark/governance/privacy';
import { RecordAttendance } from '@waymark/modules/attendance';
import { caseloadOf } from '@waymark/modules/insights/caseload';
import { kpisBy } from '@waymark/modules/insights/kpis';
import { HoldSession } from '@waymark/modules/journey';
import { LiftLegalHold, PlaceLegalHold } from '@waymark/modules/pupil';
import type { Platform } from '@waymark/platform';
import { HARBOUR, held, persistent, registers, sessions } from '../imports/papers';
import { readWhole } from '../support/events';
import { inState } from '../support/jobs';
import {
  DAY,
  decide,
  FIRST,
  holding,
  ONE,
  openCopy,
  openKnown,
  OTHER,
  papers,
  SECOND,
  WORDS,
} from './erasing';

jest.setTimeout(60_000);

const of = (id: string): ErasureRequest => ({
  ...{ kind: 'pupil', id, ground: 'CONSENT_WITHDRAWN', on: DAY, actor: 'officer' },
});
/** A file of a job that contains both pupils. */
function leave({ data }: Platform, kind: 'uploads' | 'exports', id: string): void {
  mkdirSync(join(data, kind, id, 'files'), { recursive: true });
  writeFileSync(join(data, kind, id, 'files', 'some.csv'), papers['referrals.csv']);
}

const OWN = [ONE, ...Object.values(FIRST), WORDS];

describe('erasing a pupil', () => {
  it('leaves no readable data of the pupil, and does not affect other people', async () => {
    const { platform, one, other } = await openKnown();
    const before = JSON.stringify(await readWhole(platform.events));
    expect(OWN.filter((text) => !before.includes(text))).toEqual([]);

    expect(await erase(platform, of(one))).toBe('completed');
    const after = JSON.stringify(await readWhole(platform.events));
    expect(OWN.filter((text) => after.includes(text))).toEqual([]);
    expect([OTHER, ...Object.values(SECOND)].filter((text) => !after.includes(text))).toEqual([]);
    expect(JSON.stringify((await platform.submitter.load('pupil', one)).state)).not.toContain(ONE);
    expect(JSON.stringify((await platform.submitter.load('pupil', other)).state)).toContain(OTHER);

    expect(holding(platform.data, OWN)).toEqual([]);
  });

  it('changes no figures, and releases the mentor’s place', async () => {
    const { platform, one, of: journey } = await openKnown();
    const figures = () => kpisBy(platform.rows, platform.published, { by: 'area' }, everywhere);
    const before = await figures();
    expect((await caseloadOf(platform.rows, 'M-1', {}))?.pupils).toBe(2);
    await erase(platform, of(one));
    await platform.settle();
    expect(await figures()).toEqual(before);
    expect((await caseloadOf(platform.rows, 'M-1', {}))?.pupils).toBe(1);
    expect(await platform.submitter.facts('journey', journey)).toMatchObject({ ended: true });
  });

  it('is recorded once, even if requested again', async () => {
    const { platform, one } = await openKnown();
    await erase(platform, of(one));
    const recorded = await platform.events.head();
    expect(await erase(platform, { ...of(one), ground: 'RETENTION_ENDED' })).toBe('completed');
    expect(await platform.events.head()).toBe(recorded);
  });

  it('is refused, and destroys nothing, while there is a legal hold', async () => {
    const { platform, one, command } = await openKnown();
    const hold = '5b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b12';
    await command('pupil', one, PlaceLegalHold, { hold, on: DAY, reason: 'The tribunal has asked for it.' });
    await expect(erase(platform, of(one))).rejects.toMatchObject({ code: 'LEGAL_HOLD' });
    expect(JSON.stringify((await platform.submitter.load('pupil', one)).state)).toContain(ONE);
    await command('pupil', one, LiftLegalHold, { hold, on: DAY });
    expect(await erase(platform, of(one))).toBe('completed');
  });

  it('is refused for an unknown person', async () => {
    const { platform } = await openKnown();
    const nobody = of('9b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b19');
    await expect(erase(platform, nobody)).rejects.toMatchObject({ code: 'UNKNOWN_PUPIL' });
    await expect(erase(platform, { ...nobody, kind: 'mentor', id: 'M-9' })).rejects.toMatchObject({
      code: 'UNKNOWN_MENTOR',
    });
  });

  it('deletes exports and files of failed imports, and waits for a pending import', async () => {
    const { platform, one } = await openKnown();
    leave(platform, 'exports', 'e1');
    for (const id of ['waits', 'was-cancelled']) {
      leave(platform, 'uploads', id);
      await platform.jobs.add({ kind: 'import', id, data: { actor: 'local-operator', aliases: false } });
    }
    await platform.jobs.cancel('was-cancelled');
    expect(await erase(platform, of(one))).toBe('waiting');
    expect(readdirSync(join(platform.data, 'exports'))).toEqual([]);
    expect(readdirSync(join(platform.data, 'uploads'))).toEqual(['waits']);
    expect(await finishErasures(platform)).toEqual([{ kind: 'pupil', id: one }]);

    await platform.jobs.cancel('waits');
    expect(await finishErasures(platform)).toEqual([]);
    expect(holding(join(platform.data, 'uploads'), [ONE])).toEqual([]);
    expect(await erase(platform, of(one))).toBe('completed');
  });
});

describe('erasing a pupil while an export is written', () => {
  it('keeps that export and waits for it', async () => {
    const { platform, one } = await openKnown();
    for (const id of ['being-written', 'written']) leave(platform, 'exports', id);
    const writing = { ...platform.jobs, list: async () => [{ id: 'being-written' }] };
    const busy = Object.create(platform, { jobs: { value: writing } }) as Platform;
    expect(await erase(busy, of(one))).toBe('waiting');
    expect(readdirSync(join(platform.data, 'exports'))).toEqual(['being-written']);
    expect(await finishErasures(platform)).toEqual([]);
    expect(readdirSync(join(platform.data, 'exports'))).toEqual([]);
  });
});

describe('an erased pupil', () => {
  it('is not registered again by another import', async () => {
    const { platform, one, take, pupil } = await openKnown();
    await erase(platform, of(one));
    await platform.settle();
    const { rows } = await take({
      ...papers,
      'register.csv': registers(...persistent(ONE), ...persistent(OTHER)),
      'sessions.csv': sessions(held(ONE, '2025-11-10'), held(OTHER, '2025-11-04')),
    });
    expect(rows('referrals.csv')).toEqual(['PUPIL_ERASED', 'repeated']);
    expect(rows('register.csv')).toEqual([
      ...Array<string>(5).fill('PUPIL_ERASED'),
      ...Array<string>(5).fill('repeated'),
    ]);
    expect(rows('sessions.csv')).toEqual(['PUPIL_ERASED', 'repeated']);
    expect(await pupil(ONE)).toBe(one);
  });

  it('cannot receive commands on a journey or a register', async () => {
    const { platform, one, of: journey, command } = await openKnown();
    await erase(platform, of(one));
    const session = { session: 'ab0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b19', mentor: 'M-1', on: '2025-11-10' };
    await expect(
      command('journey', journey, HoldSession, {
        ...{ ...session, minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL', phase: 1 },
      }),
    ).rejects.toMatchObject({ code: 'PUPIL_ERASED' });
    const marks = [{ on: '2025-09-22', am: '/', pm: '\\', at: '2025-09-22T16:00:00Z' }];
    await expect(
      command('attendance', one, RecordAttendance, { school: HARBOUR, marks }),
    ).rejects.toMatchObject({ code: 'PUPIL_ERASED' });
  });
});

describe('an interrupted erasure', () => {
  it('is completed at the next start', async () => {
    const office = await openKnown();
    const { platform, one, of: journey } = office;
    await decide(office, one);
    expect(JSON.stringify(await readWhole(platform.events))).toContain(WORDS);
    expect(await destroyErasedKeys(platform)).toEqual([{ kind: 'pupil', id: one }]);
    expect(JSON.stringify(await readWhole(platform.events))).not.toContain(WORDS);
    expect(await finishErasures(platform)).toEqual([]);
    expect(JSON.stringify(await readWhole(platform.events))).not.toContain(WORDS);
    expect(await platform.submitter.facts('journey', journey)).toMatchObject({ ended: true });
    const types = (await platform.events.readStream(`pupil-${one}`)).map(({ type }) => type);
    expect(types).toEqual(['PupilRegistered', 'PupilErased', 'ErasureCompleted']);
  });

  it('is completed with keys restored from before it', async () => {
    const { platform, one } = await openKnown();
    const before = await openCopy({ data: platform.data });
    await erase(platform, of(one));
    // The log from after the erasure, with the keys from before it.
    const restored = await openCopy({ data: platform.data }, { data: before.data, only: 'keys' });
    expect(JSON.stringify(await readWhole(restored.events))).toContain(WORDS);
    expect(await destroyErasedKeys(restored)).toEqual([]);
    expect(JSON.stringify(await readWhole(restored.events))).not.toContain(WORDS);
  });

  it('prevents a log from before it from being read with the keys from after it', async () => {
    const { platform, one } = await openKnown();
    const before = await openCopy({ data: platform.data });
    await erase(platform, of(one));
    const restored = await openCopy({ data: before.data }, { data: platform.data, only: 'keys' });
    const log = JSON.stringify(await readWhole(restored.events));
    expect(OWN.filter((text) => log.includes(text))).toEqual([]);
    expect(log).toContain(SECOND.surname);
  });
});

describe('a pupil’s journeys', () => {
  it('are found by their claims, in each programme', async () => {
    const { platform, one, of: journey } = await openKnown();
    expect(await journeysOf(one, platform.look)).toEqual([journey]);
    expect(await journeysOf('nobody', platform.look)).toEqual([]);
  });
});

describe('erasing a mentor', () => {
  it('waits until there are no pupils left, and then leaves no name', async () => {
    const { platform, one, other } = await openKnown();
    const mentor: ErasureRequest = {
      kind: 'mentor',
      id: 'M-1',
      ground: 'NO_LONGER_NEEDED',
      actor: 'officer',
    };
    await expect(erase(platform, mentor)).rejects.toMatchObject({ code: 'MENTOR_HAS_PUPILS' });
    for (const pupil of [one, other]) await erase(platform, of(pupil));
    await platform.settle();
    expect(await erase(platform, mentor)).toBe('completed');
    expect(JSON.stringify(await readWhole(platform.events))).not.toContain('Mentor M-1');
  });
});

describe('the job that completes erasures', () => {
  it('runs on every platform that works on jobs', async () => {
    const office = await openKnown();
    const { platform, one } = office;
    await decide(office, one);
    await platform.work();
    const id = await platform.jobs.add({ kind: ERASURES, data: {} });
    expect((await inState(platform.jobs, id, 'done')).result).toEqual({ waiting: 0 });
    expect(await erase(platform, of(one))).toBe('completed');
  });
});
