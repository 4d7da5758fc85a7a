/** Exit codes of the command line. 0 is success. */
export const EXIT = {
  /** The command was written wrongly, was refused or failed, or found a fault. */
  failed: 1,
  /** The command succeeded, and something remains to be done. */
  unfinished: 2,
  /** Ctrl-C ended the watching of a rebuild. */
  interrupted: 130,
} as const;
