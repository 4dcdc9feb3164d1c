#include "unixsock.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Folders in folders, until the path does not fit into sockaddr_un. */
static void
make_deep(char path[PATH_MAX])
{
	ATF_REQUIRE(getcwd(path, PATH_MAX) != NULL);
	do {
		strcat(path, "/a-folder-with-a-long-name");
		ATF_REQUIRE_EQ(0, mkdir(path, 0700));
	} while (strlen(path) < 120);
}

/* A byte comes through, whatever the path is. */
static void
check_connects(int listener, const char *path)
{
	int fd = unixsock_connect(path), peer;
	char byte = 0;

	ATF_REQUIRE_MSG(fd != -1, "%s: %s", path, strerror(errno));
	peer = accept(listener, NULL, NULL);
	ATF_REQUIRE(peer != -1);
	ATF_CHECK_EQ(1, write(fd, "x", 1));
	ATF_CHECK_EQ(1, read(peer, &byte, 1));
	ATF_CHECK_EQ('x', byte);
	ATF_CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	close(fd);
	close(peer);
}

ATF_TC_WITHOUT_HEAD(a_path_of_any_length_is_reached);
ATF_TC_BODY(a_path_of_any_length_is_reached, tc)
{
	char path[PATH_MAX];
	int dir, listener;
	struct stat st;

	make_deep(path);
	dir = open(path, O_PATH | O_DIRECTORY);
	ATF_REQUIRE(dir != -1);
	listener = unixsock_listen(dir, "socket");
	ATF_REQUIRE(listener != -1);
	ATF_REQUIRE_EQ(0, fstatat(dir, "socket", &st, 0));
	ATF_CHECK_EQ(0600, st.st_mode & 0777);
	ATF_REQUIRE_EQ(0, fchdir(open(path, O_PATH | O_DIRECTORY)));
	check_connects(listener, "socket");
	strcat(path, "/socket");
	check_connects(listener, path);
	close(listener);
	ATF_CHECK_EQ(-1, unixsock_connect(path));
	ATF_CHECK_EQ(ECONNREFUSED, errno);
	listener = unixsock_listen(dir, "socket");	/* in its place */
	check_connects(listener, path);
	close(listener);
}

ATF_TC_WITHOUT_HEAD(what_cannot_be_reached_says_why);
ATF_TC_BODY(what_cannot_be_reached_says_why, tc)
{
	char name[200] = "", path[PATH_MAX];

	ATF_CHECK_EQ(-1, unixsock_connect("none"));
	ATF_CHECK_EQ(ENOENT, errno);
	memset(name, 'n', sizeof(name) - 1);
	ATF_CHECK_EQ(-1, unixsock_connect(name));	/* no folder to open */
	ATF_CHECK_EQ(ENAMETOOLONG, errno);
	ATF_CHECK_EQ(-1, unixsock_listen(AT_FDCWD, name));
	ATF_CHECK_EQ(ENAMETOOLONG, errno);
	snprintf(path, sizeof(path), "none/%s", name);
	ATF_CHECK_EQ(-1, unixsock_connect(path));
	ATF_CHECK_EQ(ENOENT, errno);
	snprintf(path, sizeof(path), "./%s", name);	/* nor does this fit */
	ATF_CHECK_EQ(-1, unixsock_connect(path));
	ATF_CHECK_EQ(ENAMETOOLONG, errno);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_path_of_any_length_is_reached);
	ATF_TP_ADD_TC(tp, what_cannot_be_reached_says_why);
	return atf_no_error();
}
