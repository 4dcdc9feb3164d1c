# keyd: verifies, decides, signs checkpoints.

IMAGE_PROGS += keyd
keyd_LOGIC := keyd/serve.c keyd/decide.c keyd/authority.c keyd/site.c \
	keyd/key.c keyd/nonces.c keyd/head.c keyd/state.c lib/chan.c lib/msg.c \
	lib/log.c lib/wire.c lib/grant.c lib/json.c lib/signers.c \
	lib/signers_check.c lib/sshsig.c lib/sshkey.c lib/base64.c \
	lib/sha256.c lib/why.c lib/command.c lib/manifest.c lib/conf.c \
	lib/settings.c lib/note.c lib/checkpoint.c
keyd_SRCS := keyd/keyd.c lib/sandbox.c $(keyd_LOGIC)
keyd_LIBS := -lyaml -lsodium -lbearssl
keyd_GEN := gen/keyd.seccomp.h
