/*
 * Reading policy text: what scopes, expressions and whole policies share.
 *
 * One token is looked at ahead.  All functions that answer int: 0, or -1 with
 * the error set.
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
	/* What waits inside of those. */
	FRAME_UNARY, FRAME_BINARY,
	FRAME_DONE,	/* a relation that is complete: no other may follow */
};
#define FRAME_KINDS	(FRAME_DONE + 1)

/* What the reader of an expression looks at next. */
enum parse_state { PARSE_OPERAND, PARSE_ACCESS, PARSE_OPERATOR };

/* Something that has begun in an expression and not ended. */
struct parse_frame {
	uint8_t			 kind;		/* enum parse_frame_kind */
	uint8_t			 op;		/* enum op or enum fn */
	uint8_t			 level;		/* how tightly it binds */
	uint32_t		 pos;
	uint32_t		 n;		/* elements so far */
	size_t			 names;		/* a record's first name */
	const struct str	*type;		/* IS_IN */
};

/* In each open bracket five levels of operators and four signs can wait. */
#define FRAMES_MAX	((CEDAR_DEPTH_MAX + 2) * 10)

struct parser {
	const struct doc_source *source;
	struct doc_error	*error;
	struct lex		 lex;
	struct lex_token	 token;		/* the next */
	size_t			 before;	/* end of the one before */
	size_t			 start, max;	/* the policy, and where it */
						/* must have ended */
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

/* Starts at the first token.  parse_end() must follow, whatever it answers. */
int	parse_start(struct parser *, const struct doc_source *,
	    struct arena *, struct build *, struct doc_error *);
void	parse_end(struct parser *);

/* To the next token. */
int	parse_next(struct parser *);
/* The next token must be of this kind; goes over it. */
int	parse_expect(struct parser *, enum lex_kind, const char *expected);
bool	parse_at(const struct parser *, enum lex_kind);
bool	parse_at_word(const struct parser *, const char *word);

/* The error at a byte; always -1. */
int	parse_error(struct parser *, size_t pos, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
int	parse_memory(struct parser *);
/* "expected X, not `token'", with a hint at what was likely meant. */
int	parse_unexpected(struct parser *, const char *expected);

/* A word that is not reserved, as a name; goes over it. */
int	parse_ident(struct parser *, const char *expected,
	    const struct str **);
/*
 * A::B::C, at a word: the path, with *colons when :: follows it, which is
 * gone over too (then what comes next should be an entity's id).
 */
int	parse_path(struct parser *, const char *expected, const struct str **,
	    bool *colons);
/* The string literal that is the next token; goes over it. */
int	parse_string(struct parser *, const struct str **);
/* A string literal as a pattern: parts are names[*first..nnames). */
int	parse_pattern(struct parser *, size_t *first);
/* Adds to names. */
int	parse_push_name(struct parser *, const struct str *);
/* names[first..], of which there may be none. */
const struct str *const *parse_names(const struct parser *, size_t first);
/* A::B::"id". */
int	parse_uid(struct parser *, const char *expected,
	    const struct uid **);

/* Reads a source that is only Type::"id". */
int	parse_uid_text(const struct uid **, struct arena *,
	    const struct doc_source *, struct doc_error *);

/* (principal ..., action ..., resource ...) */
int	parse_scopes(struct parser *);
/* The expression of a condition, to its closing brace, which is gone over. */
int	parse_expr(struct parser *);

/*
 * Steps of parse_expr(); each sets the state.  One operand, or the start of a
 * longer one; one of .a ["a"] .f( after an operand, or that there is none; a
 * record's key; the end of a bracket, which is the next token.
 */
int	parse_operand(struct parser *);
int	parse_access(struct parser *);
int	parse_key(struct parser *);
int	parse_close(struct parser *);
struct parse_frame *parse_top(struct parser *);
struct parse_frame *parse_push(struct parser *, enum parse_frame_kind,
	    size_t pos);
/* A bracket or an `if': NULL with the error set when that is too deep. */
struct parse_frame *parse_open(struct parser *, enum parse_frame_kind,
	    size_t pos);
void	parse_pop(struct parser *);

#endif
