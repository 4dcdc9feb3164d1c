/*
 * The error record: why a file was refused, and where.  Who reads a file fills
 * one in; who called the reader prints it.
 */
#ifndef DOC_ERROR_H
#define DOC_ERROR_H

#include <stddef.h>
#include <stdint.h>

#define DOC_FILE_MAX	128	/* a file's name in messages */
#define DOC_MESSAGE_MAX	384
#define DOC_SOURCE_MAX	120	/* of the offending line */

/*
 * The text says what was wrong and what to write instead.  Line 0: the error
 * has no place (out of memory, the file is too large).  No file: "".  For
 * doc_error_public(), the text has at `word' that many bytes of the file.
 */
struct doc_error {
	char		file[DOC_FILE_MAX];
	uint32_t	line, col;		/* from 1; col counts bytes */
	char		text[DOC_MESSAGE_MAX];
	char		source[DOC_SOURCE_MAX];	/* the line, printable; or "" */
	size_t		word, word_len;
};

/* A text being read. */
struct doc_source {
	const char	*file;
	const char	*text;
	size_t		 len;
};

/* The line, from 1, of byte `pos' of the source. */
uint32_t doc_line(const struct doc_source *, size_t pos);

/*
 * Fills *e with the message and the line and column of byte `pos' of the
 * source, which may be its end.  Always returns -1 with EBADMSG.
 */
int	doc_error_at(struct doc_error *, const struct doc_source *,
	    size_t pos, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* The same without a place. */
int	doc_error_set(struct doc_error *, const char *file,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "FILE: out of memory".  Always returns -1 with ENOMEM. */
int	doc_error_memory(struct doc_error *, const char *file);
/*
 * Puts a word of the file between the first quotes, `', of the error's text.
 * Always returns -1 and leaves errno alone.
 */
int	doc_error_word(struct doc_error *, const void *, size_t len);

/*
 * Writes "FILE:LINE:COL: message" as one line, cut to fit; without a file only
 * the message.  `picture' adds two lines: the source line, and a caret under
 * the column.  Returns dst.
 */
const char	*doc_error_format(const struct doc_error *, int picture,
		    char *dst, size_t cap);
/*
 * The same in one line and without the word of the file, for messages that
 * others can read.  Takes out only what doc_error_word() has put in.
 */
const char	*doc_error_public(const struct doc_error *, char *dst,
		    size_t cap);

#define QUOTE_MAX	48

/*
 * Foreign bytes for use in a message: at most 40 of them, each one that is not
 * printable ASCII as `?', then "..." if some were cut.  Returns dst.
 */
const char	*doc_quote(char dst[QUOTE_MAX], const void *, size_t len);

#endif
