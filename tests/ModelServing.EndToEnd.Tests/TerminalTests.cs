using System.Globalization;
using System.Text.RegularExpressions;
using ModelServing.EndToEnd.Tests.Workflows;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms status</c> on a real terminal, which <c>script</c> makes, and in a pipe.</summary>
public sealed partial class TerminalTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private const string Sparks = "▁▂▃▄▅▆▇█";

    [Theory]
    [InlineData(80, false, 30)]
    [InlineData(80, true, 30)]
    [InlineData(120, false, 60)]
    public async Task A_terminal_gets_sparklines_and_no_line_is_broken(int columns, bool noColor, int sparks)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script makes the terminal: sudo apt-get install -y bsdutils");
        await SendAsync();
        var variables = new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["LANG"] = "C.UTF-8" };
        if (noColor)
            variables["NO_COLOR"] = "1";
        var (exitCode, output) = await Tool.RunAsync(
            shared.Folder.FullPath,
            variables,
            "script",
            "--quiet",
            "--return",
            "--command",
            string.Create(CultureInfo.InvariantCulture, $"stty cols {columns} rows 50; dotnet '{MsProcess.Program("Cli", "ms")}' status"),
            "/dev/null");
        Assert.True(exitCode == 0, output);
        var lines = Control().Replace(output, "").ReplaceLineEndings("\n").Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, columns));
        Assert.Contains("  last minute", lines);
        var sparkline = Assert.Single(lines, static line => line.StartsWith("    stable v1", StringComparison.Ordinal) &&
            line.Any(static c => Sparks.Contains(c, StringComparison.Ordinal)));
        Assert.Equal(sparks, sparkline.Count(static c => Sparks.Contains(c, StringComparison.Ordinal)));
        if (noColor)
            Assert.DoesNotMatch(@"\e\[[0-9;]*3[0-9]", output);
    }

    [Fact]
    public async Task A_pipe_gets_plain_text_without_sparklines()
    {
        await SendAsync();
        var (exitCode, output) = await MsProcess.RunAsync(shared.Folder, "status", "fraud");
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain('\e', output);
        Assert.DoesNotContain(output, static c => Sparks.Contains(c, StringComparison.Ordinal));
        Assert.Contains("last 60 minutes", output, StringComparison.Ordinal);
        Assert.Contains(" of the 8,000 that condemn", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), static line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public async Task Watching_prints_the_status_again_until_it_is_interrupted()
    {
        await using var ms = MsProcess.Start(shared.Folder, "status", "--watch");
        await Until.TrueAsync(() => Count(ms.Output) >= 2, () => ms.Output);
        ms.Signal("INT");
        Assert.Equal(0, await ms.ExitAsync());

        static int Count(string output) => output.Split("fraud\n").Length - 1;
    }

    [Fact]
    public async Task A_wrong_command_line_gets_one_line()
    {
        var (exitCode, output) = await MsProcess.RunAsync(shared.Folder, "rollback", "fraud", "2");
        Assert.Equal((2, "Option '--why' is required; see 'ms rollback --help'\n"), (exitCode, output));
    }

    private async Task SendAsync()
    {
        await using var load = new Load(shared.Folder.Api, most: 200);
        await load.FinishAsync();
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
