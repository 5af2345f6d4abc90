using ModelServing.Cli;
using ModelServing.Contracts;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Services.Tests.Cli;

public class TerminalTests
{
    [Fact]
    public void Without_json_a_result_is_a_table_among_the_messages()
    {
        var terminal = new RecordedTerminal();
        terminal.Terminal.Say("first");
        terminal.Terminal.Result(7, static seven => new Table().AddColumn($"{seven}"));
        Assert.StartsWith("first\n", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("7", terminal.Output, StringComparison.Ordinal);
        Assert.Empty(terminal.Errors);
    }

    [Fact]
    public void With_json_only_the_result_is_on_standard_output()
    {
        var terminal = new RecordedTerminal(json: true);
        terminal.Terminal.Say("first");
        terminal.Terminal.Warn("second");
        terminal.Terminal.Show(3, static three => new Text($"third, of {three}\n"));
        terminal.Terminal.Result(new { Model = "fraud", Command = "-d '{}'" }, static _ => Text.Empty);
        Assert.Equal("{\n  \"model\": \"fraud\",\n  \"command\": \"-d '{}'\"\n}\n", terminal.Output.ReplaceLineEndings("\n"));
        Assert.Equal("first\nsecond\nthird, of 3\n", terminal.Errors);
    }

    [Fact]
    public void A_value_for_programs_is_printed_only_with_json()
    {
        var (people, programs) = (new RecordedTerminal(), new RecordedTerminal(json: true));
        people.Terminal.Json(new { Requests = 7 });
        programs.Terminal.Json(new { Requests = 7 });
        Assert.Empty(people.Output);
        Assert.Equal("{\n  \"requests\": 7\n}\n", programs.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_line_is_never_broken()
    {
        var terminal = new RecordedTerminal();
        var line = string.Join(' ', Enumerable.Repeat("word", 2000));
        terminal.Terminal.Say(line);
        terminal.Terminal.Warn(line);
        Assert.Equal([line, line], terminal.Lines);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_text_reaches_the_terminal_as_a_command_to_it(bool json)
    {
        const string Hostile = "a\u001b[2Jb\u009b2Jc\u0007\u202ed\u2028e";
        var terminal = new RecordedTerminal(json);
        terminal.Terminal.Say(Markup.Escape(Hostile));
        terminal.Terminal.Warn(Hostile);
        terminal.Terminal.Error(Hostile);
        terminal.Terminal.Show(Hostile, static text => new Text(text + "\n"));
        terminal.Terminal.Result(Hostile, static text => new Table().AddColumn("who").AddRow(Markup.Escape(text)));
        terminal.Terminal.Redraw(Hostile, [Markup.Escape(Hostile)]);
        terminal.Terminal.Json(Hostile);
        var all = terminal.Output + terminal.Errors;
        Assert.DoesNotContain(all, static c => (char.IsControl(c) && c is not '\n') || c is '\u202e' or '\u2028');
        Assert.Contains("a\uFFFD[2Jb\uFFFD2Jc\uFFFD\uFFFDd", all, StringComparison.Ordinal);
        if (json)
            Assert.Contains("\\u202e", terminal.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task No_label_of_a_progress_bar_reaches_the_terminal_as_a_command_to_it()
    {
        const string Hostile = "a\u0007\u202eb";
        foreach (var isDrawn in (bool[])[false, true])
        {
            var terminal = new RecordedTerminal();
            var capabilities = terminal.Terminal.Messages.Profile.Capabilities;
            capabilities.Interactive = capabilities.Ansi = isDrawn;
            await terminal.Terminal.ShowProgressAsync(Hostile, 1, static _ => Task.CompletedTask);
            Assert.Contains("a\uFFFD", terminal.Output, StringComparison.Ordinal);
            Assert.DoesNotContain('\u0007', terminal.Output);
            Assert.DoesNotContain('\u202e', terminal.Output);
        }
    }

    [Fact]
    public void A_warning_is_not_markup()
    {
        var terminal = new RecordedTerminal();
        terminal.Terminal.Warn("[red] \u001b is what it is");
        Assert.StartsWith("[red] ", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_of_a_command_becomes_its_exit_code()
    {
        var terminal = new RecordedTerminal();
        Assert.Equal(ExitCode.PortTaken, await RunAsync(new CommandException(ExitCode.PortTaken, "taken", "so take another")));
        Assert.Equal(ExitCode.WrongInput, await RunAsync(new ContractException("wrong")));
        Assert.Equal(
            ExitCode.WrongInput,
            await RunAsync(new RegistryException(RegistryError.AlreadyPublished, ObjectKey.Parse("a"), "is there")));
        Assert.Equal(
            ExitCode.Failed,
            await RunAsync(new RegistryException(RegistryError.Unavailable, ObjectKey.Parse("a"), "can't be read")));
        Assert.Equal(ExitCode.Failed, await RunAsync(new IOException("full")));
        Assert.Equal("taken\nso take another\nwrong\na: is there\na: can't be read\nfull\n", terminal.Errors);
        Assert.Empty(terminal.Output);

        Task<int> RunAsync(Exception thrown) => Terminal.RunAsync(terminal.Terminal, (_, _) => Task.FromException<int>(thrown));
    }

    [Fact]
    public async Task An_unexpected_exception_is_one_line_with_the_method_that_failed()
    {
        var terminal = new RecordedTerminal();
        Assert.Equal(ExitCode.Failed, await Terminal.RunAsync(terminal.Terminal, (_, _) => throw new FormatException("no\nobject")));
        Assert.Matches(
            @"\Aunexpected FormatException in ModelServing\.Services\.Tests\.Cli\.TerminalTests\.\S+: no object\n\z",
            terminal.Errors);
    }

    [Fact]
    public async Task The_first_signal_stops_the_second_kills_and_a_third_has_the_default_action()
    {
        using var signals = new StopSignals();
        Assert.True(signals.Take());
        await SetAsync(signals.Stop);
        Assert.False(signals.Kill.IsCancellationRequested);
        Assert.True(signals.Take());
        await SetAsync(signals.Kill);
        Assert.False(signals.Take());

        static Task SetAsync(CancellationToken token) =>
            Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.Infinite, token));
    }
}
