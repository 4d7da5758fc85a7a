import type { Grant } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { type CommandClass, Refusal } from '@waymark/core/kernel';
import { permitFor } from '@waymark/governance/access';
import { Platform } from '@waymark/platform';
import { afterwards, temporaryDirectory } from '../support/stores';
import { furnish, type Part, partOf } from './parts';

export const TODAY = '2026-02-15';
export const own = partOf(1);
export const other = partOf(2);

export interface Office {
  readonly platform: Platform;
  /** Send a command with some roles. Returns `recorded`, `nothing`, or the code of the refusal. */
  readonly as: <Command extends object>(
    grants: readonly Grant[],
    module: string,
    id: string,
    type: CommandClass<Command>,
    body: object,
  ) => Promise<string>;
}

/** Two furnished parts. The policies run. */
export async function office(): Promise<Office> {
  const clock = { now: () => `${TODAY}T09:00:00.000Z` };
  const platform = await Platform.open({ data: temporaryDirectory(), clock });
  afterwards(() => platform.close());
  for (const part of [own, other]) await furnish(platform, part);
  await platform.settle();
  const as: Office['as'] = async (grants, module, id, type, body) => {
    const permit = permitFor(platform.look, { id: 'somebody', grants });
    try {
      const to = { module, id, command: valid(type, body), actor: 'somebody', permit };
      const { events } = await platform.submitter.submit(to);
      await platform.settle();
      return events.length > 0 ? 'recorded' : 'nothing';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };
  return { platform, as };
}

export const lead = ({ school }: Part): readonly Grant[] => [{ role: 'school-lead', school }];
export const administrator = ({ programme }: Part): readonly Grant[] => [
  { role: 'programme-administrator', programme },
];
export const mentorOf = (mentor: string): readonly Grant[] => [{ role: 'mentor', mentor }];
export const areaManager = ({ area }: Part): readonly Grant[] => [{ role: 'area-manager', area }];
export const service: readonly Grant[] = [{ role: 'operations' }];
