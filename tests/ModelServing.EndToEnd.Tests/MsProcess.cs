using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms</c> as a process, as a user starts it. Disposal of the last one of a folder kills every process that was started from
/// that folder.</summary>
internal sealed class MsProcess : IAsyncDisposable
{
    /// <summary>How long anything may take before it counts as hung.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly StackFolder folder;
    private readonly StringBuilder output = new();
    private readonly StringBuilder standardOutput = new();
    private readonly Task reading;

    private MsProcess(StackFolder folder, IReadOnlyDictionary<string, string> variables, string[] arguments)
    {
        this.folder = folder;
        var start = new ProcessStartInfo("dotnet", [Program("Cli", "ms"), .. arguments])
        {
            WorkingDirectory = folder.FullPath,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        folder.Enter();
        process = Process.Start(start)!;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput, standardOutput), ReadAsync(process.StandardError, null));
    }

    /// <summary>The output so far, of both streams.</summary>
    internal string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>The standard output so far.</summary>
    internal string StandardOutput
    {
        get
        {
            lock (output)
                return standardOutput.ToString();
        }
    }

    internal int Id => process.Id;

    internal static MsProcess Start(StackFolder folder, params string[] arguments) =>
        new(folder, new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with further environment variables.</summary>
    internal static MsProcess Start(StackFolder folder, IReadOnlyDictionary<string, string> variables, params string[] arguments) =>
        new(folder, variables, arguments);

    /// <summary>Runs a command with <c>--json</c> that must succeed, and returns the document.</summary>
    internal static async Task<JsonElement> QueryAsync(StackFolder folder, params string[] arguments)
    {
        await using var ms = Start(folder, [.. arguments, "--json"]);
        Assert.True(await ms.ExitAsync() == 0, ms.Output);
        using var document = JsonDocument.Parse(ms.StandardOutput);
        return document.RootElement.Clone();
    }

    /// <summary>Runs it to its end.</summary>
    internal static async Task<(int ExitCode, string Output)> RunAsync(StackFolder folder, params string[] arguments)
    {
        await using var ms = Start(folder, arguments);
        return (await ms.ExitAsync(), ms.Output);
    }

    /// <summary>The path of a built program, relative to this one.</summary>
    internal static string Program(string project, string assembly)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(own, "..", "..", project, Path.GetFileName(own), assembly + ".dll"));
    }

    /// <summary>Waits until it has printed <paramref name="text"/>; fails if it ends, or hangs, before that.</summary>
    internal async Task WaitForAsync(string text)
    {
        await Until.TrueAsync(
            () => reading.IsCompleted || Output.Contains(text, StringComparison.Ordinal),
            () => $"it never printed '{text}':\n{Output}");
        Assert.True(Output.Contains(text, StringComparison.Ordinal), $"it ended and never printed '{text}':\n{Output}");
    }

    /// <summary>Waits for the <paramref name="number"/>th JSON document on standard output.</summary>
    internal async Task<JsonElement> WaitForDocumentAsync(int number)
    {
        await Until.TrueAsync(
            () => reading.IsCompleted || Documents().Length >= number,
            () => $"there are not {number} documents:\n{Output}");
        var documents = Documents();
        Assert.True(documents.Length >= number, $"it ended with {documents.Length} documents:\n{Output}");
        return JsonDocument.Parse(documents[number - 1]).RootElement.Clone();

        // Each is indented, so only its end is a line with nothing but a brace.
        string[] Documents() => [.. StandardOutput.Split("\n}\n")[..^1].Select(static document => document + "\n}")];
    }

    /// <summary>Waits for its end and returns the exit code.</summary>
    /// <param name="timeout">How long it may take before it counts as hung; <see cref="Timeout"/> by default.</param>
    internal async Task<int> ExitAsync(TimeSpan? timeout = null)
    {
        using var waiting = new CancellationTokenSource(timeout ?? Timeout);
        try
        {
            await process.WaitForExitAsync(waiting.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"it did not end:\n{Output}");
        }

        await reading;
        return process.ExitCode;
    }

    /// <summary>Sends it a signal, <c>INT</c> or <c>TERM</c>.</summary>
    internal void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Kills it, as <c>kill -9</c> does.</summary>
    internal void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        if (!folder.LeaveLast())
            return;
        foreach (var left in folder.Processes())
            left.Kill();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder? own)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
                own?.Append(line).Append('\n');
            }
        }
    }
}
