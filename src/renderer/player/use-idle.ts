import { useEffect, useState } from 'react';

const IDLE_MS = 3_000;

/** True when neither pointer nor key was used for a while; never while `isHeld`. */
export function useIdle(isHeld: boolean): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = () => {
      setIdle(false);
      clearTimeout(timer);
      if (!isHeld) timer = setTimeout(() => setIdle(true), IDLE_MS);
    };
    wake();
    const names = ['pointermove', 'pointerdown', 'keydown', 'focusin'];
    for (const name of names) window.addEventListener(name, wake);
    return () => {
      clearTimeout(timer);
      for (const name of names) window.removeEventListener(name, wake);
    };
  }, [isHeld]);
  return isIdle && !isHeld;
}
