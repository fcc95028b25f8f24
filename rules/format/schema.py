"""The shape of rules.yaml: one model for each block, in the order of the file.

The models say which keys there are and how each value is read; `fields.py`, `people.py` and `servers.py` do
the reading. What concerns more than one value is checked in `checks.py`. Editors get the same models as a
JSON Schema (`schema_json.py`), so the descriptions here are what an owner reads while typing.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from relationship.clocks.durations import Duration
from relationship.facts.temperature import COLD, COOLING, WARM
from relationship.parties import PHASES
from rules.format.conditions import COUNT, RHYTHM, TOOK
from rules.format.fields import (
    DAY,
    DURATION,
    PLAIN_DURATION,
    RATE,
    AnyDuration,
    Days,
    Length,
    Notice,
    OneOrMany,
    PlainDuration,
    Text,
    Truth,
    choice,
    number,
)
from rules.format.people import Address, Digest, Holidays, Hours, Language, PayDay, Zone
from rules.format.positions import Plain
from rules.format.servers import ImapUrl, Label, Secret, SmtpUrl, Trust
from rules.policy import Count, Rate, Took
from rules.rhythm import Rhythm
from rules.triggers import TRIGGERS

CADENCES = ("every day", "every week", "every 2 weeks", "every month", "every 3 months", "never")
EMPTY_LISTS = ("contractors", "rules", "closers", "asks", "done", "bad news")  # nothing may stand below these
EMPTY_BLOCKS = ("defaults", "check-ins", "limits", "temperature")
WORKDAY = "Mon-Fri 09:00-17:00"

Texts = Annotated[list[Text], OneOrMany()]
MaybeTexts = Annotated[list[Text], OneOrMany(may_be_empty=True)]
Addresses = Annotated[list[Address], OneOrMany()]
MaybeAddresses = Annotated[list[Address], OneOrMany(may_be_empty=True)]
MaybeDays = Annotated[list[Days], OneOrMany(may_be_empty=True)]
Rates = Annotated[list[Annotated[Rate, RATE]], OneOrMany()]
Phase = Annotated[str, choice("a phase", *PHASES)]
Temperature = Annotated[str, choice("a temperature", WARM, COOLING, COLD)]
Cadence = Annotated[str, choice("how often check-ins can be", *CADENCES)]
DELIVER = choice("a time of delivery", "in working hours", "any time")
Points = Annotated[int, number(0, 100)]
InARow = Annotated[int, number(1, 1000)]


def spaced(name: str) -> str:
    """The key in the file of a field: words parted by spaces; a Python keyword has a trailing underscore."""
    return name.replace("_", " ").strip()


class Block(BaseModel):
    """A block of keys; spaces in their names, and no key that is not known."""

    model_config = ConfigDict(
        alias_generator=spaced, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )


def keys_of(block: type[Block]) -> tuple[str, ...]:
    """The keys that a block knows, in their order."""
    return tuple(field.alias or spaced(name) for name, field in block.model_fields.items())


def lists_of(block: type[Block]) -> tuple[str, ...]:
    """The keys of a block that take a list."""
    fields = block.model_fields.items()
    return tuple(
        spaced(name) for name, field in fields if any(isinstance(x, OneOrMany) for x in field.metadata)
    )


class MailboxBlock(Block):
    """The shared inbox: where it is, and how it is read."""

    address: Address = Field(description="The shared inbox's own address.")
    aliases: MaybeAddresses = Field([], description="Other addresses whose mail lands in the same inbox.")
    imap: ImapUrl = Field(
        description="The server that mail is read from. Plain imap:// only to this machine."
    )
    smtp: SmtpUrl = Field(description="The server that letters are handed to.")
    login: Text = Field("", description="The user name. Without it: the address.")
    password: Secret = Field("", description="Where the password lies: env:, file:, command: or keyring:.")
    smtp_login: Text = Field(
        "", description="Where it differs from `login`; `none` where the server asks for none."
    )
    smtp_password: Secret = Field("", description="Where it differs from `password`.")
    oauth: Annotated[str, choice("a provider with OAuth 2", "google", "microsoft")] = Field(
        "", description="Log in by OAuth 2 instead."
    )
    folders: Texts = Field(
        [], description="The folders that are read. Without it: all but trash, drafts and junk."
    )
    poll: PlainDuration = Field(
        Duration(60, "seconds"), description="How often to look, where the server is silent."
    )
    history: PlainDuration = Field(
        Duration(180, "days"), description="How far back the first look reads, and stars are looked for."
    )
    copies: Annotated[str, choice("a way to keep copies", "bcc", "server", "append")] = Field(
        "", description="How a letter's copy gets into the shared inbox. `append` promises less."
    )
    trust: Trust = Field(
        "", description="Whose Authentication-Results are believed: a name, topmost, or none."
    )
    starred: Label = Field(
        "", description="A label (Gmail) or tag (Thunderbird) that says thank you instead of the star."
    )


class OwnerBlock(Block):
    """You."""

    name: Text = Field(description="How letters are signed.")
    email: Addresses = Field(description="Your addresses; letters to you go to the first.")
    team: MaybeAddresses = Field([], description="Colleagues who answer for you.")
    timezone: Zone = Field(description="Area/city, such as America/New_York.")
    hours: Hours = Field(WORKDAY, description="When you work, by your own clock.")
    holidays: Holidays = Field(
        "", description="Country, or country and part, whose public holidays you keep."
    )
    away: MaybeDays = Field([], description="Days off, first and last.")
    locale: Language = Field("en-US", description="How dates are read and written.")
    digest: Digest = Field(
        "Monday 08:00", validate_default=True, description="When the weekly digest comes, or off."
    )


class ContractorBlock(Block):
    """One contractor."""

    name: Text = Field(description="First name first: letters greet with it.")
    email: Addresses = Field(description="One address or several; letters go to the first.")
    role: Text = Field("", description="What they do; rules can ask for it.")
    timezone: Zone = Field("", description="Area/city, such as Asia/Manila.")
    hours: Hours = Field("", description="When they work, by their own clock; 21:00-06:00 is a night.")
    holidays: Holidays = Field(
        "", description="Country, or country and part, whose public holidays they keep."
    )
    away: MaybeDays = Field([], description="Days off, first and last.")
    since: Annotated[date | None, DAY] = Field(None, description="When you began to work together.")
    language: Language = Field("", description="The language of letters to them, where a translation exists.")
    good_at: MaybeTexts = Field([], description="What to give them.")
    not_for: MaybeTexts = Field([], description="What not to give them.")
    pay: Annotated[list[PayDay], OneOrMany(may_be_empty=True)] = Field(
        [], description="Days of the month on which they are paid."
    )
    tags: MaybeTexts = Field([], description="Words of your own; rules can ask for them.")
    phase: Phase = Field("", description="Without it: onboarding for a while after `since`, then active.")
    check_ins: Annotated[str, choice("how often check-ins can be", *CADENCES)] = Field(
        "", alias="check-ins", description="How often, whatever the phase; else as `check-ins:` says."
    )
    onboarding_lasts: Annotated[Duration | None, PLAIN_DURATION] = Field(
        None, description="How long the first phase lasts."
    )


class DefaultsBlock(Block):
    """What holds for every contractor that does not say otherwise."""

    timezone: Zone = Field("", description="Area/city, such as Asia/Manila.")
    hours: Hours = Field(WORKDAY, description="When they work, by their own clock.")
    holidays: Holidays = Field("", description="Whose public holidays they keep.")
    language: Language = Field("en", description="The language of letters.")
    onboarding_lasts: PlainDuration = Field(
        Duration(60, "days"), description="How long the first phase lasts."
    )


class CheckInsBlock(Block):
    """Regular calls, booked by invitation."""

    onboarding: Cadence = Field("every week", description="How often, with somebody new.")
    active: Cadence = Field("every month", description="How often, from then on.")
    backup: Cadence = Field("every 3 months", description="How often, with somebody you keep in reserve.")
    length: Length = Field(
        Duration(30, "minutes"), description="How long a call is; one that is booked keeps its own."
    )
    notice: Notice = Field(Duration(3, "days"), description="How long before it the invitation goes out.")
    where: Text = Field("", description="A link or a place; what was invited to keeps the old one.")


class LimitsBlock(Block):
    """What holds whatever the rules say."""

    per_contractor: Rates = Field(
        ["1 a day", "3 a week"], validate_default=True, description="Letters to one person."
    )
    in_total: Rates = Field(
        ["30 an hour"], validate_default=True, description="Letters to all contractors together."
    )
    deliver: Annotated[str, DELIVER] = Field(
        "in working hours", description="In the reader's working hours, or at any time."
    )
    stale_after: AnyDuration = Field(
        Duration(2, "days", working=True), description="A letter this late is dropped instead of sent."
    )
    owner_first: Truth = Field(True, description="Never chase a contractor to whom you owe an older answer.")
    in_doubt: PlainDuration = Field(
        Duration(15, "minutes"), description="How long to look for a letter's copy before it is sent again."
    )


class TemperatureBlock(Block):
    """When a relationship counts as cooling or cold: 100 points, less those of each signal."""

    cooling_below: Points = Field(70, description="Below so many points it is cooling.")
    cold_below: Points = Field(40, description="Below so many points it is cold.")
    signals: dict[str, Points] = Field({}, description="Points off for a signal; the others keep their own.")


class StepBlock(Block):
    """One letter of several."""

    send: Text = Field(description="The letter, such as reminders/gentle.")
    after: Annotated[Duration | None, DURATION] = Field(None, description="How long after the beginning.")
    before: Annotated[Duration | None, DURATION] = Field(None, description="How long before the date.")


class ConditionsBlock(Block):
    """All of these must hold."""

    took: Annotated[Took | None, TOOK] = Field(None, description="How long the answer took.")
    role: Texts = Field([], description="One of these roles.")
    phase: Annotated[list[Phase], OneOrMany()] = Field([], description="One of these phases.")
    tag: Texts = Field([], description="One of these tags.")
    contractor: Texts = Field([], description="One of these people, by name.")
    temperature: Annotated[list[Temperature], OneOrMany()] = Field([], description="One of these.")
    subject_contains: Texts = Field([], description="One of these words stands in the subject.")
    chasers: Annotated[Count | None, COUNT] = Field(None, description="How often it was asked again.")
    on_time: Truth = Field(False, description="Whether the deadline was kept.")
    deliveries_on_time: InARow = Field(0, description="So many in a row.")
    quick_answers: InARow = Field(0, description="So many in a row.")
    lacks: Annotated[list[Annotated[str, choice("what a brief can lack", "deadline")]], OneOrMany()] = Field(
        [], description="What the brief, or the question, does not say."
    )
    about: Annotated[list[Annotated[str, choice("what a brief can be about", "not for")]], OneOrMany()] = (
        Field([], description="`not for`: the brief asks for what this contractor is not for.")
    )


class RuleBlock(Block):
    """When something happens, and if conditions hold, a letter goes out."""

    name: Text = Field(description="A name of your own; `why` speaks of the rule by it.")
    when: Annotated[str, choice("a trigger", *TRIGGERS)] = Field(description="What sets it off.")
    on: Annotated[Rhythm | None, RHYTHM] = Field(
        None, description="For `when: every`: the date that comes round."
    )
    if_: ConditionsBlock = Field(ConditionsBlock(), description="Conditions; all must hold.")
    send: Text = Field("", description="The letter, such as appreciation/quick-answer.")
    steps: list[StepBlock] = Field([], description="Letters in order, each later than the one before.")
    invite: Text = Field("", description="The letter that goes with the calendar invitation.")
    at_most: Annotated[Rate | None, RATE] = Field(None, description="Never more often to one contractor.")
    deliver: Annotated[str | None, DELIVER] = Field(None, description="Other than `limits:` say.")
    approve: Annotated[str, choice("somebody who can approve", "owner")] = Field(
        "", description="You see the letter first, and say ok."
    )


class RulesFile(Block):
    """The whole of rules.yaml."""

    mode: Annotated[str, choice("a mode", "dry-run", "drafts", "live")] = Field(
        "dry-run",
        description="dry-run sends nothing, drafts leaves letters in the Drafts folder, live sends.",
    )
    mailbox: MailboxBlock = Field(description="The shared inbox.")
    owner: OwnerBlock = Field(description="You.")
    contractors: list[ContractorBlock] = Field(description="The people you work with.")
    defaults: DefaultsBlock = Field(DefaultsBlock(), description="For contractors that do not say otherwise.")
    check_ins: CheckInsBlock = Field(CheckInsBlock(), alias="check-ins", description="Regular calls.")
    limits: LimitsBlock = Field(LimitsBlock(), description="What holds whatever the rules say.")
    closers: MaybeTexts = Field([], description="Words that close a conversation, beside the built-in ones.")
    asks: MaybeTexts = Field([], description="Words that ask for an answer, beside the built-in ones.")
    done: MaybeTexts = Field(
        [],
        description="Words that say, as a line or as the first or last sentence, that work is delivered, beside #done.",
    )
    bad_news: MaybeTexts = Field([], description="Words that forbid praise, beside the built-in ones.")
    temperature: TemperatureBlock = Field(
        TemperatureBlock(), description="When a relationship is cooling or cold."
    )
    rules: list[RuleBlock] = Field([], description="What to do when.")


def without_empty_blocks(data: Plain) -> Plain:
    """A block whose lines are all commented out counts as not written; a list counts as empty."""
    if not isinstance(data, dict):
        return data
    kept = {key: [] if value is None and key in EMPTY_LISTS else value for key, value in data.items()}
    return {key: value for key, value in kept.items() if value is not None or key not in EMPTY_BLOCKS}
