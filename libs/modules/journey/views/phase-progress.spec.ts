import {
  allocated,
  JOURNEY,
  MENTOR,
  model,
  OTHER_MENTOR,
  OTHER_SCHOOL,
  PROGRAMME,
  PUPIL,
  referred,
  SCHOOL,
} from '@test/support/given';
import { advanced, asHeld, ended, held, id } from '@test/support/journey/given';
import { kept, rowsOf } from '@test/support/kept-rows';
import { event } from '@test/support/spec';
import { describeView } from '@test/support/view-spec';
import {
  completed,
  directory,
  on,
  OTHER_PROGRAMME,
  reopened,
  stopped,
  voided,
} from '@test/support/views/given';
import { everywhere } from '@waymark/core/access';
import { phaseProgressBy, phaseProgressGroups } from '@waymark/modules/insights/phase-progress';
import { phaseProgress, type PhaseProgressRow } from './phase-progress';

const atReferral: PhaseProgressRow = {
  programme: PROGRAMME,
  school: SCHOOL,
  phase: 1,
  phases: model.phases,
  held: {},
  state: 'waiting',
};
const waiting: PhaseProgressRow = { ...atReferral, mentor: MENTOR };
const goingOn: PhaseProgressRow = { ...waiting, held: { [id(1)]: 1, [id(4)]: 2 }, state: 'going on' };

const inPhase = (n: number, phase: number) =>
  event('SessionCorrected', on, { ...asHeld(n, { phase }), reason: 'It was in another phase.' });

describeView(phaseProgress, { stream: ['journey', JOURNEY], subject: PUPIL }, (spec) => {
  const begun = spec.given(referred, allocated);
  const going = begun.given(held(1), held(4));

  it('is waiting after the referral, under the delivery model of that time', () => {
    expect(spec.given(referred).rows()).toStrictEqual(new Map([[JOURNEY, atReferral]]));
    expect(begun.row(JOURNEY)).toStrictEqual(waiting);
  });

  it('moves to another mentor', () => {
    const transferred = event('MentorAllocated', on, { mentor: OTHER_MENTOR, previous: MENTOR, on });
    expect(begun.given(transferred).row(JOURNEY)).toStrictEqual({ ...waiting, mentor: OTHER_MENTOR });
  });

  it('is going on from the first held session, with each session counted in its phase', () => {
    expect(begun.given(held(1)).row(JOURNEY)).toStrictEqual({
      ...waiting,
      held: { [id(1)]: 1 },
      state: 'going on',
    });
    expect(going.row(JOURNEY)).toStrictEqual(goingOn);
  });

  it('has a corrected session in its new phase', () => {
    expect(going.given(inPhase(4, 3)).row(JOURNEY)).toStrictEqual({
      ...goingOn,
      held: { [id(1)]: 1, [id(4)]: 3 },
    });
    expect(begun.given(inPhase(1, 1)).row(JOURNEY)).toMatchObject({ state: 'going on' });
  });

  it('is waiting again when every session is voided', () => {
    expect(going.given(voided(id(4))).row(JOURNEY)).toStrictEqual({ ...goingOn, held: { [id(1)]: 1 } });
    expect(going.given(voided(id(4)), voided(id(1))).row(JOURNEY)).toStrictEqual(waiting);
    expect(begun.given(voided(id(1))).row(JOURNEY)).toStrictEqual(waiting);
  });

  it('advances through the phases', () => {
    expect(going.given(advanced(2, on), advanced(3, on)).row(JOURNEY)).toStrictEqual({
      ...goingOn,
      phase: 3,
    });
  });

  it.each([
    ['completed', completed, 'completed'],
    ['ended early', ended(on), 'ended'],
    ['stopped', stopped, 'ended'],
  ] as const)('is %s until it is reopened', (_, end, state) => {
    expect(going.given(end).row(JOURNEY)).toStrictEqual({ ...goingOn, state });
    expect(going.given(end, reopened).row(JOURNEY)).toStrictEqual(goingOn);
    expect(begun.given(end, reopened).row(JOURNEY)).toStrictEqual(waiting);
    expect(begun.given(held(1), end, reopened).row(JOURNEY)).toMatchObject({ state: 'going on' });
    // A correction does not reopen the journey.
    expect(going.given(end, held(2)).row(JOURNEY)).toMatchObject({ state, held: { [id(2)]: 1 } });
    expect(going.given(end, voided(id(1)), voided(id(4))).row(JOURNEY)).toStrictEqual({
      ...waiting,
      state,
    });
  });

  it.each([
    ...[allocated, held(1), inPhase(1, 2), voided(id(1)), advanced(2, on)],
    ...[completed, ended(on), stopped, reopened],
  ])('has no row if $type comes before the referral', (early) => {
    expect(spec.given(early).rows()).toEqual(new Map());
  });
});

describe('phase progress', () => {
  const elsewhere = { ...goingOn, school: OTHER_SCHOOL, mentor: OTHER_MENTOR };
  const rows = rowsOf(
    ...directory,
    kept(phaseProgress, {
      a: elsewhere,
      b: goingOn,
      c: { ...goingOn, phase: 2, held: { [id(1)]: 1, [id(2)]: 1, [id(4)]: 2 } },
      d: { ...goingOn, phase: 2, state: 'completed', held: { [id(7)]: 3 } },
      e: { ...goingOn, phase: 1, state: 'ended', held: {} },
      f: atReferral,
      g: waiting,
      h: { ...atReferral, programme: OTHER_PROGRAMME, phases: ['Only one'] },
    }),
  );
  const phases = (...figures: readonly [pupils: number, sessionsHeld: number][]) =>
    model.phases.map((name, index) => ({
      phase: index + 1,
      name,
      pupils: figures[index]![0],
      sessionsHeld: figures[index]![1],
    }));
  const none = [0, 0] as const;
  const atSchool = {
    key: SCHOOL,
    name: 'Blackpool Harbour Academy',
    waiting: 2,
    completed: 1,
    ended: 1,
    phases: phases([1, 3], [1, 2], [0, 1], [...none]),
  };
  const atOtherSchool = {
    key: OTHER_SCHOOL,
    name: 'Hastings Castle School',
    waiting: 0,
    completed: 0,
    ended: 0,
    phases: phases([1, 1], [0, 1], [...none], [...none]),
  };
  const keys = async (...asked: Parameters<typeof phaseProgressBy>): Promise<string[]> =>
    (await phaseProgressBy(...asked)).map(({ key }) => key);

  it('counts pupils by current phase and sessions by their phase, ordered by key', async () => {
    expect(await phaseProgressBy(rows, { by: 'school', programme: PROGRAMME }, everywhere)).toStrictEqual([
      atSchool,
      atOtherSchool,
    ]);
  });

  it('covers all programmes with the longest list of phases, if no programme is given', async () => {
    expect(await phaseProgressBy(rows, { by: 'school' }, everywhere)).toStrictEqual([
      { ...atSchool, waiting: 3 },
      atOtherSchool,
    ]);
  });

  it('can be limited to one programme', async () => {
    expect(
      await phaseProgressBy(rows, { by: 'programme', programme: OTHER_PROGRAMME }, everywhere),
    ).toStrictEqual([
      {
        key: OTHER_PROGRAMME,
        name: OTHER_PROGRAMME,
        waiting: 1,
        completed: 0,
        ended: 0,
        phases: [{ phase: 1, name: 'Only one', pupils: 0, sessionsHeld: 0 }],
      },
    ]);
  });

  it('has the phase names of the first programme if several have equally many phases', async () => {
    const one = { ...atReferral, phases: ['One'] };
    const same = rowsOf(...directory, kept(phaseProgress, { a: one, b: { ...one, phases: ['Another'] } }));
    expect(await phaseProgressBy(same, { by: 'school' }, everywhere)).toMatchObject([
      { phases: [{ name: 'One' }] },
    ]);
  });

  it('can be grouped by each of these', () => {
    expect(phaseProgressGroups).toEqual(['programme', 'area', 'school', 'mentor']);
  });

  it('leaves out pupils without a mentor when grouped by mentor', async () => {
    expect(await phaseProgressBy(rows, { by: 'mentor' }, everywhere)).toStrictEqual([
      { ...atSchool, key: MENTOR, name: MENTOR, waiting: 1 },
      { ...atOtherSchool, key: OTHER_MENTOR, name: OTHER_MENTOR },
    ]);
  });

  it('is ordered by key for any order of the rows', async () => {
    expect(await keys(rows, { by: 'area' }, everywhere)).toEqual(['blackpool', 'hastings']);
    expect(await keys(rows, { by: 'programme' }, everywhere)).toEqual([PROGRAMME, OTHER_PROGRAMME]);
    const reversed = rowsOf(...directory, kept(phaseProgress, { a: goingOn, b: elsewhere }));
    expect(await keys(reversed, { by: 'area' }, everywhere)).toEqual(['blackpool', 'hastings']);
  });

  it('includes only groups within reach', async () => {
    const covers = jest.fn(({ area }: { readonly area?: string }) => area === 'hastings');
    expect(await phaseProgressBy(rows, { by: 'school', programme: PROGRAMME }, covers)).toStrictEqual([
      atOtherSchool,
    ]);
    expect(covers).toHaveBeenCalledWith(
      { programme: PROGRAMME, school: SCHOOL, area: 'blackpool', region: 'North West' },
      'b',
    );
  });

  it('is empty if there are no pupils', async () => {
    expect(
      await phaseProgressBy(rowsOf(...directory, kept(phaseProgress, {})), { by: 'area' }, everywhere),
    ).toEqual([]);
  });
});
