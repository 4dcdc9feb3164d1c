#include "facts.h"

#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lib/hex.h"

#define HEX_LEN	(2 * DIGEST_LEN)

/* Exactly one digest, which ends the text or a word of it; else zeros. */
static void
read_digest(const char *text, unsigned char digest[DIGEST_LEN])
{
	if (strcspn(text, " \n") != HEX_LEN ||
	    hex_get(digest, DIGEST_LEN, text) == -1)
		memset(digest, 0, DIGEST_LEN);
}

static void
find_image_digest(struct init_facts *f, const char *cmdline)
{
	const char *at = cmdline;

	while ((at = strstr(at, FACTS_IMAGE)) != NULL && at != cmdline &&
	    at[-1] != ' ')
		at++;
	read_digest(at == NULL ? "" : at + strlen(FACTS_IMAGE),
	    f->image_sha256);
}

static void
find_build_digest(struct init_facts *f, const char *file)
{
	char text[HEX_LEN + 2];
	ssize_t n = openreadnclose(file, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	read_digest(text, f->build_sha256);
}

static void
copy_command_line(struct init_facts *f, const char *cmdline)
{
	size_t len = strcspn(cmdline, "\n");

	if (len > COMMAND_LINE_MAX)
		len = COMMAND_LINE_MAX;
	for (size_t i = 0; i < len; i++)
		f->command_line[i] = cmdline[i] >= ' ' && cmdline[i] <= '~' ?
		    cmdline[i] : '?';
	f->command_line[len] = '\0';
}

bool
facts_has_word(const char *command_line, const char *word)
{
	size_t len = strlen(word);
	const char *p = command_line;

	while ((p = strstr(p, word)) != NULL) {
		if ((p == command_line || p[-1] == ' ') &&
		    (p[len] == '\0' || p[len] == ' ' || p[len] == '\n'))
			return true;
		p += len;
	}
	return false;
}

void
facts_find(struct init_facts *f, const char *command_line,
    const char *build_file, const char *runtimes)
{
	struct sysinfo info = { 0 };
	struct utsname name = { 0 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	sysinfo(&info);
	uname(&name);
	snprintf(f->image, sizeof(f->image), CASEMATE_VERSION " linux %s",
	    name.release);
	find_image_digest(f, command_line);
	find_build_digest(f, build_file);
	copy_command_line(f, command_line);
	f->boot = (struct msg_init_boot){ .image = f->image,
	    .image_sha256 = f->image_sha256, .build_sha256 = f->build_sha256,
	    .runtimes = runtimes, .command_line = f->command_line,
	    .cpus = cpus < 1 ? 1 : (uint32_t)cpus,
	    .memory_bytes = (uint64_t)info.totalram * info.mem_unit };
}
