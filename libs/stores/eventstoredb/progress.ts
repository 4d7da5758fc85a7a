import { type Position, START } from '@waymark/core/kernel';

/** Minimum length of a range without relevant events that is remembered, in bytes of the log. */
const MIN_RANGE = 64 * 1_024;

/**
 * Remembers which parts of the log contain no relevant (non-system) events, so that they need not be read
 * repeatedly.
 * Two cases differ. The position for resuming a subscription may be a guess, because listeners are then woken
 * and read: a checkpoint is good enough, although servers have sent some checkpoints ahead of events that
 * followed. The start of a read must be certain: only an event proves that no relevant event is still to come
 * before it.
 */
export class Progress {
  private resumeAt: Position | undefined;
  /** Start of the subscription, or the last event that it delivered. */
  private delivered: Position | undefined;
  /** The last long range without relevant events. */
  private empty = { after: START, before: START };

  /** A subscription starts: after the returned position, or at the end of the log if none is known. */
  begin(): Position | undefined {
    return (this.delivered = this.resumeAt);
  }

  /** The subscription delivered a relevant event. */
  event(at: Position): void {
    if (this.delivered !== undefined) this.rangeWithoutEvents(this.delivered, at);
    this.delivered = at;
    this.reached(at);
  }

  /** The server reported the subscription's position. */
  reached(at: Position): void {
    this.resumeAt = Math.max(this.resumeAt ?? START, at);
  }

  /** There are no relevant events between two positions. */
  rangeWithoutEvents(after: Position, before: Position): void {
    if (before - after >= MIN_RANGE && before > this.empty.before) this.empty = { after, before };
  }

  /** Where to start reading for all relevant events after a position: that position or a later one. */
  startAfter(after: Position): Position {
    return after >= this.empty.after && after < this.empty.before ? this.empty.before : after;
  }
}
