import { SCHOOL } from '@test/support/given';
import { DAY, HOLD, known, reason, TODAY, unknown } from '@test/support/pupil/rights';
import { command, event } from '@test/support/spec';
import { CompleteErasure, ErasePupil, RefuseErasure } from './erasure';
import { LiftLegalHold, PlaceLegalHold } from './holds';
import { pupil } from './pupil';

const AT = '2026-02-15T10:00:00.000Z';
const erase = command(ErasePupil, { ground: 'CONSENT_WITHDRAWN', on: DAY });
const erased = event('PupilErased', DAY, { ground: 'CONSENT_WITHDRAWN', on: DAY });
const complete = command(CompleteErasure, { keyDestroyedAt: AT, events: 7 });
const refuse = command(RefuseErasure, { ground: 'LEGAL_CLAIMS', on: DAY, reason });
const hold = command(PlaceLegalHold, { hold: HOLD, on: DAY, reason });
const after = known.given(erased);

describe('erasing a pupil', () => {
  it('is of the day on which it was decided, with its ground', () => {
    known.when(erase).then(erased);
  });

  it('again changes nothing, on whatever ground', () => {
    after.when(erase).thenNothing();
    after.when(command(ErasePupil, { ground: 'RETENTION_ENDED', on: TODAY })).thenNothing();
  });

  it('is refused while a legal hold stands, and no longer', () => {
    known.after(hold).when(erase).thenRefused('LEGAL_HOLD');
    known
      .after(hold, command(LiftLegalHold, { hold: HOLD, on: DAY }))
      .when(erase)
      .then(erased);
  });

  it('that was decided before what a restore brought back is recorded though a legal hold stands there', () => {
    const again = { ground: 'ERASED_BEFORE_RESTORE', on: DAY } as const;
    known
      .after(hold)
      .when(command(ErasePupil, again))
      .then(event('PupilErased', DAY, again));
  });

  it('is refused where there is no such pupil', () => {
    unknown.when(erase).thenRefused('UNKNOWN_PUPIL', 'missing');
  });

  it('leaves nothing of the person in memory but where the pupil was at school', () => {
    expect(after.now()).toEqual({
      ...{ former: [], objections: {}, holds: [], restricted: false, erasure: 'begun' },
      schools: [{ school: SCHOOL, from: '2025-09-01' }],
    });
    expect(known.facts()?.erased).toBe(false);
    expect(after.facts()?.erased).toBe(true);
    expect(after.facts()?.schoolOn(TODAY)).toBe(SCHOOL);
  });
});

describe('a pupil who was erased', () => {
  const others = [...pupil.handlers].filter(([name]) => !['ErasePupil', 'CompleteErasure'].includes(name));

  it('has commands that could be sent', () => {
    expect(others.length).toBeGreaterThan(10);
  });

  it.each(others)('takes no %s', (_, { command: type }) => {
    after.when(new type()).thenRefused('PUPIL_ERASED');
  });
});

describe('completing an erasure', () => {
  const completed = event('ErasureCompleted', TODAY, { keyDestroyedAt: AT, events: 7 });

  it('says since when the key is gone, and how many events there are', () => {
    after.when(complete).then(completed);
  });

  it('again changes nothing', () => {
    after.given(completed).when(complete).thenNothing();
    after.given(completed).when(erase).thenNothing();
  });

  it('is refused where nothing was erased', () => {
    known.when(complete).thenRefused('NOT_ERASED');
  });
});

describe('refusing to erase a pupil', () => {
  it('has its ground in law, and is recorded once', () => {
    const refused = event('ErasureRefused', DAY, { ground: 'LEGAL_CLAIMS', on: DAY, reason });
    known.when(refuse).then(refused);
    known.given(refused).when(refuse).thenNothing();
    expect(known.given(refused).facts()?.erased).toBe(false);
    expect(pupil.personal.get('ErasureRefused')).toEqual(['reason']);
  });
});
