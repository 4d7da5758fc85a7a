import { valid } from '@waymark/core/fields';
import { RegisterSchool } from '@waymark/modules/school';
import { Platform } from '@waymark/platform';
import { school, SCHOOL } from '../api/client';
import { afterwards, temporaryDirectory } from '../support/stores';

describe('a platform that does no work itself', () => {
  it('is settled once other processes have processed the log, even if no policy had to react', async () => {
    const data = temporaryDirectory();
    const [works, waits] = [await Platform.open({ data }), await Platform.open({ data, work: false })];
    afterwards(async () => {
      await waits.close();
      await works.close();
    });
    const command = valid(RegisterSchool, school);
    const { position } = await waits.submitter.submit({
      module: 'school',
      id: SCHOOL,
      command,
      actor: 'office',
    });
    await waits.settle();
    expect(await waits.reactor.reached(position, 0)).toBe(true);
    expect(await waits.serving.reached(['schools'], position, 0)).toBe(true);
  });
});
