import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { RowReader, RowSet } from '@waymark/core/kernel';
import type { Question } from '@waymark/core/questions';
import { Platform } from '@waymark/platform';

interface Kept {
  /** The state of the views for which it was computed. */
  readonly at: string;
  readonly answer: Promise<unknown>;
}

/** Caches figures that are slow to compute until the rows of the question's views change. */
@Injectable()
export class KeptAnswers {
  private readonly kept = new LRUCache<string, Kept>({ max: 50 });

  constructor(private readonly platform: Platform) {}

  /**
   * The result of `work` for the current rows of the question's views. `asked` is everything else that the result depends
   * on.
   */
  async to<Result>(
    question: Pick<Question, 'name' | 'views'>,
    asked: object,
    work: (rows: RowReader) => Promise<Result>,
  ): Promise<Result> {
    const key = `${question.name} ${JSON.stringify(asked)}`;
    const views = question.views.map(({ name }) => name);
    const state = (): Promise<string> => this.platform.serving.state(views);
    const at = await state();
    const before = this.kept.get(key);
    if (before?.at === at) return before.answer as Promise<Result>;
    const answer = work(rowsOf(question, this.platform.rows));
    const kept = { at, answer };
    this.kept.set(key, kept);
    // Rows that were written during the computation may be missing from the result: use it for this request only.
    const good = await answer.then(
      async () => (await state()) === at,
      () => false,
    );
    if (!good && this.kept.get(key) === kept) this.kept.delete(key);
    return answer;
  }
}

/** The rows of the views that a question declares. Reading another view throws, because no query waits for that view. */
export function rowsOf({ name, views }: Pick<Question, 'name' | 'views'>, rows: RowReader): RowReader {
  const declared = (view: RowSet): RowSet => {
    if (!views.some((each) => each.name === view.name))
      throw new Error(`the question ${name} does not declare the view ${view.name}`);
    return view;
  };
  return {
    load: (view, keys) => rows.load(declared(view), keys),
    find: (view, query) => rows.find(declared(view), query),
  };
}
