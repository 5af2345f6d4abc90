using System.Text.Json;
using ModelServing.Cli.Doctor;

namespace ModelServing.Services.Tests.Cli.Doctor;

public class DoctorReportTests
{
    private static readonly Finding Good = Finding.Good("port", "8080 on 127.0.0.1 is free");
    private static readonly Finding Note = Finding.Note("rights", "OCI answers no question about it");
    private static readonly Finding Unasked = Finding.Unasked("limit", string.Join(' ', Enumerable.Repeat("unknown", 40)));
    private static readonly Finding Wrong =
        Finding.Wrong("disk", "12 MiB are free at /srv", "df -h /srv/a/path/that/is/so/long/that/the/command/is/wider/than/eighty/columns");

    [Fact]
    public void The_exit_code_is_1_if_something_is_wrong_2_if_something_is_unasked_and_0_otherwise()
    {
        Assert.Equal(0, new DoctorReport([Good, Note]).ExitCode);
        Assert.Equal(2, new DoctorReport([Good, Note, Unasked]).ExitCode);
        Assert.Equal(1, new DoctorReport([Good, Note, Unasked, Wrong]).ExitCode);
    }

    [Fact]
    public void Lines_fit_80_columns_and_a_command_stays_in_one_piece()
    {
        var terminal = new RecordedTerminal();
        Assert.Equal(1, DoctorCommand.Print(terminal.Terminal, new DoctorReport([Good, Unasked, Wrong])));
        Assert.All(
            terminal.Lines.Where(static line => !line.Contains("-> ", StringComparison.Ordinal)),
            static line => Assert.InRange(line.Length, 1, 80));
        Assert.Contains("ok         port: 8080 on 127.0.0.1 is free", terminal.Lines);
        Assert.Contains("           -> " + Wrong.Fix, terminal.Lines);
        Assert.Equal("1 wrong, 1 not asked, 1 ok", terminal.Lines[^1]);
    }

    [Fact]
    public void With_json_each_finding_has_its_state_its_text_and_its_command()
    {
        var terminal = new RecordedTerminal(json: true);
        DoctorCommand.Print(terminal.Terminal, new DoctorReport([Wrong, Note]));
        using var document = JsonDocument.Parse(terminal.Output);
        var (root, first) = (document.RootElement, document.RootElement.GetProperty("findings")[0]);
        Assert.Equal(1, root.GetProperty("exitCode").GetInt32());
        Assert.Equal("disk wrong", $"{first.GetProperty("check")} {first.GetProperty("state")}");
        Assert.Equal(Wrong.Fix, first.GetProperty("fix").GetString());
        Assert.Equal("note", root.GetProperty("findings")[1].GetProperty("state").GetString());
    }
}
