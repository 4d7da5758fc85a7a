import type { EventsOf } from '@waymark/core/kernel';
import type { attendance } from '@waymark/modules/attendance';
import type { dispute } from '@waymark/modules/disputes';
import type { imports } from '@waymark/modules/imports';
import type { journey } from '@waymark/modules/journey';
import type { mentor } from '@waymark/modules/mentor';
import type { person } from '@waymark/modules/people';
import type { programme } from '@waymark/modules/programme';
import type { pupil } from '@waymark/modules/pupil';
import type { school } from '@waymark/modules/school';

/** The events of the modules. Add a module here if views, policies or exports of other modules use its events. */
export type DomainEvents = EventsOf<typeof attendance> &
  EventsOf<typeof dispute> &
  EventsOf<typeof imports> &
  EventsOf<typeof journey> &
  EventsOf<typeof mentor> &
  EventsOf<typeof person> &
  EventsOf<typeof programme> &
  EventsOf<typeof pupil> &
  EventsOf<typeof school>;
