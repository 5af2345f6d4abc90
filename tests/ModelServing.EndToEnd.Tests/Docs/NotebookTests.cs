using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>The code cells of docs/features.ipynb run, one after the other, beside a platform that is started when they wait for
/// it.</summary>
public class NotebookTests
{
    private const string Packages = "pandas, sklearn, onnx";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_cells_lead_from_payments_in_pandas_to_a_served_model_that_agrees_with_its_training()
    {
        var python = await Python.FindAsync(Packages, Token);
        Assert.SkipWhen(
            python is null,
            "Python does not have its packages: " +
                "sudo apt-get install -y --no-install-recommends python3-pandas python3-sklearn python3-onnx");
        using var folder = new StackFolder();
        var script = Path.Combine(folder.FullPath, "notebook.py");
        await File.WriteAllTextAsync(script, await ReadCodeAsync(), Token);
        var start = new ProcessStartInfo(python, ["-u", script])
        {
            WorkingDirectory = folder.FullPath,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MS"] = $"dotnet {MsProcess.Program("Cli", "ms")}",
                ["PORT"] = folder.Port.ToString(CultureInfo.InvariantCulture),
            },
        };
        using var notebook = Process.Start(start)!;
        MsProcess? platform = null;
        try
        {
            var errors = notebook.StandardError.ReadToEndAsync(Token);
            var output = "";
            while (await notebook.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(MsProcess.Timeout, Token) is { } line)
            {
                output += line + "\n";
                if (line.StartsWith("Waiting for ./dev up", StringComparison.Ordinal))
                    platform = MsProcess.Start(folder, "up", "--stack", "notebook");
            }

            await notebook.WaitForExitAsync(Token).WaitAsync(MsProcess.Timeout, Token);
            Assert.True(notebook.ExitCode == 0, $"{output}{await errors}{platform?.Output}");
            Assert.Matches(@"AUC on the last 15 days: 0\.9\d\d\n", output);
            Assert.Matches(@"served 0\.\d{6}, trained 0\.\d{6}\n$", output);
        }
        finally
        {
            if (!notebook.HasExited)
                notebook.Kill(entireProcessTree: true);
            if (platform is not null)
                await platform.DisposeAsync();
        }
    }

    private static async Task<string> ReadCodeAsync()
    {
        using var notebook = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.Combine("docs", "features.ipynb"), Token));
        var cells = notebook.RootElement.GetProperty("cells").EnumerateArray()
            .Where(static cell => cell.GetProperty("cell_type").GetString() == "code")
            .Select(static cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(static line => line.GetString())))
            .ToList();
        Assert.True(cells.Count >= 10, $"{cells.Count} cells");
        return string.Join("\n\n", cells) + "\n";
    }
}
