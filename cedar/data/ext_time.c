#include "ext.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ext_text.h"

#define SECOND	INT64_C(1000)
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

#define YEAR_FIRST	(-719528 * DAY)		/* 0000-01-01 */
#define YEAR_LAST	(2932897 * DAY - 1)	/* the last of year 9999 */
#define OFFSET_MAX	(23 * HOUR + 59 * MINUTE)

struct date {
	int64_t		year;
	unsigned	month, day;	/* from 1 */
};

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned
month_days(const struct date *d)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31,
	    30, 31, 30, 31 };

	return days[d->month - 1] + (d->month == 2 && is_leap(d->year));
}

static int64_t
div_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01.  Years begin in March here, so that the leap day is
 * the last: month m (March is 0) begins at day (153 * m + 2) / 5, and 400 years
 * have 146097 days.
 */
static int64_t
date_to_days(const struct date *d)
{
	int64_t year = d->year - (d->month <= 2);
	int64_t era = div_floor(year, 400), in_era = year - era * 400;
	int64_t month = (d->month + 9) % 12;
	int64_t day = (153 * month + 2) / 5 + d->day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + day -
	    719468;
}

static void
date_from_days(struct date *d, int64_t days)
{
	int64_t era, in_era, year, day, month;

	days += 719468;
	era = div_floor(days, 146097);
	in_era = days - era * 146097;
	year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) /
	    365;
	day = in_era - (365 * year + year / 4 - year / 100);
	month = (5 * day + 2) / 153;
	d->day = (unsigned)(day - (153 * month + 2) / 5 + 1);
	d->month = (unsigned)(month < 10 ? month + 3 : month - 9);
	d->year = era * 400 + year + (d->month <= 2);
}

/* YYYY-MM-DD */
static int
get_date(struct ext_text *t, int64_t *ms)
{
	struct date d;
	unsigned year;

	if (ext_digits(t, 4, &year) == -1 || !ext_skip(t, '-') ||
	    ext_digits(t, 2, &d.month) == -1 || !ext_skip(t, '-') ||
	    ext_digits(t, 2, &d.day) == -1)
		return -1;
	d.year = year;
	if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > month_days(&d))
		return -1;
	*ms = date_to_days(&d) * DAY;
	return 0;
}

/* THH:MM:SS without leap seconds, optionally .SSS */
static int
get_time(struct ext_text *t, int64_t *ms)
{
	unsigned h, m, s, part = 0;

	if (!ext_skip(t, 'T') || ext_digits(t, 2, &h) == -1 ||
	    !ext_skip(t, ':') || ext_digits(t, 2, &m) == -1 ||
	    !ext_skip(t, ':') || ext_digits(t, 2, &s) == -1 ||
	    h > 23 || m > 59 || s > 59)
		return -1;
	if (ext_skip(t, '.') && ext_digits(t, 3, &part) == -1)
		return -1;
	*ms += h * HOUR + m * MINUTE + s * SECOND + part;
	return 0;
}

/* Z, +hhmm or -hhmm */
static int
get_offset(struct ext_text *t, int64_t *ms)
{
	unsigned h, m;
	bool minus;

	if (ext_skip(t, 'Z'))
		return 0;
	minus = ext_skip(t, '-');
	if ((!minus && !ext_skip(t, '+')) || ext_digits(t, 2, &h) == -1 ||
	    ext_digits(t, 2, &m) == -1 || h > 23 || m > 59)
		return -1;
	*ms += (minus ? 1 : -1) * (h * HOUR + m * MINUTE);
	return 0;
}

int
ext_parse_datetime(const char *text, size_t len, int64_t *ms)
{
	struct ext_text t = { text, text + len };

	if (get_date(&t, ms) == -1)
		return ext_bad();
	if (t.p == t.end)
		return 0;
	if (get_time(&t, ms) == -1 || get_offset(&t, ms) == -1 ||
	    t.p != t.end)
		return ext_bad();
	return 0;
}

static int
put_time(char *dst, size_t cap, int64_t ms)
{
	int n = snprintf(dst, cap, "T%02d:%02d:%02d", (int)(ms / HOUR),
	    (int)(ms / MINUTE % 60), (int)(ms / SECOND % 60));

	if (ms % SECOND != 0)
		n += snprintf(dst + n, cap - (size_t)n, ".%03d",
		    (int)(ms % SECOND));
	return n;
}

/*
 * A text has at most year 9999, plus the largest offset.  Years beyond that,
 * which only offset() makes, are written with a sign.
 */
void
ext_format_datetime(int64_t ms, char dst[EXT_TEXT_MAX])
{
	const char *zone = "Z";
	struct date d;
	int n;

	if (ms > YEAR_LAST && ms <= YEAR_LAST + OFFSET_MAX) {
		zone = "-2359";
		ms -= OFFSET_MAX;
	} else if (ms < YEAR_FIRST && ms >= YEAR_FIRST - OFFSET_MAX) {
		zone = "+2359";
		ms += OFFSET_MAX;
	}
	date_from_days(&d, div_floor(ms, DAY));
	n = snprintf(dst, EXT_TEXT_MAX, ms < YEAR_FIRST || ms > YEAR_LAST ?
	    "%+05" PRId64 "-%02u-%02u" : "%04" PRId64 "-%02u-%02u",
	    d.year, d.month, d.day);
	ms %= DAY;		/* the day's start may be out of range */
	if (ms < 0)
		ms += DAY;
	if (ms == 0 && *zone == 'Z')
		return;
	n += put_time(dst + n, EXT_TEXT_MAX - (size_t)n, ms);
	snprintf(dst + n, EXT_TEXT_MAX - (size_t)n, "%s", zone);
}

static const struct unit {
	const char	*name;
	int64_t		 ms;
} units[] = {
	{ "d", DAY }, { "h", HOUR }, { "m", MINUTE }, { "s", SECOND },
	{ "ms", 1 },
};
#define UNITS	(sizeof(units) / sizeof(units[0]))

/* The next unit, at or after units[from]; or UNITS. */
static size_t
get_unit(struct ext_text *t, size_t from)
{
	const char *name = t->p;
	size_t len;

	while (t->p < t->end && (*t->p < '0' || *t->p > '9'))
		t->p++;
	len = (size_t)(t->p - name);
	for (; from < UNITS; from++)
		if (len == strlen(units[from].name) &&
		    memcmp(name, units[from].name, len) == 0)
			break;
	return from;
}

/* -?, then quantities with their units, each at most once, largest first. */
int
ext_parse_duration(const char *text, size_t len, int64_t *ms)
{
	struct ext_text t = { text, text + len };
	bool minus = ext_skip(&t, '-');
	size_t unit = 0;
	uint64_t n;

	*ms = 0;
	do {
		if (ext_number(&t, &n) == 0 ||
		    (unit = get_unit(&t, unit)) == UNITS ||
		    ext_add(ms, n, units[unit++].ms, minus) == -1)
			return ext_bad();
	} while (t.p < t.end);
	return 0;
}

void
ext_format_duration(int64_t ms, char dst[EXT_TEXT_MAX])
{
	uint64_t left = ms < 0 ? -(uint64_t)ms : (uint64_t)ms, n;
	int len = snprintf(dst, EXT_TEXT_MAX, "%s", ms < 0 ? "-" : "");

	for (size_t i = 0; i < UNITS; i++) {
		n = left / (uint64_t)units[i].ms;
		left %= (uint64_t)units[i].ms;
		if (n > 0 || (ms == 0 && i == UNITS - 1))
			len += snprintf(dst + len, EXT_TEXT_MAX - (size_t)len,
			    "%" PRIu64 "%s", n, units[i].name);
	}
}
