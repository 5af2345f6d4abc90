using System.Globalization;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Evidence;

/// <summary>The attacks on the guard's evidence.</summary>
internal static class EvidenceAttacks
{
    private const string Third = "third";
    private const string Text = "text";
    private const string Loop = "loop";
    private const string Expand = "expand";

    /// <summary>All of them. The first one sends nothing.</summary>
    internal static IReadOnlyList<EvidenceAttack> All { get; } =
    [
        new("nothing", Third, 0),
        .. ((string[])["requests", "reports", "messages", "timeouts", "callers"]).Select(static kind => OfData(kind)),
        new("deadlines", Third, 8)
        {
            Requests =
            [
                .. ((int[])[1, 5, 20, 100]).Select(static ms => Numbers(4000) with { Headers = [$"X-Request-Timeout: {ms}"] }),
                .. ((int[])[1, 1000, 20_000]).Select(static us => Numbers(4000, $"{{\"timeout\":{us}}}")),
            ],
        },
        new("gRPC deadlines", Third, 8) { Calls = new(Third, 4000, deadlines: true, resets: false) },
        new("gRPC resets", Third, 16) { Calls = new(Third, 100_000, deadlines: false, resets: true) },
        new("large bodies", Third, 6) { Requests = [Numbers(4_000_000), Numbers(1_000_000), Numbers(100_000)] },
        new("large compressed bodies", Third, 6)
        {
            Requests = [Numbers(4_000_000) with { Coding = "gzip" }, Numbers(1_000_000) with { Coding = "gzip" }],
        },
        new("large gRPC messages", Third, 6) { Calls = new(Third, 1_500_000, deadlines: false, resets: false) },
        new("large texts", Text, 6) { Requests = [Texts(2_000_000), Texts(200_000)] },
        new("large bodies that are wrong at their end", Third, 6) { Requests = [Numbers(4_000_000, ending: "x]}]}")] },
        new("many small requests", Third, 64) { Requests = [Numbers(1)] },
        new("rows", Third, 32) { Requests = [Numbers(31), Numbers(1000)] },
        new("long calls", Loop, 8) { Requests = [Steps(300_000), Steps(3_000_000)] },
        new("long calls and pinned ones", Loop, 8)
        {
            Requests = [Steps(300_000), Steps(300_000) with { Path = "/v2/models/{model}/versions/2/infer" }],
        },
        new("large answers that are not read", Expand, 8)
        {
            Requests = [Outputs(2_000_000) with { ReceiveBuffer = 4096, Hold = 3000, Leaves = "reset" }, Outputs(2_000_000)],
        },
        new("leaving at each moment", Third, 16)
        {
            Requests =
            [
                .. ((int[])[0, 1, 2, 5, 10, 30, 100, 300]).SelectMany(static ms => (HostileRequest[])
                [
                    Numbers(200_000) with { Hold = ms, Leaves = "reset" },
                    Numbers(1) with { Hold = ms, Leaves = "close" },
                ]),
            ],
        },
        new("slow bodies", Third, 64)
        {
            Requests =
            [
                Numbers(1) with { Pause = 20 },
                Numbers(1) with { Announced = 3_000_000, Hold = 1000, Leaves = "close" },
                Numbers(1) with { Headers = ["Expect: 100-continue"], Announced = 1000, Body = new HostileText([], true), Hold = 2000,
                    Leaves = "close" },
            ],
        },
        new("pinned large bodies", Third, 6)
        {
            Requests = [Numbers(1_000_000) with { Path = "/v2/models/{model}/versions/2/infer" }],
        },
    ];

    // Those that name a model and go to a router, with the caller's own routing key.
    private static EvidenceAttack OfData(string kind) => new($"tests/Hostile: {kind}", Third, 4)
    {
        Requests =
        [
            .. HostileRequests.OfKind(kind).Where(static request =>
                request is { Sent: null, AtOnce: < 100, IsVersionsFault: false, Model: Third } && request.To.Contains("router")),
        ],
    };

    private static HostileRequest Numbers(int count, string? parameters = null, string ending = "1]}]}") => Request(
        Third,
        [
            (parameters is null ? "{" : $"{{\"parameters\":{parameters},", 1),
            (string.Create(
                CultureInfo.InvariantCulture, $"\"inputs\":[{{\"name\":\"x\",\"shape\":[{count}],\"datatype\":\"FP64\",\"data\":["), 1),
            ("1,", count - 1),
            (ending, 1),
        ]);

    private static HostileRequest Texts(int count) => Request(
        Text,
        [
            (string.Create(
                CultureInfo.InvariantCulture, $"{{\"inputs\":[{{\"name\":\"s\",\"shape\":[{count}],\"datatype\":\"BYTES\",\"data\":["), 1),
            ("\"\",", count - 1),
            ("\"\"]}]}", 1),
        ]);

    private static HostileRequest Steps(int count) => Scalar(Loop, "count", "[]", count);

    private static HostileRequest Outputs(int count) => Scalar(Expand, "x", "[1]", count);

    private static HostileRequest Scalar(string model, string input, string shape, int value) => Request(
        model,
        [
            (string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"inputs\":[{{\"name\":\"{input}\",\"shape\":{shape},\"datatype\":\"INT64\",\"data\":[{value}]}}]}}"), 1),
        ]);

    private static HostileRequest Request(string model, IReadOnlyList<(string Text, int Times)> body) => new()
    {
        Kind = "evidence",
        Name = "",
        To = ["router"],
        Model = model,
        Method = "POST",
        Path = "/v2/models/{model}/infer",
        Headers = [],
        Body = new HostileText(body, IsUtf8: true),
        AtOnce = 1,
        Statuses = [],
    };
}
