/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP without an operating system: its raw API, called from one core's main loop and never from interrupt handlers, so
 * nothing in it needs protection. IPv4 only. */
#ifndef VESPER_FIRMWARE_LWIP_LWIPOPTS_H
#define VESPER_FIRMWARE_LWIP_LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0

/* Memory. Frames that were received are in the drivers' buffers or in the pool, what is to be sent is in the heap. */
#define MEM_ALIGNMENT 4
#define MEM_SIZE (40 * 1024)
#define LWIP_RAM_HEAP_POINTER lwip_heap
extern unsigned char *lwip_heap; /* port.c; in the larger RAM, where malloc is */
#define PBUF_POOL_SIZE 12
#define MEMP_NUM_PBUF 32
#define MEMP_NUM_TCP_PCB 48
#define MEMP_NUM_TCP_PCB_LISTEN 4
#define MEMP_NUM_TCP_SEG 128
#define ARP_TABLE_SIZE 80 /* a client of many servers */
/* As in ESP-IDF. A question that is lost on the air is asked again after a second; without queues all but the last
 * packet that waits for the answer are dropped, and TCP needs three seconds to notice. */
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 8
#define MEMP_NUM_ARP_QUEUE 16
#define MEMP_NUM_UDP_PCB 6
#define MEMP_NUM_RAW_PCB 2
#define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 4)

/* As many segments under way as the Ethernet driver's ring holds. */
#define TCP_MSS 1460
#define TCP_WND (8 * TCP_MSS)
#define TCP_SND_BUF (8 * TCP_MSS)
#define TCP_LISTEN_BACKLOG 1
#define LWIP_TCP_KEEPALIVE 1

#define LWIP_DHCP 1
#define DHCP_DOES_ARP_CHECK 0 /* it takes a second */
#define LWIP_DNS 1
#define LWIP_RAW 1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_NETIF_LINK_CALLBACK 1
#define ETHARP_SUPPORT_STATIC_ENTRIES 1
#define LWIP_SUPPORT_CUSTOM_PBUF 1

/* Both ways in software. Algorithm 3 reads words. */
#define LWIP_CHKSUM_ALGORITHM 3

#define LWIP_STATS 1
#define LWIP_STATS_LARGE 1
#define MEMP_STATS 1
#define MEM_STATS 1

#define LWIP_TIMEVAL_PRIVATE 1
#define LWIP_NO_CTYPE_H 1

#endif
