import type { Client } from '../../shared/contract.ts';

/** What a program that drives a QA build's window has of it, whatever the window is connected by. */
export interface LabWindow {
  /** The window's own client of the engine: the contract's procedures and the lab's. */
  layoverLab: Client;
}
/** Dispatched on the window when the engine has answered a call of it, in whatever way. */
export const ANSWERED = 'layover-lab-answered';
export interface Answered {
  /** As in "playback/tick". */
  readonly procedure: string;
  readonly input: unknown;
}

/** The client, which such a program may call and hear as well. */
export function openToOutside(client: Client, page: EventTarget & Partial<LabWindow> = window): Client {
  const heard = hearing(client, [], (detail) => page.dispatchEvent(new CustomEvent(ANSWERED, { detail })));
  page.layoverLab = heard;
  return heard;
}

function hearing<T extends object>(part: T, at: readonly string[], tell: (answered: Answered) => void): T {
  return new Proxy(part, {
    get(target, key) {
      const inner: unknown = Reflect.get(target, key);
      const isPart = inner !== null && (typeof inner === 'function' || typeof inner === 'object');
      return typeof key === 'string' && isPart ? hearing(inner, [...at, key], tell) : inner;
    },
    apply(target, self, args: unknown[]) {
      const answer: unknown = Reflect.apply(target as () => unknown, self, args);
      const told = () => tell({ procedure: at.join('/'), input: args[0] });
      Promise.resolve(answer).then(told, told);
      return answer;
    },
  });
}
