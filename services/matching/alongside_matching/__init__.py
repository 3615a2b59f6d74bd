"""Hears admitted submissions, finds an eligible offer and holds a place in it until it is answered."""
