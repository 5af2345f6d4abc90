using System.Diagnostics;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A host as a process, started with only its settings. Disposal kills it.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process process;
    // Not the stack's folder, because processes of that folder are killed with its last ms.
    private readonly TemporaryFolder folder = new();
    private readonly string addressFile;
    private readonly StringBuilder output = new();

    private HostProcess(string program, HostSettings settings, string[] through)
    {
        addressFile = folder.Combine("address");
        string[] command = [.. through, "dotnet", program];
        var start = new ProcessStartInfo(command[0], command[1..])
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in (settings with { Urls = "http://127.0.0.1:0", AddressFile = addressFile, StopWithParent = true })
            .ToEnvironment())
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The identifier of the process.</summary>
    internal int Id => process.Id;

    internal bool HasExited => process.HasExited;

    /// <summary>The output so far.</summary>
    internal string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <param name="settings">The settings.</param>
    /// <param name="through">A command that replaces itself with the command in its last arguments.</param>
    internal static HostProcess StartInference(InferenceSettings settings, params string[] through) =>
        new(MsProcess.Program("Inference", "ModelServing.Inference"), settings, through);

    /// <summary>Asks the host to stop, and returns its exit code.</summary>
    internal async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-s", "TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        await Until.TrueAsync(() => process.HasExited, () => $"the host never stopped:\n{Output}");
        return process.ExitCode;
    }

    internal static HostProcess StartFeatureServer(FeatureServerSettings settings) =>
        new(MsProcess.Program("FeatureServer", "ModelServing.FeatureServer"), settings, []);

    /// <summary>Waits until the host listens, and returns its address.</summary>
    internal async Task<Uri> AddressAsync()
    {
        await Until.TrueAsync(() => process.HasExited || File.Exists(addressFile), () => $"the host never listened:\n{Output}");
        Assert.False(process.HasExited, Output);
        return new Uri(await File.ReadAllTextAsync(addressFile));
    }

    /// <summary>Waits until the host has printed a text.</summary>
    internal Task SaysAsync(string text) => Until.TrueAsync(
        () => Output.Contains(text, StringComparison.Ordinal), () => $"the host never printed '{text}':\n{Output}");

    /// <summary>Waits until the response of a path contains a text.</summary>
    internal async Task WaitForResponseAsync(HttpClient http, Uri path, string text)
    {
        var last = "";
        var began = Stopwatch.GetTimestamp();
        while (!last.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(process.HasExited, Output);
            Assert.True(
                Stopwatch.GetElapsedTime(began) < MsProcess.Timeout,
                $"the response never contained '{text}'; the last was '{last}':\n{Output}");
            try
            {
                using var answer = await http.GetAsync(path);
                last = await answer.Content.ReadAsStringAsync();
            }
            catch (HttpRequestException e)
            {
                // If the host has ended, the next check fails with its output.
                last = e.Message;
            }

            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Dispose();
    }

    private void Keep(string? line)
    {
        lock (output)
            output.Append(line).Append('\n');
    }
}
