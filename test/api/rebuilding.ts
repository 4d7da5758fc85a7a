import type { RebuildState, ViewState } from '@waymark/operations';
import { afterwards } from '../support/stores';
import { type Api, eventually, picked } from './client';

/** Version, generation and state of each generation of a view. */
export const states = async ({ get }: Api, view: string): Promise<unknown[][]> => {
  const { body } = await get('operations/views').expect(200);
  const own = (body.views as ViewState[]).filter((state) => state.view === view);
  return picked(own, 'version', 'generation', 'state');
};

/** All rebuilds, including held, paused and failed ones. */
export const rebuilds = async ({ get }: Api): Promise<RebuildState[]> =>
  (await get('operations/rebuilds').expect(200)).body.items as RebuildState[];

/** Wait until there are no rebuilds. */
export const noneGoesOn = (api: Api): Promise<true> =>
  eventually(async () => ((await rebuilds(api)).length === 0 ? true : undefined));

/** A rebuild, once it is in a state. */
export const stateIs = (api: Api, state: RebuildState['state']): Promise<RebuildState> =>
  eventually(async () => (await rebuilds(api)).find((rebuild) => rebuild.state === state));

/** A promise that resolves when the test opens it, or at the end of the test. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  afterwards(() => open());
  return { passed, open };
}
