/*
 * Packets from the guest.
 */
#ifndef PACKET_H
#define PACKET_H

struct device;

/*
 * Handles packets from the tx ring until it is empty, the turn's budget is used
 * up, or there is no room for another RST.
 */
void	packet_work(struct device *);

#endif
