using System.Text.Encodings.Web;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Registry;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Cli;

/// <summary>
/// Where a command prints. Its result goes to standard output, as a table or, with <c>--json</c>, as one JSON document; all else
/// that is said goes to standard error then, so that the output can be read by a program.
/// </summary>
internal sealed class Terminal
{
    // Digests and commands are read by people and shells, never by a browser.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly bool json;
    private readonly TextWriter output;
    private readonly IAnsiConsole errors;

    internal Terminal(bool json)
        : this(json, Console.Out, Console.IsOutputRedirected, Console.Error, Console.IsErrorRedirected)
    {
    }

    internal Terminal(bool json, TextWriter output, bool outputRedirected, TextWriter error, bool errorRedirected)
    {
        this.json = json;
        this.output = output;
        errors = Create(error, errorRedirected);
        Talk = json ? errors : Create(output, outputRedirected);
    }

    /// <summary>Where progress and remarks go. While a progress bar lives, only what is written here keeps it whole.</summary>
    internal IAnsiConsole Talk { get; }

    /// <summary>Says a line.</summary>
    internal void Say(IRenderable line) => Write(Talk, line);

    /// <summary>Says a line of markup.</summary>
    internal void Say(string markup) => Write(Talk, new Markup(markup));

    /// <summary>Says, among the other remarks, that something went wrong which does not end the command.</summary>
    internal void Warn(string line) => Write(Talk, new Text(line, new Style(Color.Red)));

    /// <summary>Says why the command ends.</summary>
    internal void Error(string line) => Write(errors, new Text(line, new Style(Color.Red)));

    /// <summary>Prints a result: the table, or with <c>--json</c> the value.</summary>
    internal void Result<T>(T value, Func<T, IRenderable> table)
    {
        if (json)
            output.WriteLine(JsonSerializer.Serialize(value, Json));
        else
            Talk.Write(table(value));
    }

    /// <summary>Shows a value as a remark, whatever the command's result is.</summary>
    internal void Show<T>(T value, Func<T, IRenderable> table) => Talk.Write(table(value));

    /// <summary>Runs a command's body: what it throws becomes red lines and an exit code.</summary>
    internal static Task<int> RunAsync(bool json, Func<Terminal, StopSignals, Task<int>> body) => RunAsync(new Terminal(json), body);

    /// <summary>Runs a command's body with a terminal.</summary>
    internal static async Task<int> RunAsync(Terminal terminal, Func<Terminal, StopSignals, Task<int>> body)
    {
        using var signals = new StopSignals();
        try
        {
            return await body(terminal, signals);
        }
        catch (CommandException e)
        {
            foreach (var line in e.Lines)
                terminal.Error(line);
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (RegistryException e)
        {
            foreach (var line in LinesOf(e))
                terminal.Error(line);
            return e.Error == RegistryError.Unavailable ? ExitCode.Failed : ExitCode.WrongInput;
        }
        catch (ContractException e)
        {
            terminal.Error(e.Message);
            return ExitCode.WrongInput;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Error(e.Message);
            return ExitCode.Failed;
        }
    }

    private static List<string> LinesOf(RegistryException e)
    {
        if (e.Findings.Count == 0)
            return [e.Message];
        var lines = new List<string> { $"{e.Key}: it is refused, and nothing was stored (docs/artifacts.md has the rules):" };
        lines.AddRange(e.Findings.Select(static finding => $"  {finding}"));
        if (e.MoreFindings > 0)
            lines.Add($"  and {e.MoreFindings} more");
        return lines;
    }

    private static void Write(IAnsiConsole console, IRenderable line)
    {
        try
        {
            console.Write(new UnbrokenLine(line));
        }
        catch (IOException)
        {
            // The terminal was closed. Whoever reads or not, what was started still has to be looked after, and stopped.
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        // A table that goes to a file or a program must not be broken where no terminal ends.
        if (redirected)
            console.Profile.Width = 1000;
        return console;
    }
}
