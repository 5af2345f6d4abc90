using ModelServing.Cli;
using ModelServing.Contracts;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Services.Tests.Cli;

public class TerminalTests
{
    [Fact]
    public void Without_json_a_result_is_a_table_among_what_is_said()
    {
        var terminal = new RecordedTerminal();
        terminal.Terminal.Say("first");
        terminal.Terminal.Result(7, static seven => new Table().AddColumn($"{seven}"));
        Assert.StartsWith("first\n", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("7", terminal.Output, StringComparison.Ordinal);
        Assert.Empty(terminal.Errors);
    }

    [Fact]
    public void With_json_the_result_alone_is_on_standard_output()
    {
        var terminal = new RecordedTerminal(json: true);
        terminal.Terminal.Say("first");
        terminal.Terminal.Warn("second");
        terminal.Terminal.Result(new { Model = "fraud", Command = "-d '{}'" }, static _ => Text.Empty);
        Assert.Equal("{\n  \"model\": \"fraud\",\n  \"command\": \"-d '{}'\"\n}\n", terminal.Output.ReplaceLineEndings("\n"));
        Assert.Equal("first\nsecond\n", terminal.Errors);
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

    [Fact]
    public void What_is_said_as_it_stands_is_no_markup()
    {
        var terminal = new RecordedTerminal();
        terminal.Terminal.Warn("[red] \u001b is what it is");
        Assert.StartsWith("[red] ", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_command_throws_becomes_its_exit_code()
    {
        var terminal = new RecordedTerminal();
        Assert.Equal(ExitCode.PortTaken, await RunAsync(new CommandException(ExitCode.PortTaken, "taken", "so take another")));
        Assert.Equal(ExitCode.WrongInput, await RunAsync(new ContractException("wrong")));
        Assert.Equal(ExitCode.WrongInput, await RunAsync(new RegistryException(RegistryError.AlreadyPublished, ObjectKey.Parse("a"), "is there")));
        Assert.Equal(ExitCode.Failed, await RunAsync(new RegistryException(RegistryError.Unavailable, ObjectKey.Parse("a"), "can't be read")));
        Assert.Equal(ExitCode.Failed, await RunAsync(new IOException("full")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(new InvalidOperationException("nobody foresaw it")));
        Assert.Equal("taken\nso take another\nwrong\na: is there\na: can't be read\nfull\n", terminal.Errors);
        Assert.Empty(terminal.Output);

        Task<int> RunAsync(Exception thrown) => Terminal.RunAsync(terminal.Terminal, (_, _) => Task.FromException<int>(thrown));
    }

    [Fact]
    public async Task The_first_signal_stops_the_second_kills_and_a_third_is_not_held_back()
    {
        using var signals = new StopSignals();
        Assert.True(signals.Take());
        await SetAsync(signals.Stop);
        Assert.False(signals.Kill.IsCancellationRequested);
        Assert.True(signals.Take());
        await SetAsync(signals.Kill);
        Assert.False(signals.Take());

        static Task SetAsync(CancellationToken token) => Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.Infinite, token));
    }
}
