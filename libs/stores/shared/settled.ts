/** The ports are asynchronous, SQLite is not: what it answers becomes a promise, and its errors rejections. */
export const settled = <T>(work: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(work());
  });
