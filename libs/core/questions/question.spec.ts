import { uuidId } from '@waymark/core/fields';
import { numeral, pageFrom } from './pages';
import { nobody, question } from './question';
import { object, text } from './schemas';

const thing = { name: 'thing', id: uuidId };

const declared = {
  name: 'GetThing',
  summary: 'A thing',
  by: { operations: 'all' },
  views: [],
  shown: nobody,
  schema: object({ name: text() }),
  example: { name: 'x' },
  answer: () => Promise.resolve({ name: 'x' }),
} as const;

describe('a question', () => {
  it('declares every path parameter, in order', () => {
    expect(question({ ...declared, path: 'things/:id', parts: { id: thing } }).parts).toEqual({
      id: thing,
    });
    expect(() => question({ ...declared, path: 'things/:id' })).toThrow(
      'GetThing: the path has the parameters id',
    );
    expect(() => question({ ...declared, path: 'things', parts: { id: thing } })).toThrow(
      'but parts declares id',
    );
  });

  it('does not compile without its required fields', () => {
    const { summary: _summary, ...noSummary } = declared;
    // @ts-expect-error summary is missing
    question({ ...noSummary, path: 'things' });
    const { schema: _schema, ...noSchema } = declared;
    // @ts-expect-error schema is missing
    question({ ...noSchema, path: 'things' });
    const { example: _example, ...noExample } = declared;
    // @ts-expect-error example is missing
    question({ ...noExample, path: 'things' });
    const { by: _by, ...noRights } = declared;
    // @ts-expect-error by is missing
    question({ ...noRights, path: 'things' });
    const { views: _views, ...noViews } = declared;
    // @ts-expect-error views is missing
    question({ ...noViews, path: 'things' });
    const { shown: _shown, ...noShown } = declared;
    // @ts-expect-error shown is missing
    question({ ...noShown, path: 'things' });
    // @ts-expect-error the example is not what the schema describes
    question({ ...declared, path: 'things', example: { name: 1 } });
    // @ts-expect-error the answer is not what the schema describes
    question({ ...declared, path: 'things', answer: () => Promise.resolve({ title: 'x' }) });
    expect(question({ ...declared, path: 'things' }).name).toBe('GetThing');
  });
});

describe('a page not ordered by key', () => {
  const page = (limit: number, after?: string) =>
    pageFrom(['c', 'a', 'b'], { limit, ...(after !== undefined && { after }) }, numeral, (_, end) =>
      String(end),
    );

  it('gives the cursor of the next page, unless it is the last', () => {
    expect(page(2)).toEqual({ items: ['c', 'a'], next: '2' });
    expect(page(2, '2')).toEqual({ items: ['b'] });
    expect(page(3)).toEqual({ items: ['c', 'a', 'b'] });
  });

  it('is refused for a cursor that no page returned', () => {
    expect(() => page(2, 'x')).toThrow('Some fields are invalid');
  });
});
