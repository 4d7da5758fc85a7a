import { Log } from '@test/support/log';
import { Directory } from './directory';

const appointed = (
  log: Log,
  mentor: string,
  programme: string,
  school: string,
  type = 'MentorAppointed',
): void => log.add(`mentor-${mentor}`, type, { programme, school, area: 'blackpool', from: '2025-09-01' });

describe('the directory', () => {
  it('has every programme that was defined, once', async () => {
    const log = new Log();
    log.add('programme-pilot', 'ProgrammeDefined', {});
    log.add('programme-ampe-2025-11', 'ProgrammeDefined', {});
    log.add('programme-pilot', 'ProgrammeRevised', {});
    expect(await new Directory(log).programmes()).toEqual(['pilot', 'ampe-2025-11']);
  });

  it('has a programme at each school where a mentor of it is based now', async () => {
    const log = new Log();
    appointed(log, 'M-1', 'pilot', '990401');
    appointed(log, 'M-2', 'pilot', '990401');
    appointed(log, 'M-3', 'ampe-2025-11', '990401');
    const directory = new Directory(log);
    expect(await directory.programmesAt('990401')).toEqual(['pilot', 'ampe-2025-11']);
    expect(await directory.programmesAt('990402')).toEqual([]);
    appointed(log, 'M-3', 'ampe-2025-11', '990402', 'MentorDetailsChanged');
    expect(await directory.programmesAt('990401')).toEqual(['pilot']);
    expect(await directory.programmesAt('990402')).toEqual(['ampe-2025-11']);
  });

  it('sees what was recorded since the last lookup, and reads nothing if that is nothing', async () => {
    const log = new Log();
    const directory = new Directory(log);
    expect(await directory.programmes()).toEqual([]);
    log.add('programme-pilot', 'ProgrammeDefined', {});
    log.add('pupil-1', 'PupilRegistered', {});
    expect(await directory.programmes()).toEqual(['pilot']);
    const { reads } = log;
    expect(await directory.programmes()).toEqual(['pilot']);
    expect(log.reads).toBe(reads);
  });

  it('reads the log once for lookups that come together, and all of it', async () => {
    const log = new Log();
    for (let n = 0; n < 2_500; n += 1) log.add(`programme-p${String(n)}`, 'ProgrammeDefined', {});
    const directory = new Directory(log);
    const found = await Promise.all([
      directory.programmes(),
      directory.programmes(),
      directory.programmesAt('1'),
    ]);
    expect([found[0].length, found[1].length, found[2].length]).toEqual([2_500, 2_500, 0]);
    expect(log.reads).toBe(3);
  });

  it('asks again after a reading that failed', async () => {
    const log = new Log();
    log.add('programme-pilot', 'ProgrammeDefined', {});
    const directory = new Directory(log);
    const readAll = jest.spyOn(log, 'readAll').mockRejectedValueOnce(new Error('no answer'));
    await expect(directory.programmes()).rejects.toThrow('no answer');
    expect(await directory.programmes()).toEqual(['pilot']);
    expect(readAll).toHaveBeenCalledTimes(2);
  });
});
