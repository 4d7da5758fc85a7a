import { type EventStore, type RecordedEvent, streamId } from '@waymark/core/kernel';
import { Following } from '@waymark/core/log';
import type { ObjectionScope } from '@waymark/core/privacy';
import type { DomainEvents } from '@waymark/modules/domain';

/** Objections with these scopes leave a pupil out of research. */
const scopes: ReadonlySet<ObjectionScope> = new Set(['EVALUATION_ARCHIVE', 'RESEARCH']);

/** How each of these events changes the reasons for which a pupil is left out. */
const folds = {
  ObjectionRaised: (reasons: Set<string>, { scope }: DomainEvents['ObjectionRaised']) => {
    if (scopes.has(scope)) reasons.add(scope);
  },
  ObjectionDecided: (reasons: Set<string>, { scope, outcome }: DomainEvents['ObjectionDecided']) => {
    if (outcome === 'OVERRIDDEN') reasons.delete(scope);
    else if (scopes.has(scope)) reasons.add(scope);
  },
  ProcessingRestricted: (reasons: Set<string>) => void reasons.add('restricted'),
  RestrictionLifted: (reasons: Set<string>) => void reasons.delete('restricted'),
  PupilErased: (reasons: Set<string>) => void reasons.add('erased'),
} satisfies Partial<Record<keyof DomainEvents, (reasons: Set<string>, data: never) => void>>;

const REFERRED = 'PupilReferred' satisfies keyof DomainEvents;

/**
 * Finds the pupils who are left out of research: erased, under a processing restriction, or objecting to research or to
 * the evaluation archive. It folds the log in memory and continues where the last lookup stopped, so an objection takes
 * effect with the next question.
 */
export class LeftOut {
  private readonly reasons = new Map<string, Set<string>>();
  private readonly journeys = new Map<string, string[]>();
  private readonly following: Following;
  private found: ReadonlySet<string> = new Set();
  private changed = false;

  constructor(log: Pick<EventStore, 'readAll' | 'head'>) {
    this.following = new Following(log, new Set([...Object.keys(folds), REFERRED]), (event) =>
      this.fold(event),
    );
  }

  /** Ids of these pupils and of their journeys. */
  async records(): Promise<ReadonlySet<string>> {
    await this.following.upToDate();
    if (this.changed) {
      this.changed = false;
      const pupils = [...this.reasons].filter(([, reasons]) => reasons.size > 0).map(([pupil]) => pupil);
      this.found = new Set(pupils.flatMap((pupil) => [pupil, ...(this.journeys.get(pupil) ?? [])]));
    }
    return this.found;
  }

  private fold({ type, stream, data }: RecordedEvent): void {
    this.changed = true;
    if (type === REFERRED) {
      const { pupil } = data as DomainEvents[typeof REFERRED];
      const known = this.journeys.get(pupil);
      if (known) known.push(streamId(stream));
      else this.journeys.set(pupil, [streamId(stream)]);
      return;
    }
    const pupil = streamId(stream);
    const reasons = this.reasons.get(pupil) ?? new Set();
    folds[type as keyof typeof folds](reasons, data as never);
    this.reasons.set(pupil, reasons);
  }
}
