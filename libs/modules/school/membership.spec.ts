import { PROGRAMME, programmeFacts, SCHOOL } from '@test/support/given';
import { harbourAcademy } from '@test/support/made-up';
import { command, event, spec } from '@test/support/spec';
import { JoinProgramme, LeaveProgramme } from './membership';
import { areaId, school } from './school';

const TODAY = '2026-02-15';
const registered = event('SchoolRegistered', TODAY, {
  ...harbourAcademy,
  area: areaId(harbourAcademy.area),
  areaName: harbourAcademy.area,
});
const joined = event('SchoolJoinedProgramme', TODAY, { programme: PROGRAMME });
const left = event('SchoolLeftProgramme', TODAY, { programme: PROGRAMME });
const join = command(JoinProgramme, { programme: PROGRAMME });
const leave = command(LeaveProgramme, { programme: PROGRAMME });

const alone = spec(school, { id: SCHOOL, now: `${TODAY}T09:00:00.000Z` });
const unknown = alone.with({ programme: programmeFacts });
const before = unknown.given(registered);

describe('a school', () => {
  it('joins a programme, leaves it, and joins it again', () => {
    before.when(join).then(joined);
    before.given(joined).when(leave).then(left);
    before.given(joined, left).when(join).then(joined);
  });

  it('joins and leaves once', () => {
    before.given(joined).when(join).thenNothing();
    before.given(joined, left).when(leave).thenNothing();
  });

  it('leaves a programme that has only appointed mentors there', () => {
    before.when(leave).then(left);
  });

  it('joins only a programme that exists, and only if it is registered', () => {
    alone.given(registered).when(join).thenRefused('UNKNOWN_PROGRAMME', 'invalid');
    unknown.when(join).thenRefused('UNKNOWN_SCHOOL', 'missing');
  });
});
