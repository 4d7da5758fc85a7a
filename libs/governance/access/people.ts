import { scopeIn, type Grant, type Principal } from '@waymark/core/access';
import type { Submitter } from '@waymark/core/commands';
import { holdsOn } from '@waymark/core/fields';
import { Refusal, streamId } from '@waymark/core/kernel';
import type { PersonFacts } from '@waymark/modules/people/facts';

export interface PeopleOptions {
  readonly submitter: Pick<Submitter, 'facts' | 'holder'>;
  /** The current time: UTC, milliseconds. */
  readonly now: () => string;
  /** Token subject of the access administrator who gives the first roles, set in the configuration. */
  readonly accessAdministrator?: string | undefined;
}

/** The token is valid, but no person is registered with its subject. */
export class UnknownPerson extends Refusal {
  constructor(
    /** The sender's own subject, for the answer only: it is in no message and in no log line. */
    readonly subject: string,
  ) {
    super(
      'UNKNOWN_PERSON',
      'No person is registered for this token. Give the subject of this answer to an access administrator, who can register you.',
      'forbidden',
    );
  }
}

/**
 * Finds the person who holds an access token, and that person's roles today. Roles come from the log, never from the
 * token.
 */
export class People {
  constructor(private readonly options: PeopleOptions) {}

  /** The principal with this token subject. Throws {@link UnknownPerson} if no person is registered with it. */
  async reader(subject: string): Promise<Principal> {
    const { submitter, accessAdministrator } = this.options;
    const stream = await submitter.holder('subject', subject);
    const id = stream === undefined ? undefined : streamId(stream);
    const first: readonly Grant[] = subject === accessAdministrator ? [{ role: 'access-administrator' }] : [];
    const grants = [...first, ...(id === undefined ? [] : await this.grants(id))];
    if (id === undefined && grants.length === 0) throw new UnknownPerson(subject);
    return { id: id ?? CONFIGURED, grants };
  }

  /** The principal with this id, with the roles held today. */
  async principal(id: string): Promise<Principal> {
    if (id === localOperator.id) return localOperator;
    if (id === CONFIGURED && this.options.accessAdministrator !== undefined)
      return { id, grants: [{ role: 'access-administrator' }] };
    return { id, grants: await this.grants(id) };
  }

  /** The roles that a person holds today. */
  async grants(person: string): Promise<readonly Grant[]> {
    const known = await this.options.submitter.facts<PersonFacts>('person', person);
    const today = this.options.now().slice(0, 10);
    return Object.values(known?.assignments ?? {})
      .filter((assignment) => holdsOn(today, assignment))
      .map((assignment) => ({ role: assignment.role, ...scopeIn(assignment) }));
  }
}

/** Actor of the configured access administrator's commands, if the log does not know that person. */
const CONFIGURED = 'configured:access-administrator';

/** The operator of a local installation, who uses the command line. */
export const localOperator: Principal = { id: 'local-operator', grants: [{ role: 'local-operator' }] };
