using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms</c> as a process, as a user starts it; whatever was started from its folder is gone when the last of the folder is
/// disposed.</summary>
internal sealed class MsProcess : IAsyncDisposable
{
    /// <summary>How long anything may take before it counts as hung.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process process;
    private readonly StackFolder folder;
    private readonly StringBuilder output = new();
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
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>All that was printed so far, on both streams.</summary>
    internal string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    internal int Id => process.Id;

    internal static MsProcess Start(StackFolder folder, params string[] arguments) => new(folder, new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with variables in its environment beside those of this process.</summary>
    internal static MsProcess Start(StackFolder folder, IReadOnlyDictionary<string, string> variables, params string[] arguments) => new(folder, variables, arguments);

    /// <summary>Runs it to its end.</summary>
    internal static async Task<(int ExitCode, string Output)> RunAsync(StackFolder folder, params string[] arguments)
    {
        await using var ms = Start(folder, arguments);
        return (await ms.ExitAsync(), ms.Output);
    }

    /// <summary>The path of a built program, beside this one.</summary>
    internal static string Program(string project, string assembly)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(own, "..", "..", project, Path.GetFileName(own), assembly + ".dll"));
    }

    /// <summary>Waits until it has printed <paramref name="text"/>; fails when it ends, or hangs, before that.</summary>
    internal async Task SaysAsync(string text)
    {
        await Until.TrueAsync(() => reading.IsCompleted || Output.Contains(text, StringComparison.Ordinal), () => $"it never said '{text}':\n{Output}");
        Assert.True(Output.Contains(text, StringComparison.Ordinal), $"it ended and never said '{text}':\n{Output}");
    }

    /// <summary>Waits for its end, and gives its exit code.</summary>
    /// <param name="patience">How long it may take before it counts as hung; <see cref="Patience"/> by default.</param>
    internal async Task<int> ExitAsync(TimeSpan? patience = null)
    {
        using var waiting = new CancellationTokenSource(patience ?? Patience);
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

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
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

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (output)
                output.Append(line).Append('\n');
        }
    }
}
