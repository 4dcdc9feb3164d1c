#include "ext.h"

#include <assert.h>
#include <string.h>

#include "ext_text.h"

#define SECOND	1000
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

const char *
ext_format(struct value v, char dst[EXT_TEXT_MAX])
{
	dst[0] = '\0';
	if (v.kind == VALUE_DECIMAL)
		ext_format_decimal(v.n, dst);
	else if (v.kind == VALUE_IP)
		ext_format_ip(v.ip, dst);
	else if (v.kind == VALUE_DATETIME)
		ext_format_datetime(v.n, dst);
	else if (v.kind == VALUE_DURATION)
		ext_format_duration(v.n, dst);
	return dst;
}

/*
 * A call: operands of the right kinds, and room for the result.  Handlers
 * return NULL, or the reason why there is no result.
 */
struct call {
	const struct value	*args;
	struct ip		*ip;
	struct value		*out;
};

static const char *
answer_bool(struct call *c, bool b)
{
	*c->out = (struct value){ .kind = VALUE_BOOL, .b = b };
	return NULL;
}

static const char *
answer_number(struct call *c, enum value_kind kind, int64_t n)
{
	*c->out = (struct value){ .kind = kind, .n = n };
	return NULL;
}

typedef int parse_fn(const char *, size_t, int64_t *);

static const char *
make_number(struct call *c, enum value_kind kind, parse_fn *parse)
{
	const struct str *s = c->args[0].str;
	int64_t n;

	if (parse(s->bytes, s->len, &n) == -1)
		return "malformed text, or a value out of range";
	return answer_number(c, kind, n);
}

static const char *
call_decimal(struct call *c)
{
	return make_number(c, VALUE_DECIMAL, ext_parse_decimal);
}

static const char *
call_datetime(struct call *c)
{
	return make_number(c, VALUE_DATETIME, ext_parse_datetime);
}

static const char *
call_duration(struct call *c)
{
	return make_number(c, VALUE_DURATION, ext_parse_duration);
}

static const char *
call_ip(struct call *c)
{
	const struct str *s = c->args[0].str;

	if (ext_parse_ip(s->bytes, s->len, c->ip) == -1)
		return "malformed address";
	*c->out = (struct value){ .kind = VALUE_IP, .ip = c->ip };
	return NULL;
}

static const char *
call_decimal_lt(struct call *c)
{
	return answer_bool(c, c->args[0].n < c->args[1].n);
}

static const char *
call_decimal_le(struct call *c)
{
	return answer_bool(c, c->args[0].n <= c->args[1].n);
}

static const char *
call_decimal_gt(struct call *c)
{
	return answer_bool(c, c->args[0].n > c->args[1].n);
}

static const char *
call_decimal_ge(struct call *c)
{
	return answer_bool(c, c->args[0].n >= c->args[1].n);
}

/* Whether all addresses of a network are in another. */
static bool
in_range(const struct ip *a, const struct ip *net)
{
	unsigned bytes = net->prefix / 8, bits = net->prefix % 8;

	if (a->v6 != net->v6 || a->prefix < net->prefix ||
	    memcmp(a->addr, net->addr, bytes) != 0)
		return false;
	return bits == 0 ||
	    (a->addr[bytes] ^ net->addr[bytes]) >> (8 - bits) == 0;
}

static const char *
call_ip_is_v4(struct call *c)
{
	return answer_bool(c, !c->args[0].ip->v6);
}

static const char *
call_ip_is_v6(struct call *c)
{
	return answer_bool(c, c->args[0].ip->v6);
}

static const char *
call_ip_is_loopback(struct call *c)
{
	static const struct ip v4 = { { 127 }, 8, false };
	static const struct ip v6 = { { [15] = 1 }, 128, true };

	return answer_bool(c, in_range(c->args[0].ip, &v4) ||
	    in_range(c->args[0].ip, &v6));
}

static const char *
call_ip_is_multicast(struct call *c)
{
	static const struct ip v4 = { { 224 }, 4, false };
	static const struct ip v6 = { { 0xff }, 8, true };

	return answer_bool(c, in_range(c->args[0].ip, &v4) ||
	    in_range(c->args[0].ip, &v6));
}

static const char *
call_ip_in_range(struct call *c)
{
	return answer_bool(c, in_range(c->args[0].ip, c->args[1].ip));
}

static const char *
call_datetime_offset(struct call *c)
{
	int64_t n;

	if (__builtin_add_overflow(c->args[0].n, c->args[1].n, &n))
		return "beyond 64 bits";
	return answer_number(c, VALUE_DATETIME, n);
}

static const char *
call_datetime_since(struct call *c)
{
	int64_t n;

	if (__builtin_sub_overflow(c->args[0].n, c->args[1].n, &n))
		return "beyond 64 bits";
	return answer_number(c, VALUE_DURATION, n);
}

/* Milliseconds since the midnight before. */
static int64_t
time_of_day(int64_t ms)
{
	return ms % DAY + (ms % DAY < 0 ? DAY : 0);
}

static const char *
call_datetime_to_date(struct call *c)
{
	int64_t n = c->args[0].n;

	if (__builtin_sub_overflow(n, time_of_day(n), &n))
		return "beyond 64 bits";
	return answer_number(c, VALUE_DATETIME, n);
}

static const char *
call_datetime_to_time(struct call *c)
{
	return answer_number(c, VALUE_DURATION, time_of_day(c->args[0].n));
}

static const char *
call_duration_ms(struct call *c)
{
	return answer_number(c, VALUE_LONG, c->args[0].n);
}

static const char *
call_duration_s(struct call *c)
{
	return answer_number(c, VALUE_LONG, c->args[0].n / SECOND);
}

static const char *
call_duration_m(struct call *c)
{
	return answer_number(c, VALUE_LONG, c->args[0].n / MINUTE);
}

static const char *
call_duration_h(struct call *c)
{
	return answer_number(c, VALUE_LONG, c->args[0].n / HOUR);
}

static const char *
call_duration_d(struct call *c)
{
	return answer_number(c, VALUE_LONG, c->args[0].n / DAY);
}

#define ANY	VALUE_KINDS	/* there is no second operand */

static const struct handler {
	const char	*(*call)(struct call *);
	int		 kinds[2];
} handlers[] = {
	[FN_DECIMAL] = { call_decimal, { VALUE_STRING, ANY } },
	[FN_DECIMAL_LT] = { call_decimal_lt, { VALUE_DECIMAL, VALUE_DECIMAL } },
	[FN_DECIMAL_LE] = { call_decimal_le, { VALUE_DECIMAL, VALUE_DECIMAL } },
	[FN_DECIMAL_GT] = { call_decimal_gt, { VALUE_DECIMAL, VALUE_DECIMAL } },
	[FN_DECIMAL_GE] = { call_decimal_ge, { VALUE_DECIMAL, VALUE_DECIMAL } },
	[FN_IP] = { call_ip, { VALUE_STRING, ANY } },
	[FN_IP_IS_V4] = { call_ip_is_v4, { VALUE_IP, ANY } },
	[FN_IP_IS_V6] = { call_ip_is_v6, { VALUE_IP, ANY } },
	[FN_IP_IS_LOOPBACK] = { call_ip_is_loopback, { VALUE_IP, ANY } },
	[FN_IP_IS_MULTICAST] = { call_ip_is_multicast, { VALUE_IP, ANY } },
	[FN_IP_IN_RANGE] = { call_ip_in_range, { VALUE_IP, VALUE_IP } },
	[FN_DATETIME] = { call_datetime, { VALUE_STRING, ANY } },
	[FN_DATETIME_OFFSET] = { call_datetime_offset,
	    { VALUE_DATETIME, VALUE_DURATION } },
	[FN_DATETIME_SINCE] = { call_datetime_since,
	    { VALUE_DATETIME, VALUE_DATETIME } },
	[FN_DATETIME_TO_DATE] = { call_datetime_to_date,
	    { VALUE_DATETIME, ANY } },
	[FN_DATETIME_TO_TIME] = { call_datetime_to_time,
	    { VALUE_DATETIME, ANY } },
	[FN_DURATION] = { call_duration, { VALUE_STRING, ANY } },
	[FN_DURATION_MS] = { call_duration_ms, { VALUE_DURATION, ANY } },
	[FN_DURATION_S] = { call_duration_s, { VALUE_DURATION, ANY } },
	[FN_DURATION_M] = { call_duration_m, { VALUE_DURATION, ANY } },
	[FN_DURATION_H] = { call_duration_h, { VALUE_DURATION, ANY } },
	[FN_DURATION_D] = { call_duration_d, { VALUE_DURATION, ANY } },
};
static_assert(sizeof(handlers) / sizeof(handlers[0]) == FN_COUNT,
    "a handler for each function");

int
ext_operand_kind(enum fn fn, unsigned i)
{
	return i > 1 || handlers[fn].kinds[i] == ANY ? -1 :
	    handlers[fn].kinds[i];
}

/* The reason for an operand of a wrong kind. */
static const char *
wrong_kind(int kind)
{
	static const char *const texts[VALUE_KINDS] = {
		[VALUE_STRING] = "expected a string",
		[VALUE_DECIMAL] = "expected a decimal",
		[VALUE_IP] = "expected an ipaddr",
		[VALUE_DATETIME] = "expected a datetime",
		[VALUE_DURATION] = "expected a duration",
	};

	return texts[kind];
}

int
ext_call(enum fn fn, const struct value *args, unsigned nargs, struct ip *ip,
    struct value *out, const char **why)
{
	const struct handler *h = &handlers[fn];
	struct call c = { args, ip, out };

	*why = NULL;
	if (nargs != (h->kinds[1] == ANY ? 1 : 2))
		*why = "wrong number of operands";
	for (unsigned i = 0; *why == NULL && i < nargs; i++)
		if ((int)args[i].kind != h->kinds[i])
			*why = wrong_kind(h->kinds[i]);
	if (*why == NULL)
		*why = h->call(&c);
	return *why == NULL ? 0 : -1;
}
