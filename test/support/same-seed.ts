import * as fc from 'fast-check';

// Properties are tried on the same examples each time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_250_903 });
