import { Refusal, type View } from '@waymark/core/kernel';
import { views } from '@waymark/modules';

/** The view of this name, or of this former name. */
export const findView = (name: string): View | undefined =>
  views.find((view) => view.name === name) ?? views.find(({ formerly }) => formerly === name);

/** The present names of these views, each once. Throws `UNKNOWN_VIEW` if one of them does not exist. */
export function knownViews(names: readonly string[]): string[] {
  const known = names.map((name) => {
    const view = findView(name);
    if (view) return view.name;
    throw new Refusal(
      'UNKNOWN_VIEW',
      `There is no view of this name. The views are ${views.map((each) => each.name).join(', ')}.`,
      'missing',
    );
  });
  return [...new Set(known)];
}
