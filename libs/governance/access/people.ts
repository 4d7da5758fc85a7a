import { holdsOn, scopeIn, type Grant, type Principal } from '@waymark/core/access';
import type { Submitter } from '@waymark/core/commands';
import { Refusal, streamId } from '@waymark/core/kernel';
import type { PersonFacts } from '@waymark/modules/people/facts';

export interface PeopleOptions {
  readonly submitter: Pick<Submitter, 'facts' | 'holder'>;
  /** The present moment: UTC, milliseconds. */
  readonly now: () => string;
  /** The subject who gives out the first roles, as the configuration says. */
  readonly accessAdministrator?: string | undefined;
}

/** Knows who comes with an access token, and which roles they have today: as the log says, whatever the token does. */
export class People {
  constructor(private readonly options: PeopleOptions) {}

  /** The reader whose tokens bear a subject. Refused as `UNKNOWN_PERSON` where nobody has given them a role. */
  async reader(subject: string): Promise<Principal> {
    const { submitter, accessAdministrator } = this.options;
    const stream = await submitter.holder('subject', subject);
    const id = stream === undefined ? undefined : streamId(stream);
    const first: readonly Grant[] = subject === accessAdministrator ? [{ role: 'access-administrator' }] : [];
    const grants = [...first, ...(id === undefined ? [] : await this.grants(id))];
    if (id === undefined && grants.length === 0)
      throw new Refusal(
        'UNKNOWN_PERSON',
        'Nobody with this token has a role here. Ask whoever gives out roles.',
        'forbidden',
      );
    return { id: id ?? CONFIGURED, grants };
  }

  /** The roles that somebody has today. */
  async grants(person: string): Promise<readonly Grant[]> {
    const known = await this.options.submitter.facts<PersonFacts>('person', person);
    const today = this.options.now().slice(0, 10);
    return Object.values(known?.assignments ?? {})
      .filter((assignment) => holdsOn(today, assignment))
      .map((assignment) => ({ role: assignment.role, ...scopeIn(assignment) }));
  }
}

/** The actor of what somebody does whom the configuration alone knows. */
const CONFIGURED = 'configured:access-administrator';

/** Whoever sits at the machine of the embedded default, and acts by the command line. */
export const localOperator: Principal = { id: 'local-operator', grants: [{ role: 'local-operator' }] };
