"""Doctor: what works on this computer and what does not, in sentences, each with a way to mend it.

Everything that can crash or is heavy is tried in a process of its own: a broken torch ends up as a sentence, and the
doctor itself needs nothing but the standard library.
"""

from tellapart.doctor.checks import examine
from tellapart.doctor.installed import CheckResult
from tellapart.doctor.torch_pair import examine_torch, examine_torch_pair

__all__ = ["CheckResult", "examine", "examine_torch", "examine_torch_pair"]
