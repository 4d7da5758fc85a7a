/**
 * Run synchronous work behind an asynchronous port: the result becomes a promise, and a thrown error a
 * rejection.
 */
export const asPromise = <T>(work: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(work());
  });
