import { Injectable } from '@nestjs/common';
import { Platform } from '@waymark/platform';
import { LRUCache } from 'lru-cache';
import { queryRoutes, type QueryRoute } from './routes';

interface Kept {
  /** Where the views were when it was worked out. */
  readonly at: string;
  readonly answer: Promise<unknown>;
}

const routes: readonly QueryRoute[] = Object.values(queryRoutes);

/** Figures take a while to add up and change only with their views: worked out once for each state of these. */
@Injectable()
export class KeptAnswers {
  private readonly kept = new LRUCache<string, Kept>({ max: 50 });

  constructor(private readonly platform: Platform) {}

  /** The answer to a question, by how it is asked, as the question's views have it now. */
  async to<Answer>(question: object, asked: object, work: () => Promise<Answer>): Promise<Answer> {
    const key = `${question.constructor.name} ${JSON.stringify(asked)}`;
    const at = await this.state(question);
    const before = this.kept.get(key);
    if (before?.at === at) return before.answer as Promise<Answer>;
    const answer = work();
    const kept = { at, answer };
    this.kept.set(key, kept);
    // Rows written meanwhile may be in it or not: then it is good for who asked now, and for nobody later.
    const good = await answer.then(
      async () => (await this.state(question)) === at,
      () => false,
    );
    if (!good && this.kept.get(key) === kept) this.kept.delete(key);
    return answer;
  }

  private state(question: object): Promise<string> {
    const views = routes.find((route) => question instanceof route.question)?.views ?? [];
    return this.platform.serving.state(views.map(({ name }) => name));
  }
}
