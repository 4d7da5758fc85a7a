import { newEvent } from '@test/support/events';
import { JOURNEY, MENTOR, OTHER_MENTOR } from '@test/support/given';
import { command, event } from '@test/support/spec';
import { type Policy, type Reaction, type RecordedEvent, Refusal, streamName } from '@waymark/core/kernel';
import { recordingModules } from '@waymark/modules';
import type { DomainEvents } from '@waymark/modules/domain';
import { ConfirmAllocation } from '@waymark/modules/journey';
import { AllocatePupil, ReleasePlace } from '@waymark/modules/mentor';
import { policies } from './index';

const domain = recordingModules.map((module) => module.domain);

const allocation = policies.find(({ name }) => name === 'allocation')!;

/** The reactions to an event in a stream. */
const followUps = <Type extends keyof DomainEvents>(
  stream: string,
  { type, data, on }: ReturnType<typeof event<Type>>,
  policy: Policy = allocation,
): readonly Reaction[] => {
  const recorded: RecordedEvent = { ...newEvent(type, data, { on }), stream, revision: 0, position: 7 };
  return policy.on.get(type)!(recorded as RecordedEvent<string, never>);
};

const ofJourney = streamName('journey', JOURNEY);
const ofMentor = streamName('mentor', MENTOR);

const release = (mentor: string, reason: ReleasePlace['reason']): Reaction => ({
  module: 'mentor',
  id: mentor,
  command: command(ReleasePlace, { journey: JOURNEY, reason }),
});

describe('a reserved place', () => {
  const on = '2025-10-27';
  const taken = event('PlaceTaken', on, { journey: JOURNEY, on });

  it('is confirmed by the journey, with the day of the reservation', () => {
    expect(followUps(ofMentor, taken)).toEqual([
      {
        module: 'journey',
        id: JOURNEY,
        command: command(ConfirmAllocation, { mentor: MENTOR, on }),
        refused: expect.any(Function) as unknown,
      },
    ]);
    expect(followUps(ofMentor, taken)[0]!.command).toBeInstanceOf(ConfirmAllocation);
  });

  it('is released if the journey refuses', () => {
    const [confirm] = followUps(ofMentor, taken);
    const refusal = new Refusal('CONSENT_MISSING', 'There is no consent.');
    expect(confirm!.refused!(refusal)).toEqual([release(MENTOR, 'NOT_CONFIRMED')]);
  });
});

describe('a mentor allocated', () => {
  const on = '2025-12-01';

  it('releases the place with the previous mentor', () => {
    const moved = event('MentorAllocated', on, { mentor: OTHER_MENTOR, previous: MENTOR, on });
    expect(followUps(ofJourney, moved)).toEqual([release(MENTOR, 'TRANSFERRED')]);
  });

  it('releases nothing if there was no previous mentor', () => {
    expect(followUps(ofJourney, event('MentorAllocated', on, { mentor: MENTOR, on }))).toEqual([]);
  });
});

describe('a journey that has ended or lost its consent', () => {
  const on = '2026-01-30';
  const reason = 'The pupil has moved away.';
  const mentor = MENTOR;

  it.each([
    ['completed', event('JourneyCompleted', on, { on, mentor }), 'ENDED'],
    ['ended', event('JourneyEnded', on, { on, mentor, ending: 'MOVED_AWAY', reason }), 'ENDED'],
    ['stopped', event('JourneyStopped', on, { on, mentor }), 'ENDED'],
    ['without consent', event('ConsentWithdrawn', on, { on, mentor, reason }), 'CONSENT_WITHDRAWN'],
  ] as const)('releases its mentor’s place because it is %s', (_, over, why) => {
    expect(followUps(ofJourney, over)).toEqual([release(MENTOR, why)]);
  });

  it.each([
    event('JourneyCompleted', on, { on }),
    event('JourneyEnded', on, { on, ending: 'CANCELLED', reason }),
    event('JourneyStopped', on, { on }),
    event('ConsentWithdrawn', on, { on }),
    event('JourneyReopened', on, { on, reason }),
  ])('leads to no command if it had no mentor: $type', (over) => {
    expect(followUps(ofJourney, over)).toEqual([]);
  });
});

describe('a journey reopened', () => {
  it('reserves the mentor’s place again', () => {
    const on = '2026-02-15';
    const reopened = event('JourneyReopened', on, { on, mentor: MENTOR, reason: 'SESSION_VOIDED' });
    expect(followUps(ofJourney, reopened)).toEqual([
      { module: 'mentor', id: MENTOR, command: command(AllocatePupil, { journey: JOURNEY, on }) },
    ]);
    expect(followUps(ofJourney, reopened)[0]!.command).toBeInstanceOf(AllocatePupil);
  });
});

describe('policies', () => {
  const modules = new Map(domain.map((module) => [module.name, module]));

  it('have unique names and react to events that modules record', () => {
    expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
    const answered = policies.flatMap(({ on }) => [...on.keys()]);
    expect(answered.filter((type) => !domain.some(({ folds }) => folds.has(type)))).toEqual([]);
  });

  it('send commands that modules have, and commands for policies only if declared so', () => {
    const on = '2025-10-27';
    const sent = [
      ...followUps(ofMentor, event('PlaceTaken', on, { journey: JOURNEY, on })),
      ...followUps(ofJourney, event('JourneyCompleted', on, { on, mentor: MENTOR })),
      ...followUps(ofJourney, event('JourneyReopened', on, { on, mentor: MENTOR, reason: 'SESSION_VOIDED' })),
    ].map(({ module, command: { constructor } }) => [module, constructor.name] as const);

    for (const [module, name] of sent) expect(modules.get(module)!.handlers.has(name)).toBe(true);
    expect(sent.filter(([module, name]) => modules.get(module)!.internal.has(name))).toEqual([
      ['journey', 'ConfirmAllocation'],
      ['mentor', 'ReleasePlace'],
    ]);
  });

  it('derive the same commands from the same event', () => {
    const ended = event('JourneyCompleted', '2026-01-30', { on: '2026-01-30', mentor: MENTOR });
    expect(followUps(ofJourney, ended)).toEqual(followUps(ofJourney, ended));
  });
});
