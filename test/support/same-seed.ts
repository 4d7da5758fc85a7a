import * as fc from 'fast-check';

// Property tests use the same examples in each run.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_250_903 });
