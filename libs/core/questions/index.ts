export * from './pages';
export * from './question';
export * from './schemas';
