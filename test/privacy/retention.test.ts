import { eraseDue, recordsDue, retentionRules } from '@waymark/governance/privacy';
import { EndJourney } from '@waymark/modules/journey';
import { LiftRestriction, PlaceLegalHold, RestrictProcessing } from '@waymark/modules/pupil';
import { DAY, type Known, openKnown } from './erasing';

jest.setTimeout(60_000);

const reason = 'The family moved on.';
const ENDED = '2025-12-12';

const end = ({ command }: Known, journey: string, on = ENDED): Promise<unknown> =>
  command('journey', journey, EndJourney, { ending: 'ENDED_EARLY', reason, on });

describe('pupils whose retention period has ended', () => {
  it('are those whose last journey ended exactly that long ago or earlier', async () => {
    const office = await openKnown();
    const { platform, one: pupil, of } = office;
    expect(await recordsDue(platform, '2099-01-01')).toEqual([]);
    await end(office, of);
    expect(await recordsDue(platform, '2031-12-11')).toEqual([]);
    expect(await recordsDue(platform, '2031-12-12')).toEqual([{ kind: 'pupil', id: pupil, ended: ENDED }]);
    expect(await recordsDue(platform, '2026-12-12', 1)).toEqual([{ kind: 'pupil', id: pupil, ended: ENDED }]);
  });

  it('are listed with the reason why they are kept nevertheless', async () => {
    const office = await openKnown();
    const { platform, one: pupil, of, command } = office;
    await end(office, of);
    await command('pupil', pupil, RestrictProcessing, { ground: 'ACCURACY_CONTESTED', on: DAY });
    const due = () => recordsDue(platform, '2032-01-01');
    expect(await due()).toEqual([{ kind: 'pupil', id: pupil, ended: ENDED, kept: 'PROCESSING_RESTRICTED' }]);
    const hold = '5b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b12';
    await command('pupil', pupil, PlaceLegalHold, { hold, on: DAY, reason });
    expect(await due()).toEqual([{ kind: 'pupil', id: pupil, ended: ENDED, kept: 'LEGAL_HOLD' }]);
    await command('pupil', pupil, LiftRestriction, { on: DAY });
    expect(await eraseDue(platform, await due(), { actor: 'officer' })).toEqual([]);
    expect(await platform.submitter.facts('pupil', pupil)).toMatchObject({ erased: false });
  });

  it('are erased once, and the others are kept', async () => {
    const office = await openKnown();
    const { platform, one, other, of } = office;
    await end(office, of);
    const due = await recordsDue(platform, '2032-01-01');
    expect(await eraseDue(platform, due, { actor: 'officer' })).toEqual(due);
    await platform.settle();
    expect(await platform.submitter.facts('pupil', one)).toMatchObject({ erased: true });
    expect(await platform.submitter.facts('pupil', other)).toMatchObject({ erased: false });
    expect(await recordsDue(platform, '2032-01-01')).toEqual([]);
  });
});

describe('the rules of retention', () => {
  it('state the period and the source for every kind of record', () => {
    for (const { record, kept, source } of retentionRules)
      for (const words of [record, kept, source]) expect(words).toMatch(/^\w/);
    expect(new Set(retentionRules.map(({ record }) => record)).size).toBe(retentionRules.length);
  });
});
