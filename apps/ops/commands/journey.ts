import { Command } from 'commander';
import { maskUpns } from '@waymark/core/fields';
import { timelineFor } from '@waymark/modules/insights/questions/timeline';
import { journeyFor } from '@waymark/modules/journey/questions/get-journey';
import type { Then } from '@waymark/modules/journey/questions/journey-document';
import { journeyText, timelineText } from '@waymark/operations/terminal';
import { withPassivePlatform } from '../open';
import { day, moment } from '../options';
import { print, printJson } from '../output';
import { reach, reachIn } from '../rights';

interface Flags extends Then {
  readonly json?: boolean;
}

const historyCommand = (name: string, description: string): Command =>
  new Command(name)
    .description(`${description}, now or at an earlier time`)
    .argument('<id>', "the journey's id")
    .option('--as-of <day>', 'as it was on this day: only events about days up to it', day)
    .option('--as-known-at <time>', 'as it was known at this moment: only events recorded by then', moment)
    .option('--json', 'print an object');

export const journey = historyCommand('journey', 'show a journey').action(
  (id: string, { json = false, ...then }: Flags) =>
    withPassivePlatform(async (platform) => {
      const document = maskUpns(await journeyFor(platform, await reachIn(platform), id, then));
      await platform.accessLog.record(reach().principal, 'GetJourney', [document.pupil]);
      if (json) printJson(document);
      else print(journeyText(document));
    }),
);

export const timeline = historyCommand(
  'timeline',
  'show everything recorded about a journey, its pupil and the register',
).action((id: string, { json = false, ...then }: Flags) =>
  withPassivePlatform(async (platform) => {
    const { pupil, items, ...shown } = await timelineFor(platform, await reachIn(platform), id, then);
    await platform.accessLog.record(reach().principal, 'GetTimeline', [pupil]);
    if (json) printJson({ ...shown, items });
    else print(timelineText(id, shown, items));
  }),
);
