/*
 * The parser of policy text, with one token of look-ahead.  parse_policy.c
 * reads policies, parse_scope.c scopes, parse_expr.c and parse_operand.c
 * expressions.
 *
 * Functions that return int return 0, or -1 with the error set.
 */
#ifndef CEDAR_TEXT_PARSE_H
#define CEDAR_TEXT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/data/build.h"
#include "lex.h"
#include "cedar/data/value.h"

enum parse_frame_kind {
	FRAME_CONDITION, FRAME_PAREN, FRAME_SET, FRAME_RECORD, FRAME_FUNCTION,
	FRAME_METHOD, FRAME_CALL, FRAME_IF, FRAME_THEN, FRAME_ELSE,
	/* Operators inside those that wait for an operand. */
	FRAME_UNARY, FRAME_BINARY,
	FRAME_DONE,	/* a complete relation: no other may follow */
};
#define FRAME_KINDS	(FRAME_DONE + 1)

/* What the parser of an expression expects next. */
enum parse_state { PARSE_OPERAND, PARSE_ACCESS, PARSE_OPERATOR };

/* A part of an expression that is still open. */
struct parse_frame {
	uint8_t			 kind;		/* enum parse_frame_kind */
	uint8_t			 op;		/* enum op or enum fn */
	uint8_t			 level;		/* its precedence */
	uint32_t		 pos;
	uint32_t		 n;		/* elements so far */
	size_t			 names;		/* a record's first name */
	const struct str	*type;		/* IS_IN */
};

/* Each open bracket has at most five levels of operators and four signs. */
#define FRAMES_MAX	((CEDAR_DEPTH_MAX + 2) * 10)

struct parser {
	const struct doc_source *source;
	struct doc_error	*error;
	struct lex		 lex;
	struct lex_token	 token;		/* the next */
	size_t			 before;	/* end of the last one */
	size_t			 start, max;	/* of the policy; its last */
						/* possible end */
	struct arena		*arena;
	struct build		*build;		/* NULL: no policy */
	char			*buf;		/* bytes of a name or string */
	size_t			 buf_len, buf_cap;
	/* Names of the open records; of one `has'; parts of one pattern. */
	const struct str	**names;
	size_t			 nnames, name_cap;
	const struct uid	**uids;		/* of an action's scope */
	size_t			 nuids, uid_cap;
	struct parse_frame		 frames[FRAMES_MAX];
	unsigned		 nframes, nopen;
	enum parse_state	 state;
};

/* Reads the first token.  parse_end() must follow, also after -1. */
int	parse_start(struct parser *, const struct doc_source *,
	    struct arena *, struct build *, struct doc_error *);
void	parse_end(struct parser *);

/* Advances to the next token. */
int	parse_next(struct parser *);
/* Skips a token, which must be of this kind. */
int	parse_expect(struct parser *, enum lex_kind, const char *expected);
bool	parse_at(const struct parser *, enum lex_kind);
bool	parse_at_word(const struct parser *, const char *word);

/* Reports an error at a byte.  Always returns -1. */
int	parse_error(struct parser *, size_t pos, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
int	parse_memory(struct parser *);
/* Reports "expected X, not `token'", with a hint at the likely intention. */
int	parse_unexpected(struct parser *, const char *expected);

/* Reads a name, a word that is not reserved. */
int	parse_ident(struct parser *, const char *expected,
	    const struct str **);
/*
 * Reads a path, A::B::C.  *colons: another :: followed, which was read too, so
 * an entity's id should come next.
 */
int	parse_path(struct parser *, const char *expected, const struct str **,
	    bool *colons);
/* Reads a string literal. */
int	parse_string(struct parser *, const struct str **);
/* Reads a string literal as a pattern; its parts are names[*first..nnames). */
int	parse_pattern(struct parser *, size_t *first);
/* Appends to names. */
int	parse_push_name(struct parser *, const struct str *);
/* names[first..], possibly none. */
const struct str *const *parse_names(const struct parser *, size_t first);
/* Reads A::B::"id". */
int	parse_uid(struct parser *, const char *expected,
	    const struct uid **);

/* Reads a source that is only Type::"id". */
int	parse_uid_text(const struct uid **, struct arena *,
	    const struct doc_source *, struct doc_error *);

/* Reads (principal ..., action ..., resource ...). */
int	parse_scopes(struct parser *);
/* Reads the expression of a condition and the brace that closes it. */
int	parse_expr(struct parser *);

/*
 * Steps of parse_expr(), which set the state.  parse_operand(): an operand or
 * its start.  parse_access(): at most one of .a ["a"] .f( after an operand.
 * parse_key(): a record's key.  parse_close(): the bracket that is the next
 * token ends.
 */
int	parse_operand(struct parser *);
int	parse_access(struct parser *);
int	parse_key(struct parser *);
int	parse_close(struct parser *);
struct parse_frame *parse_top(struct parser *);
struct parse_frame *parse_push(struct parser *, enum parse_frame_kind,
	    size_t pos);
/* Opens a bracket or an `if'.  NULL with the error set when too deep. */
struct parse_frame *parse_open(struct parser *, enum parse_frame_kind,
	    size_t pos);
void	parse_pop(struct parser *);

#endif
