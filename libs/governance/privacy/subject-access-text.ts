import type { SubjectAccess } from './subject-access';

/** Everything that is held of somebody as a document to read: Markdown, in which nothing that was recorded is taken for markup. */
export function subjectAccessText(document: SubjectAccess): string {
  const { kind, id, madeAt, person, journeys, history, sources, reads, key, retention } = document;
  return [
    `# What is held of ${kind} ${plain(id)}`,
    `Gathered at ${plain(madeAt)}. It is for this person, or who acts for them, and nobody else.`,
    '## As known at present',
    ...fields(person),
    ...journeys.flatMap(({ id: journey, ...rest }) => [`## Journey ${plain(journey)}`, ...fields(rest)]),
    '## Everything that was recorded',
    ...(history.length === 0 ? ['Nothing.'] : []),
    ...history.flatMap(({ on, recordedAt, type, by, data }) => [
      `### ${plain(on)}: ${plain(words(type))}`,
      `Recorded at ${plain(recordedAt)} by ${plain(by)}.`,
      ...fields(data),
    ]),
    '## Where it came from',
    ...list(
      sources.map(
        ({ by, import: of, events, first, last }) =>
          `${by}${of === undefined ? '' : `, in import ${of}`}: ${events} records, ${first} to ${last}`,
      ),
    ),
    '## Who looked at it',
    ...list(
      reads.map(
        ({ at, reader, what, reason }) =>
          `${at}: ${reader}, ${what}${reason === undefined ? '' : ` (${reason})`}`,
      ),
    ),
    '## How it is kept',
    keyStates[key],
    ...list(retention.map(({ record, kept, source }) => `${record}: ${kept} (${source})`)),
    '',
  ].join('\n\n');
}

const keyStates: Readonly<Record<SubjectAccess['key'], string>> = {
  held: 'What is personal in it is sealed with a key of this person’s own, which is held.',
  destroyed: 'What was personal in it was sealed with a key that is destroyed: nobody can read it.',
  none: 'Nothing in it is sealed.',
};

const list = (items: readonly string[]): string[] =>
  items.length === 0 ? ['Nothing.'] : [items.map((item) => `- ${plain(item)}`).join('\n')];

/** Fields of an object as a list, those within fields with their path. */
const fields = (value: object): string[] => {
  const found = leaves(value);
  return found.length === 0
    ? []
    : [found.map(([name, text]) => `- ${plain(name)}: ${plain(text)}`).join('\n')];
};

function leaves(value: unknown, path = ''): (readonly [string, string])[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [[path, String(value as string | number | boolean)]];
  return Object.entries(value).flatMap(([name, field]) =>
    leaves(
      field,
      path === '' ? words(name) : `${path}, ${Array.isArray(value) ? String(Number(name) + 1) : words(name)}`,
    ),
  );
}

/** `dateOfBirth` as `date of birth`; an id stays as it is. */
const words = (name: string): string =>
  /^[A-Za-z]+$/.test(name)
    ? name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : name;

/** Text in which nothing is markup, on one line. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>()#+!|~&]/g, '\\$&');
