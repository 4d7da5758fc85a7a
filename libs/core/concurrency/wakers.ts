/** Lets others wait for something that may happen here, or for some time to pass since it may happen elsewhere. */
export class Wakers {
  private readonly waiting = new Set<() => void>();

  /** Until somebody wakes, or `ms` have passed. */
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
