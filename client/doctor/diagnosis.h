/* The result of one check of `casemate doctor'. */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

#include <limits.h>

enum diagnosis_result {
	DIAGNOSIS_OK,
	DIAGNOSIS_WARN,	/* a VM can run, with a limit or a risk */
	DIAGNOSIS_FAIL,	/* no VM can run */
};

#define DIAGNOSIS_TEXT_MAX	(PATH_MAX + 512)

struct diagnosis {
	enum diagnosis_result	result;
	char			detail[DIAGNOSIS_TEXT_MAX];
	char			advice[DIAGNOSIS_TEXT_MAX];	/* or "" */
};

/* Sets result and detail. */
void	diagnosis_set(struct diagnosis *, enum diagnosis_result,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* What to do about it. */
void	diagnosis_advise(struct diagnosis *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* What earlier checks found out for later ones. */
struct host_facts {
	char	*image;		/* NULL: none */
	int	 qemu_version;	/* 702 is 7.2; 0: it does not run */
};

/* In the order of the table of cmd_doctor.c. */
typedef void diagnosis_check(struct diagnosis *, struct host_facts *);

diagnosis_check	virtual_image, virtual_runtimes, virtual_qemu, virtual_machine,
    virtual_kvm, virtual_vsock, virtual_mkfs;
diagnosis_check	room_state, room_disk, room_memory, room_sockets, room_limits,
    room_descriptors, room_clock;
diagnosis_check	signing_keygen, signing_agent, signing_keys;

#endif
