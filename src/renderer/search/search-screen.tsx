import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { Button as AriaButton, Input, Label, SearchField } from 'react-aria-components';
import { Search, X } from 'lucide-react';
import { useClient } from '../app/environment.ts';
import { Card } from '../cards/card.tsx';
import { useReach } from '../cards/reach.ts';
import { queries } from '../data/queries.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import './search.css';

/** Answers while one types; the question is part of the address, so that Back comes back to it. */
export function SearchScreen() {
  const text = useText();
  const navigate = useNavigate();
  useScreen(text('nav.search'));
  const reach = useReach();
  const asked = useSearch({ from: '/shell/search' }).q ?? '';
  const [typed, setTyped] = useState(asked);
  const q = useDeferredValue(typed.trim());
  const { data, error, isPlaceholderData } = useQuery(queries.search(useClient(), q));
  const found = q === '' ? undefined : data;

  function change(value: string) {
    setTyped(value);
    void navigate({ to: '/search', search: value === '' ? {} : { q: value }, replace: true });
  }

  return (
    <div className="screen search">
      <h1 className="for-listeners">{text('nav.search')}</h1>
      <SearchField className="search-field" value={typed} onChange={change} maxLength={200} autoFocus>
        <Label className="for-listeners">{text('search.label')}</Label>
        <Search aria-hidden />
        <Input placeholder={text('search.placeholder')} />
        {typed === '' ? null : (
          <AriaButton className="icon-button" aria-label={text('search.clear')}>
            <X aria-hidden />
          </AriaButton>
        )}
      </SearchField>
      <ErrorNotice error={error} />
      <p className="search-count" role="status">
        {found && !isPlaceholderData ? text('search.count', { count: found.length, q }) : ''}
      </p>
      {found ? (
        <ul className="card-grid" aria-label={text('search.results')}>
          {found.map((item) => (
            <li key={item.titleId}>
              <Card
                {...item}
                shape="poster"
                line={text(item.type === 'film' ? 'card.film' : 'card.series', {
                  year: String(item.releaseYear),
                })}
                reach={reach(item)}
              />
            </li>
          ))}
        </ul>
      ) : (
        <p className="search-hint">{text('search.hint')}</p>
      )}
    </div>
  );
}
