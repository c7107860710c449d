import { otherSide, type Side } from '../../domain/observation.ts';
import { changeStep, type Draft, lookStep, personStep } from '../frame/drafts.ts';
import { placeCertificateAct, placeCertificateUndo } from '../hosts/acts.ts';
import { certificateByHand } from './acts/by-hand.ts';
import { actsFor } from './acts.ts';
import type { PcrLink } from './config.ts';
import { trustedPath } from './config-hosts.ts';
import type { PcrDetail } from './detail.ts';
import type { Trust } from './statements-setup.ts';

const budgetMs = 120_000;

/** What lets the nodes of a side know the other side by its certificate authority; nothing where that travels with the address. */
export function certificateSteps(link: PcrLink, side: Side, trust: Trust, detail: PcrDetail): readonly Draft[] {
  const { setup } = link.settings;
  if (trust !== 'path' || setup?.addresses[otherSide(side)].verified !== true) return [];
  return placedSteps(link, side, detail) ?? [personStep(certificateByHand(link, side))];
}

/** The same for the way back, as far as the bot can do it: a failback will need it. */
export function certificateStepsBack(link: PcrLink, side: Side, trust: Trust, detail: PcrDetail): readonly Draft[] {
  const { setup } = link.settings;
  return trust !== 'path' || setup?.addresses[otherSide(side)].verified !== true ? [] : (placedSteps(link, side, detail) ?? []);
}

/** Null when the bot has no way to do it. */
function placedSteps({ settings }: PcrLink, side: Side, { hosts }: PcrDetail): readonly Draft[] | null {
  const from = otherSide(side);
  const [here, there] = [settings.setup?.hosts?.[side] ?? null, settings.setup?.hosts?.[from] ?? null];
  const sha256 = hosts?.[from]?.own?.sha256 ?? null;
  const source = there?.nodes[0];
  if (here === null || there === null || sha256 === null || source === undefined) return null;
  if (settings.setup?.addresses[from].caPath !== trustedPath(here)) return null;
  const seen = hosts?.[side]?.nodes ?? [];
  if (seen.length < here.nodes.length || seen.some(({ found }) => found === 'unread' || found === 'no-folder')) return null;
  const places = here.nodes.flatMap((node) => {
    const before = seen.find((each) => each.node === node.name)?.sha256 ?? null;
    if (before === sha256) return [];
    const placement = {
      side,
      cluster: settings[side].cluster,
      node,
      folder: here.certsFolder,
      file: here.trustedAs,
      source: { side: from, cluster: settings[from].cluster, node: source, path: there.caCertificate },
      sha256,
      before,
    };
    const undo = placeCertificateUndo(placement);
    return [changeStep(placeCertificateAct(placement), budgetMs, undo, { pointOfNoReturn: undo.kind === 'none' })];
  });
  return [...places, lookStep(actsFor(settings).checkCertificates(side, sha256), budgetMs)];
}
