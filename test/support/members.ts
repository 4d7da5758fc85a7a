import type { ControlStore, Epoch } from '@waymark/core/kernel';
import { Owners, type OwnersOptions } from '@waymark/core/projections';

/** A process that shares row sets with others, and what it currently owns. */
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

  /** Set what it owns from now on. */
  takes(owned: ReadonlyMap<string, Epoch>): void {
    this.owned.clear();
    for (const [name, epoch] of owned) this.owned.set(name, epoch);
    for (const look of this.waiting) look();
  }

  /** Wait until it owns at least this many names. */
  async owns(count: number): Promise<void> {
    while (this.owned.size < count) await new Promise<void>((taken) => this.waiting.add(taken));
  }

  look(): Promise<void> {
    return this.owners.runRound();
  }

  names(): string[] {
    return [...this.owned.keys()].sort();
  }
}

/** Run rounds on all members until nothing changes: a name is released in one round, and taken in the next. */
export async function settled(...members: readonly MemberProcess[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) for (const member of members) await member.look();
}

/** The owner of each name: one process, none, or several. */
export const ownersAmong = (members: readonly MemberProcess[], names: readonly string[]): string[] =>
  names.map((name) =>
    members
      .filter(({ owned }) => owned.has(name))
      .map((member) => member.name)
      .join(' and '),
  );

/** Stop the clock that the owners' timeout uses, until the test advances it. */
export const stopClock = (): void =>
  void jest.useFakeTimers({
    doNotFake: [
      ...(['Date', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
      ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
