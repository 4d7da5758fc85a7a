import { type CommandClass, type EventStore, Refusal, streamName } from '@waymark/core/kernel';
import type { ErasureGround } from '@waymark/core/privacy';
import { streamsOfReader } from '@waymark/governance/access';
import type { DomainEvents } from '@waymark/modules/domain';
import { CompleteMentorErasure, EraseMentor } from '@waymark/modules/mentor';
import { CompletePersonErasure, ErasePerson } from '@waymark/modules/people';
import { CompleteErasure, ErasePupil } from '@waymark/modules/pupil';
import { type Journeys, journeysOf } from './journeys';

type Only<Fields extends object> = CommandClass<Fields>;

/** Where what is somebody's is looked up. */
export interface Histories extends Journeys {
  readonly events: Pick<EventStore, 'readAll'>;
}

/** A kind of person whose data can be erased. */
export interface PersonKind {
  readonly erase: Only<{ ground: ErasureGround; on: string }>;
  readonly complete: Only<{ keyDestroyedAt: string; events: number }>;
  readonly erased: keyof DomainEvents;
  readonly completed: keyof DomainEvents;
  /** Everything that has a history of its own and is the person's. */
  readonly streams: (things: Histories, id: string) => Promise<readonly string[]>;
}

/** Everybody whose data can be erased, by the module that the person is a thing of: whoever adds one, adds it here. */
export const personKinds = {
  pupil: {
    erase: ErasePupil,
    complete: CompleteErasure,
    erased: 'PupilErased',
    completed: 'ErasureCompleted',
    streams: async (things, id) => [
      ...[streamName('pupil', id), streamName('attendance', id)],
      ...(await journeysOf(things, id)).map((journey) => streamName('journey', journey)),
    ],
  },
  mentor: {
    erase: EraseMentor,
    complete: CompleteMentorErasure,
    erased: 'MentorErased',
    completed: 'MentorErasureCompleted',
    streams: (_, id) => Promise.resolve([streamName('mentor', id)]),
  },
  /** Whoever works with the service; what they looked at is of them, too. */
  person: {
    erase: ErasePerson,
    complete: CompletePersonErasure,
    erased: 'PersonErased',
    completed: 'PersonErasureCompleted',
    streams: async ({ events }, id) => [streamName('person', id), ...(await streamsOfReader(events, id))],
  },
} satisfies Record<string, PersonKind>;

export type PersonKindName = keyof typeof personKinds;
export const personKindNames = Object.keys(personKinds) as readonly PersonKindName[];

/** Somebody whose data are held. */
export interface PersonId {
  readonly kind: PersonKindName;
  readonly id: string;
}

export const unknownPerson = ({ kind }: PersonId): Refusal =>
  new Refusal(`UNKNOWN_${kind.toUpperCase()}`, `There is no ${kind} with this id.`, 'missing');
