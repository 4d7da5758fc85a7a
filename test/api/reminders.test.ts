import { REMINDERS } from '@waymark/modules/insights/reminder-job';
import { temporaryDirectory } from '../support/stores';
import { allocated, eventually, JOURNEY, MENTOR, PUPIL, serve } from './client';

jest.setTimeout(30_000);

const SESSION = '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f';
const NEXT = '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e70';
const PLANNED = '2026-02-13';

/** A server whose current day the test sets, with a pupil whose mentor has scheduled a session. */
async function serveFrom(first: string) {
  let today = first;
  const api = await serve(temporaryDirectory(), { clock: { now: () => `${today}T06:00:00.000Z` } });
  const { platform, get } = api;
  await allocated(api);
  const planned = { session: SESSION, mentor: MENTOR, on: PLANNED };
  await api.send(`journeys/${JOURNEY}/schedule-session`, planned).expect(200);
  return {
    ...api,
    /** Remind mentors as on the morning of a day. Returns the number of reminded mentors. */
    remindOn: async (day: string): Promise<number> => {
      today = day;
      await platform.settle();
      const id = await platform.jobs.add({ kind: REMINDERS, data: {} });
      const result = await eventually(
        async () => (await get(`jobs/${id}`)).body.result as Result | undefined,
      );
      return result.reminded;
    },
    /** The reminders in the mentor's caseload. */
    reminders: async (): Promise<unknown> => {
      const { body } = await get(`caseloads/${MENTOR}`, await platform.events.head()).expect(200);
      return body.reminders;
    },
  };
}

interface Result {
  readonly reminded: number;
}

const hold = (session: string, on: string) => ({
  session,
  mentor: MENTOR,
  on,
  minutes: 60,
  mode: 'IN_PERSON',
  place: 'SCHOOL',
});

describe('a mentor is reminded', () => {
  it('of a session without outcome, and of a pupil without sessions, until both are resolved', async () => {
    const api = await serveFrom('2026-02-12');
    // A session is scheduled for tomorrow, but the pupil has had none for months.
    expect(await api.remindOn('2026-02-12')).toBe(1);
    expect(await api.reminders()).toEqual({ on: '2026-02-12', overdue: [], quiet: [JOURNEY] });

    expect(await api.remindOn('2026-02-16')).toBe(1);
    const overdue = [{ journey: JOURNEY, session: SESSION, on: PLANNED }];
    expect(await api.reminders()).toEqual({ on: '2026-02-16', overdue, quiet: [JOURNEY] });

    await api.send(`journeys/${JOURNEY}/hold-session`, hold(NEXT, '2026-02-16')).expect(200);
    expect(await api.reminders()).toEqual({ on: '2026-02-16', overdue, quiet: [] });
    await api.send(`journeys/${JOURNEY}/hold-session`, hold(SESSION, PLANNED)).expect(200);
    expect(await api.reminders()).toBeUndefined();
  });

  it('at most once a day, and only if there is something to do', async () => {
    const api = await serveFrom('2026-02-12');
    expect([await api.remindOn('2026-02-12'), await api.remindOn('2026-02-12')]).toEqual([1, 0]);
    await api.send(`journeys/${JOURNEY}/hold-session`, hold(SESSION, '2026-02-12')).expect(200);
    expect(await api.remindOn('2026-02-25')).toBe(0);
    expect(await api.remindOn('2026-02-26')).toBe(1);
    await api
      .send(`journeys/${JOURNEY}/end-journey`, { on: '2026-02-26', ending: 'MOVED_AWAY', reason: 'Moved.' })
      .expect(200);
    expect(await api.remindOn('2026-02-27')).toBe(0);
    expect(await api.reminders()).toBeUndefined();
  });

  it('and evaluators can export the reminders by day', async () => {
    const api = await serveFrom('2026-02-12');
    await api.remindOn('2026-02-12');
    await api.remindOn('2026-02-16');
    const { body } = await api.http.post('/v1/exports').send({ kind: 'reminders' }).expect(202);
    const file = await eventually(async () => {
      const { status, text } = await api.get(`exports/${String(body.id)}/file`);
      return status === 200 ? text : undefined;
    });
    expect(
      file
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { mentor: MENTOR, on: '2026-02-12', overdue: [], quiet: [JOURNEY] },
      {
        mentor: MENTOR,
        on: '2026-02-16',
        overdue: [{ journey: JOURNEY, session: SESSION, on: PLANNED }],
        quiet: [JOURNEY],
      },
    ]);
    expect(file).not.toContain(PUPIL);
  });

  it('by a command that clients cannot send', async () => {
    const api = await serveFrom('2026-02-12');
    const sent = await api.send(`mentors/${MENTOR}/remind-mentor`, {
      on: '2026-02-12',
      overdue: [],
      quiet: [JOURNEY],
    });
    expect([sent.status, sent.body.code]).toEqual([404, 'UNKNOWN_COMMAND']);
    await api.remindOn('2026-02-12');
    const [event] = (await api.platform.events.readAll(-1, 10, new Set(['MentorReminded']))).events;
    expect(event).toMatchObject({
      stream: `mentor-${MENTOR}`,
      metadata: { on: '2026-02-12', actor: 'job:reminders', subject: MENTOR },
    });
  });
});
