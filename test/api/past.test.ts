import { newEvent } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { allocated, JOURNEY, MENTOR, picked, PUPIL, SCHOOL, serve, UPN } from './client';
import { mended, MONDAY, NEXT, SESSION, SetClock } from './mended';

describe('a past state of a journey', () => {
  it('is shown as of a day, as known at a time, or both, with those parameters', async () => {
    const { get } = await mended();
    const seen = async (query: string): Promise<Record<string, unknown>> => {
      const { body, headers } = await get(`journeys/${JOURNEY}?${query}`).expect(200);
      expect(headers['etag']).toBeUndefined();
      return body;
    };
    const now = await get(`journeys/${JOURNEY}`).expect(200);
    expect(now.headers['etag']).toBe(`"${String(now.body.revision)}"`);
    expect(now.body).not.toHaveProperty('asOf');
    expect(now.body).not.toHaveProperty('asKnownAt');

    const november = await seen(`asOf=${MONDAY}`);
    expect(november).toMatchObject({ asOf: MONDAY, sessions: [], mentor: MENTOR, phase: 1, eligible: true });
    expect(november).not.toHaveProperty('asKnownAt');
    expect(await seen(`asOf=${NEXT}`)).toMatchObject({ sessions: [{ session: SESSION, on: NEXT }] });
    expect(await seen('asOf=2026-01-10')).not.toHaveProperty('end');

    const before = await seen('asKnownAt=2025-11-11T10:00:00%2B01:00');
    expect(before).toMatchObject({ asKnownAt: '2025-11-11T09:00:00.000Z', sessions: [] });
    const wrong = await seen('asKnownAt=2025-11-11T09:00:00.250Z');
    expect(wrong).toMatchObject({ sessions: [{ on: MONDAY, outcome: 'held' }] });
    expect(await seen('asKnownAt=2025-12-31T00:00:00Z')).toMatchObject({ end: { on: '2025-12-12' } });

    const believed = await seen(`asOf=${MONDAY}&asKnownAt=2025-11-12T09:00:00.749Z`);
    expect(believed).toMatchObject({ asOf: MONDAY, asKnownAt: '2025-11-12T09:00:00.749Z' });
    expect(believed).toMatchObject({ sessions: [{ on: MONDAY }] });
    expect(await seen(`asOf=${MONDAY}&asKnownAt=2025-11-12T09:00:00.750Z`)).toMatchObject({ sessions: [] });

    const { asOf, asKnownAt, ...last } = await seen('asOf=2026-02-15&asKnownAt=2026-02-15T09:00:00Z');
    expect({ asOf, asKnownAt }).toEqual({ asOf: '2026-02-15', asKnownAt: '2026-02-15T09:00:00.000Z' });
    expect(last).toEqual(now.body);
  });

  it('is distinguished from a journey that never existed', async () => {
    const { get } = await mended();
    const codes = async (path: string): Promise<unknown> => {
      const { body } = await get(path).expect(404);
      return body.code;
    };
    for (const what of ['', '/timeline']) {
      const path = `journeys/${JOURNEY}${what}`;
      expect(await codes(`${path}?asOf=2025-09-18`)).toBe('UNKNOWN_JOURNEY_THEN');
      expect(await codes(`${path}?asKnownAt=2025-10-31T00:00:00Z`)).toBe('UNKNOWN_JOURNEY_THEN');
      expect(await codes(`journeys/${PUPIL}${what}?asOf=2025-12-01`)).toBe('UNKNOWN_JOURNEY');
      const { body } = await get(`${path}?asOf=2025-02-29&asKnownAt=then`).expect(422);
      expect(picked(body.errors, 'field', 'code')).toEqual([
        ['asOf', 'INVALID_DAY'],
        ['asKnownAt', 'INVALID_INSTANT'],
      ]);
    }
  });

  it('has a timeline of the events it is computed from', async () => {
    const { get } = await mended();
    const types = async (query: string): Promise<unknown[]> => {
      const { body } = await get(`journeys/${JOURNEY}/timeline?${query}`).expect(200);
      return picked(body.items, 'type').flat();
    };
    const begun = ['PupilRegistered', 'PupilReferred'];
    const eligible = ['ConsentGiven', 'AttendanceRecorded', 'AttendanceRecorded', 'EligibilityAssessed'];
    const all = [...begun, ...eligible, 'MentorAllocated', 'SessionHeld', 'SessionCorrected'];
    const takenBack = ['JourneyEnded', 'JourneyReopened', 'MentorAllocated'];
    expect(await types('')).toEqual([...all, ...takenBack]);
    expect(await types('asOf=2026-02-15')).toEqual([...all, ...takenBack]);
    expect(await types('asOf=2026-02-14')).toEqual(all);
    expect(await types('asOf=2025-11-09')).toEqual(all.slice(0, -2));
    expect(await types('asOf=2026-02-14&asKnownAt=2025-12-31T00:00:00Z')).toEqual([...all, 'JourneyEnded']);
    expect(await types('asKnownAt=2025-11-12T00:00:00Z')).toEqual(all.slice(0, -1));

    const asked = `journeys/${JOURNEY}/timeline?asOf=2025-10-13&asKnownAt=2025-11-12T00:00:00Z&limit=3`;
    const first = await get(asked).expect(200);
    expect(first.body).toMatchObject({ asOf: '2025-10-13', asKnownAt: '2025-11-12T00:00:00.000Z' });
    const second = await get(`${asked}&after=${String(first.body.next)}`).expect(200);
    expect(picked([...first.body.items, ...second.body.items], 'type').flat()).toEqual([
      ...begun,
      ...eligible.slice(0, -1),
    ]);
    expect(second.body.next).toBeUndefined();
  });

  it('has the marks of a week only up to the requested day and time', async () => {
    const clock = new SetClock('2025-11-01T09:00:00.000Z');
    const api = await serve(temporaryDirectory(), { clock });
    await allocated(api);
    const marks = ['2025-09-19', '2025-09-18', '2025-09-22'].map((on) => ({
      ...{ on, am: '/', pm: '\\' },
      at: '2025-09-22T16:00:00Z',
    }));
    clock.set('2025-11-02T09:00:00.000Z');
    await api.send(`attendance/${PUPIL}/record-attendance`, { school: SCHOOL, marks }).expect(200);
    const days = async (query: string): Promise<unknown[]> => {
      const { body } = await api.get(`journeys/${JOURNEY}/timeline?${query}`).expect(200);
      const items = body.items as { type: string; data: { marks: object[] } }[];
      const weeks = items.filter(({ type }) => type === 'AttendanceRecorded').slice(2);
      return weeks.map(({ data }) => picked(data.marks, 'on').flat());
    };
    const early = ['2025-09-19', '2025-09-18'];
    expect(await days('asOf=2025-09-19')).toEqual([early]);
    expect(await days('asOf=2025-09-22')).toEqual([early, ['2025-09-22']]);
    expect(await days('asKnownAt=2025-11-02T09:00:00Z')).toEqual([early, ['2025-09-22']]);
    expect(await days('asKnownAt=2025-11-02T08:59:59Z')).toEqual([]);
  });

  it('shows no UPN, even one written in a text', async () => {
    const { get } = await mended();
    const { text } = await get(`journeys/${JOURNEY}/timeline`).expect(200);
    expect(text).not.toContain(UPN);
    expect(text).toContain('see [UPN].');
  });
});

describe('a row of a view', () => {
  const path = `views/caseload/${JOURNEY}`;

  it('is folded from the log up to a position, and shown with the served row', async () => {
    const api = await mended();
    const head = await api.platform.events.head();
    const { body: now } = await api.get(path).expect(200);
    expect(now).toMatchObject({
      ...{ view: 'caseload', key: JOURNEY, position: head, equal: true },
      served: { generation: 1, position: head, row: now.row },
      last: { type: 'MentorAllocated', position: head },
    });
    expect(now.row).toMatchObject({ pupil: PUPIL, ended: false });

    const log = await api.platform.events.readStream(`journey-${JOURNEY}`);
    const held = log.find(({ type }) => type === 'SessionHeld')!;
    const at = async (position: number) =>
      (await api.get(`${path}?position=${String(position)}`).expect(200)).body;
    const then = await at(held.position);
    expect(then).toMatchObject({
      position: held.position,
      row: { mentor: MENTOR, sessions: { [SESSION]: { on: MONDAY } } },
      last: { id: held.id, type: 'SessionHeld', position: held.position },
      served: { row: now.row },
    });
    expect(then).not.toHaveProperty('equal');
    expect((await at(held.position - 1)).row.sessions).toEqual({});
    expect(await at(0)).toMatchObject({ position: 0, row: null, events: 0 });
    // Each of these answers was recorded in the access log, which made the log longer.
    const { position: _, served: __, ...rest } = now;
    expect(await at(head + 1_000)).toMatchObject({ ...rest, served: { row: now.row } });
  });

  it('is marked if it differs from the served row', async () => {
    const api = await mended();
    const { platform } = api;
    const [record] = [...(await platform.catalog.records())].filter(([name]) => name === 'caseload');
    const set = { name: 'caseload', indexes: [], ...record![1].serving! };
    const stored = (await platform.rowStore.load(set, [JOURNEY])).get(JOURNEY)!;
    const position = await platform.rowStore.checkpoint(set);
    const change = { row: { ...stored.row, phase: 4 }, loaded: stored.position };
    await platform.rowStore.commit(set, {
      ...{ from: position, to: position, epoch: 1_000 },
      changes: new Map([[JOURNEY, change]]),
    });
    const { body } = await api.get(path).expect(200);
    expect(body).toMatchObject({ equal: false, row: { phase: 1 }, served: { row: { phase: 4 } } });
  });

  it('contains no names and no UPNs', async () => {
    const { get } = await mended();
    const { body, text } = await get(`views/pupils/${PUPIL}`).expect(200);
    expect(text).not.toContain(UPN);
    expect(body).toMatchObject({ equal: true, row: { school: SCHOOL } });
    expect(text).not.toMatch(/upn|surname/);
  });

  it('is found only by the name of a view and an existing or former key', async () => {
    const { get } = await mended();
    const wrong = [
      ['views/nothing/x', 404, 'UNKNOWN_VIEW'],
      ['views/caseload/x', 404, 'UNKNOWN_ROW'],
      [`views/caseload/${'x'.repeat(201)}`, 404, 'UNKNOWN_ROW'],
      [`${path}?position=-1`, 422, 'INVALID_FIELDS'],
      [`${path}?position=first`, 422, 'INVALID_FIELDS'],
    ] as const;
    for (const [asked, status, code] of wrong) {
      const { body } = await get(asked).expect(status);
      expect([asked, body.code]).toEqual([asked, code]);
    }
  });

  it('names the event that cannot be folded', async () => {
    const api = await mended();
    const data = { session: SESSION };
    const { position } = await api.platform.events.append(`journey-${JOURNEY}`, 'any', [
      newEvent('PupilReferred', data),
    ]);
    const { body } = await api.get(path).expect(503);
    expect(body).toMatchObject({
      code: 'ROW_CANNOT_BE_FOLDED',
      detail: expect.stringContaining(`PupilReferred at position ${String(position)}`),
    });
    const { body: before } = await api.get(`${path}?position=${String(position - 1)}`).expect(200);
    expect(before).toMatchObject({ row: { pupil: PUPIL } });
  });
});
