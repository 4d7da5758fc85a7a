import { START, type Position } from '@waymark/kernel';

/**
 * How far a subscription to the whole log has come, and the last stretch that it showed to hold nothing of ours.
 *
 * A checkpoint is a hint. Servers have sent some more than once, and some ahead of events that were still to come. So
 * none moves anything back, and one counts only once something behind it has followed.
 */
export class Progress {
  private place: Position | undefined;
  /** The last event shown, or where the subscription began. */
  private shown: Position | undefined;
  /** A checkpoint that nothing has followed yet. */
  private hint: Position | undefined;
  private empty = { after: START, to: START };

  /** A subscription begins: after the position answered, or at the end of the log if none is known. */
  begin(): Position | undefined {
    this.shown = this.place;
    this.hint = undefined;
    return this.place;
  }

  /** The subscription showed an event. */
  event(at: Position): void {
    this.confirm(at);
    this.hint = undefined;
    this.shown = at;
    this.reached(at);
  }

  /** The subscription sent a checkpoint. */
  checkpoint(at: Position): void {
    if (at <= (this.hint ?? this.shown ?? START)) return;
    this.confirm(at);
    this.hint = at;
  }

  /** The log was read up to here. */
  reached(at: Position): void {
    this.place = Math.max(this.place ?? START, at);
  }

  /** Where to begin to read in order to find all that is ours after a position: there, or further on. */
  startAfter(after: Position): Position {
    return after >= this.empty.after && after < this.empty.to ? this.empty.to : after;
  }

  /** Something stands at `next`: if that is behind the hint, nothing of ours is still to come before it. */
  private confirm(next: Position): void {
    if (this.hint === undefined || next <= this.hint) return;
    if (this.shown === undefined) this.shown = this.hint;
    else this.empty = { after: this.shown, to: this.hint };
    this.reached(this.hint);
  }
}
