import { answerTo } from '@test/support/questions';
import type { Grant } from '@waymark/core/access';
import { rights } from '../rights';
import { getMe } from './get-me';

const mentor = { role: 'mentor', mentor: 'M-1' } as const;
const facts = {
  'person asker': {
    assignments: {
      a: { ...mentor, from: '2025-11-03', until: '2026-03-31' },
      ended: { role: 'school-lead', school: '990401', from: '2025-09-01', until: '2026-02-14' },
      later: { role: 'operations', from: '2026-02-16' },
    },
  },
};
const asked = (as: readonly Grant[]) => answerTo(getMe, {}, { facts, as }, { rights });

describe('GetMe', () => {
  it('returns the roles of today with their scopes and days', async () => {
    expect((await asked([mentor])).roles).toEqual([{ ...mentor, from: '2025-11-03', until: '2026-03-31' }]);
  });

  it('returns a role of the configuration without days', async () => {
    const administrator = { role: 'access-administrator' } as const;
    expect((await answerTo(getMe, {}, { as: [administrator] }, { rights })).roles).toEqual([administrator]);
  });

  it('returns every action that some role allows, with the widest right', async () => {
    const both: readonly Grant[] = [mentor, { role: 'data-protection-officer' }];
    for (const grants of [[mentor], both]) {
      const { may } = await asked(grants);
      for (const [action, by] of rights) {
        const given = grants.map(({ role }) => by[role]);
        const widest = given.includes('all') ? 'all' : given.includes('own') ? 'own' : undefined;
        expect([action, may[action]]).toEqual([action, widest]);
      }
    }
    expect((await asked([mentor])).may).toMatchObject({ GetCaseload: 'own', GetMe: 'all' });
    expect((await asked(both)).may['GetCaseload']).toBe('all');
  });

  it('shows nobody else', async () => {
    expect(getMe.shown(await asked([mentor]), {})).toEqual([]);
  });
});
