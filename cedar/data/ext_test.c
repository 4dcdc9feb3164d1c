#include "ext.h"

#include <atf-c.h>

#include <string.h>

typedef int parse_fn(const char *, size_t, int64_t *);

static void
number(parse_fn *parse, enum value_kind kind, const char *text, int64_t n,
    const char *canonical)
{
	struct value v = { .kind = kind };
	char again[EXT_TEXT_MAX];

	ATF_REQUIRE_MSG(parse(text, strlen(text), &v.n) == 0, "%s", text);
	ATF_CHECK_EQ_MSG(v.n, n, "%s: %lld", text, (long long)v.n);
	ATF_CHECK_STREQ(ext_format(v, again), canonical);
	ATF_REQUIRE(parse(again, strlen(again), &v.n) == 0);
	ATF_CHECK_EQ_MSG(v.n, n, "%s", again);
}

static void
refused(parse_fn *parse, const char *const *texts, size_t n)
{
	int64_t out;

	for (size_t i = 0; i < n; i++)
		ATF_CHECK_MSG(parse(texts[i], strlen(texts[i]), &out) == -1,
		    "%s", texts[i]);
}
#define REFUSED(parse, ...) do { \
	static const char *const texts[] = { __VA_ARGS__ }; \
	refused(parse, texts, sizeof(texts) / sizeof(texts[0])); \
} while (0)

static void
address(const char *text, const char *canonical)
{
	char again[EXT_TEXT_MAX];
	struct ip ip, same;
	struct value v = { .kind = VALUE_IP, .ip = &ip };

	ATF_REQUIRE_MSG(ext_parse_ip(text, strlen(text), &ip) == 0, "%s", text);
	ATF_CHECK_STREQ(ext_format(v, again), canonical);
	ATF_REQUIRE_EQ(ext_parse_ip(again, strlen(again), &same), 0);
	ATF_CHECK(memcmp(&ip, &same, sizeof(ip)) == 0);
}

static void
no_address(const char *text)
{
	struct ip ip;

	ATF_CHECK_MSG(ext_parse_ip(text, strlen(text), &ip) == -1, "%s", text);
}

ATF_TC_WITHOUT_HEAD(decimals_are_read_and_written);
ATF_TC_BODY(decimals_are_read_and_written, tc)
{
	number(ext_parse_decimal, VALUE_DECIMAL, "1.0", 10000, "1.0");
	number(ext_parse_decimal, VALUE_DECIMAL, "1.2300", 12300, "1.23");
	number(ext_parse_decimal, VALUE_DECIMAL, "-0.5", -5000, "-0.5");
	number(ext_parse_decimal, VALUE_DECIMAL, "-0.0", 0, "0.0");
	number(ext_parse_decimal, VALUE_DECIMAL, "0.0001", 1, "0.0001");
	number(ext_parse_decimal, VALUE_DECIMAL, "00012.01", 120100, "12.01");
	number(ext_parse_decimal, VALUE_DECIMAL, "922337203685477.5807",
	    INT64_MAX, "922337203685477.5807");
	number(ext_parse_decimal, VALUE_DECIMAL, "-922337203685477.5808",
	    INT64_MIN, "-922337203685477.5808");
	REFUSED(ext_parse_decimal, "", "1", "1.", ".1", "+1.0", "--1.0",
	    "1.00000", "1.0 ", "1.-5", "1.0\n", "922337203685477.5808",
	    "-922337203685477.5809", "99999999999999999999999999.0",
	    "18446744073709551616.0", "-.5", "1,5");
}

ATF_TC_WITHOUT_HEAD(durations_are_read_and_written);
ATF_TC_BODY(durations_are_read_and_written, tc)
{
	number(ext_parse_duration, VALUE_DURATION, "1d2h3m4s5ms", 93784005,
	    "1d2h3m4s5ms");
	number(ext_parse_duration, VALUE_DURATION, "90m", 5400000, "1h30m");
	number(ext_parse_duration, VALUE_DURATION, "-1m1ms", -60001, "-1m1ms");
	number(ext_parse_duration, VALUE_DURATION, "-0ms", 0, "0ms");
	number(ext_parse_duration, VALUE_DURATION,
	    "000000000000000000000000001s", 1000, "1s");
	number(ext_parse_duration, VALUE_DURATION, "9223372036854775807ms",
	    INT64_MAX, "106751991167d7h12m55s807ms");
	number(ext_parse_duration, VALUE_DURATION, "-9223372036854775808ms",
	    INT64_MIN, "-106751991167d7h12m55s808ms");
	REFUSED(ext_parse_duration, "", "-", "+1d", "1", "d", "1h1d", "1ms1m",
	    "1s1s", "1D", "1s ", "1s\n", "--1s", "1msm", "1sm", "1h-1m",
	    "9223372036854775808ms", "-9223372036854775809ms",
	    "18446744073709551616ms", "9223372036854775s808ms", "1dd");
}

ATF_TC_WITHOUT_HEAD(datetimes_are_read_and_written);
ATF_TC_BODY(datetimes_are_read_and_written, tc)
{
	number(ext_parse_datetime, VALUE_DATETIME, "1970-01-01", 0,
	    "1970-01-01");
	number(ext_parse_datetime, VALUE_DATETIME, "2024-10-15T11:38:02.101Z",
	    1728992282101, "2024-10-15T11:38:02.101Z");
	number(ext_parse_datetime, VALUE_DATETIME, "2024-10-15T11:38:02+1134",
	    1728950642000, "2024-10-15T00:04:02Z");
	number(ext_parse_datetime, VALUE_DATETIME,
	    "1969-12-31T23:59:59.999-0000", -1, "1969-12-31T23:59:59.999Z");
	number(ext_parse_datetime, VALUE_DATETIME, "2000-02-29", 951782400000,
	    "2000-02-29");
	number(ext_parse_datetime, VALUE_DATETIME, "0000-01-01",
	    -62167219200000, "0000-01-01");
	number(ext_parse_datetime, VALUE_DATETIME, "0000-01-01T00:00:00+2359",
	    -62167305540000, "0000-01-01T00:00:00+2359");
	number(ext_parse_datetime, VALUE_DATETIME,
	    "9999-12-31T23:59:59.999-2359", 253402387139999,
	    "9999-12-31T23:59:59.999-2359");
	REFUSED(ext_parse_datetime, "", "2024-10-1", "10000-01-01",
	    "2023-02-29", "1900-02-29", "2024-00-01", "2024-13-01",
	    "2024-04-31", "2024-01-00", "2024-01-01T", "2024-01-01Z",
	    "2024-01-01T00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
	    "2016-12-31T23:59:60Z", "2024-01-01T00:00:00",
	    "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.1234Z",
	    "2024-01-01T00:00:00ZZ", "2024-01-01T00:00:00+2400",
	    "2024-01-01T00:00:00+0060", "2024-01-01T00:00:00+00:00",
	    "2024-01-01t00:00:00z", "2024-01-01 00:00:00Z", "+2024-01-01",
	    "2024-01-01T00:00:00Z\n");
}

static int
parse_address(const char *text, size_t len, int64_t *out)
{
	struct ip ip;

	*out = 0;
	return ext_parse_ip(text, len, &ip);
}

/* No text is one with a NUL added, or put in place of a byte. */
ATF_TC_WITHOUT_HEAD(nul_is_refused_at_each_place);
ATF_TC_BODY(nul_is_refused_at_each_place, tc)
{
	static const struct {
		parse_fn	*parse;
		const char	*text;
	} all[] = {
		{ ext_parse_decimal, "-12.3400" },
		{ ext_parse_duration, "-1d2h3m4s5ms" },
		{ ext_parse_duration, "1ms" },
		{ ext_parse_datetime, "2024-10-15" },
		{ ext_parse_datetime, "2024-10-15T11:38:02.101+1134" },
		{ ext_parse_datetime, "2024-10-15T11:38:02Z" },
		{ parse_address, "10.0.0.0/8" },
		{ parse_address, "1:2:3:4:5:6:7:8/64" },
		{ parse_address, "ff::1" },
		{ parse_address, "::" },
	};
	char copy[64];
	int64_t out;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const size_t len = strlen(all[i].text);

		ATF_CHECK(all[i].parse(all[i].text, len, &out) == 0);
		for (size_t at = 0; at <= len; at++) {
			memcpy(copy, all[i].text, at);
			copy[at] = '\0';
			memcpy(copy + at + 1, all[i].text + at, len - at);
			ATF_CHECK_MSG(all[i].parse(copy, len + 1, &out) == -1,
			    "%s with a NUL before byte %zu", all[i].text, at);
			if (at == len)
				break;
			memcpy(copy, all[i].text, len);
			copy[at] = '\0';
			ATF_CHECK_MSG(all[i].parse(copy, len, &out) == -1,
			    "%s with a NUL as byte %zu", all[i].text, at);
		}
	}
}

ATF_TC_WITHOUT_HEAD(every_day_of_ten_thousand_years_has_its_date);
ATF_TC_BODY(every_day_of_ten_thousand_years_has_its_date, tc)
{
	struct value v = { .kind = VALUE_DATETIME };
	char text[EXT_TEXT_MAX], last[EXT_TEXT_MAX] = "";
	int64_t ms;

	for (int64_t day = -719528; day < 2932897; day++) {
		v.n = day * 86400000;
		ext_format(v, text);
		if (ext_parse_datetime(text, strlen(text), &ms) == -1 ||
		    ms != v.n || strcmp(last, text) >= 0)
			atf_tc_fail("day %lld is %s", (long long)day, text);
		memcpy(last, text, sizeof(last));
	}
	ATF_CHECK_STREQ(last, "9999-12-31");
}

ATF_TC_WITHOUT_HEAD(datetimes_beyond_texts_are_written);
ATF_TC_BODY(datetimes_beyond_texts_are_written, tc)
{
	struct value v = { .kind = VALUE_DATETIME, .n = INT64_MAX };
	char text[EXT_TEXT_MAX];

	ATF_CHECK_STREQ(ext_format(v, text), "+292278994-08-17T07:12:55.807Z");
	v.n = INT64_MIN;
	ATF_CHECK_STREQ(ext_format(v, text), "-292275055-05-16T16:47:04.192Z");
}

ATF_TC_WITHOUT_HEAD(addresses_are_read_and_written);
ATF_TC_BODY(addresses_are_read_and_written, tc)
{
	address("10.0.0.1", "10.0.0.1");
	address("10.0.0.1/32", "10.0.0.1");
	address("255.255.255.255/0", "255.255.255.255/0");
	address("::", "::");
	address("::1", "::1");
	address("::1/128", "::1");
	address("1::", "1::");
	address("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0");
	address("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8");
	address("1:0:0:2:0:0:0:3/64", "1:0:0:2::3/64");
	address("0000:0000:0000:0000:0000:0000:0000:0001/127", "::1/127");
	address("::FFFF:0A00:0001", "::ffff:a00:1");
	address("2001:db8::8:800:200c:417a", "2001:db8::8:800:200c:417a");
}

ATF_TC_WITHOUT_HEAD(what_is_no_address_is_refused);
ATF_TC_BODY(what_is_no_address_is_refused, tc)
{
	static const char *const texts[] = { "", "1.2.3", "1.2.3.4.", "1..3.4",
	    "256.0.0.0", "01.2.3.4", "0.0.0.00", " 1.2.3.4", "1.2.3.4 ",
	    "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/+4", "1.2.3.4/04", "1.2.3.4/-1",
	    "1.2.3.4/256", "1.2.3.4/32/3", "1.2.3.4:80", "/", ":", ":::",
	    "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:9",
	    "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
	    "1::2::3", "g::", "::00001", "::1%1", "[::1]", "::ffff:1.2.3.4",
	    "::1.2.3.4", "::/129", "::/00", "::/", "::/0/0", "1:2::/x" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		no_address(texts[i]);
}

ATF_TC_WITHOUT_HEAD(operands_of_wrong_kinds_are_refused);
ATF_TC_BODY(operands_of_wrong_kinds_are_refused, tc)
{
	struct ip ip = { 0 };
	struct value args[2], out;
	const char *why;
	int good = 0;

	for (int fn = 0; fn < FN_COUNT; fn++)
		for (int k1 = 0; k1 < VALUE_KINDS; k1++)
			for (int k2 = 0; k2 < VALUE_KINDS; k2++) {
				static const struct str empty = { 0 };

				args[0] = (struct value){ .kind = k1 };
				args[1] = (struct value){ .kind = k2 };
				if (k1 == VALUE_IP)
					args[0].ip = &ip;
				if (k1 == VALUE_STRING)
					args[0].str = &empty;
				if (k2 == VALUE_IP)
					args[1].ip = &ip;
				if (ext_call(fn, args, 2, &ip, &out, &why) ==
				    0)
					good++;
				else
					ATF_CHECK(why != NULL);
			}
	/* Four of decimals, isInRange, offset, durationSince. */
	ATF_CHECK_EQ(good, 7);
	ATF_CHECK_EQ(ext_call(FN_IP_IS_V4, args, 0, &ip, &out, &why), -1);
	ATF_CHECK_STREQ(why, "wrong number of operands");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, decimals_are_read_and_written);
	ATF_TP_ADD_TC(tp, durations_are_read_and_written);
	ATF_TP_ADD_TC(tp, datetimes_are_read_and_written);
	ATF_TP_ADD_TC(tp, nul_is_refused_at_each_place);
	ATF_TP_ADD_TC(tp, every_day_of_ten_thousand_years_has_its_date);
	ATF_TP_ADD_TC(tp, datetimes_beyond_texts_are_written);
	ATF_TP_ADD_TC(tp, addresses_are_read_and_written);
	ATF_TP_ADD_TC(tp, what_is_no_address_is_refused);
	ATF_TP_ADD_TC(tp, operands_of_wrong_kinds_are_refused);
	return atf_no_error();
}
