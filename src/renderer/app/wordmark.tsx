/** A horizon, and the light of one window above it. */
export function Wordmark() {
  return (
    <span className="wordmark">
      <svg viewBox="0 0 32 32" aria-hidden>
        <path d="M3 21a13 13 0 0 1 26 0Z" fill="var(--accent)" />
        <path d="M0 24h32M5 28h22" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
      </svg>
      <span>Layover</span>
    </span>
  );
}
