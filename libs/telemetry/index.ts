export * from './requests';
export * from './served';
export * from './telemetry';
