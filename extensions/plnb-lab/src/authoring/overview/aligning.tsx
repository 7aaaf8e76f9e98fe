/** What a standard could be aligned to: published ones that share its words, or those that a search finds, each with one button. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Icon } from '../../panels/icons';
import type { Alignments, Kinship, Offer, Offers, OwnStandard, Relation } from '../../schema';
import { Button, useOverview } from './shared';
import type { Align } from './standards';

/** How long somebody pauses in typing before the search is asked, in ms. */
const PAUSE = 250;

interface IFound extends Offers {
  /** What was asked. */
  readonly query: string;
}

export function AlignForm({ standard, view, align }: { standard: OwnStandard; view: Alignments; align: Align }): React.JSX.Element {
  const { model, trans } = useOverview();
  const [relation, setRelation] = React.useState<Relation>('isRelatedTo');
  const [query, setQuery] = React.useState('');
  const [found, setFound] = React.useState<IFound | null>(null);
  const asked = query.trim();
  const { code } = standard;
  const { own, published } = view;
  // Which lists are there, and not that something was aligned meanwhile.
  const lists = published.map(each => `${each.id} ${each.standards}`).join();
  React.useEffect(() => {
    let late = false;
    const timer = window.setTimeout(
      () => {
        void model.ask(api => api.like(model.path, own, code, asked)).then(answer => {
          if (answer && !late) {
            setFound({ ...answer, query: asked });
          }
        });
      },
      asked ? PAUSE : 0
    );
    return () => {
      late = true;
      window.clearTimeout(timer);
    };
  }, [model, own, code, asked, lists]);
  const kind = view.kinds.find(each => each.relation === relation) ?? { relation, words: '' };
  return (
    <div className="plnb-Align">
      <div className="plnb-Fields">
        <label>
          <span>{trans.__('Search the published lists, by a code or by words')}</span>
          <input type="search" autoComplete="off" value={query} onChange={event => setQuery(event.target.value)} />
        </label>
        <label>
          <span>{trans.__('What %1 is to the published one', code)}</span>
          <select value={relation} onChange={event => setRelation(event.target.value as Relation)}>
            {view.kinds.map(each => (
              <option key={each.relation} value={each.relation}>
                {trans.__('%1 …', each.words)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p role="status" className="plnb-Quiet">
        {found?.query === asked ? foundWords(trans, found) : trans.__('Looking…')}
      </p>
      <ul className="plnb-Align-offers">
        {(found?.offers ?? []).map(offer => (
          <OfferRow key={`${offer.framework} ${offer.code}`} standard={standard} offer={offer} kind={kind} align={align} />
        ))}
      </ul>
    </div>
  );
}

function OfferRow({
  standard,
  offer,
  kind,
  align
}: {
  standard: OwnStandard;
  offer: Offer;
  kind: Kinship;
  align: Align;
}): React.JSX.Element {
  const { trans } = useOverview();
  const { code } = standard;
  const there = standard.aligned.find(each => each.framework === offer.framework && each.code === offer.code);
  return (
    <li>
      <p>
        <strong>{offer.code}</strong> <span className="plnb-Quiet">{trans.__('of %1', offer.title)}</span>
        {there ? (
          <span className="plnb-Tag">
            <Icon name="check" />
            {there.words}
          </span>
        ) : null}
        <br />
        {offer.statement}
      </p>
      <Button
        icon="plus"
        label={trans.__('Align')}
        name={trans.__('Align: %1 is %2 %3', code, kind.words, offer.code)}
        onClick={() =>
          align(
            { code, framework: offer.framework, other: offer.code, relation: kind.relation },
            trans.__('%1 is now %2 %3.', code, kind.words, offer.code)
          )
        }
      />
    </li>
  );
}

/** What came of the search, in a sentence. */
function foundWords(trans: TranslationBundle, { total, offers, query }: IFound): string {
  if (!query) {
    return total
      ? trans.__('These use the same words. Whether they mean the same, you decide.')
      : trans.__('None uses the same words. Search for what yours is about.');
  }
  if (!total) {
    return trans.__('Nothing in the published lists says that. Try a shorter word, or part of a code.');
  }
  return total > offers.length
    ? trans.__('The best %1 of %2. Another word narrows it down.', offers.length, total)
    : trans._n('%1 found', '%1 found', total);
}
