export * from './decider';
export * from './event';
export * from './event-store';
export * from './module';
export * from './policy';
export * from './refusal';
export * from './row-store';
export * from './view';
