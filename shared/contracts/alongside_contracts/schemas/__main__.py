"""`python -m alongside_contracts.schemas`: see `gate`."""

import sys

from alongside_contracts.schemas.gate import main

if __name__ == "__main__":
    sys.exit(main())
