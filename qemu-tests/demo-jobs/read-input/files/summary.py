"""Sums a table by year: reads the file that is named, prints a line a year."""
import csv
import os
import sys


def totals(path):
    by_year = {}
    with open(path, newline="") as f:
        for row in csv.DictReader(f):
            year = int(row["year"])
            by_year[year] = by_year.get(year, 0) + int(row["tonnes"])
    return by_year


def main():
    path = sys.argv[1]
    by_year = totals(path)
    print("python %d.%d, user %d, reading %s" % (
        sys.version_info[0], sys.version_info[1], os.getuid(),
        os.path.abspath(path)))
    for year in sorted(by_year):
        print("%d %4d t" % (year, by_year[year]))
    print("sum  %4d t" % sum(by_year.values()))


main()
