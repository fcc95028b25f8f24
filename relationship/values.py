"""Values: dataclasses that nobody changes. The type checker holds everybody to it.

At run time they are not frozen: a frozen dataclass sets each field by way of `object.__setattr__`, so that one with
twenty fields takes three times as long to make, and a look at one relationship makes dozens.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A class whose instances are compared and hashed by what they hold, and never change."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def folded_value(cls: type[T]) -> type[T]:
    """The same with room for what is made of it later (`cached_property`); it equals only itself."""
    return dataclass(eq=False)(cls)
