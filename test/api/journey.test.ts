import {
  allocated,
  eventually,
  JOURNEY,
  marks,
  MENTOR,
  mentor,
  picked,
  PROGRAMME,
  programme,
  PUPIL,
  pupil,
  referral,
  SCHOOL,
  school,
  serve,
  UPN,
} from './client';

const session = (number: number): string => `8c1f6a2e-7b43-4f0e-9d55-${String(number).padStart(12, '0')}`;

const held = (number: number, on: string, phase?: number) => ({
  session: session(number),
  mentor: MENTOR,
  on,
  minutes: 60,
  mode: 'IN_PERSON',
  place: 'SCHOOL',
  ...(phase === undefined ? {} : { phase }),
});

describe('a journey over HTTP', () => {
  it('can be completed, from the definition of the programme on', async () => {
    const { send, get, logged } = await serve();
    const by = { Authorization: 'Bearer lead:990401' };

    const defined = await send(`programmes/${PROGRAMME}/define-programme`, programme, by).expect(200);
    expect(defined.body).toEqual({
      stream: `programme-${PROGRAMME}`,
      revision: 0,
      position: expect.any(Number),
      events: ['ProgrammeDefined'],
      repeated: false,
    });
    expect(defined.headers).toMatchObject({
      etag: '"0"',
      'waymark-position': String(defined.body.position),
      'content-type': 'application/json; charset=utf-8',
    });
    await send(`schools/${SCHOOL}/register-school`, school, by).expect(200);
    await send(`mentors/${MENTOR}/appoint-mentor`, mentor, by).expect(200);
    await send(`pupils/${PUPIL}/register-pupil`, pupil, by).expect(200);
    await send(`journeys/${JOURNEY}/refer-pupil`, referral, by).expect(200);

    const early = await send(`mentors/${MENTOR}/allocate-pupil`, { journey: JOURNEY, on: '2025-10-27' });
    expect([early.status, early.body.code]).toEqual([409, 'NOT_ELIGIBLE']);

    await send(`journeys/${JOURNEY}/give-consent`, { on: '2025-10-13', by: 'PARENT' }, by).expect(200);
    await send(`attendance/${PUPIL}/record-attendance`, { school: SCHOOL, marks }, by).expect(200);
    const assessed = await send(`journeys/${JOURNEY}/assess-eligibility`, undefined, by).expect(200);
    expect(assessed.body.events).toEqual(['EligibilityAssessed']);

    const place = await send(`mentors/${MENTOR}/allocate-pupil`, { journey: JOURNEY, on: '2025-10-27' }, by);
    expect(place.body.events).toEqual(['PlaceTaken']);
    expect(Number(place.headers['waymark-position'])).toBeGreaterThan(place.body.position as number);

    // No wait is needed: the answer to an allocation comes after the events that follow from it.
    const journey = await get(`journeys/${JOURNEY}`).expect(200);
    expect(journey.body).toMatchObject({
      id: JOURNEY,
      mentor: MENTOR,
      eligible: true,
      phase: 1,
      sessions: [],
    });
    const etag = `"${String(journey.body.revision)}"`;
    expect(journey.headers['etag']).toBe(etag);
    await get(`journeys/${JOURNEY}`).set('If-None-Match', etag).expect(304);
    const caseload = await get(`caseloads/${MENTOR}`).expect(200);
    expect(caseload.body).toMatchObject({
      mentor: MENTOR,
      name: 'Oscar Roberts',
      pupils: 1,
      items: [{ journey: JOURNEY, pupil: PUPIL, name: 'Zara Farouk', baselineAbsencePercent: 30 }],
    });

    const skipped = await send(`journeys/${JOURNEY}/hold-session`, held(1, '2025-11-03', 3));
    expect([skipped.status, skipped.body.code]).toEqual([409, 'PHASE_SKIPPED']);
    for (let number = 1; number <= 12; number += 1) {
      const on = `2025-${number <= 4 ? '11' : '12'}-${String(number + 2).padStart(2, '0')}`;
      await send(`journeys/${JOURNEY}/hold-session`, held(number, on, Math.ceil(number / 3)), by).expect(200);
    }
    const after = await send(`journeys/${JOURNEY}/hold-session`, held(13, '2026-01-12'));
    expect([after.status, after.body.code]).toEqual([409, 'JOURNEY_ENDED']);

    const done = await get(`journeys/${JOURNEY}`).expect(200);
    expect(done.body).toMatchObject({ phase: 4, end: { ending: 'COMPLETED' } });
    expect(done.body.sessions).toHaveLength(12);
    expect((await get(`caseloads/${MENTOR}`)).body).toMatchObject({ pupils: 0, items: [] });

    const kpis = await get(`kpis?by=region&programme=${PROGRAMME}`).expect(200);
    expect(kpis.body.items).toEqual([
      expect.objectContaining({
        key: 'North West',
        referred: 1,
        eligible: 1,
        consented: 1,
        allocated: 1,
        started: 1,
        completed: 1,
        sessionsHeld: 12,
        minutesHeld: 720,
      }),
    ]);
    expect((await get('kpis?by=mentor&from=2025-12-01&to=2025-12-31')).body.items).toMatchObject([
      { key: MENTOR, referred: 0, completed: 1, sessionsHeld: 8 },
    ]);
    expect((await get('phase-progress?by=area')).body.items).toMatchObject([
      { key: 'blackpool', completed: 1, phases: [{ sessionsHeld: 3 }, {}, {}, {}] },
    ]);
    const attendance = await get('attendance?by=pupil&from=2025-09-03&to=2025-10-24').expect(200);
    expect(attendance.body.items).toMatchObject([
      { key: PUPIL, possible: 10, attended: 7, authorised: 2, unauthorised: 1, late: 1, persistent: true },
    ]);
    expect(
      (await get('attendance?by=school&from=2025-09-03&to=2025-10-24&asKnownAt=2025-09-04T12:00:00%2B01:00'))
        .body.items,
    ).toMatchObject([{ key: SCHOOL, possible: 2 }]);

    expect(logged.join('')).not.toContain(UPN);
    expect(logged.join('')).not.toContain(PUPIL);
    expect(logged.join('')).toContain('"route":"/v1/pupils/{id}/register-pupil"');
  });

  it('has a timeline with the actor and the cause of each event', async () => {
    const api = await serve();
    await allocated(api);
    await api
      .send(`journeys/${JOURNEY}/hold-session`, held(1, '2025-11-03'), {
        Authorization: 'Bearer mentor:M-890-1',
      })
      .expect(200);
    const { body } = await api.get(`journeys/${JOURNEY}/timeline`).expect(200);
    expect(picked(body.items, 'type').flat()).toEqual([
      'PupilRegistered',
      'PupilReferred',
      'ConsentGiven',
      'AttendanceRecorded',
      'AttendanceRecorded',
      'EligibilityAssessed',
      'MentorAllocated',
      'SessionHeld',
    ]);
    expect(body.next).toBeUndefined();
    const [registered, , consent, , , , confirmed, first] = body.items;
    expect(registered.data.upn).toBe(`*${UPN.slice(-3)}`);
    expect(consent).toMatchObject({ actor: 'anonymous', on: '2025-10-13', causation: consent.command });
    expect(first).toMatchObject({ actor: 'mentor:M-890-1', data: { session: session(1), minutes: 60 } });
    const [place] = await api.platform.events.readStream(`mentor-${MENTOR}`, { from: 1 });
    expect(confirmed).toMatchObject({ actor: 'policy:allocation', causation: place!.id });
    expect(confirmed.correlation).toBe(place!.metadata.correlation);
  });

  it('lets clients read their own writes, and shows the position of a view that is behind', async () => {
    const api = await serve();
    const position = await allocated(api);
    const ask = (headers: Record<string, string>) => api.http.get('/v1/kpis?by=area').set(headers);
    for (let number = 1; number <= 5; number += 1) {
      const { body } = await api.send(`journeys/${JOURNEY}/hold-session`, held(number, '2025-11-03'));
      const kpis = await ask({ 'Waymark-Position': String(body.position), Prefer: 'respond-async, wait=5' });
      expect(kpis.body.items).toMatchObject([{ sessionsHeld: number }]);
    }
    const ahead = await ask({ 'Waymark-Position': '999999', Prefer: 'wait=0' });
    expect(ahead.status).toBe(504);
    expect(ahead.headers['content-type']).toBe('application/problem+json');
    expect(ahead.body).toMatchObject({ code: 'VIEW_BEHIND', position: expect.any(Number) });
    expect(ahead.body.position).toBeGreaterThanOrEqual(position);
    expect((await ask({ 'Waymark-Position': '999999' })).status).toBe(504);
    expect((await ask({ 'Waymark-Position': String(ahead.body.position) })).status).toBe(200);
    // A query that is answered from the log has nothing to wait for.
    const journey = api.http.get(`/v1/journeys/${JOURNEY}`).set({ 'Waymark-Position': '999999' });
    expect((await journey).status).toBe(200);
  });

  it('is not answered from a view that has stopped', async () => {
    const api = await serve();
    await api.platform.events.append('journey-x', 'none', [
      {
        id: 'x',
        type: 'NeverHeardOf',
        data: {},
        metadata: {
          on: '2025-09-03',
          recordedAt: '2025-09-03T16:00:00.000Z',
          schema: 1,
          actor: 'tester',
          correlation: 'x',
          causation: 'x',
          command: { id: 'x', hash: 'x' },
        },
      },
    ]);
    const stopped = await eventually(async () => {
      const asked = await api.get('kpis?by=region');
      return asked.status === 200 ? undefined : asked;
    });
    expect([stopped.status, stopped.body.code]).toEqual([503, 'VIEW_STOPPED']);
    expect((await api.http.get('/health/live')).status).toBe(200);
    const ready = await api.http.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body.views).toContainEqual(expect.objectContaining({ view: 'caseload', stopped: true }));
  });

  it('is listed page by page', async () => {
    const api = await serve();
    await allocated(api);
    const walk = async (path: string): Promise<{ pages: number[]; items: Record<string, unknown>[] }> => {
      const [pages, items]: [number[], Record<string, unknown>[]] = [[], []];
      for (let after: string | undefined; ;) {
        const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
        const { body, status } = await api.get(`${path}${query}`);
        expect(status).toBe(200);
        pages.push(body.items.length);
        items.push(...body.items);
        if (body.next === undefined) return { pages, items };
        after = body.next;
      }
    };
    const timeline = await walk(`journeys/${JOURNEY}/timeline?limit=3`);
    expect(timeline.pages).toEqual([3, 3, 1]);
    const positions = timeline.items.map(({ position }) => Number(position));
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    const full = await api.get(`journeys/${JOURNEY}/timeline`);
    expect(timeline.items).toEqual(full.body.items);

    for (const [index, area] of ['Hastings', 'Ipswich', 'Norwich'].entries()) {
      const [urn, id] = [`99050${String(index)}`, `M-9-${String(index)}`];
      await api.send(`schools/${urn}/register-school`, { ...school, area, region: area }).expect(200);
      await api.send(`mentors/${id}/appoint-mentor`, { ...mentor, school: urn }).expect(200);
      const [person, course] = [PUPIL, JOURNEY].map((id) => `${String(index + 4)}${id.slice(1)}`);
      const upn = ['C888412524007', 'D886543224119', 'T80640122400B'][index];
      await api.send(`pupils/${person}/register-pupil`, { ...pupil, upn, school: urn }).expect(200);
      const referred = await api.send(`journeys/${course}/refer-pupil`, {
        ...referral,
        pupil: person,
        school: urn,
      });
      await api.get('kpis?by=area', referred.body.position as number).expect(200);
    }
    const kpis = await walk('kpis?by=region&limit=2');
    expect(kpis.pages).toEqual([2, 2]);
    expect(kpis.items.map(({ key }) => key)).toEqual(['Hastings', 'Ipswich', 'North West', 'Norwich']);
  });
});
