import { Refusal } from '@waymark/core/kernel';
import {
  applyErasures,
  erase,
  type ErasedSubject,
  erasedSubjects,
  parseErasures,
} from '@waymark/governance/privacy';
import { readWhole } from '../support/events';
import { DAY, openCopy, openKnown, WORDS } from './erasing';

jest.setTimeout(60_000);

const subject = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';
const destroyedAt = '2026-03-02T09:00:00.000Z';

const listOf = async (erased: AsyncIterable<ErasedSubject>): Promise<ErasedSubject[]> => {
  const list: ErasedSubject[] = [];
  for await (const each of erased) list.push(each);
  return list;
};

describe('a list of erasures', () => {
  it('names every person whose key was destroyed, and when', async () => {
    const { platform, one } = await openKnown();
    expect(await listOf(erasedSubjects(platform.keys))).toEqual([]);
    await erase(platform, { kind: 'pupil', id: one, ground: 'CONSENT_WITHDRAWN', on: DAY, actor: 'officer' });
    expect(await listOf(erasedSubjects(platform.keys))).toEqual([{ subject: one, destroyedAt }]);
  });

  it('is applied to the log and keys of a backup that do not contain the erasure', async () => {
    const { platform, one, other } = await openKnown();
    const restored = await openCopy({ data: platform.data });
    const list = [
      { subject: one, destroyedAt },
      { subject: 'somebody of another time', destroyedAt },
    ];
    const applied = await applyErasures(restored, list, 'operator');
    expect(applied).toEqual({ destroyed: 2, recorded: [{ kind: 'pupil', id: one }], waiting: 0 });
    const events = await readWhole(restored.events);
    expect(JSON.stringify(events)).not.toContain(WORDS);
    expect(events.find(({ type }) => type === 'PupilErased')?.data).toMatchObject({
      ground: 'ERASED_BEFORE_RESTORE',
    });
    expect((await restored.keys.load([one])).get(one)).toEqual({ destroyedAt });
    expect((await restored.keys.load([other])).get(other)).toHaveProperty('wrapped');
    expect(await applyErasures(restored, list, 'operator')).toEqual({
      ...{ destroyed: 0, recorded: [], waiting: 0 },
    });
  });

  it('can be parsed as it was written', () => {
    const lines = [
      { subject, destroyedAt },
      { subject: 'M-1', destroyedAt },
    ];
    expect(parseErasures(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)).toEqual(lines);
  });

  it.each([
    ['not JSON', 'subject'],
    ['not an object', '17'],
    ['without a person', JSON.stringify({ subject: '', destroyedAt })],
    ['without a time', JSON.stringify({ subject, destroyedAt: '2026-03-02' })],
  ])('is rejected if a line is %s, by line number and without its content', (_, line) => {
    const read = (): unknown => parseErasures(`${JSON.stringify({ subject, destroyedAt })}\n${line}\n`);
    expect(read).toThrow(Refusal);
    expect(read).toThrow('Line 2 of the file is not an erasure.');
  });
});
