import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/use-text.ts';

export function NotFound() {
  const text = useText();
  return (
    <main className="screen">
      <h1 className="screen-title">{text('notFound.title')}</h1>
      <Link to="/" className="button button-primary">
        {text('nav.home')}
      </Link>
    </main>
  );
}
