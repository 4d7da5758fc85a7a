import { Refusal } from '@waymark/kernel';
import {
  AllocatePupil,
  AssessEligibility,
  type AttendanceFacts,
  type FollowUps,
  type ProgrammeFacts,
} from '@waymark/domain';
import { derivedId } from '@waymark/runtime';
import { caseloads, every, find, mentors, one, pupils, type CaseloadRow } from '@waymark/views';
import type { Day } from '@waymark/vocabulary';
import type { Workshop } from './taker';

/** How long to wait for a mentor's place to be confirmed, in milliseconds. */
const CONFIRMATION = 30_000;

/**
 * What follows when registers are in: eligibility is assessed where it has not been and the baseline has marks, and
 * pupils who are eligible and have consent are given the mentor of their first session, or of their school the one
 * with the fewest pupils. Done again after a crash it changes nothing more.
 */
export class FollowUp {
  private readonly notAllocated: Record<string, number> = {};
  private counts = { assessed: 0, eligible: 0, allocated: 0 };

  constructor(
    private readonly workshop: Workshop,
    private readonly importId: string,
    private readonly actor: string,
    private readonly firstSessions: ReadonlyMap<string, { readonly mentor: string; readonly on: Day }>,
  ) {}

  async run(): Promise<FollowUps> {
    await this.workshop.projector.catchUp();
    for await (const { key, row } of every(this.workshop.rows, caseloads)) {
      if (row.eligible === undefined && !row.ended) await this.assess(key, row);
    }
    await this.workshop.projector.catchUp();
    let last = -1;
    for await (const { key, row } of every(this.workshop.rows, caseloads)) {
      if (row.eligible && row.consented && !row.ended && row.mentor === undefined) {
        last = Math.max(last, await this.allocate(key, row));
      }
    }
    await this.workshop.reactor.reached(last, CONFIRMATION);
    await this.workshop.projector.catchUp();
    return { ...this.counts, notAllocated: this.notAllocated };
  }

  private async assess(journey: string, { pupil, programme }: CaseloadRow): Promise<void> {
    const { submitter } = this.workshop;
    const baseline = (await submitter.facts<ProgrammeFacts>('programme', programme))?.baseline;
    const register = await submitter.facts<AttendanceFacts>('attendance', pupil);
    if (!baseline || !register || register.countsOver(baseline).possible === 0) return;
    await this.send('journey', journey, new AssessEligibility(), 'assess');
    this.counts.assessed += 1;
    if ((await submitter.facts<{ eligible: boolean }>('journey', journey))?.eligible) this.counts.eligible += 1;
  }

  /** Returns the position of the mentor's event. */
  private async allocate(journey: string, row: CaseloadRow): Promise<number> {
    const pupil = await one(this.workshop.rows, pupils, row.pupil);
    const session = this.firstSessions.get(pupil?.upn ?? '');
    const mentor = session?.mentor ?? (await this.mentorAt(row.school));
    const on = session?.on ?? new Date().toISOString().slice(0, 10);
    try {
      if (mentor === undefined) throw new Refusal('NO_MENTOR_AT_SCHOOL', 'The school has no mentor.');
      const answer = await this.send('mentor', mentor, Object.assign(new AllocatePupil(), { journey, on }), 'allocate', journey);
      this.counts.allocated += 1;
      return answer.position;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.notAllocated[error.code] = (this.notAllocated[error.code] ?? 0) + 1;
      return -1;
    }
  }

  private async mentorAt(school: string): Promise<string | undefined> {
    const { rows, submitter } = this.workshop;
    const candidates = await Promise.all(
      (await find(rows, mentors, { where: { school } })).map(async ({ key }) => {
        const { state } = await submitter.streams.load(submitter.modules.get('mentor')!, key);
        return { key, pupils: (state as { caseload: readonly string[] }).caseload.length };
      }),
    );
    return candidates.sort((a, b) => a.pupils - b.pupils)[0]?.key;
  }

  private send(module: string, id: string, command: object, step: string, of = id) {
    return this.workshop.submitter.submit({
      module,
      id,
      command,
      actor: this.actor,
      commandId: derivedId(this.importId, step, of),
      correlation: this.importId,
    });
  }
}
