import { Command } from 'commander';
import { maskUpns } from '@waymark/core/fields';
import { timelineOf } from '@waymark/modules/insights/timeline';
import { journeyOf, type Then } from '@waymark/modules/journey/questions/journey-document';
import { journeyText, timelineText } from '@waymark/operations/terminal';
import { recordsFor } from '@waymark/platform';
import { besidePlatform } from '../open';
import { day, moment } from '../options';
import { print, printJson } from '../output';
import { reach } from '../rules';

interface Flags extends Then {
  readonly json?: boolean;
}

const seen = (name: string, description: string): Command =>
  new Command(name)
    .description(`${description}, now or then`)
    .argument('<id>', "the journey's id")
    .option('--as-of <day>', 'as it stood on this day: only what is about days up to it', day)
    .option('--as-known-at <time>', 'as it was known at this moment: only what had been recorded', moment)
    .option('--json', 'print an object');

export const journey = seen('journey', 'a journey').action((id: string, { json = false, ...then }: Flags) =>
  besidePlatform(async (platform) => {
    const { things } = await recordsFor(platform, reach(), id);
    const document = maskUpns(await journeyOf(things, id, then));
    await platform.accessLog.record(reach().principal, 'GetJourney', [document.pupil]);
    if (json) printJson(document);
    else print(journeyText(document));
  }),
);

export const timeline = seen(
  'timeline',
  'all that was recorded of a journey, its pupil and the register',
).action((id: string, { json = false, ...then }: Flags) =>
  besidePlatform(async (platform) => {
    const { things, events } = await recordsFor(platform, reach(), id);
    const { pupil } = await journeyOf(things, id, then);
    const items = maskUpns(await timelineOf(events, id, pupil, then));
    await platform.accessLog.record(reach().principal, 'GetTimeline', [pupil]);
    if (json) printJson({ ...then, items });
    else print(timelineText(id, then, items));
  }),
);
