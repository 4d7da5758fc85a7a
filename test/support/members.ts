import type { ControlStore, Epoch } from '@waymark/core/kernel';
import { Owners, type OwnersOptions } from '@waymark/core/projections';

/** A process that shares names with others, and what it owns at present. */
export class MemberProcess {
  readonly owned = new Map<string, Epoch>();
  readonly failures: unknown[] = [];
  readonly owners: Owners;
  private readonly waiting = new Set<() => void>();

  constructor(
    readonly name: string,
    control: ControlStore,
    wanted: readonly string[],
    options: Partial<OwnersOptions> = {},
  ) {
    this.owners = new Owners({
      ...{ control, member: name, standby: false },
      wanted: () => Promise.resolve(wanted),
      onOwned: (owned) => {
        this.takes(owned);
        return Promise.resolve();
      },
      onFailed: (error) => this.failures.push(error),
      ...options,
    });
  }

  /** It now owns these, and no others. */
  takes(owned: ReadonlyMap<string, Epoch>): void {
    this.owned.clear();
    for (const [name, epoch] of owned) this.owned.set(name, epoch);
    for (const look of this.waiting) look();
  }

  /** Until so many names are its own, or more. */
  async owns(count: number): Promise<void> {
    while (this.owned.size < count) await new Promise<void>((taken) => this.waiting.add(taken));
  }

  look(): Promise<void> {
    return this.owners.look();
  }

  names(): string[] {
    return [...this.owned.keys()].sort();
  }
}

/** Everyone looks around until nothing moves any more: a name is let go of in one look, and taken in another's next. */
export async function settled(...members: readonly MemberProcess[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) for (const member of members) await member.look();
}

/** Who owns each name: the name of one process, or of none, or of several. */
export const ownersAmong = (members: readonly MemberProcess[], names: readonly string[]): string[] =>
  names.map((name) =>
    members
      .filter(({ owned }) => owned.has(name))
      .map((member) => member.name)
      .join(' and '),
  );

/** Let the clock stand still that the patience of owners goes by, until the test moves it. */
export const stopClock = (): void =>
  void jest.useFakeTimers({
    doNotFake: [
      ...(['Date', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
      ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
