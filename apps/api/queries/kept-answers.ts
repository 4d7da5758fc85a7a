import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { RowReader, RowSet } from '@waymark/core/kernel';
import { Platform } from '@waymark/platform';
import { type QueryRoute, queryRoutes } from './routes';

interface Kept {
  /** Where the views were when it was worked out. */
  readonly at: string;
  readonly answer: Promise<unknown>;
}

const routes: readonly QueryRoute[] = Object.values(queryRoutes);

/** Figures take a while to add up and change only with their views' rows: worked out once for each state of these. */
@Injectable()
export class KeptAnswers {
  private readonly kept = new LRUCache<string, Kept>({ max: 50 });

  constructor(private readonly platform: Platform) {}

  /** The answer to a question, by how it is asked, as the rows of the question's views have it now. */
  async to<Answer>(
    question: object,
    asked: object,
    work: (rows: RowReader) => Promise<Answer>,
  ): Promise<Answer> {
    const key = `${question.constructor.name} ${JSON.stringify(asked)}`;
    const views = viewsOf(question);
    const state = (): Promise<string> => this.platform.serving.state(views);
    const at = await state();
    const before = this.kept.get(key);
    if (before?.at === at) return before.answer as Promise<Answer>;
    const answer = work(only(views, this.platform.rows));
    const kept = { at, answer };
    this.kept.set(key, kept);
    // Rows written meanwhile may be in it or not: then it is good for who asked now, and for nobody later.
    const good = await answer.then(
      async () => (await state()) === at,
      () => false,
    );
    if (!good && this.kept.get(key) === kept) this.kept.delete(key);
    return answer;
  }
}

const viewsOf = (question: object): readonly string[] =>
  (routes.find((route) => question instanceof route.question)?.views ?? []).map(({ name }) => name);

/** Rows of some views and of no other: an answer is kept for as long as these are as they were. */
function only(views: readonly string[], rows: RowReader): RowReader {
  const named = (view: RowSet): RowSet => {
    if (!views.includes(view.name))
      throw new Error(`the question's route does not name the view ${view.name}`);
    return view;
  };
  return {
    load: (view, keys) => rows.load(named(view), keys),
    find: (view, query) => rows.find(named(view), query),
  };
}
