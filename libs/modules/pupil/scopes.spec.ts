import { JOURNEY, MENTOR, OTHER_SCHOOL, PROGRAMME, PUPIL, SCHOOL } from '@test/support/given';
import type { Lookup } from '@waymark/core/kernel';
import { scopesForIntakeOn, scopesOfPupil, scopesOfPupilOn } from './facts';

const TODAY = '2026-02-15';
const LATER = 'ampe-2026-11';

/** A pupil who changed schools today and has a journey at the former school. */
const things: Readonly<Record<string, object>> = {
  [`pupil ${PUPIL}`]: { schoolOn: (day: string) => (day < TODAY ? SCHOOL : OTHER_SCHOOL) },
  [`journey ${JOURNEY}`]: { pupil: PUPIL, programme: PROGRAMME, school: SCHOOL, mentor: MENTOR },
  'journey waiting': { pupil: PUPIL, programme: LATER, school: OTHER_SCHOOL },
  [`school ${SCHOOL}`]: { area: 'blackpool', region: 'North West', name: 'Blackpool Harbour Academy' },
};

const look = (journeys: Readonly<Record<string, string>>): Lookup => ({
  facts: async <Facts>(module: string, id: string) => things[`${module} ${id}`] as Facts | undefined,
  holder: async (kind, value) => (kind === 'journey' ? journeys[value] : undefined),
  programmes: async () => [PROGRAMME, LATER],
  programmesAt: async () => [],
  exists: async () => false,
  today: () => TODAY,
});

const here = { school: OTHER_SCHOOL };

describe('the scopes of a pupil', () => {
  it('are those of today’s school, alone and with each journey’s programme and mentor', async () => {
    const journeys = {
      [`${PROGRAMME}/${PUPIL}`]: `journey-${JOURNEY}`,
      [`${LATER}/${PUPIL}`]: 'journey-waiting',
    };
    expect(await scopesOfPupil(PUPIL, look(journeys))).toStrictEqual([
      here,
      { programme: PROGRAMME, ...here, mentor: MENTOR },
      { programme: LATER, ...here },
    ]);
  });

  it('are only that of the school if there is no journey, or a journey was claimed but not recorded', async () => {
    expect(await scopesOfPupil(PUPIL, look({}))).toStrictEqual([here]);
    const claimed = { [`${PROGRAMME}/${PUPIL}`]: 'journey-unrecorded' };
    expect(await scopesOfPupil(PUPIL, look(claimed))).toStrictEqual([here]);
  });

  it('are those of the school of the day for a fact about that day', async () => {
    const before = { school: SCHOOL, area: 'blackpool', region: 'North West' };
    expect(await scopesOfPupilOn('2026-02-14', PUPIL, look({}))).toStrictEqual([before]);
    expect(await scopesOfPupilOn(TODAY, PUPIL, look({}))).toStrictEqual([here]);
  });

  it('include the programmes of the school of the day for a programme that takes in pupils', async () => {
    const joined = { ...look({}), programmesAt: async () => [LATER] };
    expect(await scopesForIntakeOn(TODAY, PUPIL, joined)).toStrictEqual([
      here,
      here,
      { ...here, programme: LATER },
    ]);
    expect(await scopesForIntakeOn(TODAY, 'nobody', joined)).toStrictEqual([]);
  });

  it('are empty for an unknown pupil', async () => {
    expect(await scopesOfPupil('nobody', look({}))).toStrictEqual([]);
  });
});
