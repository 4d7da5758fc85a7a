import { rowSetName } from '@waymark/core/kernel';
import {
  allocated,
  consented,
  found,
  JOURNEY,
  MENTOR,
  mentored,
  model,
  OTHER_MENTOR,
  PROGRAMME,
  PUPIL,
  referred,
  SCHOOL,
} from '@test/support/given';
import { advanced, ended, held, id } from '@test/support/journey/given';
import { event } from '@test/support/spec';
import { describeView, type Happened, viewSpec } from '@test/support/view-spec';
import {
  completed,
  corrected,
  notHeld,
  on,
  reopened,
  rescheduled,
  scheduled,
  stopped,
  voided,
  withdrawn,
} from '@test/support/views/given';
import { type CaseloadRow, caseloads } from './caseload';

const [FIRST, SECOND, UNKNOWN] = [id(1), id(2), id(9)];

const barrier = (barrier: string, kind: string, severity?: number) =>
  event('BarrierFound', '2025-11-10', {
    barrier,
    kind,
    by: 'PUPIL',
    on: '2025-11-10',
    ...(severity === undefined ? {} : { severity }),
  });
const reassessed = (barrier: string, severity: number) =>
  event('BarrierReassessed', '2025-12-08', { barrier, severity, on: '2025-12-08' });
const safeguarded = (barrier: string) =>
  event('SafeguardingDecided', '2025-11-11', { barrier, decision: 'NO_CONCERN', on: '2025-11-11' });

const made = (referral: string, service: string) =>
  event('ReferralMade', '2025-11-12', { referral, service, on: '2025-11-12' });
const accepted = (referral: string) => event('ReferralAccepted', on, { referral, on });
const started = (referral: string) => event('SupportStarted', on, { referral, on });
const closings = (referral: string) => [
  event('SupportFinished', on, { referral, on, outcome: 'It helped.' }),
  event('ReferralDeclined', on, { referral, on, reason: 'There is no room.' }),
  event('ReferralWithdrawn', on, { referral, on, reason: 'It is not needed.' }),
];

const atReferral: CaseloadRow = {
  pupil: PUPIL,
  programme: PROGRAMME,
  school: SCHOOL,
  yearGroup: 8,
  phase: 1,
  phaseName: 'Trust and obstacles',
  phases: model.phases,
  sessionsPlanned: 12,
  consented: false,
  ended: false,
  baselineAbsencePercent: null,
  sessions: {},
  barriers: {},
  support: {},
};

const beforeMentoring: CaseloadRow = {
  ...atReferral,
  eligible: true,
  baselineAbsencePercent: 25,
  consented: true,
};
const atAllocation: CaseloadRow = { ...beforeMentoring, mentor: MENTOR, allocatedOn: '2025-10-27' };

const recording = { stream: ['journey', JOURNEY], subject: PUPIL } as const;

describeView(caseloads, recording, (spec) => {
  const going = spec.given(...mentored);

  it('starts with the referral, under the delivery model of that time', () => {
    expect(spec.given(referred).rows()).toStrictEqual(new Map([[JOURNEY, atReferral]]));
  });

  it('has no phase name if the delivery model has no phases', () => {
    const none = event('PupilReferred', '2025-09-19', { ...referred.data, model: { ...model, phases: [] } });
    expect(spec.given(none).row(JOURNEY)).toStrictEqual({
      ...atReferral,
      phases: [],
      phaseName: '',
      sessionsPlanned: 0,
    });
  });

  it('has eligibility, consent and mentor as they are recorded', () => {
    const assessed = { ...atReferral, eligible: true, baselineAbsencePercent: 25 };
    expect(spec.given(referred, found(true)).row(JOURNEY)).toStrictEqual(assessed);
    expect(spec.given(referred, found(true), consented).row(JOURNEY)).toStrictEqual(beforeMentoring);
    expect(going.row(JOURNEY)).toStrictEqual(atAllocation);
  });

  it('keeps the absence rate of a pupil who is not eligible', () => {
    expect(spec.given(referred, found(false)).row(JOURNEY)).toStrictEqual({
      ...atReferral,
      eligible: false,
      baselineAbsencePercent: 1.3158,
    });
    expect(spec.given(referred, found(true), found(false)).row(JOURNEY)).toMatchObject({ eligible: false });
  });

  it('moves to another mentor, with the day of the allocation', () => {
    const transferred = event('MentorAllocated', '2025-12-01', {
      mentor: OTHER_MENTOR,
      previous: MENTOR,
      on: '2025-12-01',
    });
    expect(going.given(transferred).row(JOURNEY)).toStrictEqual({
      ...atAllocation,
      mentor: OTHER_MENTOR,
      allocatedOn: '2025-12-01',
    });
  });

  it('has no mentor once consent is withdrawn, and can get one again', () => {
    const without = { ...beforeMentoring, consented: false };
    expect(going.given(withdrawn).row(JOURNEY)).toStrictEqual(without);
    expect(going.given(withdrawn, consented, allocated).row(JOURNEY)).toStrictEqual(atAllocation);
  });

  it.each([
    ['completed', completed],
    ['ended early', ended(on)],
    ['stopped', stopped],
  ])('has no mentor once it is %s, and continues when it is reopened', (_, end) => {
    expect(going.given(end).row(JOURNEY)).toStrictEqual({ ...beforeMentoring, ended: true });
    expect(going.given(end, reopened).row(JOURNEY)).toStrictEqual(beforeMentoring);
    expect(going.given(end, reopened, allocated).row(JOURNEY)).toStrictEqual(atAllocation);
  });

  it('has the name of the current phase', () => {
    expect(going.given(advanced(2, on)).row(JOURNEY)).toStrictEqual({
      ...atAllocation,
      phase: 2,
      phaseName: 'Goals and actions',
    });
    expect(going.given(advanced(2, on), advanced(3, on), advanced(4, on)).row(JOURNEY)).toMatchObject({
      phase: 4,
      phaseName: 'Reintegration and self-reliance',
    });
    expect(going.given(advanced(5, on)).row(JOURNEY)).toMatchObject({ phase: 5, phaseName: '' });
  });

  describe('sessions', () => {
    const sessions = (...events: Happened[]) => going.given(...events).row(JOURNEY)?.sessions;
    const planned = scheduled(FIRST, '2025-11-03');

    it('are scheduled, moved to another day, held and not held', () => {
      expect(sessions(planned)).toStrictEqual({ [FIRST]: { on: '2025-11-03', is: 'scheduled' } });
      expect(sessions(planned, rescheduled(FIRST, '2025-11-03', '2025-11-04'))).toStrictEqual({
        [FIRST]: { on: '2025-11-04', is: 'scheduled' },
      });
      expect(sessions(planned, held(1, { on: '2025-11-04' }))).toStrictEqual({
        [FIRST]: { on: '2025-11-04', is: 'held' },
      });
      expect(sessions(planned, notHeld(FIRST, '2025-11-03'))).toStrictEqual({
        [FIRST]: { on: '2025-11-03', is: 'not held' },
      });
      expect(sessions(notHeld(FIRST, '2025-11-03'), held(1))).toStrictEqual({
        [FIRST]: { on: '2025-11-03', is: 'held' },
      });
    });

    it('are replaced when corrected, and removed when voided', () => {
      expect(sessions(held(1), held(2), corrected)).toStrictEqual({
        [FIRST]: { on: '2025-11-05', is: 'held' },
        [SECOND]: { on: '2025-11-10', is: 'held' },
      });
      expect(sessions(held(1), held(2), voided(FIRST))).toStrictEqual({
        [SECOND]: { on: '2025-11-10', is: 'held' },
      });
    });

    it('are kept independently of each other and of other data', () => {
      const other = [scheduled(SECOND, '2025-11-10'), rescheduled(SECOND, '2025-11-10', '2025-11-12')];
      expect(going.given(planned, ...other).row(JOURNEY)).toStrictEqual({
        ...atAllocation,
        sessions: {
          [FIRST]: { on: '2025-11-03', is: 'scheduled' },
          [SECOND]: { on: '2025-11-12', is: 'scheduled' },
        },
      });
      expect(going.given(planned, ...other, voided(FIRST), voided(SECOND)).row(JOURNEY)).toStrictEqual(
        atAllocation,
      );
    });
  });

  describe('barriers', () => {
    const barriers = (...events: Happened[]) => going.given(...events).row(JOURNEY)?.barriers;

    it('are kept by id, with their severity if known', () => {
      expect(
        going.given(barrier(FIRST, 'TRANSPORT', 2), barrier(SECOND, 'HOUSING')).row(JOURNEY),
      ).toStrictEqual({
        ...atAllocation,
        barriers: { [FIRST]: { kind: 'TRANSPORT', severity: 2 }, [SECOND]: { kind: 'HOUSING' } },
      });
      expect(barriers(barrier(FIRST, 'TRANSPORT', 0))).toStrictEqual({
        [FIRST]: { kind: 'TRANSPORT', severity: 0 },
      });
    });

    it('are reassessed independently of each other', () => {
      expect(
        barriers(barrier(FIRST, 'TRANSPORT', 2), barrier(SECOND, 'HOUSING'), reassessed(FIRST, 0)),
      ).toStrictEqual({ [FIRST]: { kind: 'TRANSPORT', severity: 0 }, [SECOND]: { kind: 'HOUSING' } });
      expect(going.given(barrier(SECOND, 'HOUSING'), reassessed(SECOND, 3)).row(JOURNEY)).toStrictEqual({
        ...atAllocation,
        barriers: { [SECOND]: { kind: 'HOUSING', severity: 3 } },
      });
    });

    it.each(['EXPLOITATION_RISK', 'FAMILY_CONFLICT'])(
      'of kind %s wait for a safeguarding decision',
      (kind) => {
        const first = barrier(FIRST, kind, 3);
        const second = barrier(SECOND, kind);
        const waiting = { kind, awaitsDecision: true };
        expect(barriers(first, second)).toStrictEqual({
          [FIRST]: { ...waiting, severity: 3 },
          [SECOND]: waiting,
        });
        expect(barriers(first, reassessed(FIRST, 1))).toStrictEqual({ [FIRST]: { ...waiting, severity: 1 } });
        expect(going.given(first, second, safeguarded(FIRST)).row(JOURNEY)).toStrictEqual({
          ...atAllocation,
          barriers: { [FIRST]: { kind, severity: 3 }, [SECOND]: waiting },
        });
        expect(
          barriers(first, second, safeguarded(FIRST), safeguarded(SECOND), safeguarded(FIRST)),
        ).toStrictEqual({ [FIRST]: { kind, severity: 3 }, [SECOND]: { kind } });
      },
    );

    it('are not created by events about unknown ones', () => {
      expect(barriers(reassessed(UNKNOWN, 1), safeguarded(UNKNOWN))).toStrictEqual({});
    });
  });

  describe('support referrals', () => {
    const support = (...events: Happened[]) => going.given(...events).row(JOURNEY)?.support;
    const both = [made(FIRST, 'camhs'), made(SECOND, 'early-help')];
    const second = { step: 'made' };

    it('advance step by step, each independently', () => {
      expect(going.given(...both).row(JOURNEY)).toStrictEqual({
        ...atAllocation,
        support: { [FIRST]: { step: 'made' }, [SECOND]: second },
      });
      expect(going.given(...both, accepted(FIRST)).row(JOURNEY)).toStrictEqual({
        ...atAllocation,
        support: { [FIRST]: { step: 'accepted' }, [SECOND]: second },
      });
      expect(support(...both, accepted(FIRST), started(FIRST))).toStrictEqual({
        [FIRST]: { step: 'started' },
        [SECOND]: second,
      });
    });

    it.each(closings(FIRST))('are no longer open after $type', (closing) => {
      expect(going.given(...both, started(FIRST), closing).row(JOURNEY)).toStrictEqual({
        ...atAllocation,
        support: { [SECOND]: second },
      });
    });

    it('are not created by events about unknown ones', () => {
      expect(support(accepted(UNKNOWN), started(UNKNOWN))).toStrictEqual({});
      expect(support(accepted(UNKNOWN), started(UNKNOWN), ...closings(UNKNOWN))).toStrictEqual({});
    });
  });

  it.each([
    ...[found(true), consented, allocated, withdrawn, completed, ended(on), stopped, reopened],
    ...[advanced(2, on), scheduled(FIRST, on), rescheduled(FIRST, on, on), held(1), notHeld(FIRST, on)],
    ...[corrected, voided(FIRST), barrier(FIRST, 'HOUSING'), reassessed(FIRST, 1), safeguarded(FIRST)],
    ...[made(FIRST, 'camhs'), accepted(FIRST), started(FIRST), ...closings(FIRST)],
  ])('has no row if $type comes before the referral', (early) => {
    expect(spec.given(early).rows()).toEqual(new Map());
  });

  describe('of version 2', () => {
    const { view, read } = caseloads.former[0]!;

    it('is read without the services of support referrals, which may name the pupil', () => {
      expect(rowSetName(view)).toBe('caseload@2');
      const now = going.given(made(FIRST, 'camhs')).row(JOURNEY)!;
      const stored = { ...now, support: { [FIRST]: { service: 'CAMHS, for Zara', step: 'made' } } };
      expect(read(stored)).toStrictEqual(now);
      expect(
        JSON.stringify(viewSpec(view, recording).given(referred, made(FIRST, 'camhs')).row(JOURNEY)),
      ).not.toContain('camhs');
    });
  });

  describe('of version 1', () => {
    const { view, read } = caseloads.former[1]!;
    const history = [scheduled(FIRST, '2025-11-03'), notHeld(FIRST, '2025-11-03'), held(2), advanced(2, on)];

    it('is the earliest version, with the same indexes', () => {
      expect(caseloads.version).toBe(3);
      expect(caseloads.former).toHaveLength(2);
      expect(rowSetName(view)).toBe('caseload@1');
      expect([view.indexes, view.former]).toEqual([caseloads.indexes, []]);
    });

    it('has `missed` for a session that was not held, and is read as the current version', () => {
      const stored = viewSpec(view, recording)
        .given(referred, ...history)
        .row(JOURNEY)!;
      expect(stored).toMatchObject({
        sessions: {
          [FIRST]: { on: '2025-11-03', is: 'missed' },
          [SECOND]: { on: '2025-11-10', is: 'held' },
        },
      });
      const now = spec.given(referred, ...history).row(JOURNEY);
      expect(now?.sessions[FIRST]).toEqual({ on: '2025-11-03', is: 'not held' });
      expect(read(stored)).toStrictEqual(now);
    });
  });
});
