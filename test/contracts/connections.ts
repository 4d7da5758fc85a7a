interface Connected<Store> {
  readonly store: Store;
  reopen(): Promise<Store>;
  second(): Promise<Store>;
  close(): Promise<void>;
}

/** What a contract tests: a first connection to a store, with which the store can be opened again and a second time. */
export function connections<Store extends { close(): Promise<void> }>(
  connect: () => Store,
): Connected<Store> {
  const store = connect();
  return {
    store,
    reopen: async () => {
      await store.close();
      return connect();
    },
    second: () => Promise.resolve(connect()),
    close: () => store.close(),
  };
}
