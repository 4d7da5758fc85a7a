import { furnished } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import { attendanceCodes } from '@waymark/modules/attendance';
import { notHeldReasons, safeguardingKinds } from '@waymark/modules/journey';
import { getReference } from './reference';

const asked = () => answerTo(getReference, {}, { rows: furnished });

describe('GetReference', () => {
  it('returns each attendance code with its days of use', async () => {
    const codes = new Map((await asked()).attendanceCodes.map((each) => [each.code, each]));
    expect(codes.size).toBe(attendanceCodes.length);
    for (const { code, meaning, countsAs, from, until } of attendanceCodes)
      expect(codes.get(code)).toEqual({
        ...{ code, label: meaning, countsAs },
        ...(from !== undefined && { from }),
        ...(until !== undefined && { until }),
      });
  });

  it('returns the kind of each reason, and which barriers need a safeguarding decision', async () => {
    const { notHeldReasons: reasons, barrierKinds } = await asked();
    expect(Object.fromEntries(reasons.map(({ code, kind }) => [code, kind]))).toEqual(notHeldReasons);
    expect(barrierKinds.flatMap(({ code, safeguarding }) => (safeguarding ? [code] : []))).toEqual([
      ...safeguardingKinds,
    ]);
  });

  it('returns the regions of the registered schools', async () => {
    expect((await asked()).regions).toEqual(['North West', 'South East']);
  });

  it('gives no two codes of a list the same label', async () => {
    for (const [name, list] of Object.entries(await asked())) {
      if (name === 'attendanceCodes' || name === 'regions' || !Array.isArray(list)) continue;
      const labels = list.map(({ label }: { readonly label: string }) => label);
      expect([name, new Set(labels).size]).toEqual([name, labels.length]);
    }
  });
});
