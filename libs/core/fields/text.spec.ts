import fc from 'fast-check';
import { forbiddenIn, normalText } from './text';

const kindIn = (text: string): string | undefined => forbiddenIn(text, 'line')?.kind;

describe('a text', () => {
  it.each([
    ['an apostrophe', "O'Neill"],
    ['a typographic apostrophe and a modifier letter', 'O’Neill Oʼneill Oʻahu'],
    ['hyphens and dashes of all forms', 'Anne-Marie Anne‐Marie Anne‑Marie 1914–18 — x'],
    ['Welsh', 'Siân Ŵyn'],
    ['decomposed letters', 'Zoe\u0308'],
    ['Polish', 'Wójcik-Łęcka'],
    ['Vietnamese', 'Nguyễn Thị Hồng'],
    ['Arabic', 'محمد عبدالله'],
    ['Persian with a non-joiner', 'علی\u200cرضا'],
    ['Hebrew', 'שָׂרָה'],
    ['Hindi with a joiner', 'क्\u200dष'],
    ['Malayalam with a joiner at the end', 'മോഹന\u0d4d\u200d'],
    ['Sinhala with a joiner', 'ශ්\u200dරී'],
    ['Bengali', 'র্\u200dযাব'],
    ['Tamil', 'தமிழ்'],
    ['Japanese with a variant', '葛\u{e0100}城'],
    ['Chinese', '王小明'],
    ['Mongolian with a variant', 'ᠮᠣᠩᠭᠣᠯ\u180b'],
    ['a no-break space', 'St\u00a0Mary'],
    ['emoji', '🙂👩‍👧❤️👍🏽1️⃣🇵🇱'],
    ['emoji of several people', '👩🏽‍❤️‍💋‍👨🏻🏳️‍🌈'],
    ['the flags of England, Scotland and Wales', '🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿🏴󠁧󠁢󠁷󠁬󠁳󠁿'],
  ])('may have %s', (_, text) => {
    expect(forbiddenIn(text, 'line')).toBeUndefined();
    expect(forbiddenIn(text, 'lines')).toBeUndefined();
  });

  it.each<[kind: string, ranges: readonly (readonly [from: number, to: number])[]]>([
    [
      'control characters',
      [
        [0x00, 0x08],
        [0x0b, 0x0c],
        [0x0e, 0x1f],
        [0x7f, 0x9f],
      ],
    ],
    [
      'line breaks or tabs',
      [
        [0x09, 0x0a],
        [0x0d, 0x0d],
        [0x2028, 0x2029],
      ],
    ],
    [
      'bidirectional controls',
      [
        [0x202a, 0x202e],
        [0x2066, 0x2069],
        [0x200e, 0x200f],
        [0x061c, 0x061c],
      ],
    ],
    [
      'damaged characters (lone surrogates, noncharacters, U+FFFD)',
      [
        [0xd800, 0xdfff],
        [0xfdd0, 0xfdef],
        [0xfffd, 0xffff],
        [0x1fffe, 0x1ffff],
        [0x10fffe, 0x10ffff],
      ],
    ],
    [
      'invisible characters',
      [
        ...([
          [0xad, 0xad],
          [0x34f, 0x34f],
          [0x115f, 0x1160],
          [0x180b, 0x180f],
          [0x200b, 0x200d],
        ] as const),
        ...([
          [0x2060, 0x2065],
          [0x206a, 0x206f],
          [0x2800, 0x2800],
          [0x3164, 0x3164],
          [0xfe00, 0xfe0f],
        ] as const),
        ...([
          [0xfeff, 0xfeff],
          [0xffa0, 0xffa0],
          [0xe0000, 0xe01ff],
        ] as const),
      ],
    ],
  ])('must not have %s', (kind, ranges) => {
    for (const [from, to] of ranges) {
      for (let code = from; code <= to; code += 1) {
        const found = forbiddenIn(`a 1${String.fromCodePoint(code)}1 b`, 'line');
        expect([code.toString(16), found]).toEqual([code.toString(16), { kind, at: 4 }]);
      }
    }
  });

  it.each([
    ['at the start', '\u200da'],
    ['at the end', 'a\u200c'],
    ['beside a blank', 'a\u200d b'],
    ['after another one', 'a\u200d\u200db'],
    ['between digits', '1\u200d2'],
  ])('must not have a joiner %s', (_, text) => {
    expect(kindIn(text)).toBe('invisible characters');
  });

  it.each([
    ['after a letter', 'a\ufe0f'],
    ['after a digit that is no keycap', '1\ufe0f2'],
    ['after another one', '❤\ufe0f\ufe0f'],
    ['for Chinese characters after a letter', 'a\u{e0100}'],
    ['for Chinese characters, two of them', '葛\u{e0100}\u{e0101}'],
    ['as hidden data after an emoji', `🙂\u{e0141}\u{e0142}`],
  ])('must not have a variation selector %s', (_, text) => {
    expect(kindIn(text)).toBe('invisible characters');
  });

  it.each([
    ['without the black flag', '\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['that name no nation', '🏴\u{e0068}\u{e0069}\u{e007f}'],
  ])('must not have tags %s', (_, text) => {
    expect(kindIn(text)).toBe('invisible characters');
  });

  it('may have line breaks and tabs only if it has several lines', () => {
    for (const text of ['a\nb', 'a\r\nb', 'a\rb', 'a\tb']) {
      expect(forbiddenIn(text, 'line')).toEqual({ kind: 'line breaks or tabs', at: 2 });
      expect(forbiddenIn(text, 'lines')).toBeUndefined();
    }
    expect(forbiddenIn('a\u000bb', 'lines')).toEqual({ kind: 'control characters', at: 2 });
  });

  it('counts characters, not code units', () => {
    expect(forbiddenIn(' 🙂🙂\u202e', 'line')).toEqual({ kind: 'bidirectional controls', at: 4 });
    expect(forbiddenIn('क्\u200dष\u202e', 'line')).toEqual({ kind: 'bidirectional controls', at: 5 });
  });

  it('in its normal form is accepted, unchanged, and equal for all forms of the same text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('line' as const, 'lines' as const),
        (text, form) => {
          const normal = normalText(text, form);
          if (forbiddenIn(text, form)) {
            expect(normal).toBe(text);
          } else {
            expect(forbiddenIn(normal, form)).toBeUndefined();
            expect(normalText(normal, form)).toBe(normal);
            expect(normalText(` ${text.normalize('NFD')}\n`, form)).toBe(normal);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
