import {
  allocated,
  consented,
  found,
  JOURNEY,
  MENTOR,
  mentored,
  OTHER_MENTOR,
  PROGRAMME,
  PUPIL,
  referred,
  SCHOOL,
} from '@test/support/given';
import { asHeld, held, id } from '@test/support/journey/given';
import { event } from '@test/support/spec';
import { describeView, type Happened } from '@test/support/view-spec';
import {
  completed,
  corrected,
  lineOf,
  marks,
  notHeld,
  on,
  reopened,
  voided,
} from '@test/support/views/given';
import { type KpiRow, pupilOutcomes } from './pupil-outcomes';

const OTHER_JOURNEY = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b12';

const atReferral = { programme: PROGRAMME, school: SCHOOL, referred: '2025-09-19', sessions: {} };
const mentoredJourney = {
  ...atReferral,
  mentor: MENTOR,
  eligible: '2025-10-25',
  consented: '2025-10-13',
  allocated: '2025-10-27',
};

/** A row with one journey and no register. */
const rowOf = (journey: KpiRow['journeys'][string]): KpiRow => ({
  journeys: { [JOURNEY]: journey },
  pages: {},
});

describeView(pupilOutcomes, { stream: ['journey', JOURNEY], subject: PUPIL }, (spec) => {
  const going = spec.given(...mentored);

  it('belongs to a pupil, with all journeys and the register', () => {
    const rows = spec
      .given(referred)
      .in({ stream: ['attendance', PUPIL] })
      .given(marks(['2025-09-03', '/', '\\']))
      .in({ stream: ['journey', OTHER_JOURNEY] })
      .given(event('PupilReferred', on, { ...referred.data, school: '990402', programme: 'other', on }))
      .in({ stream: ['attendance', PUPIL] })
      .given(marks(['2025-09-04', 'I', '\\']))
      .rows();
    expect(rows).toStrictEqual(
      new Map([
        [
          PUPIL,
          {
            journeys: {
              [JOURNEY]: atReferral,
              [OTHER_JOURNEY]: { programme: 'other', school: '990402', referred: on, sessions: {} },
            },
            pages: { '2025-09': lineOf({ 3: '/\\', 4: 'I\\' }) },
          },
        ],
      ]),
    );
  });

  it('has the register of a pupil without a referral', () => {
    const row = spec
      .in({ stream: ['attendance', PUPIL] })
      .given(marks(['2025-09-30', 'U', '-']))
      .row(PUPIL);
    expect(row).toStrictEqual({ journeys: {}, pages: { '2025-09': lineOf({ 30: 'U-' }) } });
  });

  it('is named by the stream if an event has no subject', () => {
    const log = spec.in({ subject: undefined }).given(referred);
    expect([...log.rows().keys()]).toEqual([`journey-${JOURNEY}`]);
  });

  it('has the day of each step', () => {
    expect(spec.given(referred).row(PUPIL)).toStrictEqual(rowOf(atReferral));
    expect(spec.given(referred, found(true)).row(PUPIL)).toStrictEqual(
      rowOf({ ...atReferral, eligible: '2025-10-25' }),
    );
    expect(going.row(PUPIL)).toStrictEqual(rowOf(mentoredJourney));
    expect(going.given(completed).row(PUPIL)).toStrictEqual(rowOf({ ...mentoredJourney, completed: on }));
  });

  it('has no day of eligibility for a pupil who is not eligible, or no longer', () => {
    const { eligible: _none, ...rest } = mentoredJourney;
    expect(spec.given(referred, found(false)).row(PUPIL)).toStrictEqual(rowOf(atReferral));
    expect(going.given(found(false)).row(PUPIL)).toStrictEqual(rowOf(rest));
    expect(going.given(found(false), found(true)).row(PUPIL)).toStrictEqual(rowOf(mentoredJourney));
  });

  it('keeps the first days of consent and allocation, and the latest mentor', () => {
    const later = event('ConsentGiven', on, { on });
    const transferred = event('MentorAllocated', on, { mentor: OTHER_MENTOR, previous: MENTOR, on });
    expect(going.given(later, transferred).row(PUPIL)).toStrictEqual(
      rowOf({ ...mentoredJourney, mentor: OTHER_MENTOR }),
    );
  });

  it('is no longer completed once it is reopened', () => {
    expect(going.given(completed, reopened).row(PUPIL)).toStrictEqual(rowOf(mentoredJourney));
  });

  it('has sessions as currently recorded: held, corrected and not held, without voided ones', () => {
    const sessions = (...events: Happened[]) =>
      going.given(...events).row(PUPIL)?.journeys[JOURNEY]?.sessions;
    const two = [held(1, { minutes: 50 }), notHeld(id(2), '2025-11-10')];
    const second = { on: '2025-11-10', notHeld: 'unacceptable' } as const;
    expect(going.given(...two).row(PUPIL)).toStrictEqual(
      rowOf({
        ...mentoredJourney,
        sessions: { [id(1)]: { on: '2025-11-03', minutes: 50 }, [id(2)]: second },
      }),
    );
    expect(sessions(...two, corrected)).toStrictEqual({
      [id(1)]: { on: '2025-11-05', minutes: 60 },
      [id(2)]: second,
    });
    expect(sessions(...two, voided(id(1)))).toStrictEqual({ [id(2)]: second });
    expect(going.given(...two, voided(id(1)), voided(id(2))).row(PUPIL)).toStrictEqual(
      rowOf(mentoredJourney),
    );
    expect(sessions(notHeld(id(1), '2025-11-03'), held(1))).toStrictEqual({
      [id(1)]: { on: '2025-11-03', minutes: 60 },
    });
  });

  it('folds each event into its own journey only', () => {
    const row = spec
      .given(referred)
      .in({ stream: ['journey', OTHER_JOURNEY] })
      .given(...mentored, held(1))
      .row(PUPIL);
    expect(row?.journeys).toStrictEqual({
      [JOURNEY]: atReferral,
      [OTHER_JOURNEY]: { ...mentoredJourney, sessions: { [id(1)]: { on: '2025-11-03', minutes: 60 } } },
    });
  });

  describe.each([
    ...[found(true), consented, allocated, held(1), corrected, notHeld(id(1), on), voided(id(1))],
    ...[completed, reopened],
  ])('$type of a journey without a referral', (early) => {
    it('creates no row', () => {
      expect(spec.given(early).rows()).toEqual(new Map());
    });

    it('leaves a row unchanged', () => {
      const row = going
        .in({ stream: ['journey', OTHER_JOURNEY] })
        .given(early)
        .row(PUPIL);
      expect(row).toStrictEqual(rowOf(mentoredJourney));
    });
  });

  it('has the minutes of a session whose correction comes before its record', () => {
    const minutes = event('SessionCorrected', '2025-11-03', {
      ...asHeld(1, { minutes: 45 }),
      reason: 'It was shorter.',
    });
    expect(going.given(minutes).row(PUPIL)?.journeys[JOURNEY]?.sessions).toStrictEqual({
      [id(1)]: { on: '2025-11-03', minutes: 45 },
    });
  });
});
