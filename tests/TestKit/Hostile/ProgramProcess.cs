using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ModelServing.TestKit.Hostile;

/// <summary>A program of this repository as a process. Disposal stops it and everything that it started.</summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    // Anything longer is a hang.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly Task reading;
    private bool isDisposed;

    private ProgramProcess(ProcessStartInfo start)
    {
        process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} can't be started");
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Starts a built program.</summary>
    /// <param name="program">Its file below <c>artifacts/bin</c>, a .dll.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">The folder that it runs in.</param>
    /// <param name="variables">Further environment variables.</param>
    public static ProgramProcess Start(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var start = new ProcessStartInfo("dotnet", [Repository.Combine("artifacts", "bin", program), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new ProgramProcess(start);
    }

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="InvalidOperationException">The program ended, or hangs, before that.</exception>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException($"{what}: it never was:\n{Output}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits for its end, and returns the exit code.</summary>
    /// <exception cref="InvalidOperationException">It hangs.</exception>
    public async Task<int> ExitAsync()
    {
        using var waiting = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(waiting.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"it did not end:\n{Output}");
        }

        await reading;
        return process.ExitCode;
    }

    /// <summary>The processes that it started, and what each one is.</summary>
    public IReadOnlyDictionary<int, string> Children()
    {
        var children = new Dictionary<int, string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && ParentOf(id) == Id)
                children[id] = NameOf(id);
        }

        return children;
    }

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        var children = Children().Keys.ToList();
        if (!process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-s", "INT", Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync();
            using var waiting = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await process.WaitForExitAsync(waiting.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        await process.WaitForExitAsync();
        // Only those that are still the same processes.
        foreach (var left in children.Where(id => ParentOf(id) == Id))
        {
            using var child = Process.GetProcessById(left);
            child.Kill();
        }

        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(5)));
        process.Dispose();
    }

    /// <summary>The variables that a process was started with.</summary>
    public static IReadOnlyDictionary<string, string> VariablesOf(int process) =>
        File.ReadAllText($"/proc/{process}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(static variable => variable.Split('=', 2))
            .Where(static parts => parts.Length == 2)
            .ToDictionary(static parts => parts[0], static parts => parts[1]);

    private static string NameOf(int id)
    {
        try
        {
            var variables = VariablesOf(id);
            return variables.TryGetValue("MODELSERVING_MODEL", out var model)
                ? $"{model} v{variables["MODELSERVING_VERSION"]}"
                : File.ReadAllText($"/proc/{id}/cmdline").Split('\0')
                    .Select(Path.GetFileName)
                    .LastOrDefault(static word => word!.StartsWith("ModelServing.", StringComparison.Ordinal)) ?? "another program";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "ended";
        }
    }

    private static int ParentOf(int id)
    {
        try
        {
            // The format is "id (name) state parent ...". The name may contain any characters.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(
                stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
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
