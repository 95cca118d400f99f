import { useEffect, useState } from 'react';

/** The whole page goes fullscreen, not the video: menus are drawn beside the player, not inside it. */
export function useFullscreen() {
  const [isFullscreen, setFullscreen] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => setFullscreen(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', look);
    return () => document.removeEventListener('fullscreenchange', look);
  }, []);
  const toggleFullscreen = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => undefined);
  };
  return { isFullscreen, toggleFullscreen };
}
