import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, Submission } from '@waymark/core/commands';
import type { Position } from '@waymark/core/kernel';
import { Platform } from '@waymark/platform';

/** The answer to a command, and the position up to which a query must read to include everything that followed from it. */
export interface Submitted extends Answer {
  readonly readFrom: Position;
}

/** Carry out a command. */
export class Submit extends Command<Submitted> {
  constructor(readonly submission: Submission) {
    super();
  }
}

/** How long to wait for the policies to react to a command, and then for the views to catch up, in milliseconds. */
const PATIENCE = 2_000;
const PATIENCE_WITH_VIEWS = 500;

@CommandHandler(Submit)
export class SubmitHandler implements ICommandHandler<Submit> {
  constructor(private readonly platform: Platform) {}

  async execute({ submission }: Submit): Promise<Submitted> {
    const answer = await this.platform.submitter.submit(submission);
    const followed = this.platform.reactor.concerns(answer.events);
    return { ...answer, readFrom: followed ? await this.whatFollowed(answer.position) : answer.position };
  }

  /** Wait for the policies to react, so that the next command and the next query find the events that followed. */
  private async whatFollowed(position: Position): Promise<Position> {
    const { events, serving, reactor } = this.platform;
    await reactor.reached(position, PATIENCE);
    const head = await events.head();
    await serving.reached(await serving.waitable(), head, PATIENCE_WITH_VIEWS);
    return head;
  }
}
