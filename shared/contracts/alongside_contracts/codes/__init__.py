"""The code lists of the network, as data: which codes there are, what they are called, and what rules read about them.

`lists/<name>.json` holds one list. A list is open, or closed for ever with its reason. Codes are added to an open list as
data; a region may add its own codes in `regions/<id>.json`. Where codes come in (fields.py), only listed ones
are taken; readers of the network's own streams carry an unknown code along.
"""

from alongside_contracts.codes.code_lists import AUDIENCES, LANGUAGES, Code, CodeList, Codes
from alongside_contracts.codes.installed import install, installed, using
from alongside_contracts.codes.loading import CodesError, load_codes

__all__ = [
    "AUDIENCES",
    "LANGUAGES",
    "Code",
    "CodeList",
    "Codes",
    "CodesError",
    "install",
    "installed",
    "load_codes",
    "using",
]
