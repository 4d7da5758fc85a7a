import 'reflect-metadata';
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes';
import { printError, errorText } from './output';
import { waymark } from './program';

process.umask(0o077); // only the owner may use the files that this process creates

waymark.parseAsync().catch((error: unknown) => {
  // Commander has printed the help, the version or the error.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.failed;
  else {
    printError(errorText(error));
    process.exitCode = EXIT.failed;
  }
});
