export * from './access-log';
export * from './commands';
export * from './identity';
export * from './people';
export * from './scopes';
export * from './rights';
export * from './tokens';
