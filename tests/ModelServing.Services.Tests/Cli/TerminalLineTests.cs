using System.Text.RegularExpressions;
using ModelServing.Cli;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Services.Tests.Cli;

public partial class TerminalLineTests
{
    [Theory]
    [InlineData("It fits the terminal's forty columns ok.", new[] { "It fits the terminal's forty columns ok." })]
    [InlineData(
        "A sentence that doesn't fit into the row continues after a space.",
        new[] { "A sentence that doesn't fit into the row", "  continues after a space." })]
    [InlineData(
        "    It is indented, and so is every further row of it, two more.",
        new[] { "    It is indented, and so is every", "      further row of it, two more." })]
    [InlineData("The option is missing; see './dev ms rollback --help' for it", new[]
    {
        "The option is missing; see",
        "  './dev ms rollback --help' for it",
    })]
    [InlineData("See 'ms keys new NAME --role operator --stack STACK --write' now", new[]
    {
        "See",
        "  'ms keys new NAME --role operator --stack STACK --write'",
        "  now",
    })]
    public void A_sentence_continues_after_a_space_but_not_within_a_command(string line, string[] rows) =>
        Assert.Equal(rows, Render(new Text(line)));

    [Theory]
    [InlineData("  curl -s http://127.0.0.1:8080/v2/models/fraud/infer -d '{}'")]
    [InlineData("  ./dev ms reset fraud 2 --why REASON --stack prod")]
    [InlineData("           -> pulumi config set --stack dev modelserving:phase all")]
    [InlineData("a-word-without-any-space-that-is-longer-than-the-row")]
    public void A_command_and_a_long_word_are_in_one_piece(string line) => Assert.Equal([line], Render(new Text(line)));

    [Fact]
    public void Colours_go_on_in_the_next_row()
    {
        const string Line = "[red]A sentence in red[/] that [bold]does not fit into the row[/] goes on in the next.";
        var rows = Render(new Markup(Line), colours: true);
        Assert.Equal(2, rows.Length);
        Assert.Equal("A sentence in red that does not fit into", Control().Replace(rows[0], ""));
        Assert.Matches(@"^  \e\[1mthe row\e\[0m goes on in the next\.$", rows[1]);
    }

    [Fact]
    public void A_pipe_gets_one_row()
    {
        var line = string.Join(' ', Enumerable.Repeat("word", 200));
        Assert.Equal([line], Render(new Text(line), ansi: AnsiSupport.No));
    }

    private static string[] Render(IRenderable line, bool colours = false, AnsiSupport ansi = AnsiSupport.Yes)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = ansi,
            ColorSystem = colours ? ColorSystemSupport.TrueColor : ColorSystemSupport.NoColors,
        });
        console.Profile.Width = 40;
        console.Write(new TerminalLine(line));
        var written = text.ToString().ReplaceLineEndings("\n").Replace("\u001b[K", "", StringComparison.Ordinal);
        return [.. written.TrimEnd('\n').Split('\n').Select(row => colours ? row : Control().Replace(row, ""))];
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
