/* SPDX-License-Identifier: Apache-2.0 */
/* The core in a platform of your own: your memory, your UART, your bus, all plain TLM-2.0. */
#include <cstdio>
#include <cstring>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "sc_top/sc_cpu.h"

using sc_core::sc_time;
using tlm::tlm_generic_payload;

/* Prints the string at `text`, one byte store to the UART for each character, switches off and sleeps. */
static const unsigned char program[] = {
    0x00, 0x00, 0x00, 0x60,       /* 40080000  literal: the UART */
    0x28, 0x00, 0x08, 0x40,       /* 40080004  literal: text */
    0x21, 0xFE, 0xFF,             /* 40080008  l32r  a2, 40080000 */
    0x31, 0xFE, 0xFF,             /* 4008000b  l32r  a3, 40080004 */
    0x42, 0x03, 0x00,             /* 4008000e  l8ui  a4, a3, 0 */
    0x16, 0x84, 0x00,             /* 40080011  beqz  a4, 4008001d */
    0x42, 0x42, 0x00,             /* 40080014  s8i   a4, a2, 0 */
    0x32, 0xC3, 0x01,             /* 40080017  addi  a3, a3, 1 */
    0x06, 0xFC, 0xFF,             /* 4008001a  j     4008000e */
    0x42, 0x62, 0x01,             /* 4008001d  s32i  a4, a2, 4 */
    0x00, 0x70, 0x00,             /* 40080020  waiti 0 */
    0x00, 0x00, 0x00, 0x00, 0x00, /* */
    'H',  'e',  'l',  'l',  'o',  ' ', 'f', 'r', 'o',  'm',
    ' ',  'y',  'o',  'u',  'r',  ' ', 'o', 'w', 'n',  ' ', /* 40080028 */
    'p',  'l',  'a',  't',  'f',  'o', 'r', 'm', '\n', 0,
};

struct memory : sc_core::sc_module {
    tlm_utils::simple_target_socket<memory> socket{"socket"};
    unsigned char bytes[0x10000] = {};
    explicit memory(const sc_core::sc_module_name &name) : sc_module(name)
    {
        socket.register_b_transport(this, &memory::b_transport);
        socket.register_get_direct_mem_ptr(this, &memory::get_direct_mem_ptr);
        memcpy(bytes, program, sizeof program);
    }
    void b_transport(tlm_generic_payload &trans, sc_time &)
    {
        unsigned char *at = bytes + trans.get_address() % sizeof bytes;
        memcpy(trans.is_write() ? at : trans.get_data_ptr(), trans.is_write() ? trans.get_data_ptr() : at,
               trans.get_data_length());
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    bool get_direct_mem_ptr(tlm_generic_payload &, tlm::tlm_dmi &dmi)
    {
        dmi.init();
        dmi.set_dmi_ptr(bytes);
        dmi.set_end_address(sizeof bytes - 1);
        dmi.allow_read_write();
        return true;
    }
};

struct uart : sc_core::sc_module {
    tlm_utils::simple_target_socket<uart> socket{"socket"};
    explicit uart(const sc_core::sc_module_name &name) : sc_module(name)
    {
        socket.register_b_transport(this, &uart::b_transport);
    }
    void b_transport(tlm_generic_payload &trans, sc_time &delay)
    {
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
        if (trans.get_address() == 0)
            putchar(*trans.get_data_ptr());
        else
            sc_core::sc_stop();
        delay += sc_time(50, sc_core::SC_NS); /* what the core has to wait */
    }
};

struct bus : sc_core::sc_module {
    tlm_utils::simple_target_socket<bus> from_cpu{"from_cpu"};
    tlm_utils::simple_initiator_socket<bus> to_memory{"to_memory"}, to_uart{"to_uart"};
    explicit bus(const sc_core::sc_module_name &name) : sc_module(name)
    {
        from_cpu.register_b_transport(this, &bus::b_transport);
        from_cpu.register_get_direct_mem_ptr(this, &bus::get_direct_mem_ptr);
    }
    void b_transport(tlm_generic_payload &trans, sc_time &delay)
    {
        sc_dt::uint64 address = trans.get_address();
        bool is_memory = address >= 0x40080000 && address < 0x40090000;
        if (!is_memory && (address < 0x60000000 || address > 0x60000007)) {
            trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE); /* the guest's exception */
            return;
        }
        trans.set_address(address - (is_memory ? 0x40080000 : 0x60000000));
        (is_memory ? to_memory : to_uart)->b_transport(trans, delay);
        trans.set_address(address);
    }
    bool get_direct_mem_ptr(tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
    {
        if (trans.get_address() < 0x40080000 || trans.get_address() >= 0x40090000)
            return false;
        bool granted = to_memory->get_direct_mem_ptr(trans, dmi);
        dmi.set_start_address(0x40080000 + dmi.get_start_address());
        dmi.set_end_address(0x40080000 + dmi.get_end_address());
        return granted;
    }
};

int sc_main(int, char *[])
{
    vesper::sc_cpu_config config;
    config.reset_pc = 0x40080008;
    vesper::sc_cpu cpu("cpu", config);
    bus bus("bus");
    memory memory("memory");
    uart uart("uart");
    cpu.bus.socket.bind(bus.from_cpu);
    bus.to_memory.bind(memory.socket);
    bus.to_uart.bind(uart.socket);
    sc_core::sc_start();
    printf("stopped after %llu cycles\n", (unsigned long long)xt_cycles(cpu.core()));
    return 0;
}
