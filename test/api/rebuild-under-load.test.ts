import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AllocatePupil,
  AppointMentor,
  AssessEligibility,
  DefineProgramme,
  GiveConsent,
  RecordAttendance,
  ReferPupil,
  RegisterPupil,
  RegisterSchool,
} from '@waymark/domain';
import type { FindRows, KeyedRow, Position, RowSet, RowStore } from '@waymark/kernel';
import type { Platform } from '@waymark/platform';
import { derivedId } from '@waymark/runtime';
import { regionalKpis, type Caseload, type Kpis, type KpiRow, type PhaseProgress } from '@waymark/views';
import { unlikeRebuild } from '../crash/aftermath';
import { randomFrom } from '../crash/moments';
import { range, readWhole } from '../support/events';
import { upnOf } from '../support/made-up';
import { command } from '../support/spec';
import { PROGRAMME, eventually, marks, mentor, programme, pupil, school, serverOfAll } from './client';
import { gate, noneGoesOn } from './rebuilding';

const seed = Number(process.env['LOAD_SEED'] ?? Date.now() % 2 ** 31);
const VIEW = regionalKpis.name;
/** More than are read at a time: figures are added up from several readings. */
const PUPILS = 1_050;
/** Each has a school in an area of its own, and ten of the pupils. */
const MENTORS = ['M-1', 'M-2'];
const MENTORED = 20;
const REBUILDS = 4;
const CLIENTS = 3;

jest.setTimeout(120_000);

/** What an answer says of the sessions held. */
type Held = (items: readonly object[]) => number;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);
const inKpis: Held = (items) => sum((items as Kpis[]).map(({ sessionsHeld }) => sessionsHeld));
const inProgress: Held = (items) =>
  sum((items as PhaseProgress[]).flatMap(({ phases }) => phases.map(({ sessionsHeld }) => sessionsHeld)));
const inCaseload: Held = (items) =>
  sum((items as Caseload['items'][number][]).map(({ sessionsHeld }) => sessionsHeld));

/** What clients ask again and again, each one question; a caseload's sessions are those of its mentor. */
const questions: readonly { path: string; held: Held; mentor?: string }[] = [
  { path: 'kpis?by=area', held: inKpis },
  { path: 'kpis?by=region', held: inKpis },
  { path: 'phase-progress?by=area', held: inProgress },
  ...MENTORS.map((each) => ({ path: `caseloads/${each}`, held: inCaseload, mentor: each })),
];

/** An answer, and what the log and the catalog said before and after. */
interface Answered {
  readonly path: string;
  readonly from: Position;
  readonly to: Position;
  readonly held: number;
  /** The generations that KPIs can have been answered from, and those they were. */
  readonly served: readonly [number, number];
  readonly generations: readonly number[];
}

const journey = (n: number): string => derivedId('journey', String(n));
const mentorOf = (n: number): string => MENTORS[n % 2]!;
const schoolOf = (n: number): string => `99040${String(n % 2)}`;

/** A programme in two areas, with a few thousand events. */
async function fill({ submitter, settle, ...platform }: Platform): Promise<void> {
  const submit = (module: string, id: string, sent: object) =>
    submitter.submit({ module, id, command: sent, actor: 'office' });
  await submit('programme', PROGRAMME, command(DefineProgramme, programme));
  for (const n of range(MENTORS.length)) {
    const area = `Area ${String(n)}`;
    await submit('school', schoolOf(n), command(RegisterSchool, { ...school, area }));
    await submit('mentor', mentorOf(n), command(AppointMentor, { ...mentor, school: schoolOf(n) }));
  }
}
