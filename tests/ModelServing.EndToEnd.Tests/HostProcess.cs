using System.Diagnostics;
using System.Text;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A host as a process, started with nothing but its settings; gone when this is disposed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process process;
    // Not the stack's folder: what is started from there ends with an ms of there.
    private readonly TemporaryFolder folder = new();
    private readonly string addressFile;
    private readonly StringBuilder output = new();

    private HostProcess(string program, HostSettings settings)
    {
        addressFile = folder.Combine("address");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in (settings with { Urls = "http://127.0.0.1:0", AddressFile = addressFile, StopWithParent = true }).ToEnvironment())
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    internal static HostProcess StartInference(InferenceSettings settings) => new(MsProcess.Program("Inference", "ModelServing.Inference"), settings);

    /// <summary>Waits until it listens, and gives where.</summary>
    internal async Task<Uri> AddressAsync()
    {
        await Until.TrueAsync(() => process.HasExited || File.Exists(addressFile), () => $"it never listened:\n{Output}");
        Assert.False(process.HasExited, Output);
        return new Uri(await File.ReadAllTextAsync(addressFile));
    }

    /// <summary>Waits until a path of it says something.</summary>
    internal async Task SaysAtAsync(HttpClient http, Uri path, string text)
    {
        var said = "";
        var began = Stopwatch.GetTimestamp();
        while (!said.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(process.HasExited, Output);
            Assert.True(Stopwatch.GetElapsedTime(began) < MsProcess.Patience, $"it never said '{text}', last '{said}':\n{Output}");
            try
            {
                using var answer = await http.GetAsync(path);
                said = await answer.Content.ReadAsStringAsync();
            }
            catch (HttpRequestException e)
            {
                // Its end, if it is that, says more.
                said = e.Message;
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
