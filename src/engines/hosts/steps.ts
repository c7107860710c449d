import type { Link } from '../../domain/link.ts';
import type { Side } from '../../domain/observation.ts';
import type { StepKind } from '../../domain/plan.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { StepExecutor } from '../engine.ts';
import { hostKinds } from './acts.ts';
import { createEars } from './ears.ts';
import { hostExecutor, type SideHosts } from './place.ts';
import { placeCertificate, removeCertificate } from './steps-certificate.ts';
import { runCommand } from './steps-command.ts';

/** The executors of what is done on hosts, for an engine to take among its own. What people do by hand has none. */
export function hostSteps<L extends Link>(
  connect: ShellConnect,
  sideOf: (link: L, side: Side) => SideHosts,
): Readonly<Record<StepKind, StepExecutor<L>>> {
  return {
    [hostKinds.placeCertificate]: hostExecutor(connect, sideOf, placeCertificate),
    [hostKinds.removeCertificate]: hostExecutor(connect, sideOf, removeCertificate),
    [hostKinds.runCommand]: hostExecutor(connect, sideOf, runCommand(createEars())),
  };
}
