using System.Text.Encodings.Web;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Oci.Identity;
using ModelServing.Registry;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Cli;

/// <summary>
/// The output of a command. The result goes to standard output, as a table or, with <c>--json</c>, as a JSON document. With
/// <c>--json</c> all other messages go to standard error, so that a program can read standard output.
/// </summary>
internal sealed class Terminal
{
    // People and shells read digests and commands; browsers do not, so "+" and "'" need no escapes.
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

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
        IsInteractive = !outputRedirected;
        errors = Create(error, errorRedirected);
        Messages = json ? errors : Create(output, outputRedirected);
    }

    /// <summary>The console for progress and messages. Anything written elsewhere garbles a live progress bar.</summary>
    internal IAnsiConsole Messages { get; }

    /// <summary>Whether the result is read on a terminal, and not from a file or a pipe.</summary>
    internal bool IsInteractive { get; }

    internal void Say(IRenderable line) => Write(Messages, line);

    /// <summary>Prints a message, a line of markup.</summary>
    internal void Say(string markup) => Write(Messages, new Markup(OwnCommand.In(markup, Markup.Escape(OwnCommand.Name))));

    /// <summary>Prints a problem that does not end the command, among the other messages.</summary>
    internal void Warn(string line) => Write(Messages, new Text(OwnCommand.In(line), new Style(Color.Red)));

    /// <summary>Prints the reason that ends the command.</summary>
    internal void Error(string line) => Write(errors, new Text(OwnCommand.In(line), new Style(Color.Red)));

    /// <summary>Prints a result: the table or, with <c>--json</c>, the value.</summary>
    internal void Result<T>(T value, Func<T, IRenderable> table)
    {
        if (json)
            Json(value);
        else
            Show(value, table);
    }

    /// <summary>Prints a result that replaces the one before it; in a file or a pipe it follows that one. On a terminal, lines beyond its
    /// height are left out.</summary>
    internal void Redraw<T>(T value, IEnumerable<string> markup)
    {
        if (json)
        {
            Json(value);
            return;
        }

        List<string> lines = [.. markup];
        var isDrawn = IsInteractive && Messages.Profile.Capabilities.Ansi;
        var most = isDrawn ? Math.Max(1, Messages.Profile.Height - 2) : int.MaxValue;
        if (lines.Count > most)
            lines = [.. lines.Take(most), $"{lines.Count - most} more lines; name a model, or make the terminal higher"];
        if (isDrawn)
            Messages.Write(new ControlCode("\u001b[H"));
        foreach (var line in lines)
            Write(Messages, new Markup(line));
        if (isDrawn)
            Messages.Write(new ControlCode("\u001b[J"));
        else
            output.WriteLine();
    }

    /// <summary>Runs <paramref name="body"/> while a progress bar is shown; in a file or a pipe, the label is printed once.</summary>
    internal async Task ShowProgressAsync(string label, long total, Func<ProgressTask, Task> body)
    {
        if (Messages.Profile.Capabilities is not { Interactive: true, Ansi: true })
        {
            Say(Markup.Escape(label));
            await body(new ProgressTask(0, label, total));
            return;
        }

        await Messages.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(progress => body(progress.AddTask(Markup.Escape(VisibleText.From(label)), maxValue: total)));
    }

    /// <summary>Prints a value that only programs need: with <c>--json</c> as a JSON document, otherwise not at all.</summary>
    internal void Json<T>(T value)
    {
        if (json)
            output.WriteLine(VisibleText.Json(JsonSerializer.Serialize(value, JsonOptions)));
    }

    /// <summary>Prints a value as a message; it is not the command's result.</summary>
    internal void Show<T>(T value, Func<T, IRenderable> table) => Messages.Write(new VisibleRenderable(table(value)));

    /// <summary>Runs a command's body. Expected exceptions become red lines and an exit code.</summary>
    internal static Task<int> RunAsync(bool json, Func<Terminal, StopSignals, Task<int>> body) => RunAsync(new Terminal(json), body);

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
            return e.Error == RegistryError.Unavailable ? ExitCodeOf(e) : ExitCode.WrongInput;
        }
        catch (ContractException e)
        {
            terminal.Error(e.Message);
            return ExitCode.WrongInput;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Error(e.Message);
            return ExitCodeOf(e);
        }
        catch (Exception e)
        {
            // Nothing expected it. One line is what a user can read and report; the runtime would print a stack trace and abort.
            terminal.Error($"unexpected {e.GetType().Name}{PlaceOf(e)}: {e.Message.ReplaceLineEndings(" ")}");
            return ExitCodeOf(e);
        }
    }

    private static int ExitCodeOf(Exception e) => IdentityFailures.IsCauseOf(e) ? ExitCode.WrongInput : ExitCode.Failed;

    // The method of ours that failed first, as in " in ModelServing.Cli.ModelsCommand.ReadAsync".
    private static string PlaceOf(Exception e)
    {
        var place = e.StackTrace?.Split('\n')
            .Select(static line => line.Trim())
            .FirstOrDefault(static line => line.Contains(" ModelServing.", StringComparison.Ordinal));
        return place is null ? "" : $" in {place[(place.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split('(')[0]}";
    }

    private static List<string> LinesOf(RegistryException e)
    {
        if (e.Findings.Count == 0)
            return [e.Message];
        var lines = new List<string> { $"{e.Key} is refused, and nothing was stored (the rules are in docs/artifacts.md):" };
        lines.AddRange(e.Findings.Select(static finding => $"  {finding}"));
        if (e.MoreFindings > 0)
            lines.Add($"  and {e.MoreFindings} more");
        return lines;
    }

    private static void Write(IAnsiConsole console, IRenderable line)
    {
        try
        {
            console.Write(new TerminalLine(new VisibleRenderable(line)));
        }
        catch (IOException)
        {
            // The terminal was closed. The processes that this command started must still be supervised and stopped.
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
        // A table in a file or a pipe has no terminal width to fit.
        if (redirected)
            console.Profile.Width = 1000;
        return console;
    }
}
