import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { RowReader, RowSet } from '@waymark/core/kernel';
import type { Question } from '@waymark/core/questions';
import { Platform } from '@waymark/platform';

interface Kept {
  /** Where the views were when it was worked out. */
  readonly at: string;
  readonly answer: Promise<unknown>;
}

/** Keeps figures that take a while to add up until the rows of their question's views change. */
@Injectable()
export class KeptAnswers {
  private readonly kept = new LRUCache<string, Kept>({ max: 50 });

  constructor(private readonly platform: Platform) {}

  /** What `work` makes of the rows that the question's views have now. `asked` is what the result depends on besides. */
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
    // Rows written meanwhile may be in it or not: it is good for this request only.
    const good = await answer.then(
      async () => (await state()) === at,
      () => false,
    );
    if (!good && this.kept.get(key) === kept) this.kept.delete(key);
    return answer;
  }
}

/** The rows of the views that a question declares. Reading another view throws: nobody would wait for it to catch up. */
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
