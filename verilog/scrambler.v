// SPDX-License-Identifier: Apache-2.0
// Scrambler and descrambler of DSSS and CCK: G(z) = z^-7 + z^-4 + 1, self-synchronising.
//
// IEEE 802.11-2020, 15.2.5 and 16.2.4: everything from SYNC to the end of the PSDU passes through it. The transmitter
// begins with 1101100 for a long preamble and 0011011 for a short one, z^-1 first as the standard prints it. The
// receiver's shift register fills with what it receives: after seven bits it needs no preset.
module scrambler #(
    parameter DESCRAMBLE = 0
) (
    input  wire clk,
    input  wire rst,
    input  wire load,         // presets; wins over valid
    input  wire short_preset, // for a short preamble
    input  wire valid,        // in is a bit; out answers it in the same clock
    input  wire in,
    output wire out
);
    reg [7:1] z; // z[n]: what went over the channel n bits ago

    assign out = in ^ z[4] ^ z[7];

    always @(posedge clk)
        if (rst)
            z <= 7'd0;
        else if (load)
            // As printed: z^-1 leftmost.
            z <= short_preset ? {1'b1, 1'b1, 1'b0, 1'b1, 1'b1, 1'b0, 1'b0} : {1'b0, 1'b0, 1'b1, 1'b1, 1'b0, 1'b1, 1'b1};
        else if (valid)
            z <= {z[6:1], DESCRAMBLE != 0 ? in : out};
endmodule
