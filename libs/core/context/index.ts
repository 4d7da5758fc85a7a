export * from './context-module';
