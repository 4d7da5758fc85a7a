import { sideBySide } from '@waymark/core/concurrency';
import { type Day, isDay, isUpn, toInstant, type Upn } from '@waymark/core/fields';
import type {
  ImportServices,
  People,
  RowImporter,
  RowOutcomes,
  Sending,
  TableRow,
} from '@waymark/core/imports';
import { Refusal } from '@waymark/core/kernel';
import { type PupilFacts, scopesForIntakeOn } from '@waymark/modules/pupil/facts';
import { faultOf, KnownDays, RecordAttendance } from '../attendance';
import { isKnownMark, NO_MARK, normalMark, supplierAliases } from '../codes';
import type { Recording } from '../register';

export interface RegisterOptions extends Sending {
  readonly file: number;
  /** The file writes two-character codes as one character, as some suppliers do. */
  readonly aliases: boolean;
}

interface KnownPupil {
  readonly pupil: string;
  readonly facts: PupilFacts;
  /** Whether the sender reaches the pupil at a school. */
  readonly reached: ReadonlyMap<string, boolean>;
}

/** A row that passed all checks except the comparison with existing records. */
interface Candidate {
  readonly index: number;
  readonly school: string;
  readonly recording: Recording;
}

/** Columns of the UPN and of the day. */
const UPN = 1;
const DAY = 2;
/** How often rows are compared again because another import recorded marks of the same days. */
const ATTEMPTS = 5;

/** Imports rows of registers. A pupil's rows in a chunk become one command per school, and one event per week. */
export class RegisterImporter implements RowImporter {
  readonly chunk = 10_000;

  constructor(
    private readonly services: ImportServices,
    private readonly people: People,
    private readonly options: RegisterOptions,
  ) {}

  async importRows(rows: readonly TableRow[]): Promise<RowOutcomes> {
    const outcomes = new Array<string>(rows.length).fill('');
    const known = await this.pupilsIn(rows);
    const pupils = new Map<string, Candidate[]>();
    for (const [index, { cells }] of rows.entries()) {
      const judged = this.judge(index, cells, known);
      if (typeof judged === 'string') {
        outcomes[index] = judged;
      } else {
        const candidates = pupils.get(judged.pupil);
        if (candidates) candidates.push(judged.candidate);
        else pupils.set(judged.pupil, [judged.candidate]);
      }
    }
    const first = rows[0]?.row ?? 0;
    let noMark = 0;
    await sideBySide(pupils, async ([pupil, own]) => {
      const missing = await this.record(pupil, own, first, outcomes);
      noMark += missing;
    });
    return { outcomes, warnings: [], noMark };
  }

  /** The pupils in some rows, by UPN. */
  private async pupilsIn(rows: readonly TableRow[]): Promise<ReadonlyMap<Upn, KnownPupil>> {
    const known = new Map<Upn, KnownPupil>();
    const days = new Map<Upn, Set<Day>>();
    for (const { cells } of rows) {
      const [upn, on] = [cells?.[UPN] ?? '', cells?.[DAY] ?? ''];
      const daysOf = days.get(upn);
      if (daysOf) daysOf.add(on);
      else days.set(upn, new Set([on]));
    }
    await sideBySide(days, async ([upn, daysOf]) => {
      const pupil = isUpn(upn) ? await this.people.pupil(upn) : undefined;
      if (pupil === undefined) return;
      const facts = await this.services.submitter.facts<PupilFacts>('pupil', pupil);
      if (facts) known.set(upn, { pupil, facts, reached: await this.reached(pupil, facts, daysOf) });
    });
    return known;
  }

  /** Whether the sender reaches the pupil, by the school of each day. */
  private async reached(
    pupil: string,
    facts: PupilFacts,
    days: ReadonlySet<Day>,
  ): Promise<ReadonlyMap<string, boolean>> {
    const reached = new Map<string, boolean>();
    for (const day of days) {
      const school = facts.schoolOn(day);
      if (reached.has(school)) continue;
      const scopes = () => scopesForIntakeOn(day, pupil, this.services.look);
      reached.set(school, await this.options.sender.reaches('RecordAttendance', scopes));
    }
    return reached;
  }

  /** Check a row. Returns the code of the first failed check, or the recording that the row contains. */
  private judge(
    index: number,
    cells: readonly string[] | undefined,
    known: ReadonlyMap<Upn, KnownPupil>,
  ): string | { readonly pupil: string; readonly candidate: Candidate } {
    if (!cells) return 'WRONG_COLUMNS';
    const [school, upn, on, morning, afternoon, recordedAt] = cells as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const found = known.get(upn);
    if (!found?.reached.get(found.facts.schoolOn(on))) return isUpn(upn) ? 'UNKNOWN_PUPIL' : 'INVALID_UPN';
    if (found.facts.erased) return 'PUPIL_ERASED';
    if (found.facts.restricted) return 'PROCESSING_RESTRICTED';
    if (found.facts.schoolOn(on) !== school) return 'SCHOOL_MISMATCH';
    if (!isDay(on)) return 'INVALID_DATE';
    const [am, pm] = [this.mark(morning), this.mark(afternoon)];
    const at = toInstant(recordedAt);
    const fault = faultOf({ on, am, pm, at: at ?? '' }, this.services.now());
    if (fault) return fault;
    if (at === undefined) return 'INVALID_RECORDED_AT';
    return { pupil: found.pupil, candidate: { index, school, recording: { on, am, pm, at } } };
  }

  private mark(text: string): string {
    const mark = normalMark(text);
    return this.options.aliases && !isKnownMark(mark) ? (supplierAliases.get(mark) ?? mark) : mark;
  }

  /** Record a pupil's new marks and set the outcome of each row. Returns the number of sessions without a mark. */
  private async record(
    pupil: string,
    candidates: readonly Candidate[],
    first: number,
    outcomes: string[],
  ): Promise<number> {
    let noMark = 0;
    for (const [school, own] of bySchool(candidates)) {
      const { importId, file } = this.options;
      const derivedFrom = [importId, String(file), String(first), pupil, school];
      const fresh = await this.recordAt(school, pupil, own, derivedFrom, outcomes);
      for (const { am, pm } of fresh) noMark += Number(am === NO_MARK) + Number(pm === NO_MARK);
    }
    return noMark;
  }

  /**
   * Compare rows with existing records and record the new marks; repeated if another process recorded marks
   * meanwhile.
   */
  private async recordAt(
    school: string,
    pupil: string,
    candidates: readonly Candidate[],
    derivedFrom: readonly string[],
    outcomes: string[],
  ): Promise<readonly Recording[]> {
    for (let attempt = 1; ; attempt += 1) {
      // After a crash, compare with the register before this import's own command.
      const { state } = await this.services.submitter.loadBefore('attendance', pupil, derivedFrom);
      const known = new KnownDays(state);
      const fresh: Recording[] = [];
      for (const { index, recording } of candidates) {
        const compared = known.take(recording);
        outcomes[index] = compared === 'new' ? 'accepted' : compared;
        if (compared === 'new') fresh.push(recording);
      }
      if (fresh.length === 0) return fresh;
      try {
        await this.services.submitter.submit({
          module: 'attendance',
          id: pupil,
          command: Object.assign(new RecordAttendance(), { school, marks: fresh }),
          actor: this.options.actor,
          permit: this.options.sender.permit,
          derivedFrom,
          correlation: this.options.importId,
        });
        return fresh;
      } catch (error) {
        if (!(error instanceof Refusal) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

function bySchool(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const schools = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const own = schools.get(candidate.school);
    if (own) own.push(candidate);
    else schools.set(candidate.school, [candidate]);
  }
  return schools;
}
