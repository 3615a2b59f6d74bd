"""How texts of publishers are read, by every service that imports their directories or lists of meetings.

`texts` repairs what exporters damaged and folds spellings; `families` recognises what is for families and friends.
"""
