/** Exit codes of the command line. 0 is success. */
export const EXIT = {
  /** The command was refused or failed, or found a fault. */
  failed: 1,
  /** The command, an option or an argument was written wrongly; nothing was done. */
  usage: 2,
  /** The command succeeded, and something remains to be done. */
  unfinished: 3,
  /** Ctrl-C ended the watching of a rebuild. */
  interrupted: 130,
} as const;
