"""Run the service: `python -m alongside_milestones`, or `… migrate` to bring its database up to date."""

from alongside_chassis.main import main

if __name__ == "__main__":
    main("alongside_milestones")
