import { LRUCache } from 'lru-cache';
import type { Submitter } from '@waymark/core/commands';
import { streamId } from '@waymark/core/kernel';

/** Looks up pupils by UPN and their journeys, with a cache. */
export class People {
  private readonly pupils = new LRUCache<string, string>({ max: 50_000 });
  private readonly journeys = new LRUCache<string, string>({ max: 50_000 });

  constructor(private readonly submitter: Submitter) {}

  /** The pupil with a current or former UPN. */
  async pupil(upn: string): Promise<string | undefined> {
    return this.pupils.get(upn) ?? this.lookUp(this.pupils, upn, 'upn', upn);
  }

  /** The pupil's journey in a programme. */
  async journey(programme: string, pupil: string): Promise<string | undefined> {
    const claimed = `${programme}/${pupil}`;
    return this.journeys.get(claimed) ?? this.lookUp(this.journeys, claimed, 'journey', claimed);
  }

  private async lookUp(
    cache: LRUCache<string, string>,
    key: string,
    kind: string,
    value: string,
  ): Promise<string | undefined> {
    const holder = await this.submitter.holder(kind, value);
    if (holder === undefined) return undefined;
    const id = streamId(holder);
    cache.set(key, id);
    return id;
  }
}
