import { type Position, START } from '@waymark/core/kernel';

/** Bytes of the log that are worth remembering when nothing in them is ours. */
const LONG = 64 * 1_024;

/**
 * How far the log is known, so that what is not ours in it need not be looked at again and again.
 *
 * Two things are told apart. Where a subscription is taken up again may be a guess, for whoever listens is then woken
 * and reads: there a checkpoint will do, though servers have sent some ahead of events that were still to come. Where a
 * reading may begin must be known: only an event proves that nothing of ours is still to come before it.
 */
export class Progress {
  private place: Position | undefined;
  /** Where the subscription began, or the last event that it showed. */
  private shown: Position | undefined;
  /** The last long stretch in which nothing is ours. */
  private empty = { after: START, before: START };

  /** A subscription begins: after the position answered, or at the end of the log if none is known. */
  begin(): Position | undefined {
    return (this.shown = this.place);
  }

  /** The subscription showed an event of ours. */
  event(at: Position): void {
    if (this.shown !== undefined) this.passedOver(this.shown, at);
    this.shown = at;
    this.reached(at);
  }

  /** The server says that the subscription is here. */
  reached(at: Position): void {
    this.place = Math.max(this.place ?? START, at);
  }

  /** Nothing between two positions is ours. */
  passedOver(after: Position, before: Position): void {
    if (before - after >= LONG && before > this.empty.before) this.empty = { after, before };
  }

  /** Where to begin to read in order to find all that is ours after a position: there, or further on. */
  startAfter(after: Position): Position {
    return after >= this.empty.after && after < this.empty.before ? this.empty.before : after;
  }
}
