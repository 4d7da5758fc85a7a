import { erase, subjectAccess, type SubjectAccess, subjectAccessText } from '@waymark/governance/privacy';
import { DAY, FIRST, ONE, openKnown, OTHER, SECOND, WORDS } from './erasing';

jest.setTimeout(60_000);

describe('the data held about a pupil', () => {
  it('are complete, and contain nothing about other people', async () => {
    const { platform, one, of } = await openKnown();
    const reader = { id: 'reader', grants: [] };
    await platform.accessLog.record(reader, 'GET /v1/pupils/{id}', [one], 'A question of the school’s');
    const document = await subjectAccess(platform, { kind: 'pupil', id: one });
    const text = JSON.stringify(document);
    for (const own of [ONE, ...Object.values(FIRST), WORDS]) expect(text).toContain(own);
    for (const others of [OTHER, ...Object.values(SECOND)]) expect(text).not.toContain(others);

    expect(document.person).toMatchObject({ upn: ONE, ...FIRST });
    expect(document.journeys).toMatchObject([{ id: of, programme: 'pilot-2025' }]);
    const streams = new Set(document.history.map(({ stream }) => stream));
    expect([...streams].sort()).toEqual([`attendance-${one}`, `journey-${of}`, `pupil-${one}`]);
    expect(document.sources).toMatchObject([
      { by: 'local-operator', import: expect.any(String) },
      { by: expect.stringMatching(/^policy:/) },
      { by: 'clerk' },
    ]);
    expect(document.sources.reduce((sum, { events }) => sum + events, 0)).toBe(document.history.length);
    expect(document.reads).toMatchObject([{ reader: 'reader', reason: 'A question of the school’s' }]);
    expect(document.key).toBe('held');
  });

  it('are only non-personal once the pupil is erased', async () => {
    const { platform, one } = await openKnown();
    await erase(platform, { kind: 'pupil', id: one, ground: 'CONSENT_WITHDRAWN', on: DAY, actor: 'officer' });
    const document = await subjectAccess(platform, { kind: 'pupil', id: one });
    for (const own of [ONE, ...Object.values(FIRST), WORDS])
      expect(JSON.stringify(document)).not.toContain(own);
    expect(document.history.map(({ type }) => type)).toContain('ErasureCompleted');
    expect(document.key).toBe('destroyed');
  });

  it('are refused for an unknown person', async () => {
    const { platform } = await openKnown();
    await expect(subjectAccess(platform, { kind: 'pupil', id: 'nobody' })).rejects.toMatchObject({
      code: 'UNKNOWN_PUPIL',
    });
  });
});

describe('the data held about a mentor', () => {
  it('are the name, the appointment and the caseload', async () => {
    const { platform, of } = await openKnown();
    const { person, history } = await subjectAccess(platform, { kind: 'mentor', id: 'M-1' });
    expect(person).toMatchObject({ name: 'Mentor M-1', school: '990401' });
    expect((person as { readonly caseload: unknown }).caseload).toContain(of);
    expect(history.map(({ type }) => type)).toEqual(['MentorAppointed', 'PlaceTaken', 'PlaceTaken']);
  });
});

describe('the subject access document', () => {
  const document: SubjectAccess = {
    ...{ kind: 'pupil', id: 'p-1', madeAt: '2026-03-02T09:00:00.000Z', key: 'held', retention: [] },
    person: { forename: 'Zara', dateOfBirth: '2013-02-15', schools: [{ school: '990401' }] },
    journeys: [],
    history: [
      {
        ...{ on: '2025-11-10', recordedAt: '2025-11-10T16:00:00.000Z', type: 'BarrierFound' },
        ...{ stream: 'journey-j-1', by: 'M-1' },
        data: { text: '<img src=x>\n# [No](javascript:alert) `heading` | *here* & there', severity: 0 },
      },
    ],
    sources: [],
    reads: [{ at: '2026-03-01T09:00:00.000Z', reader: 'r-1', what: 'journey', reason: 'A call' }],
  };

  it('is written in words, with unchanged dates', () => {
    const text = subjectAccessText(document);
    expect(text).toContain('# Data held about pupil p-1\n');
    expect(text).toContain('- forename: Zara\n- date of birth: 2013-02-15\n- schools, 1, school: 990401\n');
    expect(text).toContain('### 2025-11-10: Barrier found\n');
    expect(text).toContain('- severity: 0\n');
    expect(text).toContain('- 2026-03-01T09:00:00.000Z: r-1, journey \\(A call\\)\n');
    expect(text).toContain('## Sources\n\nNothing.\n');
  });

  it('escapes recorded text, so that it is not read as markup', () => {
    expect(subjectAccessText(document)).toContain(
      '- text: \\<img src=x\\> \\# \\[No\\]\\(javascript:alert\\) \\`heading\\` \\| \\*here\\* \\& there\n',
    );
  });
});
