export * from './access-log';
export * from './commands';
export * from './identity';
export * from './people';
export * from './places';
export * from './reach';
export * from './rights';
export * from './tokens';
