using ModelServing.Cli.Requests;
using ModelServing.Hosting.Access;
using ModelServing.Services.Tests.Hosting.Access;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Services.Tests.Cli.Requests;

public class AttemptTableTests
{
    private static readonly Ulid Request = Ulid.Parse("01KB7G0000000000000000000A");

    private static readonly IReadOnlyList<AttemptLine> Attempts =
    [
        AttemptLine.Join(
            SomeAccess.Record(Request, status: 500) with { Reason = AccessReasons.HeldBack, Trace = 0xabc },
            SomeAccess.Record(Request, isOfRouter: false, status: 500) with { Reason = "model-failed" }),
        AttemptLine.Join(SomeAccess.Record(Request, attempt: 2), null),
    ];

    [Fact]
    public void A_request_has_one_line_for_each_attempt_within_80_columns() => Assert.Equal(
        """
        request  01KB7G0000000000000000000A
        time     2026-11-29 12:00:00.000Z
        model    fraud
        trace    00000000000000000000000000000abc

        #  version    answer            total routing queue model encode
        1  v2 canary  500 model-failed  12.00    0.04  1.00  8.00   0.25
        2  v1 stable  200               12.00    0.04     -     -      -
        """,
        Render(AttemptTable.Request(Attempts), 80));

    [Fact]
    public void A_list_has_the_parts_only_if_there_is_room()
    {
        Assert.Equal(
            """
            request                     version          answer            total
            01KB7G0000000000000000000A  fraud v2 canary  500 model-failed  12.00
            01KB7G0000000000000000000A  fraud v1 stable  200               12.00
            """,
            Render(AttemptTable.List(Attempts, 80), 80));
        Assert.Equal(
            """
            time          request                     version          answer            total routing queue model encode
            12:00:00.000  01KB7G0000000000000000000A  fraud v2 canary  500 model-failed  12.00    0.04  1.00  8.00   0.25
            12:00:00.000  01KB7G0000000000000000000A  fraud v1 stable  200               12.00    0.04     -     -      -
            """,
            Render(AttemptTable.List(Attempts, 140), 140));
    }

    [Fact]
    public void No_part_of_an_attempt_is_a_command_to_the_terminal()
    {
        const string Hostile = "a\u001b[2Jb";
        var failed = SomeAccess.Record(Request, status: 500) with { Reason = Hostile, Variant = Hostile };
        var line = AttemptLine.Join(failed, null);
        var other = AttemptLine.Join(failed with { Operation = Hostile }, null);
        Assert.Equal("500 a\uFFFD[2Jb", AttemptText.Ending(line));
        foreach (var text in (string[])[AttemptText.Version(line), AttemptText.Version(other)])
            Assert.EndsWith(" a\uFFFD[2Jb", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_ending_leaves_room_for_every_column()
    {
        var attempt = SomeAccess.Record(Request, status: 413) with { Reason = "request-too-large", Version = 12 };
        Assert.DoesNotContain("…", Render(AttemptTable.Request([AttemptLine.Join(attempt, null)]), 80), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_an_attempt_has_a_line_too()
    {
        var refused = new AccessRecord
        {
            Source = AccessSource.Router,
            RequestId = Request,
            Time = SomeAccess.Noon,
            Attempt = 0,
            Status = 401,
            Reason = "unauthenticated",
            Times = new AccessTimes(TimeSpan.FromMilliseconds(0.1)),
        };
        Assert.Contains(
            "0  -        401 unauthenticated",
            Render(AttemptTable.Request([AttemptLine.Join(refused, null)]), 80),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_of_other_hosts_have_lines_with_what_they_did() => Assert.Equal(
        """
        request                     version           answer            total
        01KB7G0000000000000000000A  features read     200                2.00
        01KB7G0000000000000000000A  functions Loader  500 model-failed   2.00
        """,
        Render(
            AttemptTable.List(
                [
                    AttemptLine.Join(SomeAccess.Other(Request, AccessSource.FeatureServer, "read"), null),
                    AttemptLine.Join(
                        SomeAccess.Other(Request, AccessSource.Functions, "Loader", status: 500) with { Reason = "model-failed" }, null),
                ],
                80),
            80));

    [Fact]
    public void Text_that_a_caller_chose_can_not_move_the_cursor()
    {
        var line = AttemptLine.Join(null, SomeAccess.Record(Request, isOfRouter: false) with { Variant = "\u001b[2Jx" });
        Assert.DoesNotContain('\u001b', Render(AttemptTable.Request([line]), 80));
    }

    private static string Render(IRenderable renderable, int width)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = width;
        console.Write(renderable);
        var lines = text.ToString().TrimEnd().Split('\n').Select(static line => line.TrimEnd()).ToList();
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        return string.Join('\n', lines);
    }
}
