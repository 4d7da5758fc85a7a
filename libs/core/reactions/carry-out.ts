import { IDEMPOTENCY_KEY_REUSED, type Submitter, TOO_MUCH_CONTENTION } from '@waymark/core/commands';
import { type Policy, type Reaction, type RecordedEvent, Refusal, undecidable } from '@waymark/core/kernel';

/**
 * Submit the commands that a policy derives from an event. The id of each command is derived from the policy
 * and the event.
 */
export async function carryOut(policy: Policy, event: RecordedEvent, submitter: Submitter): Promise<void> {
  const { name, on } = policy;
  const reactions = undecidable(`policy ${name}`, () =>
    on.get(event.type)?.(event as RecordedEvent<string, never>),
  );
  await submitAll(name, event, reactions ?? [], 'then', submitter);
}

async function submitAll(
  policy: string,
  event: RecordedEvent,
  reactions: readonly Reaction[],
  path: string,
  submitter: Submitter,
): Promise<void> {
  for (const [index, { module, id, command, refused }] of reactions.entries()) {
    const step = `${path}.${String(index)}`;
    try {
      await submitter.submit({
        module,
        id,
        command,
        actor: `policy:${policy}`,
        derivedFrom: [policy, event.id, step],
        correlation: event.metadata.correlation,
        causation: event.id,
      });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === TOO_MUCH_CONTENTION) throw error;
      // An earlier version of the policy already submitted this command with another body; that is not a
      // refusal.
      if (error.code === IDEMPOTENCY_KEY_REUSED) continue;
      await submitAll(policy, event, refused?.(error) ?? [], `${step}.refused`, submitter);
    }
  }
}
