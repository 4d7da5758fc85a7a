import type { EventsOf, Module } from '@waymark/core/kernel';
import { attendance } from '@waymark/modules/attendance';
import { imports } from '@waymark/modules/imports';
import { journey } from '@waymark/modules/journey';
import { mentor } from '@waymark/modules/mentor';
import { person } from '@waymark/modules/people';
import { programme } from '@waymark/modules/programme';
import { pupil } from '@waymark/modules/pupil';
import { school } from '@waymark/modules/school';

/** Every kind of thing that has a history: whoever adds one, adds it here. */
const modules = [programme, school, mentor, pupil, journey, attendance, imports, person] as const;

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** Every event of the domain, from type to payload. */
export type DomainEvents = Intersection<EventsOf<(typeof modules)[number]>>;

export const domain: readonly Module[] = modules as unknown as readonly Module[];
