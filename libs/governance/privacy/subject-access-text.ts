import type { SubjectAccess } from './subject-access';

/** The subject access document as Markdown to read. Recorded values are escaped, so that none is read as markup. */
export function subjectAccessText(document: SubjectAccess): string {
  const { kind, id, madeAt, person, journeys, history, sources, reads, key, retention } = document;
  return [
    `# Data held about ${kind} ${plain(id)}`,
    `Compiled at ${plain(madeAt)}. Only for this person, or a person who acts for them.`,
    '## Current data',
    ...fields(person),
    ...journeys.flatMap(({ id: journey, ...rest }) => [`## Journey ${plain(journey)}`, ...fields(rest)]),
    '## All recorded events',
    ...(history.length === 0 ? ['Nothing.'] : []),
    ...history.flatMap(({ on, recordedAt, type, by, data }) => [
      `### ${plain(on)}: ${plain(words(type))}`,
      `Recorded at ${plain(recordedAt)} by ${plain(by)}.`,
      ...fields(data),
    ]),
    '## Sources',
    ...list(
      sources.map(
        ({ by, import: of, events, first, last }) =>
          `${by}${of === undefined ? '' : `, in import ${of}`}: ${events} events, ${first} to ${last}`,
      ),
    ),
    '## Who was shown the data',
    ...list(
      reads.map(
        ({ at, reader, what, reason }) =>
          `${at}: ${reader}, ${what}${reason === undefined ? '' : ` (${reason})`}`,
      ),
    ),
    '## Encryption and retention',
    keyStates[key],
    ...list(retention.map(({ record, kept, source }) => `${record}: ${kept} (${source})`)),
    '',
  ].join('\n\n');
}

const keyStates: Readonly<Record<SubjectAccess['key'], string>> = {
  held: 'The personal data are encrypted with this person’s own key, which is kept.',
  destroyed: 'The personal data were encrypted with a key that has been destroyed. Nobody can read them.',
  none: 'No data are encrypted for this person.',
};

const list = (items: readonly string[]): string[] =>
  items.length === 0 ? ['Nothing.'] : [items.map((item) => `- ${plain(item)}`).join('\n')];

/** The fields of an object as a list; a nested field is shown with its path. */
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

/** `dateOfBirth` becomes `date of birth`; a name that is not only letters, such as an id, is unchanged. */
const words = (name: string): string =>
  /^[A-Za-z]+$/.test(name)
    ? name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : name;

/** Text on one line, with markup characters escaped. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>()#+!|~&]/g, '\\$&');
