"""The rules of a referral: pure, total, standard library only. Facts and a time go in, a named decision comes out."""
