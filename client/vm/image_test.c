#include "image.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/need.h"
#include "client/test/user.h"

static struct why why;

static void
refuses(int (*check)(const char *, struct why *), const char *path,
    const char *text)
{
	ATF_CHECK_EQ(-1, check(path, &why));
	ATF_CHECK_STREQ(text, why.text);
}

static void
check_strange(int (*check)(const char *, struct why *), const char *what)
{
	char *folder = need_printf("is a folder; the %s must be a file", what);
	char *fifo = need_printf("is a FIFO; the %s must be a file", what);
	char *none = need_printf("cannot open the %s: No such file or "
	    "directory", what);

	ATF_REQUIRE_EQ(0, mkdir("folder", 0755));
	ATF_REQUIRE_EQ(0, mkfifo("fifo", 0600));
	refuses(check, "folder", folder);
	refuses(check, "fifo", fifo);
	refuses(check, "none", none);
	free(folder);
	free(fifo);
	free(none);
}

ATF_TC_WITHOUT_HEAD(an_image_has_a_digest);
ATF_TC_BODY(an_image_has_a_digest, tc)
{
	char hex[2 * SHA256_LEN + 1];
	int fd = open("image", O_WRONLY | O_CREAT, 0600);

	ATF_REQUIRE_EQ(3, write(fd, "abc", 3));
	close(fd);
	ATF_CHECK_EQ(0, image_digest("image", hex, &why));
	ATF_CHECK_STREQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff"
	    "61f20015ad", hex);
	ATF_CHECK_EQ(-1, image_digest("absent", hex, &why));
	ATF_CHECK_EQ(-1, image_digest(".", hex, &why));
}

ATF_TC_WITHOUT_HEAD(an_image_is_a_whole_bzimage);
ATF_TC_BODY(an_image_is_a_whole_bzimage, tc)
{
	static const char no[] = "is not a Linux bzImage; `make image' makes "
	    "build/casemate.bzImage";
	int fd;

	user_make_image("image");
	ATF_CHECK_EQ_MSG(0, image_check_kernel("image", &why), "%s", why.text);
	ATF_REQUIRE((fd = open("image", O_WRONLY)) != -1);
	ATF_REQUIRE_EQ(1, pwrite(fd, "\x20", 1, 0x1f4));	/* 32 * 16 */
	refuses(image_check_kernel, "image", "is cut short: it has 1024 bytes "
	    "of an image of 1536; make or copy it again");
	ATF_REQUIRE_EQ(0, ftruncate(fd, 1536));
	ATF_CHECK_EQ(0, image_check_kernel("image", &why));
	ATF_REQUIRE_EQ(1, pwrite(fd, "h", 1, 0x202));
	refuses(image_check_kernel, "image", no);
	ATF_REQUIRE_EQ(0, ftruncate(fd, 0x205));
	refuses(image_check_kernel, "image", no);
	close(fd);
	user_write("text", "#!/bin/sh\n", 0755);
	refuses(image_check_kernel, "text", no);
	user_write("empty", "", 0644);
	refuses(image_check_kernel, "empty", no);
	check_strange(image_check_kernel, "image");
}

ATF_TC_WITHOUT_HEAD(a_runtime_is_a_whole_erofs);
ATF_TC_BODY(a_runtime_is_a_whole_erofs, tc)
{
	static const char no[] = "is not an EROFS image; make a runtime with "
	    "mkfs.erofs";
	unsigned char sb[40] = { 0xe2, 0xe1, 0xf5, 0xe0 };
	int fd = open("rt", O_WRONLY | O_CREAT, 0600);

	sb[12] = 12;	/* blocks of 4096 bytes */
	sb[36] = 2;
	ATF_REQUIRE_EQ(40, pwrite(fd, sb, 40, 1024));
	refuses(image_check_runtime, "rt", "is cut short: it has 1064 bytes of "
	    "an image of 8192; make or copy it again");
	ATF_REQUIRE_EQ(0, ftruncate(fd, 8192));
	ATF_CHECK_EQ_MSG(0, image_check_runtime("rt", &why), "%s", why.text);
	ATF_REQUIRE_EQ(1, pwrite(fd, "x", 1, 1024));
	refuses(image_check_runtime, "rt", no);
	close(fd);
	user_write("empty", "", 0644);
	refuses(image_check_runtime, "empty", no);
	check_strange(image_check_runtime, "runtime");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, an_image_has_a_digest);
	ATF_TP_ADD_TC(tp, an_image_is_a_whole_bzimage);
	ATF_TP_ADD_TC(tp, a_runtime_is_a_whole_erofs);
	return atf_no_error();
}
