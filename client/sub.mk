# casemate, the host's command.

CLIENT_PROGS += casemate

CLIENT_SIGN_LIB := $(addprefix lib/,signers.c signers_check.c sshsig.c \
	sshkey.c)
CLIENT_LIB := $(CLIENT_SIGN_LIB) $(addprefix lib/,base64.c checkpoint.c \
	command.c conf.c grant.c json.c log.c manifest.c note.c receipt.c \
	receipt_verify.c settings.c sha256.c tree.c why.c wire.c words.c)
# All but casemate.c, so that tests can link what they need of it.
CLIENT_SRCS := $(addprefix client/,buf.c bundle.c conn.c cpio.c disk.c down.c \
	evidence.c file.c folder.c hostdev.c leaf.c match.c number.c opts.c \
	order.c pack.c proc.c qmp.c reach.c run.c say.c sign.c site.c \
	sitemake.c start.c state.c status.c stop.c submit.c target.c tsc.c \
	unixsock.c up.c ustar.c verify.c vm.c) $(CLIENT_LIB)
CLIENT_LIBS := -lyaml -lsodium -lbearssl

casemate_SRCS := client/casemate.c $(CLIENT_SRCS)
casemate_LIBS := $(CLIENT_LIBS)
