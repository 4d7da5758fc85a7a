import type { RowStore } from '@waymark/core/kernel';

/** The calls that a dying process leaves undone, or done without receiving the response. */
const WRITES = new Set(['prepare', 'index', 'fence', 'commit', 'drop', 'put', 'remove']);

/**
 * The store of a process that dies at its `last` write, just before or just after it; afterwards it does
 * nothing.
 */
export class DyingRows {
  readonly rows: RowStore;
  private writes = 0;
  private dead = false;

  constructor(
    rows: RowStore,
    private readonly last: number,
    private readonly when: 'before' | 'after',
  ) {
    const control = this.mortal(rows.control);
    this.rows = this.mortal(Object.create(rows, { control: { value: control } }) as RowStore, rows);
  }

  get died(): boolean {
    return this.dead;
  }

  private mortal<Store extends object>(store: Store, as: object = store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name, target);
        if (typeof found !== 'function') return found;
        return (...args: unknown[]) =>
          this.call(String(name), () => found.apply(as, args) as Promise<unknown>);
      },
    });
  }

  private async call(name: string, work: () => Promise<unknown>): Promise<unknown> {
    this.liveOn();
    const isLast = WRITES.has(name) && (this.writes += 1) === this.last;
    if (isLast && this.when === 'before') this.dead = true;
    this.liveOn();
    const result = await work();
    if (isLast) this.dead = true;
    this.liveOn();
    return result;
  }

  private liveOn(): void {
    if (this.dead) throw new Error('dead');
  }
}
