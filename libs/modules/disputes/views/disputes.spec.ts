import { PUPIL, SCHOOL } from '@test/support/given';
import { event } from '@test/support/spec';
import { describeView } from '@test/support/view-spec';
import { disputeRows } from './disputes';

const [TODAY, DISPUTE] = ['2026-02-15', '6d2f8b1e-9c3a-4f7d-8e5b-3a1c5e7f9d02'];
const claim = 'upn.6e9f1150d89afc2f605f444d66bbee78';
const reason = 'The UPN is on the transfer file.';
const contested = event('disputes.ValueContested', TODAY, { claim, school: SCHOOL, by: 'lead', reason });
const row = { claim, school: SCHOOL, by: 'lead', at: '2026-02-15T09:00:00.000Z', state: 'open' } as const;

describeView(disputeRows, { stream: ['dispute', DISPUTE] }, (view) => {
  it('has a row without the reason for each contested value', () => {
    expect(view.given(contested).row(DISPUTE)).toEqual(row);
  });

  it.each([
    ['rejected', event('disputes.DisputeRejected', TODAY, { reason })],
    ['upheld', event('disputes.DisputeUpheld', TODAY, { claim, holder: `pupil-${PUPIL}`, reason })],
    ['closed', event('disputes.DisputeClosed', TODAY, { at: row.at })],
  ])('says that a dispute is %s', (state, decided) => {
    expect(view.given(contested, decided).row(DISPUTE)).toEqual({ ...row, state });
    expect(view.given(decided).row(DISPUTE)).toBeUndefined();
  });
});
