import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@waymark/core/commands';
import { sourceFiles } from '@waymark/core/imports';
import type { CommandClass } from '@waymark/core/kernel';
import { Importer } from '@waymark/modules/imports/importer';
import {
  type FileReport,
  type ImportReport,
  importReport,
  rowOutcomes,
} from '@waymark/modules/imports/views/import-reports';
import { Platform } from '@waymark/platform';
import { afterwards, temporaryDirectory } from '../support/stores';
import { mentors, programme, schools } from './papers';

export type Contents = string | Buffer;

const clock: Clock = { now: () => '2026-03-02T09:00:00.000Z' };
const warnings = new Set(['PUPIL_ABSENT_THAT_DAY', 'LATER_THAN_PLANNED']);

/** A finished import. */
export interface Done {
  readonly id: string;
  readonly report: ImportReport;
  readonly file: (name: string) => FileReport;
  /** The outcome of each row of a file, in order. Fails if a row has no outcome or two. */
  readonly rows: (name: string) => string[];
  /** The warnings about a file's rows. */
  readonly warned: (name: string) => (readonly [row: number, warning: string])[];
}

/** A platform for one test, with helpers to import files. */
export interface Office {
  readonly platform: Platform;
  /** Write files, and import them in this order. */
  readonly take: (files: Readonly<Record<string, Contents>>, options?: { aliases: boolean }) => Promise<Done>;
  readonly command: <Command extends object>(
    module: string,
    id: string,
    type: CommandClass<Command>,
    body: object,
  ) => Promise<unknown>;
  readonly pupil: (upn: string) => Promise<string>;
  readonly journey: (upn: string) => Promise<string>;
}

/** Write files into a folder. Returns their paths. */
export function written(folder: string, files: Readonly<Record<string, Contents>>): string[] {
  return Object.entries(files).map(([name, contents]) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, contents);
    return path;
  });
}

export async function openOffice(): Promise<Office> {
  const platform = await Platform.open({ data: temporaryDirectory(), clock });
  afterwards(() => platform.close());
  const { submitter } = platform;

  const take: Office['take'] = async (files, options = { aliases: false }) => {
    const id = randomUUID();
    const paths = written(temporaryDirectory(), files);
    await new Importer(platform, id, await sourceFiles(paths), { actor: 'local-operator', ...options }).run();
    await platform.settle();
    const report = (await importReport(platform.rows, id))!;
    const outcomes = await rowOutcomes(platform.events, id);
    const file = (name: string) => report.files.find((each) => each.name === name)!;
    const of = (name: string) => outcomes.filter((run) => run.file === name);
    return {
      id,
      report,
      file,
      rows: (name) => {
        const runs = of(name).filter(({ outcome }) => !warnings.has(outcome));
        const rows = runs.flatMap(({ from, to, outcome }) =>
          Array.from({ length: to - from + 1 }, (_, index) => [from + index, outcome] as const),
        );
        expect(rows.map(([row]) => row)).toEqual(
          Array.from({ length: file(name).rows }, (_, row) => row + 1),
        );
        return rows.map(([, outcome]) => outcome);
      },
      warned: (name) =>
        of(name)
          .filter(({ outcome }) => warnings.has(outcome))
          .map(({ from, outcome }) => [from, outcome] as const),
    };
  };

  const held = async (kind: string, value: string): Promise<string> => {
    const stream = await submitter.holder(kind, value);
    if (stream === undefined) throw new Error(`there is no ${kind}`);
    return stream.slice(stream.indexOf('-') + 1);
  };
  const pupil = (upn: string) => held('upn', upn);
  return {
    platform,
    take,
    command: async (module, id, type, body) => {
      const command = Object.assign(new type(), body);
      const answer = await submitter.submit({ module, id, command, actor: 'clerk' });
      await platform.settle();
      return answer;
    },
    pupil,
    journey: async (upn) => held('journey', `${programme.id}/${await pupil(upn)}`),
  };
}

/** An office with the programme, its schools and its mentors. */
export async function openProgramme(changes: object = {}, appointed: string = mentors()): Promise<Office> {
  const office = await openOffice();
  await office.take({
    'programme.json': JSON.stringify({ ...programme, ...changes }),
    'schools.csv': schools,
    'mentors.csv': appointed,
  });
  return office;
}

/** The id that an import derives for a session: from the journey and the row without the UPN. */
export const sessionId = ({ platform }: Office, journey: string, row: string): string =>
  platform.submitter.ids.of('session', journey, ...row.split(',').slice(1));
