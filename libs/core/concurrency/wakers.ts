/** Lets callers wait for an event in this process, with a timeout for events in other processes. */
export class Wakers {
  private readonly waiting = new Set<() => void>();

  /** Wait until {@link wake} is called or `ms` have passed. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }

  wake(): void {
    for (const done of this.waiting) done();
  }
}
