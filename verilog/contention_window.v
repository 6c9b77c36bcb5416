// SPDX-License-Identifier: Apache-2.0
// Contention window of one queue: what its backoff is drawn from.
//
// IEEE 802.11-2020, 10.3.3 (the window begins at CWmin, becomes 2 CW + 1 after each failed attempt until it has reached
// CWmax, and CWmin again after success, or when the frame is given up) and 10.3.4.2 (the backoff is drawn evenly from 0
// to CW). Windows are 2^n - 1, so that a draw is a mask over a source of random bits.
module contention_window #(
    parameter W = 15
) (
    input  wire         clk,
    input  wire         rst,
    input  wire         restart, // success or given up; after cw_min has changed, too
    input  wire         widen,   // an attempt has failed
    input  wire [W-1:0] cw_min,  // 2^n - 1
    input  wire [W-1:0] cw_max,
    input  wire [W-1:0] random,
    output reg  [W-1:0] cw,
    output wire [W-1:0] slots    // drawn from the window as it is
);
    wire [W-1:0] wider = {cw[W-2:0], 1'b1};

    assign slots = random & cw;

    always @(posedge clk)
        if (rst || restart)
            cw <= cw_min;
        else if (widen)
            cw <= wider > cw_max || cw == {W{1'b1}} ? cw_max : wider;
endmodule
