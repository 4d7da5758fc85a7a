import { sideBySide } from '@waymark/core/concurrency';
import type { Day } from '@waymark/core/fields';
import type { ImportServices } from '@waymark/core/imports';
import { type Position, Refusal } from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import { every, find } from '@waymark/core/projections';
import type { DomainEvents } from '@waymark/modules/domain';
import { AssessEligibility } from '@waymark/modules/journey';
import { type JourneyFacts, scopesOfJourney } from '@waymark/modules/journey/facts';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import { AllocatePupil } from '@waymark/modules/mentor';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import type { FollowUps } from './import';
import { importReport } from './views/import-reports';

/** Event types from which the results are counted. */
const COUNTED: readonly (keyof DomainEvents)[] = ['EligibilityAssessed', 'PlaceTaken'];

interface Place {
  readonly journey: string;
  readonly on: Day;
}

export interface FollowUpOptions {
  readonly importId: string;
  /** Position of the import's last event before the follow-up. Only later events are counted. */
  readonly since: Position;
  readonly actor: string;
  /** The first session of each pupil in the import's files, by the pupil's id. */
  readonly firstSessions: ReadonlyMap<string, { readonly mentor: string; readonly on: Day }>;
  /** Once it is aborted, no further command is sent. */
  readonly signal: AbortSignal;
}

/**
 * The steps after the registers of an import: assess eligibility where it is missing and the baseline has marks, then
 * allocate mentors to eligible pupils with consent. A pupil gets the mentor of the first session or, without one, the
 * school's mentor with the fewest pupils. Running it again after a crash has no further effect.
 */
export class FollowUp {
  private readonly notAllocated: Record<string, number> = {};

  constructor(
    private readonly services: ImportServices,
    private readonly options: FollowUpOptions,
  ) {}

  async run(): Promise<FollowUps> {
    // First, confirm places that were reserved before a crash, so that no pupil gets a second one.
    await this.services.settle();
    await sideBySide(every(this.services.rows, caseloads), async ({ key, row }) => {
      if (row.eligible === undefined && !row.ended) await this.assess(key);
    });
    await this.services.settle();
    const begun =
      (await importReport(this.services.rows, this.options.importId))?.startedAt ?? new Date().toISOString();
    const plan = await this.plan(begun.slice(0, 10));
    await sideBySide(plan, async ([mentor, pupils]) => {
      for (const { journey, on } of pupils) await this.allocate(mentor, journey, on);
    });
    await this.services.settle();
    return { ...(await this.done()), notAllocated: this.notAllocated };
  }

  /** Count the results in the log, including those from before a crash. */
  private async done(): Promise<Omit<FollowUps, 'notAllocated'>> {
    let [assessed, eligible, allocated] = [0, 0, 0];
    const counted = eventsOfTypes(this.services.events, COUNTED, this.options.since);
    for await (const { type, data, metadata } of counted) {
      if (metadata.correlation !== this.options.importId) continue;
      if (type === 'EligibilityAssessed') {
        assessed += 1;
        eligible += Number((data as DomainEvents['EligibilityAssessed']).eligible);
      }
      if (type === 'PlaceTaken') allocated += 1;
    }
    return { assessed, eligible, allocated };
  }

  private async assess(journey: string): Promise<void> {
    try {
      await this.send('journey', journey, new AssessEligibility(), 'assess');
    } catch (error) {
      // Without marks in the baseline, eligibility cannot be assessed yet.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** The planned allocations by mentor, computed in the order of the journeys' ids so that they are reproducible. */
  private async plan(today: Day): Promise<Map<string | undefined, Place[]>> {
    const plan = new Map<string | undefined, Place[]>();
    for await (const { key: journey, row } of every(this.services.rows, caseloads)) {
      if (!row.eligible || !row.consented || row.ended || row.mentor !== undefined) continue;
      const session = this.options.firstSessions.get(row.pupil);
      const mentor = session?.mentor ?? (await this.mentorAt(row, plan));
      const place = { journey, on: await this.dayOfPlace(journey, session?.on ?? today) };
      const places = plan.get(mentor);
      if (places) places.push(place);
      else plan.set(mentor, [place]);
    }
    return plan;
  }

  private async allocate(mentor: string | undefined, journey: string, on: Day): Promise<void> {
    try {
      if (mentor === undefined)
        throw new Refusal('NO_MENTOR_AT_SCHOOL', 'The school has no mentor. Appoint one first.');
      const command = Object.assign(new AllocatePupil(), { journey, on });
      await this.send('mentor', mentor, command, 'allocate', journey);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!(await this.reads(journey))) return;
      this.notAllocated[error.code] = (this.notAllocated[error.code] ?? 0) + 1;
    }
  }

  /** Whether the sender may read the journey. What the sender may not read is not counted. */
  private reads(journey: string): Promise<boolean> {
    const scopes = () => scopesOfJourney(journey, this.services.look);
    return this.services.sender(this.options.actor).reaches('GetJourney', scopes);
  }

  /** The day of the allocation: the wanted day, or the day of the consent if that is later. */
  private async dayOfPlace(journey: string, wanted: Day): Promise<Day> {
    const facts = await this.services.submitter.facts<JourneyFacts>('journey', journey);
    const since = facts?.consentedSince ?? wanted;
    return since > wanted ? since : wanted;
  }

  /** The school's mentor in the programme with the fewest pupils, including planned ones. */
  private async mentorAt(
    { school, programme }: CaseloadRow,
    plan: ReadonlyMap<string | undefined, Place[]>,
  ): Promise<string | undefined> {
    const found = await find(this.services.rows, mentors, { where: { school } });
    const [fewest] = found
      .filter(({ row }) => row.programme === programme)
      .map(({ key, row }) => ({ key, pupils: row.caseload + (plan.get(key)?.length ?? 0) }))
      .sort((a, b) => a.pupils - b.pupils);
    return fewest?.key;
  }

  private send(module: string, id: string, command: object, step: string, of = id) {
    const { importId, actor, signal } = this.options;
    signal.throwIfAborted();
    return this.services.submitter.submit({
      module,
      id,
      command,
      actor,
      permit: this.services.sender(actor).permit,
      derivedFrom: [importId, step, of],
      correlation: importId,
    });
  }
}
