/** A backup or a restore in a child process that kills itself after a number of progress reports. */
import { backup, restore } from '@waymark/operations';

/** Run `backup` or `restore`, and kill the process at progress report number `moments`. */
export function run(what: string, folder: string, data: string, moments: string): void {
  let reports = 0;
  const onProgress = (): void => {
    if (reports === Number(moments)) process.kill(process.pid, 'SIGKILL');
    reports += 1;
  };
  const work =
    what === 'backup'
      ? backup(folder, { data, engines: {}, withKeys: true, onProgress })
      : restore(folder, { data, replace: true, onProgress });
  void work.then(() => process.disconnect());
}
