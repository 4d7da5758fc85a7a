import { join } from 'node:path';
import { isEncrypted } from '@waymark/core/log';
import { Platform } from '@waymark/platform';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

jest.setTimeout(60_000);

/** A log of three pupils, from before personal fields were encrypted. */
async function unencryptedLog(): Promise<string> {
  const file = join(temporaryDirectory(), 'events.sqlite');
  const log = new SqliteEventStore(file);
  for (const n of range(3)) {
    const details = { forename: 'Zara', surname: `Farouk ${String(n)}`, dateOfBirth: '2013-02-15' };
    const pupil = { upn: `A${String(n)}`, ...details, school: '990401', schoolFrom: '2025-09-01' };
    const event = newEvent('PupilRegistered', pupil, { subject: `p${String(n)}` });
    await log.append(`pupil-p${String(n)}`, 'none', [event]);
  }
  await log.close();
  return file;
}

describe('waymark copy --seal and waymark keys', () => {
  it('encrypt an older log, count its data keys and rewrap them', async () => {
    const [file, data] = [await unencryptedLog(), temporaryDirectory()];
    const copied = await waymark(
      data,
      'copy',
      '--seal',
      '--from',
      `sqlite:${file}`,
      '--to',
      `sqlite:${data}`,
    );
    expect(copied).toMatchObject({
      code: 0,
      out: expect.stringContaining('Both logs contain 3 events') as string,
    });

    const platform = await Platform.open({ data });
    expect((await readWhole(platform.stores.events)).map(isEncrypted)).toEqual([true, true, true]);
    expect(
      (await readWhole(platform.events)).map((event) => (event.data as { readonly surname: string }).surname),
    ).toEqual(range(3).map((n) => `Farouk ${String(n)}`));
    await platform.close();

    const status = await waymark(data, 'keys', 'status', '--json');
    const { current, ...counts } = JSON.parse(status.out) as { current: string };
    expect(counts).toEqual({ wrapped: { [current]: 3 }, destroyed: 0 });
    const rotated = await waymark(data, 'keys', 'rotate', '--json');
    expect(JSON.parse(rotated.out)).toEqual({ looked: 3, rewrapped: 0 });
  });
});
