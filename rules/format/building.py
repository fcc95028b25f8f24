"""The policy from the file's models: everything that may be left out is filled in."""

from relationship.parties import Contractor, Owner
from rules.format.schema import (
    CheckInsBlock,
    ConditionsBlock,
    ContractorBlock,
    DefaultsBlock,
    LimitsBlock,
    MailboxBlock,
    OwnerBlock,
    RuleBlock,
    RulesFile,
    StepBlock,
    spaced,
)
from rules.format.servers import keeps_copies
from rules.policy import CheckIns, Limits, Mailbox, Policy, Rule, Step, TemperatureTuning, Words

CADENCE_PHASES = ("onboarding", "active", "backup")


def policy_of(file: RulesFile) -> Policy:
    """The policy of a file without faults."""
    mailbox = _mailbox(file.mailbox)
    return Policy(
        mode=file.mode,
        mailbox=mailbox,
        owner=_owner(file.owner, (mailbox.address, *mailbox.aliases)),
        contractors=tuple(_contractor(block, file.defaults) for block in file.contractors),
        check_ins=_check_ins(file.check_ins),
        limits=_limits(file.limits),
        words=Words(tuple(file.closers), tuple(file.asks), tuple(file.done), tuple(file.bad_news)),
        temperature=TemperatureTuning(
            file.temperature.cooling_below, file.temperature.cold_below, dict(file.temperature.signals)
        ),
        rules=tuple(map(_rule, file.rules)),
        digest=file.owner.digest,
    )


def _mailbox(block: MailboxBlock) -> Mailbox:
    login = block.login or block.address
    smtp_login, smtp_password = block.smtp_login or login, block.smtp_password or block.password
    if block.smtp_login == "none":
        smtp_login = smtp_password = ""
    return Mailbox(
        address=block.address,
        imap=block.imap,
        smtp=block.smtp,
        login=login,
        password=block.password,
        smtp_login=smtp_login,
        smtp_password=smtp_password,
        oauth=block.oauth,
        folders=tuple(block.folders),
        poll=block.poll,
        history=block.history,
        copies=block.copies or ("server" if keeps_copies(block.smtp) else "bcc"),
        trust=block.trust,
        aliases=_each_once(block.aliases),
        starred=block.starred,
    )


def _owner(block: OwnerBlock, mailbox: tuple[str, ...]) -> Owner:
    return Owner(
        name=block.name,
        addresses=_each_once(block.email),
        timezone=block.timezone,
        hours=block.hours,
        holidays=block.holidays,
        away=tuple(block.away),
        team=_each_once(block.team),
        mailbox=mailbox,
        locale=block.locale,
    )


def _contractor(block: ContractorBlock, defaults: DefaultsBlock) -> Contractor:
    return Contractor(
        name=block.name,
        addresses=_each_once(block.email),
        timezone=block.timezone or defaults.timezone,
        hours=block.hours or defaults.hours,
        holidays=block.holidays or defaults.holidays,
        away=tuple(block.away),
        role=block.role,
        since=block.since,
        language=block.language or defaults.language,
        good_at=tuple(block.good_at),
        not_for=tuple(block.not_for),
        pay=tuple(block.pay),
        tags=tuple(block.tags),
        fixed_phase=block.phase,
        check_ins=block.check_ins,
        onboarding_lasts=block.onboarding_lasts or defaults.onboarding_lasts,
    )


def _check_ins(block: CheckInsBlock) -> CheckIns:
    cadence = {phase: getattr(block, phase) for phase in CADENCE_PHASES}
    return CheckIns(cadence, block.length, block.notice, block.where)


def _limits(block: LimitsBlock) -> Limits:
    return Limits(
        per_contractor=tuple(block.per_contractor),
        in_total=tuple(block.in_total),
        any_time=block.deliver == "any time",
        stale_after=block.stale_after,
        owner_first=block.owner_first,
        in_doubt=block.in_doubt,
    )


def _rule(block: RuleBlock) -> Rule:
    lone = block.send or block.invite
    return Rule(
        name=block.name,
        when=block.when,
        steps=(Step(lone),) if lone else tuple(_step(step) for step in block.steps),
        conditions=_conditions(block.if_),
        invite=bool(block.invite),
        at_most=block.at_most,
        any_time=None if block.deliver is None else block.deliver == "any time",
        approve=block.approve == "owner",
        rhythm=block.on,
    )


def _conditions(block: ConditionsBlock) -> dict[str, object]:
    """What was written, by the names of the file, in its order."""
    written = [
        (name, getattr(block, name)) for name in type(block).model_fields if name in block.model_fields_set
    ]
    return {spaced(name): tuple(value) if isinstance(value, list) else value for name, value in written}


def _step(block: StepBlock) -> Step:
    return Step(block.send, block.after, block.before)


def _each_once(addresses: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
