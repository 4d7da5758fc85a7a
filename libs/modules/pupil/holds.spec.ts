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

  it('is one of several, each of which stands by itself', () => {
    expect(known.after(place(), place(OTHER), lift()).now().holds).toEqual([OTHER]);
  });

  it('again changes nothing, and is lifted once', () => {
    known.after(place()).when(place()).thenNothing();
    known.when(lift()).thenNothing();
  });
});

describe('a rectification refused', () => {
  it('is recorded with its reason, and changes nothing', () => {
    const refused = event('RectificationRefused', DAY, { on: DAY, reason });
    known.when(command(RefuseRectification, { on: DAY, reason })).then(refused);
    expect(known.given(refused).now()).toEqual(known.now());
    expect(pupil.personal.get('RectificationRefused')).toEqual(['reason']);
  });
});
