import { DAY, HOLD, known, reason, TODAY } from '@test/support/pupil/rights';
import { command, event } from '@test/support/spec';
import { LiftLegalHold, PlaceLegalHold } from './holds';
import { pupil } from './pupil';
import { RefuseRectification } from './rectification';

const OTHER = '6b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b13';
const place = (hold = HOLD) => command(PlaceLegalHold, { hold, on: DAY, reason });
const lift = (hold = HOLD) => command(LiftLegalHold, { hold, on: TODAY });

describe('a legal hold', () => {
  it('is placed with a reason, and lifted', () => {
    known.when(place()).then(event('LegalHoldPlaced', DAY, { hold: HOLD, on: DAY, reason }));
    known
      .after(place())
      .when(lift())
      .then(event('LegalHoldLifted', TODAY, { hold: HOLD, on: TODAY }));
    expect(pupil.personal.get('LegalHoldPlaced')).toEqual(['reason']);
  });

  it('is independent of other legal holds', () => {
    expect(known.after(place(), place(OTHER), lift()).now().holds).toEqual([OTHER]);
  });

  it('is in the facts for other modules until it is lifted', () => {
    expect(known.facts()?.held).toBe(false);
    expect(known.after(place()).facts()?.held).toBe(true);
    expect(known.after(place(), lift()).facts()?.held).toBe(false);
  });

  it('changes nothing if repeated, and is lifted once', () => {
    known.after(place()).when(place()).thenNothing();
    known.after(place(), lift()).when(lift()).thenNothing();
  });

  it('is refused if the id belongs to another hold or to a lifted one', () => {
    const other = command(PlaceLegalHold, { hold: HOLD, on: TODAY, reason });
    known.after(place()).when(other).thenRefused('LEGAL_HOLD_ALREADY_PLACED');
    known.after(place(), lift()).when(place()).thenRefused('LEGAL_HOLD_ALREADY_PLACED');
  });

  it('cannot be lifted if it does not exist, or again on another day', () => {
    known.when(lift()).thenRefused('UNKNOWN_LEGAL_HOLD', 'missing');
    known
      .after(place(), lift())
      .when(command(LiftLegalHold, { hold: HOLD, on: DAY }))
      .thenRefused('LEGAL_HOLD_ALREADY_LIFTED');
  });
});

describe('a refused rectification', () => {
  it('is recorded once, with its reason', () => {
    const refused = event('RectificationRefused', DAY, { on: DAY, reason });
    known.when(command(RefuseRectification, { on: DAY, reason })).then(refused);
    known
      .given(refused)
      .when(command(RefuseRectification, { on: DAY, reason }))
      .thenNothing();
    expect(known.given(refused).facts()?.restricted).toBe(false);
    expect(pupil.personal.get('RectificationRefused')).toEqual(['reason']);
  });
});
