import { Platform } from '@waymark/platform';
import { allocated, picked, PUPIL, serve } from '../api/client';
import { newEvent } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { type CommandResult, waymark } from './command-line';

jest.setTimeout(120_000);

const FORMER = 'regional-kpis';
const PRESENT = 'pupil-outcomes';

const json = ({ out, errors }: CommandResult) => {
  expect(errors).toBe('');
  return JSON.parse(out);
};

describe('the former name of a view on the command line', () => {
  let data: string;
  beforeEach(async () => {
    data = temporaryDirectory();
    const api = await serve(data);
    await allocated(api);
    await api.platform.settle();
    await api.close();
  });

  it('is accepted by rebuild and row, and the output has the present name', async () => {
    const built = await waymark(data, 'rebuild', 'start', FORMER, PRESENT, '--json');
    expect(picked(json(built), 'view', 'generation', 'state')).toEqual([[PRESENT, 2, 'live']]);
    const back = await waymark(data, 'rebuild', 'switch-back', FORMER, '--json');
    expect(picked(json(back), 'view', 'generation', 'state')).toEqual([
      [PRESENT, 2, 'previous'],
      [PRESENT, 1, 'live'],
    ]);
    const row = json(await waymark(data, 'row', FORMER, PUPIL, '--json'));
    expect(row).toMatchObject({ view: PRESENT, key: PUPIL, equal: true });
    const checked = json(await waymark(data, 'check', '--fold', FORMER, '--json'));
    expect(checked.trials.views).toMatchObject([{ view: PRESENT, rows: 1 }]);
    expect(checked.findings).toEqual([]);
  });

  it('is accepted by parked, and the output has the present name', async () => {
    const platform = await Platform.open({ data, work: false });
    const poison = newEvent('AttendanceRecorded', {}, { subject: PUPIL });
    await platform.stores.events.append(`attendance-${PUPIL}`, 'any', [poison]);
    await platform.close();
    await waymark(data, 'kpis', '--json'); // projects the event

    const retried = await waymark(data, 'parked', 'retry', FORMER, PUPIL, '--json');
    expect(picked(json(retried), 'view', 'key')).toEqual([[PRESENT, PUPIL]]);
    const skipped = await waymark(
      data,
      'parked',
      'skip',
      FORMER,
      PUPIL,
      '--reason',
      'No marks',
      '--yes',
      '--json',
    );
    expect([skipped.code, json(skipped)]).toEqual([0, []]);
  });
});
