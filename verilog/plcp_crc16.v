// SPDX-License-Identifier: Apache-2.0
// CRC of the PLCP header of DSSS and CCK, one bit a clock.
//
// IEEE 802.11-2020, 15.2.3.7 and 16.2.3.7: CCITT CRC-16, generator x^16 + x^12 + x^5 + 1, over SIGNAL, SERVICE and LENGTH
// in the order in which they are sent, before scrambling; preset to ones, complemented, sent x^15 first.
//
// Sender: init, the 32 bits, then shift: each clock sends crc_bit. Receiver: init, the 32 bits and the 16 of the CRC;
// good says whether the header is intact.
module plcp_crc16 (
    input  wire        clk,
    input  wire        rst,
    input  wire        init,
    input  wire        valid,   // data is a bit
    input  wire        data,
    input  wire        shift,   // sends the next bit of the CRC; not together with valid
    output wire        crc_bit, // to be sent now
    output wire [15:0] crc,     // of the bits so far, x^15 in bit 15
    output wire        good
);
    localparam [15:0] RESIDUE = 16'h1D0F; // what every intact header leaves

    reg [15:0] state;
    wire       feedback = state[15] ^ data;

    always @(posedge clk)
        if (rst || init)
            state <= 16'hFFFF;
        else if (valid)
            state <= {state[14:12], state[11] ^ feedback, state[10:5], state[4] ^ feedback, state[3:0], feedback};
        else if (shift)
            state <= {state[14:0], 1'b1};

    assign crc = ~state;
    assign crc_bit = ~state[15];
    assign good = state == RESIDUE;
endmodule
