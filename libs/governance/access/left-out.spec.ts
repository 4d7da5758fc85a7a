import { Log } from '@test/support/log';
import { LeftOut } from './left-out';

const DAY = '2026-01-12';

describe('pupils who are left out of research', () => {
  const logOf = (): Log => {
    const log = new Log();
    log.add('journey-j1', 'PupilReferred', { pupil: 'p1' });
    log.add('journey-j2', 'PupilReferred', { pupil: 'p2' });
    log.add('journey-j3', 'PupilReferred', { pupil: 'p1' });
    return log;
  };
  const raised = (scope: string) => ['ObjectionRaised', { scope, on: DAY }] as const;
  const decided = (scope: string, outcome: string) =>
    ['ObjectionDecided', { scope, outcome, on: DAY, reason: 'x' }] as const;
  const restricted = ['ProcessingRestricted', { on: DAY }] as const;

  it.each([
    ['object to research', [raised('RESEARCH')], true],
    ['object to the archive', [raised('EVALUATION_ARCHIVE')], true],
    ['object to mentoring', [raised('MENTORING')], false],
    ['objected, which was upheld', [raised('RESEARCH'), decided('RESEARCH', 'UPHELD')], true],
    ['objected, which was overridden', [raised('RESEARCH'), decided('RESEARCH', 'OVERRIDDEN')], false],
    [
      'objected twice, of which one was overridden',
      [raised('RESEARCH'), raised('EVALUATION_ARCHIVE'), decided('RESEARCH', 'OVERRIDDEN')],
      true,
    ],
    ['objected to mentoring, which was upheld', [decided('MENTORING', 'UPHELD')], false],
    ['are restricted', [restricted], true],
    ['were restricted', [restricted, ['RestrictionLifted', { on: DAY }] as const], false],
    ['are erased', [['PupilErased', { on: DAY }] as const], true],
  ])('include or do not include pupils who %s, with their journeys (%#)', async (_, events, expected) => {
    const log = logOf();
    for (const [type, data] of events) log.add('pupil-p1', type, data);
    log.add('journey-j4', 'PupilReferred', { pupil: 'p1' });
    const found = [...(await new LeftOut(log).records())].sort();
    expect(found).toEqual(expected ? ['j1', 'j3', 'j4', 'p1'] : []);
  });

  it('are found as soon as the objection is recorded', async () => {
    const log = logOf();
    const leftOut = new LeftOut(log);
    expect([...(await leftOut.records())]).toEqual([]);
    log.add('pupil-p2', ...raised('RESEARCH'));
    expect([...(await leftOut.records())]).toEqual(['p2', 'j2']);
  });
});
