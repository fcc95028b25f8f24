"""From facts to a story: one relationship's facts folded, with what was folded before kept where nothing changed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from relationship.correspondence.correspondence import Correspondence, correspondence
from relationship.correspondence.past import Past
from relationship.facts import Facts, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter
from relationship.facts.messages import Message, Side, letter_of
from relationship.facts.news import News
from relationship.invitations import answers, bookings
from relationship.parties import Contractor, Owner
from relationship.story import Story

NO_NEWS: Mapping[str, News] = MappingProxyType({})


def tell(
    key: str,
    contractor: Contractor,
    owner: Owner,
    profile: Profile,
    facts: Facts,
    news: Mapping[str, News] = NO_NEWS,
    before: Story | None = None,
) -> Story:
    """Fold one relationship's facts into its story; `before`, as it was last, saves what has not changed."""
    mail = correspondence(facts.messages, facts.letters, before.mail if before else None)
    letters = _by_copies(facts.letters, mail.copies)
    story = Story(
        key=key,
        contractor=contractor,
        owner=owner,
        profile=profile,
        mail=mail,
        decisions=facts.decisions,
        letters=letters,
        check_ins=_check_ins(before, contractor, owner, profile, facts, mail, letters),
        temperatures=facts.temperatures,
        news=news,
        noted=facts.check_ins,
        past=_known_past(before, facts),
    )
    if before:
        _keep(story, before)
    return story


def _keep(story: Story, before: Story) -> None:
    """What was folded from facts that are the same need not be folded again."""
    who = story.contractor is before.contractor and story.profile is before.profile
    mail = story.mail is before.mail and story.past is before.past
    decided, written = story.decisions is before.decisions, story.letters is before.letters
    same = (
        (written, ("pending", "invitations", "on_their_way")),
        (decided, ("held", "_holds")),
        (decided and written, ("dealt_with",)),
        (mail and who, ("absences", "bouncing", "paused_by")),
    )
    kept = (name for is_same, names in same if is_same for name in names if name in before.__dict__)
    story.__dict__.update({name: before.__dict__[name] for name in kept})


def _known_past(before: Story | None, facts: Facts) -> Past:
    if before is None:
        return Past(facts.summaries)
    return before.past if before.past.summaries is facts.summaries else Past(facts.summaries, before.past)


def _check_ins(
    before: Story | None,
    contractor: Contractor,
    owner: Owner,
    profile: Profile,
    facts: Facts,
    mail: Correspondence,
    letters: Mapping[str, Letter],
) -> Mapping[str, CheckIn]:
    """The check-ins; as they stood, where nothing came in that says something about them."""
    if before and before.noted is facts.check_ins:
        who = before.contractor is contractor and before.owner is owner and before.profile is profile
        if who and before.mail.of_calls is mail.of_calls and before.mail.copies is mail.copies:
            return before.check_ins
    title = bookings.title_of(owner, contractor)
    return answers.fold(facts.check_ins, mail.of_calls, letters, _invited(contractor, owner, profile), title)


def _by_copies(letters: Mapping[str, Letter], copies: Collection[Message]) -> Mapping[str, Letter]:
    """The letters with the Message-IDs under which a provider really sent them, as their copies show."""
    found: dict[str, Letter] = {}
    for message in copies:
        letter = found.get(token := letter_of(message)) or letters.get(token)
        if letter and message.message_id not in ("", letter.message_id, letter.alias):
            found[token] = replace(letter, alias=message.message_id)
    return {**letters, **found} if found else letters


def _invited(contractor: Contractor, owner: Owner, profile: Profile) -> dict[Side, tuple[str, ...]]:
    """The addresses under which each side answers invitations."""
    return {
        Side.CONTRACTOR: contractor.addresses + profile.addresses,
        Side.OWNER: owner.addresses + owner.team,
    }
