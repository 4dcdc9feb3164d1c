#include "credit.h"

uint32_t
credit_left(const struct credit *c)
{
	uint32_t inflight = c->sent - c->peer_fwd;

	return inflight >= c->peer_alloc ? 0 : c->peer_alloc - inflight;
}

bool
credit_receive(struct credit *c, uint32_t len)
{
	uint32_t held = c->received - c->forwarded;

	if (len > CREDIT_BUF_ALLOC - held)
		return false;
	c->received += len;
	return true;
}

bool
credit_update_due(const struct credit *c)
{
	uint32_t window = c->peer_alloc < CREDIT_BUF_ALLOC ?
	    c->peer_alloc : CREDIT_BUF_ALLOC;
	uint32_t untold = c->forwarded - c->told;

	return untold > 0 && untold >= window / 4;
}
